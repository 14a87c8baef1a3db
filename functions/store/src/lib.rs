//! The object store: what it promises, and its kinds.
//!
//! It knows keys and bytes; what they mean is known above it.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod code;
pub mod conformance;
mod error;
pub mod folder;
pub mod memory;
mod operation;
mod parts;
pub mod s3;
mod store;
mod transaction;

pub use error::{ErrorSource, StoreError};
pub use operation::Operation;
pub use store::{Body, Condition, Object, Store, upload_parts};
pub use transaction::{Transaction, TransactionError};
