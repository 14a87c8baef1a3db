//! Every S3 key and every object format of Onefold.
//!
//! A key or a format is made and taken apart in this crate and nowhere else. It takes no decision about
//! accounts or customers: that is `onefold-identity`.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod calls;
mod compress;
pub mod data;
pub mod keys;
pub mod run;
#[cfg(test)]
mod testing;
pub mod version;

pub use compress::{Compressor, FormatError, FrameReader, compress, decompress};
pub use keys::{Chunk, RunId};
