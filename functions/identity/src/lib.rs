//! Which accounts are one customer, and what that customer is.
//!
//! An *account* is one system's record of a customer; a *customer* is what accounts of one person are folded into; a
//! *match key* is a normalised value that marks accounts as potential duplicates. This crate makes the keys of accounts,
//! decides which accounts belong together, and folds them.
//!
//! It deliberately lacks I/O, a clock, randomness, tokio and AWS: time and input arrive as arguments, so that the same
//! input gives the same output to the byte. `clippy.toml` bans the rest.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod account;
pub mod blocked_values;
pub mod cluster;
pub mod comparison;
pub mod corrections;
pub mod customer;
pub mod customer_id;
pub mod edit_distance;
pub mod explain;
pub mod json;
pub mod judge;
pub mod match_keys;
pub mod merge;
pub mod plain_json;
pub mod pool;
pub mod pool_corrections;
pub mod provenance;
pub mod reference;
pub mod shared_keys;
pub mod snapshot;
pub mod suppression;
pub mod survive;
