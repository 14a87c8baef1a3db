//! What Plan is called with and what it answers.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// What the state machine sends to Plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRequest {
    /// The execution's name.
    pub execution: String,
    /// The execution's ARN, by which others learn whether it still runs.
    #[serde(default)]
    pub execution_arn: Option<String>,
    /// The execution's start, RFC 3339.
    pub started_at: String,
    /// What the execution was started with: a [`StartInput`], which Plan checks.
    #[serde(default)]
    pub input: serde_json::Value,
}

/// What an execution may be started with. Every member has a default, so `{}` starts a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartInput {
    /// Take up this run where it failed, instead of starting a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume: Option<String>,
    /// Publish the version of the run named by `resume`, which the gate held back or which was a dry run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub publish: bool,
    /// Do everything but publish.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Shards of Link, 1 to 40 (an inline Map runs no more at once).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shards: Option<u32>,
    /// Partitions of Merge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partitions: Option<u32>,
    /// Bytes that one Extract invocation reads, about: 1 MiB to 5 GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split_bytes: Option<u64>,
}

/// What Plan answers, and its receipt says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanResult {
    /// The run.
    pub run: RunId,
    /// Whether there is anything to do.
    pub work: bool,
    /// Whether this takes up a run that failed.
    pub resumed: bool,
    /// Whether the version that is there shall be published as it is, without going through the stages.
    #[serde(default)]
    pub publish: bool,
    /// How many objects are read for the first time.
    pub new_objects: u64,
    /// How many splits there are.
    pub splits: u32,
    /// Where the splits are.
    pub splits_key: String,
}
