//! What Compact is called with and what it answers.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// What the state machine sends to Compact.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompactRequest {
    /// The run.
    pub run: RunId,
    /// Whether to publish the version that is there as it is, whatever the gate said of it.
    #[serde(default)]
    pub publish: bool,
}

/// What Compact answers, and its receipt says: the outcome of the execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompactResult {
    /// The run.
    pub run: RunId,
    /// Not so after a dry run. A version that the gate holds back is an error.
    pub published: bool,
    /// Whether there may be something of those who were erased that is to be removed now.
    #[serde(default)]
    pub purge: bool,
    /// Where everything about the version is.
    pub manifest_key: String,
    /// Rows that sources gave in this run.
    pub rows_read: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Accounts in the version.
    pub members: u64,
    /// Customers in the version.
    pub customers: u64,
}
