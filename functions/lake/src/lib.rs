//! Every S3 key and every object format of Onefold.
//!
//! A key or a format is made and taken apart in this crate and nowhere else. It takes no decision about
//! accounts or customers: that is `onefold-identity`.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod compress;
pub mod current;
pub mod edges;
pub mod event;
pub mod index;
pub mod keys;
pub mod labels;
pub mod layout;
pub mod lease;
pub mod links;
pub mod manifest;
pub mod note;
pub mod plan;
pub mod rawchunk;
pub mod receipt;
pub mod retired;
pub mod shuffle;
pub mod table;
#[cfg(test)]
mod testing;
pub mod versions;

pub use compress::{Compressor, FormatError, FrameReader, compress, decompress};
pub use keys::{Chunk, RunId};
