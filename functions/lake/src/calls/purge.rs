//! What Purge is called with and what it answers.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// What the state machine sends to Purge.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurgeRequest {
    /// The run that published.
    pub run: RunId,
}

/// What Purge answers, and its receipt says: what was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgeResult {
    /// How many objects.
    pub objects: u64,
    /// How many versions are among them.
    pub versions: u64,
}
