//! What Extract is called with and what it answers.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;
use crate::run::note::Note;
use crate::run::plan::Split;

/// What the state machine sends to Extract: a split, and where to go on in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractRequest {
    /// The run.
    pub run: RunId,
    /// A line of the run's splits.
    pub split: Split,
    /// Where the invocation before this one stopped.
    #[serde(default)]
    pub cursor: Option<ExtractCursor>,
}

/// Where an invocation of Extract stopped: always at the end of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractCursor {
    /// Where in its objects; of a source without objects, the last chunk knows.
    pub position: Option<ObjectPosition>,
    /// Number of the next chunk.
    pub chunk: u32,
    /// What was moved so far.
    pub records: u64,
    /// Bytes read so far.
    pub bytes_in: u64,
    /// Bytes written so far.
    pub bytes_out: u64,
}

/// Where in its objects a split was left: always at the end of a chunk. Numbers alone, so that it may travel
/// through the state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectPosition {
    /// Which piece of the split.
    pub piece: usize,
    /// How far in the (decompressed) object, in bytes.
    pub byte: u64,
    /// Number of the next line, if it is known.
    pub line: Option<u64>,
}

/// What an invocation of Extract answers: how far the split is read. It is the next invocation's request, if the split is
/// not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractProgress {
    /// The run.
    pub run: RunId,
    /// The split, as it came.
    pub split: Split,
    /// Where to go on.
    pub cursor: Option<ExtractCursor>,
    /// Whether the split is read to its end.
    pub done: bool,
}

/// What Extract's receipt of a split says, once the split is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractResult {
    /// The source's name.
    pub source: String,
    /// How many chunks there are.
    pub chunks: u32,
    /// Lines of JSON Lines, records of CSV; blank ones among them.
    pub lines: u64,
    /// Up to where the source is read now, if it is read by a watermark.
    pub watermark: Option<String>,
    /// Why the split was given up, if its source failed and need not be read.
    pub skipped: Option<String>,
    /// What is told of the source since the last chunk, and is no fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}
