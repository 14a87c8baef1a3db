//! The domain of Onefold, pure.
//!
//! An *account* is one system's record of a customer; a *customer* is what accounts of one person are
//! folded into; a *match key* is a normalised value that marks accounts as potential duplicates. This
//! crate knows how a source's row becomes an account, which accounts belong together, and what a
//! customer looks like.
//!
//! It deliberately lacks I/O, a clock, randomness, tokio and AWS: time and input arrive as arguments,
//! so that the same input gives the same output to the byte (invariant 8). `clippy.toml` bans the rest.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod account;
pub mod blocked_values;
pub mod chunker;
pub mod cluster;
pub mod config;
pub mod corrections;
pub mod csv;
pub mod customer;
pub mod customer_id;
pub mod edit_distance;
pub mod enrich;
pub mod explain;
pub mod field;
pub mod json;
pub mod link;
pub mod mapping;
pub mod matching;
pub mod merge;
pub mod node;
pub mod normalise;
mod plain_json;
pub mod provenance;
mod raw_json;
pub mod reference;
pub mod setup;
pub mod snapshot;
pub mod suppression;
pub mod survive;
pub mod timestamp;
pub mod translate;
pub mod union_find;
