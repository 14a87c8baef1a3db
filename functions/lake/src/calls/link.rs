//! What Link is called with and what it answers.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// What the state machine sends to Link.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "lowercase", deny_unknown_fields)]
pub enum LinkRequest {
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

/// What a round of Link does.
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

/// What Link answers, by what it was called for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LinkResult {
    /// To [`LinkRequest::Advance`].
    Advance(AdvanceResult),
    /// To [`LinkRequest::Round`].
    Round(RoundResult),
}

/// What comes after a round of Link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvanceResult {
    /// Whether the labels are there.
    pub converged: bool,
    /// The next round, or the last one.
    pub round: u32,
    /// What the next round does.
    pub work: RoundWork,
    /// Its shards.
    pub shards: Vec<LinkShard>,
}

/// A shard of a round of Link: an item of the state machine's Map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkShard {
    /// Its number.
    pub shard: u32,
}

/// What a shard did in a round of Link, as its receipt says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundResult {
    /// How many edges are new.
    pub moved: u64,
    /// How many versions of accounts have a later one; only of the round that drops them.
    pub superseded: u64,
    /// How many accounts the shard owns; only of the round that drops old versions.
    pub accounts: u64,
}
