//! Request and result of Merge.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;
use crate::run::layout::Partition;

/// The request from the state machine.
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

/// The result of Merge, also in its receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeResult {
    /// Customers of the partition.
    pub customers: u64,
}
