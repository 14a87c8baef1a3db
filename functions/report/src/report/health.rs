use serde::{Deserialize, Serialize};

/// What went wrong in a run that made a version. A run that fails makes no version, so it has no report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// Whether the version is that of a dry run, which is held. `false` once somebody publishes it.
    pub dry_run: bool,
    /// The limits under `[publish]` that the version breaks, one sentence each. If there is any, the gate held it.
    pub gated: Vec<String>,
    /// Why the gate had held the version, if somebody published it anyway.
    pub published_over: Vec<String>,
    /// Sources that failed and that the run skipped.
    pub skipped: Vec<SkippedSource>,
    /// Snapshot sources with rejected rows: no account of theirs was treated as deleted.
    pub incomplete_snapshots: Vec<String>,
    /// Files with rejected rows, the worst first, at most 100.
    pub refused_files: Vec<RefusedFile>,
    /// Remarks about the set-up, such as corrections that say nothing new. They are no errors.
    pub notes: Vec<String>,
    /// Remarks about sources that may not be read as they are meant. They are no errors.
    pub remarks: Vec<SourceRemark>,
}

/// A source that failed and that the run skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkippedSource {
    /// The source's name.
    pub source: String,
    /// Why.
    pub reason: String,
}

/// A file with rejected rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedFile {
    /// The source's name.
    pub source: String,
    /// The object's key.
    pub object: String,
    /// Rows that it gave.
    pub rows_read: u64,
    /// Rows rejected because they are wrong.
    pub rejected: u64,
}

/// A remark about a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceRemark {
    /// The source's name.
    pub source: String,
    /// What was noticed, as a sentence.
    pub text: String,
}
