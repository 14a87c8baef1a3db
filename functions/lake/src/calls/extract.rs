//! Request and result of Extract.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;
use crate::run::note::Note;
use crate::run::plan::Split;

/// The request from the state machine: a split, and where to continue in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractRequest {
    /// The run.
    pub run: RunId,
    /// A line of the run's splits.
    pub split: Split,
    /// Where the previous invocation stopped; `None` at the start of the split.
    #[serde(default)]
    pub cursor: Option<ExtractCursor>,
}

/// Where an invocation of Extract stopped. This is always the end of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractCursor {
    /// The position in the split's objects; `None` for other sources, whose last chunk holds the position.
    pub position: Option<ObjectPosition>,
    /// Number of the next chunk.
    pub chunk: u32,
    /// Records read so far.
    pub records: u64,
    /// Bytes read so far.
    pub bytes_in: u64,
    /// Bytes written so far.
    pub bytes_out: u64,
}

/// A position in the objects of a split, always at the end of a chunk. It holds only numbers, so the state machine may
/// pass it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectPosition {
    /// The number of the piece in the split.
    pub piece: usize,
    /// The offset in the decompressed object, in bytes.
    pub byte: u64,
    /// Number of the next line, if it is known.
    pub line: Option<u64>,
}

/// The progress of an invocation of Extract. It is the next invocation's request until the split is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractProgress {
    /// The run.
    pub run: RunId,
    /// The split, unchanged from the request.
    pub split: Split,
    /// Where to continue.
    pub cursor: Option<ExtractCursor>,
    /// Whether the split is read to its end.
    pub done: bool,
}

/// The receipt of a finished split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractResult {
    /// The source's name.
    pub source: String,
    /// The number of chunks.
    pub chunks: u32,
    /// Lines of JSON Lines or records of CSV, with blank ones.
    pub lines: u64,
    /// The new watermark, if the source has one.
    pub watermark: Option<String>,
    /// Why the split was given up. Only sources that a run may skip have this.
    pub skipped: Option<String>,
    /// Remarks about the source since the last chunk. They are no errors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}
