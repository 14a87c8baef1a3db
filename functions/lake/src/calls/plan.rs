//! Request and result of Plan.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// The request from the state machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRequest {
    /// The execution's name.
    pub execution: String,
    /// The execution's ARN. Later runs use it to ask whether the execution still runs.
    #[serde(default)]
    pub execution_arn: Option<String>,
    /// The execution's start, RFC 3339.
    pub started_at: String,
    /// The input of the execution. Plan parses it as a [`StartInput`].
    #[serde(default)]
    pub input: serde_json::Value,
}

/// The input of an execution. Every field has a default, so `{}` starts a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartInput {
    /// The failed run to resume, instead of a new run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume: Option<String>,
    /// Publishes the version of the run in `resume`, which the gate held back or which was a dry run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub publish: bool,
    /// Does everything except publishing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Learns a new model, although the previous version has one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub train: bool,
    /// Shards of Link and of Block, and slices of Block, 1 to 40: an inline Map runs at most 40 iterations concurrently.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shards: Option<u32>,
    /// Partitions of Merge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partitions: Option<u32>,
    /// About how many bytes one Extract invocation reads: 1 MiB to 5 GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split_bytes: Option<u64>,
}

/// The result of Plan, also in its receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanResult {
    /// The run.
    pub run: RunId,
    /// False if there is nothing to do.
    pub work: bool,
    /// Whether this run resumes a failed one.
    pub resumed: bool,
    /// Whether to publish the existing version as it is, without the other stages.
    #[serde(default)]
    pub publish: bool,
    /// How many objects are read for the first time.
    pub new_objects: u64,
    /// The number of splits.
    pub splits: u32,
    /// The key of the list of splits.
    pub splits_key: String,
}
