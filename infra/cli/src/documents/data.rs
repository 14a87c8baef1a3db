//! Documents about a data folder.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Of `onefold check`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct CheckDocument {
    /// The configuration, as it was named.
    pub file: String,
    /// Whether a run would accept the data folder: there are warnings at most.
    pub is_sound: bool,
    /// Number of findings that are errors.
    pub errors: usize,
    /// Number of findings that are warnings.
    pub warnings: usize,
    /// What was found, errors first.
    pub findings: Vec<Finding>,
    /// What was looked at.
    pub note: String,
}

/// A fault of a configuration or of its data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct Finding {
    /// `error` or `warning`.
    pub severity: String,
    /// What is wrong, and what to do.
    pub message: String,
    /// The line of the configuration, from 1, if the finding has a place there.
    pub line: Option<usize>,
    /// The column, likewise.
    pub column: Option<usize>,
}

/// Of `onefold init`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct InitDocument {
    /// The configuration that was written.
    pub file: String,
    /// Whether every source is in force.
    pub is_complete: bool,
    /// How many sources are only comments, because their ids could not be guessed.
    pub left_out: usize,
    /// What was seen of each source, in words.
    pub summary: Vec<String>,
}

/// Of `onefold push`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct PushDocument {
    /// Files that were uploaded.
    pub objects: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were there already.
    pub unchanged: usize,
}

/// Of `onefold try`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct TryDocument {
    /// The source's name.
    pub source: String,
    /// The first rows.
    pub rows: Vec<TriedRowDocument>,
    /// Notes on the source that are no faults.
    pub notes: Vec<String>,
    /// What seems wrong with the configuration, by these rows.
    pub warnings: Vec<String>,
}

/// A row and what becomes of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct TriedRowDocument {
    /// The object and, if it is known, the line: `landing/crm/a.csv:2`.
    pub row: String,
    /// The row as in its file.
    pub raw: String,
    /// The account, unless the row is rejected.
    pub account: Option<Value>,
    /// The match keys of the account.
    pub match_keys: Vec<MatchKeyDocument>,
    /// Fields whose value is not used, and other losses with their reason.
    pub dropped: Vec<String>,
    /// Why the row is rejected, if it is.
    pub reject: Option<RejectDocument>,
    /// As what scored pairs compare the account; absent if the configuration scores no pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<Vec<ComparedDocument>>,
}

/// A match key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct MatchKeyDocument {
    /// The rule's name.
    pub rule: String,
    /// The values by field.
    pub values: BTreeMap<String, String>,
}

/// A value as scored pairs compare it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct ComparedDocument {
    /// The field.
    pub field: String,
    /// The value, as it is compared.
    pub value: String,
}

/// Why a row is rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct RejectDocument {
    /// The field whose value is at fault, if one is.
    pub field: Option<String>,
    /// What is wrong.
    pub reason: String,
}
