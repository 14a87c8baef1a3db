//! Finding which accounts must meet: connected components over match keys, references and customer ids.
//!
//! Every account is a *star* of edges around its reference. [`Latest`] keeps only the latest version of each
//! account and counts the accounts per match key. A key that too many accounts share is junk and links nothing.
//! One shard finds its components by union-find ([`one_shard`]). Several shards first contract their edges
//! locally ([`Contraction`]). Then they exchange the remaining edges in rounds ([`large_star`], [`small_star`])
//! until no edge changes.
//!
//! A component may hold more than one customer: Merge makes the exact decision. Link knows the edges between
//! nodes, but not their meaning.

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
pub use shard::{
    Blocked, Components, Contracted, Contraction, Labels, NodeLabels, Position, ReferenceLabels, Spread, one_shard,
};
pub use stars::{Star, StarHead, Stars};

#[cfg(test)]
mod tests;
