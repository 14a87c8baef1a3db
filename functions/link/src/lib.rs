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

use onefold_lake::RunId;
use onefold_shell::{Context, StageError};
use serde::{Deserialize, Serialize};

/// What the state machine sends.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "step", rename_all = "lowercase", deny_unknown_fields)]
pub enum Request {
    /// Decide what comes after a round; 0 is before the first.
    Advance {
        /// The run.
        run: RunId,
        /// The round that is over.
        round: u32,
    },
    /// Do one shard's part of a round.
    Round {
        /// The run.
        run: RunId,
        /// The round.
        round: u32,
        /// What the round does.
        work: RoundWork,
        /// The shard.
        shard: u32,
    },
}

/// What a round does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundWork {
    /// All of it, by the only shard.
    OneShard,
    /// Drop old versions, send edges to the shards that own their keys.
    Spread,
    /// Count keys, block junk, contract locally.
    Contract,
    /// Connect every node's larger neighbours to the smallest one around it.
    LargeStar,
    /// Connect every node and its smaller neighbours to the smallest of them.
    SmallStar,
    /// Write the labels.
    Label,
}

/// What the state machine gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// What comes next.
    Advanced(Advanced),
    /// What a shard did.
    Done(RoundDone),
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advanced {
    /// Whether the labels are there.
    pub converged: bool,
    /// The next round, or the last one.
    pub round: u32,
    /// What the next round does.
    pub work: RoundWork,
    /// Its shards.
    pub shards: Vec<Shard>,
}

/// A shard of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Its number.
    pub shard: u32,
}

/// What the receipt of a shard says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundDone {
    /// How many edges are new.
    pub moved: u64,
    /// How many versions of accounts have a later one; only of the round that drops them.
    pub superseded: u64,
    /// How many accounts the shard owns; only of the round that drops old versions.
    pub accounts: u64,
}

/// Decides about a round or does a part of it.
///
/// # Errors
/// `Corrupt` if an object is damaged; `Transient` if the store failed.
pub async fn run(request: Request, context: &Context) -> Result<Answer, StageError> {
    match request {
        Request::Advance { run, round } => advance::advance(&run, round, context).await.map(Answer::Advanced),
        Request::Round { run, round, work, shard } => {
            round::round(&run, round, work, shard, context).await.map(Answer::Done)
        }
    }
}
