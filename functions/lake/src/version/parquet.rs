//! Parquet files of a version: rows made of the lines of JSON that the version has, too.
//!
//! The columns are frozen, and the same for every configuration. A line is taken apart into columns as in Dremel (Melnik et
//! al. 2010), without a value of its own in between.

mod column;
mod file;
mod node;
mod schema;
mod shred;

pub use file::{LineError, ParquetWriter};
