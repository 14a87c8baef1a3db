//! Finding which accounts must meet: connected components over match keys, references and customer ids.
//!
//! Every account is a *star* of edges around its reference. [`Latest`] drops all but the latest version of
//! each account and counts accounts per match key; a key that too many share is junk and links nothing.
//! Then components are found: within one shard by union-find ([`one_shard`]); over several by contracting
//! each shard locally ([`Contraction`]) and exchanging what is left in rounds ([`large_star`],
//! [`small_star`]) until nothing moves.
//!
//! This is a superset of what ends up in one customer: Merge decides exactly. Link knows edges between
//! nodes, not what they mean.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod account_version;
mod edges;
mod interner;
mod latest;
pub mod node;
mod shard;
mod stars;
pub mod union_find;

pub use account_version::AccountVersion;
pub use edges::{Edge, large_star, small_star};
pub use latest::Latest;
pub use shard::{Blocked, Contracted, Contraction, Labels, NodeLabels, Position, Spread, one_shard};
pub use stars::{Star, StarHead, Stars};

#[cfg(test)]
mod tests;
