//! Request and result of Purge.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// The request from the state machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurgeRequest {
    /// The run that published its version.
    pub run: RunId,
}

/// The result of Purge, also in its receipt: what it removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgeResult {
    /// Objects removed.
    pub objects: u64,
    /// Versions whose objects were removed.
    pub versions: u64,
}
