//! Opens, lists, compares and rolls back versions, and looks things up in them.
//!
//! It reads what Compact published, and writes only `processed/CURRENT`. The formats themselves are `onefold-lake`'s.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod versions;
