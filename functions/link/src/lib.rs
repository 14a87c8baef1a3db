//! Link: finds which accounts must meet, in rounds over shards, until no edge moves.
//!
//! `advance` decides what the next round does. `round` is one shard's part of a round. One shard needs one round.
//!
//! Several shards need these rounds: *spread* (drop old versions, send edges to the shards that own their keys),
//! *contract* (count keys, block junk, contract locally), *large-star* and *small-star* in turn until neither
//! moves an edge, and *label*.
//!
//! Where pairs are scored, links between accounts come to *contract* as edges, and *label* sends them on to Merge.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod advance;
mod asked;
mod edges;
mod round;
mod scores;
mod stars;

use onefold_lake::calls::{LinkRequest, LinkResult};
use onefold_shell::{Context, StageError};

/// Decides the next round, or does one shard's part of a round.
///
/// # Errors
/// `Corrupt` if an object is damaged; `Transient` if the store failed.
pub async fn run(request: LinkRequest, context: &Context) -> Result<LinkResult, StageError> {
    match request {
        LinkRequest::Advance { run, round } => advance::advance(&run, round, context).await.map(LinkResult::Advance),
        LinkRequest::Round { run, round, work, shard } => {
            round::round(&run, round, work, shard, context).await.map(LinkResult::Round)
        }
    }
}
