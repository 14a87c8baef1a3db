//! Request and result of Link.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// The request from the state machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "lowercase", deny_unknown_fields)]
pub enum LinkRequest {
    /// Decides what follows a round. Round 0 means that no round was done yet.
    Advance {
        /// The run.
        run: RunId,
        /// The finished round.
        round: u32,
    },
    /// Does one shard's part of a round.
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
    /// Does all work of Link in one shard.
    OneShard,
    /// Drops old versions of accounts, and sends edges to the shards that own their keys.
    Spread,
    /// Counts keys, blocks the too common ones, and contracts the shard's own components.
    Contract,
    /// Connects the larger neighbours of every node to the smallest node around it.
    LargeStar,
    /// Connects every node and its smaller neighbours to the smallest of them.
    SmallStar,
    /// Writes the labels.
    Label,
}

/// The result of Link; its kind depends on the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LinkResult {
    /// To [`LinkRequest::Advance`].
    Advance(AdvanceResult),
    /// To [`LinkRequest::Round`].
    Round(RoundResult),
}

/// What follows a round of Link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvanceResult {
    /// Whether the labels are written.
    pub converged: bool,
    /// The next round; the last one if `converged`.
    pub round: u32,
    /// What the next round does.
    pub work: RoundWork,
    /// The shards of the next round.
    pub shards: Vec<LinkShard>,
}

/// A shard of a round, as an item of the state machine's Map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkShard {
    /// Its number.
    pub shard: u32,
}

/// The result of one shard in a round, also in its receipt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundResult {
    /// How many edges are new.
    pub moved: u64,
    /// How many account versions have a later one. Only the round that drops old versions counts them.
    pub superseded: u64,
    /// How many accounts the shard owns. Only the round that drops old versions counts them.
    pub accounts: u64,
    /// Scored links that join components. Only the round that contracts, or one shard alone, counts them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub links_read: u64,
    /// Scored links that were sent to Merge. Only the round that writes labels counts them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub links: u64,
    /// Accounts whose frequency classes were sent to Merge. Only the round that writes labels counts them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub scored: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
