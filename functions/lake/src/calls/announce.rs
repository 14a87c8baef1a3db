//! Request and result of Announce. EventBridge calls it when an execution has ended, and the command after a rollback.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::keys::RunId;

/// The request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AnnounceRequest {
    /// An execution has ended.
    Ended(ExecutionStatusChange),
    /// Somebody rolled back.
    RolledBack(RolledBackRequest),
}

/// The event `Step Functions Execution Status Change`, of which only the detail is read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExecutionStatusChange {
    /// The detail.
    pub detail: EndedExecution,
}

/// An execution that has ended, as Step Functions describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndedExecution {
    /// Its ARN.
    pub execution_arn: String,
    /// The ARN of the state machine, which ends in the stack's name.
    pub state_machine_arn: String,
    /// Its name.
    pub name: String,
    /// `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`.
    pub status: String,
    /// Its start, in milliseconds since the epoch.
    pub start_date: i64,
    /// Its end, in milliseconds since the epoch.
    pub stop_date: Option<i64>,
    /// Its input, as JSON.
    pub input: Option<String>,
    /// Its output, as JSON, if it succeeded.
    pub output: Option<String>,
    /// The error's name, if it failed.
    pub error: Option<String>,
    /// The error's cause, if it failed.
    pub cause: Option<String>,
}

/// The current version is an earlier one again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolledBackRequest {
    /// The stack's name.
    pub stack: String,
    /// The run of the version that was current before.
    pub rolled_back_from: RunId,
}

/// What was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnounceResult {
    /// The detail types of the events.
    pub events: Vec<String>,
    /// The lines of metrics that were written.
    pub metrics: Vec<Value>,
}
