//! What Divide is called with and what it answers.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// What the state machine sends to Divide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DivideRequest {
    /// The run.
    pub run: RunId,
}

/// What Divide answers, and its receipt says: how the run was divided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DivideResult {
    /// Shards of Link.
    pub shards: u32,
    /// Invocations by mapper.
    pub mappers: u32,
    /// Invocations by partition.
    pub partitions: u32,
    /// Slices of each partition.
    pub slices: u32,
    /// The key of the list of invocations by mapper.
    pub mappers_key: String,
    /// The key of the list of invocations by partition.
    pub partitions_key: String,
}
