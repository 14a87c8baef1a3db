//! Raw chunks: rows as received, and where they came from.
//!
//! The text is one zstd frame, so `zstdcat` shows it. A skippable frame follows, which every zstd reader ignores. It
//! holds the index as JSON and the index's XXH3 (64 bits). (Zstandard format, RFC 8878, section 3.1.2.)

use onefold_rows::translate::Segment;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::compress::{FormatError, compress, decompress};
use crate::data::links::array;
use crate::run::note::Note;

/// Magic number of the index's skippable frame.
const MAGIC: u32 = 0x184D_2A5A;
/// Bytes after the index in its frame.
const END_BYTES: u32 = 12;

/// The index of a chunk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChunkIndex {
    /// Where the rows came from. In order, the segments cover the text except for a header.
    pub segments: Vec<Segment>,
    /// Lines of JSON Lines or records of CSV, with blank ones.
    pub lines: u64,
    /// How the split continues. Only sources whose answers can differ between reads have this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<SplitContinuation>,
    /// Remarks about the source since the previous chunk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// How a split continues after a chunk. With it, the chunks of a split are a log and its own checkpoint: each chunk is
/// written once, and the last one says where to continue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum SplitContinuation {
    /// At this position of the source's connector. It can hold values of rows, so it is stored nowhere else.
    At(serde_json::Value),
    /// The split is read to its end.
    End {
        /// The new watermark, if the source has one.
        watermark: Option<String>,
    },
    /// The source failed, and the run may skip it.
    Skipped {
        /// Why. It holds no value of a row.
        reason: String,
    },
}

/// Formats a chunk.
///
/// # Errors
/// Only if memory runs out.
pub fn format(text: &[u8], index: &ChunkIndex) -> std::io::Result<Vec<u8>> {
    let mut out = compress(text)?;
    let index = serde_json::to_vec(index)?;
    let length = u32::try_from(index.len()).map_err(std::io::Error::other)?;
    // The index's digest and length follow it, so a reader finds the index from the object's end.
    out.extend_from_slice(&MAGIC.to_le_bytes());
    out.extend_from_slice(&(length + END_BYTES).to_le_bytes());
    out.extend_from_slice(&index);
    out.extend_from_slice(&xxh3_64(&index).to_le_bytes());
    out.extend_from_slice(&length.to_le_bytes());
    Ok(out)
}

/// Parses a chunk into its text and index.
///
/// # Errors
/// The object is damaged.
pub fn parse(key: &str, bytes: &[u8]) -> Result<(Vec<u8>, ChunkIndex), FormatError> {
    let (text, index) = frames(key, bytes)?;
    let text = decompress(key, text)?;
    let covered: usize = index.segments.iter().map(|segment| segment.length).sum();
    if covered > text.len() {
        return Err(FormatError::new(key, "the segments are longer than the text"));
    }
    Ok((text, index))
}

/// Parses only the index of a chunk.
///
/// # Errors
/// The object is damaged.
pub fn parse_index(key: &str, bytes: &[u8]) -> Result<ChunkIndex, FormatError> {
    frames(key, bytes).map(|(_, index)| index)
}

/// Splits a chunk into its compressed text and its index.
fn frames<'b>(key: &str, bytes: &'b [u8]) -> Result<(&'b [u8], ChunkIndex), FormatError> {
    let damaged = || FormatError::new(key, "the index is missing");
    let (rest, length) = bytes.split_last_chunk::<4>().ok_or_else(damaged)?;
    let (rest, digest) = rest.split_last_chunk::<8>().ok_or_else(damaged)?;
    let length = u32::from_le_bytes(*length);
    let start = rest.len().checked_sub(length as usize).ok_or_else(damaged)?;
    let (frames, index) = rest.split_at(start);
    let (text, header) = frames.split_at(frames.len().checked_sub(8).ok_or_else(damaged)?);
    let frame_length = u32::from_le_bytes(array(&header[4..]));
    if u32::from_le_bytes(array(header)) != MAGIC || frame_length.checked_sub(END_BYTES) != Some(length) {
        return Err(damaged());
    }
    if u64::from_le_bytes(*digest) != xxh3_64(index) {
        return Err(FormatError::new(key, "the index is not as it was written"));
    }
    let index = serde_json::from_slice(index).map_err(|error| FormatError::json(key, &error))?;
    Ok((text, index))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(lengths: &[usize]) -> ChunkIndex {
        let segment = |length: &usize| Segment {
            object: "landing/crm/ä.jsonl".to_owned(),
            received_at: 7,
            byte: 9,
            line: Some(1),
            length: *length,
            is_fragment: false,
        };
        ChunkIndex { segments: lengths.iter().map(segment).collect(), lines: 2, next: None, notes: Vec::new() }
    }

    #[test]
    fn chunks_are_read_back_and_open_with_any_zstd_reader() {
        let text = b"{\"id\":1}\n".repeat(1000);
        let index = index(&[9, text.len() - 9]);
        let bytes = format(&text, &index).unwrap();
        assert_eq!(decompress("k", &bytes).unwrap(), text);
        assert_eq!(parse("k", &bytes).unwrap(), (text, index));
        assert_eq!(parse("k", &format(b"", &ChunkIndex::default()).unwrap()).unwrap(), (vec![], ChunkIndex::default()));
    }

    #[test]
    fn checkpoints_are_read_back() {
        let at = SplitContinuation::At(serde_json::json!({"cursor": "c", "page": 3}));
        let end = SplitContinuation::End { watermark: Some("2026-11-22".to_owned()) };
        for next in [at, end, SplitContinuation::Skipped { reason: "status 503".to_owned() }] {
            let index = ChunkIndex { next: Some(next), notes: vec![Note::RowsHidden], ..index(&[5]) };
            assert_eq!(parse_index("k", &format(b"text\n", &index).unwrap()).unwrap(), index);
        }
    }

    #[test]
    fn damage_is_noticed() {
        let bytes = format(b"text\n", &index(&[5])).unwrap();
        for end in 0..bytes.len() {
            assert!(parse("k", &bytes[..end]).is_err(), "cut at {end}");
        }
        assert!(parse("k", &format(b"text\n", &index(&[6])).unwrap()).is_err());
        assert!(parse("k", b"corrupt").is_err());
    }
}
