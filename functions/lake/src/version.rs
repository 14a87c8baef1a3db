//! Documents of a version, and what things in it are looked up in.

pub mod current;
pub mod index;
pub mod manifest;
pub mod retired;
