//! What Plan pins for a run: the plan, the splits and the inputs.

use onefold_rows::enrich::TableFormat;
use serde::{Deserialize, Serialize};

use crate::keys::RunId;
use crate::run::note::SourceNote;

/// `runs/<run>/plan.json`: what a run builds on. Plan writes it once, and every stage reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The run.
    pub run: RunId,
    /// When the execution started, in milliseconds since the epoch.
    pub started_at: i64,
    /// The version that this run builds on.
    pub previous: Option<BaseVersion>,
    /// The reference tables, pinned.
    pub tables: Vec<PinnedTable>,
    /// Shards of Link. If not given, Divide computes them from the number of nodes.
    pub shards: Option<u32>,
    /// Partitions of Merge. If not given, Divide computes them from the number of bytes.
    pub partitions: Option<u32>,
    /// The number of splits.
    pub splits: u32,
    /// Sources that could not be planned and that the run may skip.
    #[serde(default)]
    pub skipped: Vec<SkippedSource>,
    /// The sources that give this run a snapshot, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<String>,
    /// Whether the run does everything but publish.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// The corrections files, pinned. If there are any, `runs/<run>/corrections.json` holds their pairs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<PinnedCorrections>,
    /// Remarks about possible mistakes in the set-up. They are no errors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Remarks about sources, made while Plan looked at them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_notes: Vec<SourceNote>,
    /// Digest of the suppression list; empty if the list is. Otherwise `runs/<run>/suppression.json` holds the list.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suppression: String,
    /// Whether the previous version was made with another suppression list, so it may hold persons who are on this one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erases: bool,
    /// The run whose version has the model that this run scores with; `None` if it learns one, or scores no pairs. The model
    /// is copied to `runs/<run>/model.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<RunId>,
}

/// A corrections file, pinned by its entity tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedCorrections {
    /// Its key.
    pub key: String,
    /// Its entity tag.
    pub etag: String,
}

/// A source that failed and that the run may skip. Its accounts stay as they were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkippedSource {
    /// The source's name.
    pub source: String,
    /// Why. It holds no value of a row.
    pub reason: String,
}

/// A version that a run builds on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseVersion {
    /// The run that made it.
    pub run: RunId,
    /// The entity tag of the `processed/CURRENT` that named it. The commit must match it.
    pub etag: String,
}

/// A reference table, pinned by its entity tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedTable {
    /// The table's name.
    pub name: String,
    /// Its format. Plans of earlier programs have only CSV.
    #[serde(default)]
    pub format: TableFormat,
    /// Its entity tag.
    pub etag: String,
}

/// A line of `runs/<run>/splits.jsonl`: the work of one Extract invocation or of several in turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The split's number.
    pub split: u32,
    /// The source's name.
    pub source: String,
    /// What to read.
    pub read: SplitReading,
}

/// What a split reads, by the kind of its source. It passes through the state machine, so it must not hold a value of a
/// row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum SplitReading {
    /// Objects, or ranges of them.
    Files {
        /// The objects or ranges, in the order of reading.
        pieces: Vec<ObjectPiece>,
    },
    /// All pages of an API.
    Http {
        /// The watermark that the previous version committed.
        watermark: Option<String>,
    },
    /// A range of the keys of a table or query.
    Postgres {
        /// The range's number. The source's [`KeyRanges`] hold its keys.
        range: u32,
    },
}

/// `runs/<run>/ranges/<source>.json`: how Plan divided the rows of a database. Keys can be personal, so they are here
/// and not in the splits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRanges {
    /// The watermark of the previous version.
    pub since: Option<String>,
    /// The new watermark. It is committed with the run.
    pub watermark: Option<String>,
    /// The last key of each range except the last range, which has no end.
    pub bounds: Vec<String>,
}

/// An object, or a range of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectPiece {
    /// The object's key.
    pub object: String,
    /// Its entity tag.
    pub etag: String,
    /// When the object was written, in milliseconds since the epoch.
    pub received_at: i64,
    /// The first byte of the range. A line belongs to the range in which it starts.
    pub start: u64,
    /// The end of the range, exclusive; the object's size if it is read whole.
    pub end: u64,
    /// Whether the object is divided into several splits.
    pub is_range: bool,
}

/// A line of `inputs.jsonl`: an object that was read, and the run that read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadObject {
    /// The source's name.
    pub source: String,
    /// The object's key.
    pub object: String,
    /// Its entity tag.
    pub etag: String,
    /// The run that read it.
    pub run: RunId,
}

/// `runs/<run>/token.json`: the token that completes Settle's task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettleToken {
    /// The task's token.
    pub task_token: String,
    /// How many raw chunks must be translated.
    pub chunks: u64,
}

/// `runs/<run>/dead/….json`: the note that a chunk could not be translated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadChunk {
    /// The raw object.
    pub raw: String,
    /// Why, if Translate gave a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The token of the task that waited meanwhile. The note fails no other task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
}

impl DeadChunk {
    /// Why the run fails, and what to do, as one text.
    pub fn cause(&self, run: &RunId) -> String {
        let raw = &self.raw;
        let reason = self.reason.as_deref().unwrap_or("the log of the function translate says why");
        format!(
            "the raw chunk {raw} could not be translated: {reason}. Put that right, then redrive the execution, or start one with {{\"resume\":\"{run}\"}}"
        )
    }
}
