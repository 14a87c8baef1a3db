//! Documents about runs.

use onefold_lake::RunId;
use onefold_lake::version::manifest::Manifest;
use serde::{Deserialize, Serialize};

use super::PushDocument;

/// Of `onefold start`, `onefold run` and `onefold publish`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct RunDocument {
    /// How the run ended.
    pub state: EndedAs,
    /// The ARN of its execution.
    pub execution: String,
    /// The run; null if it was not waited for, or failed before it had a name.
    pub run: Option<RunId>,
    /// How long the execution took, in seconds.
    pub seconds: Option<f64>,
    /// Where its results are: a folder, or `s3://…`.
    pub results: Option<String>,
    /// What was uploaded before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<PushDocument>,
    /// Why it failed, or why its version was held back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureDocument>,
    /// How good the result is, if there was a truth to compare it with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<QualityDocument>,
    /// How a version that was not published differs from the one that it builds on, by their counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<DifferenceDocument>,
    /// What the stages took.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageDocument>,
    /// The manifest of the version; null if the run made none.
    pub manifest: Option<Manifest>,
}

/// How a run ended, or that it did not yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedAs {
    /// It has not ended.
    #[default]
    Running,
    /// It published a version.
    Published,
    /// It was a dry run.
    DryRun,
    /// The gate held its version back.
    Held,
    /// There was nothing new to read.
    NothingNew,
    /// It failed.
    Failed,
    /// Somebody stopped it.
    Stopped,
    /// It took longer than a day.
    TimedOut,
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct FailureDocument {
    /// The state that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The error's name, such as `Onefold.InvalidInput`.
    pub error: String,
    /// What went wrong, and what to do.
    pub cause: String,
}

/// Pairwise precision and recall, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct QualityDocument {
    /// The share of the pairs in one customer that are one person's.
    pub precision: f64,
    /// The share of the pairs of one person that are in one customer.
    pub recall: f64,
}

/// A number in two versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct Totals {
    /// In the earlier version.
    pub before: u64,
    /// In the later one.
    pub after: u64,
}

/// The counts of a version that was not published beside those of the one that it builds on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct DifferenceDocument {
    /// Customers.
    pub customers: Totals,
    /// Accounts.
    pub accounts: Totals,
    /// Accounts of the customer that has the most.
    pub largest_customer: Totals,
    /// Customers with a new id.
    pub created: u64,
    /// Customers that kept their id and changed.
    pub updated: u64,
    /// Ids that ended in one other customer.
    pub merged: u64,
    /// Customers that left another one.
    pub split: u64,
    /// Ids that ended and whose accounts are in several customers.
    pub retired: u64,
    /// Ids that ended because all their accounts were deleted.
    pub deleted: u64,
    /// Why the gate held it back, or would have.
    pub gated: Vec<String>,
}

/// What a stage took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct StageDocument {
    /// The stage's name.
    pub stage: String,
    /// From its first state to its last, in seconds; null if this execution skipped it.
    pub seconds: Option<f64>,
    /// How often it was invoked.
    pub invocations: u64,
    /// Bytes read.
    pub bytes_in: u64,
    /// Bytes written.
    pub bytes_out: u64,
}

/// Of `onefold runs`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct RunsDocument {
    /// The executions, the newest first.
    pub runs: Vec<RunsEntry>,
}

/// An execution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct RunsEntry {
    /// The run; of an execution that resumed or published one, that run.
    pub run: RunId,
    /// How it ended.
    pub state: EndedAs,
    /// When it started, RFC 3339.
    pub started_at: String,
    /// How long it took, or has taken until now, in seconds.
    pub seconds: f64,
    /// Accounts of its version, if it made one that is kept.
    pub accounts: Option<u64>,
    /// Customers, likewise.
    pub customers: Option<u64>,
    /// Rows that it rejected, likewise.
    pub rejected: Option<u64>,
    /// Why it failed, or why its version was held back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureDocument>,
    /// The ARN of the execution.
    pub execution: String,
}

/// Of `onefold local up`, as soon as it is up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct LocalCloudDocument {
    /// Its address, for `--endpoint`.
    pub endpoint: String,
    /// The stack in it.
    pub stack: String,
    /// The stack's bucket.
    pub bucket: String,
    /// The folder with the stack's objects; null if they are in the bucket.
    pub folder: Option<String>,
    /// The file of its log.
    pub log: String,
}
