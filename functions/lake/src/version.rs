//! Documents of a version, and lookups in them.

pub mod announcement;
pub mod current;
pub mod index;
pub mod lines;
pub mod manifest;
pub mod parquet;
pub mod retired;
pub mod review;
pub mod symlinks;
