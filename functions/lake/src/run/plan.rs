//! What Plan pins for a run: the plan, the splits and the inputs.

use onefold_rows::enrich::TableFormat;
use serde::{Deserialize, Serialize};

use crate::keys::RunId;
use crate::run::note::SourceNote;

/// `runs/<run>/plan.json`: what a run builds on. Written once, read by every stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The run.
    pub run: RunId,
    /// When the execution started, in milliseconds since the epoch.
    pub started_at: i64,
    /// The version that this run builds on.
    pub previous: Option<BaseVersion>,
    /// The reference tables as they were.
    pub tables: Vec<PinnedTable>,
    /// How many shards Link uses; decided by the number of nodes if not given.
    pub shards: Option<u32>,
    /// How many partitions Merge uses; decided by the number of bytes if not given.
    pub partitions: Option<u32>,
    /// How many splits there are.
    pub splits: u32,
    /// Sources that could not be planned and need not be read.
    #[serde(default)]
    pub skipped: Vec<SkippedSource>,
    /// The sources of which this run reads a snapshot, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<String>,
    /// Whether the run does everything but publish.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// The files of corrections as they were. If there are any, `runs/<run>/corrections.json` holds their pairs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<PinnedCorrections>,
    /// What is no fault of the set-up and may be a mistake.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What is told of sources since they were looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_notes: Vec<SourceNote>,
    /// Digest of the suppression list; empty if nobody is on it. If it is not, `runs/<run>/suppression.json` holds it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suppression: String,
    /// Whether the previous version was made with another suppression list, so that it may hold who is on this one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erases: bool,
}

/// A file of corrections as it was when the run was planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedCorrections {
    /// Its key.
    pub key: String,
    /// Its entity tag.
    pub etag: String,
}

/// A source that failed and need not be read: its accounts stay as they were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkippedSource {
    /// The source's name.
    pub source: String,
    /// Why; never a value of a row.
    pub reason: String,
}

/// A version that a run builds on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseVersion {
    /// The run that made it.
    pub run: RunId,
    /// The entity tag of `processed/CURRENT` that named it: what the commit must match.
    pub etag: String,
}

/// A reference table as it was when the run was planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedTable {
    /// The table's name.
    pub name: String,
    /// How it is written; plans of earlier programs knew CSV only.
    #[serde(default)]
    pub format: TableFormat,
    /// Its entity tag.
    pub etag: String,
}

/// A line of `runs/<run>/splits.jsonl`: what one Extract invocation reads.
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

/// What a split reads, in the terms of its source's connector. It travels through the state machine: no
/// value of a row may be in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum SplitReading {
    /// Objects, or ranges of them.
    Files {
        /// In this order.
        pieces: Vec<ObjectPiece>,
    },
    /// All pages of an API.
    Http {
        /// The watermark that the previous version committed.
        watermark: Option<String>,
    },
    /// A range of a table's or a query's keys.
    Postgres {
        /// Its number; the run's [`KeyRanges`] of the source say which keys these are.
        range: u32,
    },
}

/// `runs/<run>/ranges/<source>.json`: how Plan divided the rows of a database. Keys can be personal, so they
/// are in here and not in the splits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRanges {
    /// The value of the watermark column that was read up to before.
    pub since: Option<String>,
    /// The watermark that is committed if the run is.
    pub watermark: Option<String>,
    /// The last key of each range but the last one, which has no end.
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
    /// When it came, in milliseconds since the epoch.
    pub received_at: i64,
    /// The first byte of the range. A line belongs to the range in which it starts.
    pub start: u64,
    /// The byte behind the range; the object's size where it is read whole.
    pub end: u64,
    /// Whether this is a part of an object that is read in several splits.
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

/// `runs/<run>/token.json`: what completes Settle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettleToken {
    /// The task's token.
    pub task_token: String,
    /// How many raw chunks must be translated.
    pub chunks: u64,
}

/// `runs/<run>/dead/….json`: a chunk that could not be translated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadChunk {
    /// The raw object.
    pub raw: String,
    /// Whether it was put back into the queue since.
    pub requeued: bool,
    /// Why, if Translate could say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl DeadChunk {
    /// Why the run fails, and what to do.
    pub fn cause(&self, run: &RunId) -> String {
        let raw = &self.raw;
        let reason = self.reason.as_deref().unwrap_or("the log of the function translate says why");
        format!(
            "the raw chunk {raw} could not be translated: {reason}. Put that right, then redrive the execution, or start one with {{\"resume\":\"{run}\"}}"
        )
    }
}
