//! Documents of a version, and lookups in them.

pub mod current;
pub mod index;
pub mod manifest;
pub mod retired;
pub mod review;
