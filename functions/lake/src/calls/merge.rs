//! What Merge is called with and what it answers.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;
use crate::run::layout::Partition;

/// What the state machine sends to Merge.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeRequest {
    /// The run.
    pub run: RunId,
    /// The last round of Link, which wrote the blocked keys of partitions.
    pub round: u32,
    /// A line of the run's partitions.
    pub partition: Partition,
}

/// What Merge answers, and its receipt says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeResult {
    /// How many customers there are.
    pub customers: u64,
}
