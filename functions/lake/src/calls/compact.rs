//! Request and result of Compact.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// The request from the state machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompactRequest {
    /// The run.
    pub run: RunId,
    /// Publishes the existing version as it is, even if the gate held it back.
    #[serde(default)]
    pub publish: bool,
}

/// The result of Compact, also in its receipt. It is the output of the execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompactResult {
    /// The run.
    pub run: RunId,
    /// False after a dry run. A version that the gate holds back is an error, not a result.
    pub published: bool,
    /// Whether Purge must run, because the lake may still hold data of erased persons.
    #[serde(default)]
    pub purge: bool,
    /// The key of the version's manifest.
    pub manifest_key: String,
    /// Rows that this run read from its sources.
    pub rows_read: u64,
    /// Rows that this run rejected.
    pub rejected: u64,
    /// Accounts in the version.
    pub members: u64,
    /// Customers in the version.
    pub customers: u64,
}
