//! Request and result of Partition.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;
use crate::run::layout::Mapper;

/// The request from the state machine.
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

/// The result of Partition, also in its receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionResult {
    /// How many accounts the mapper sent to partitions.
    pub accounts: u64,
}
