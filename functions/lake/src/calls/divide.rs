//! Request and result of Divide.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// The request from the state machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DivideRequest {
    /// The run.
    pub run: RunId,
}

/// The result of Divide, also in its receipt: how the run is divided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DivideResult {
    /// Shards of Link.
    pub shards: u32,
    /// Invocations of Partition, one per mapper.
    pub mappers: u32,
    /// Invocations of Merge, one per partition.
    pub partitions: u32,
    /// Slices of each partition.
    pub slices: u32,
    /// Whether pairs are scored.
    #[serde(default)]
    pub scores: bool,
    /// Invocations of Export, one per range of partitions; 0 if nothing is exported.
    #[serde(default)]
    pub exports: u32,
    /// The key of the list of mappers: one line per invocation of Partition.
    pub mappers_key: String,
    /// The key of the list of partitions: one line per invocation of Merge.
    pub partitions_key: String,
    /// The key of the list of exports: one line per invocation of Export. It is empty if nothing is exported.
    #[serde(default)]
    pub exports_key: String,
}
