//! Where the rows of a chunk came from.

use serde::{Deserialize, Serialize};

/// Whole lines of a chunk that stood one behind the other in one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// The object's key.
    pub object: String,
    /// When the object came, in milliseconds since the epoch.
    pub received_at: i64,
    /// Position of the first byte in the (decompressed) object.
    pub byte: u64,
    /// Number of the first line in the object, from 1, where it is known: the lines before a byte range
    /// are not read.
    pub line: Option<u64>,
    /// How many bytes of the chunk this is.
    pub length: usize,
    /// Whether this is the start of a row that is too long for a chunk. It is refused as it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_fragment: bool,
}

/// Where a row is, in its chunk and in its object.
#[derive(Clone, Copy)]
pub(super) struct RowPlace {
    /// The number of its segment.
    pub(super) segment: usize,
    /// Its bytes in the chunk, from `start` to `end`.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Position of its first byte in the (decompressed) object.
    pub(super) byte: u64,
    /// Number of its first line in the object, from 1, where it is known.
    pub(super) line: Option<u64>,
}
