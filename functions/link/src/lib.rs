//! Link: finds which accounts must meet, in rounds over shards, until nothing moves.
//!
//! `advance` decides what the next round does, until nothing moves any more. `round` is one shard's part of a round. With
//! one shard there is one round.
//!
//! Rounds over several shards: *spread* (drop old versions, send edges to the shards that own their keys),
//! *contract* (count keys, block junk, contract locally), then *large-star* and *small-star* in turn until
//! neither moves an edge, then *label*.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod advance;
mod edges;
mod round;
mod stars;

use onefold_lake::calls::{LinkRequest, LinkResult};
use onefold_shell::{Context, StageError};

/// Decides about a round or does a part of it.
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
