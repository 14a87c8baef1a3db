//! The object store: its contract and its implementations.
//!
//! A store knows keys and bytes. It does not know what they mean.
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
