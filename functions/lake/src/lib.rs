//! Every S3 key and every object format of Onefold.
//!
//! Only this crate formats and parses keys and object formats. It decides nothing about accounts or customers:
//! `onefold-identity` does.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod calls;
mod compress;
pub mod data;
pub mod keys;
mod pieces;
pub mod run;
#[cfg(test)]
mod testing;
pub mod version;

pub use compress::{Compressor, FormatError, FrameReader, compress, decompress};
pub use keys::{Chunk, RunId};
pub use pieces::pieces;
