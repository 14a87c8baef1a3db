//! Documents of a run, which its stages write for each other.

pub mod event;
pub mod layout;
pub mod lease;
pub mod matching;
pub mod note;
pub mod plan;
pub mod receipt;
