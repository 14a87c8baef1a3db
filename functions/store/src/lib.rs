//! The object store: what it promises, and its kinds.
//!
//! It knows keys and bytes; what they mean is known above it.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod memory;
pub mod s3;
mod store;

pub use store::{Body, Condition, Object, Store, StoreError};
