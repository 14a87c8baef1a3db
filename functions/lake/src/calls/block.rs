//! Request and result of Block.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;
use crate::run::layout::Mapper;

/// The request from the state machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "lowercase", deny_unknown_fields)]
pub enum BlockRequest {
    /// Describes the accounts of a mapper's objects.
    Describe {
        /// The run.
        run: RunId,
        /// A line of the run's mappers.
        mapper: Mapper,
    },
    /// Decides what follows a round. Round 0 means that no round was done yet.
    Advance {
        /// The run.
        run: RunId,
        /// The finished round.
        round: u32,
    },
    /// Does one worker's part of a round.
    Round {
        /// The run.
        run: RunId,
        /// The round.
        round: u32,
        /// What the round does.
        work: BlockWork,
        /// The number of the slice or the shard.
        worker: u32,
    },
}

/// What a round of Block does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockWork {
    /// By slice: keeps the latest version of each account, and sends values and keys to the shards.
    Gather,
    /// By shard: counts values, and finds the blocks of accounts that share a key.
    Count,
    /// By shard: gives the pairs of the blocks that were found, and sends the rows of those that are too great to their slices.
    Pair,
    /// By slice: takes the frequency classes of values, and divides blocks that are too great by another value.
    Refine,
    /// By slice: divides blocks that are still too great by the date of birth.
    RefineByBirthdate,
    /// By shard: finds the blocks of divided ones.
    CountRefined,
}

impl BlockWork {
    /// Whether the workers of the round are slices, not shards.
    pub const fn is_by_slice(self) -> bool {
        matches!(self, Self::Gather | Self::Refine | Self::RefineByBirthdate)
    }
}

/// The result of Block; its kind depends on the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BlockResult {
    /// To [`BlockRequest::Advance`].
    Advance(BlockAdvanceResult),
    /// To [`BlockRequest::Describe`].
    Describe(DescribeResult),
    /// To [`BlockRequest::Round`].
    Round(BlockRoundResult),
}

/// How many versions of accounts a mapper had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribeResult {
    /// Lines that were read.
    pub lines: u64,
    /// Versions of accounts that were sent to slices, tombstones included.
    pub described: u64,
    /// Lines that were left out: a snapshot replaces them, or their person is erased.
    pub gone: u64,
}

/// What follows a round of Block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockAdvanceResult {
    /// Whether all pairs are given.
    pub done: bool,
    /// The next round; the last one if `done`.
    pub round: u32,
    /// What the next round does.
    pub work: BlockWork,
    /// The workers of the next round.
    pub workers: Vec<BlockWorker>,
    /// The key of the list of tiles: one line per invocation of Compare. It is written when `done`.
    pub tiles_key: String,
}

/// A worker of a round, as an item of the state machine's Map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockWorker {
    /// The number of the slice or the shard.
    pub worker: u32,
}

/// The result of one worker in a round, also in its receipt. What a round does not do is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BlockRoundResult {
    /// Accounts of the slice: the latest versions, without deleted ones.
    pub accounts: u64,
    /// Versions of accounts that have a later one.
    pub superseded: u64,
    /// Accounts that are deleted.
    pub deleted: u64,
    /// Values that a slice sent or a shard counted.
    pub values: u64,
    /// Keys that a slice sent or a shard counted.
    pub keys: u64,
    /// Pairs that a shard gave to tiles. A pair is given again if it is found in another part, round or shard.
    pub pairs: u64,
    /// The number of objects that have these pairs or, of a slice, these keys.
    pub parts: u32,
    /// Rows of blocks that are too great.
    pub great_rows: u64,
    /// Rows of blocks that are too great, and that have nothing to divide them by.
    pub dropped_rows: u64,
}
