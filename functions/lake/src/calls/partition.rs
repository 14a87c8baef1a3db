//! What Partition is called with and what it answers.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;
use crate::run::layout::Mapper;

/// What the state machine sends to Partition.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartitionRequest {
    /// The run.
    pub run: RunId,
    /// The last round of Link, which wrote the labels.
    pub round: u32,
    /// A line of the run's mappers.
    pub mapper: Mapper,
}

/// What Partition answers, and its receipt says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionResult {
    /// How many accounts were sent.
    pub accounts: u64,
}
