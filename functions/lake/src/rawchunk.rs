//! Raw chunks: bytes as received, and where they came from.
//!
//! The text is one zstd frame, so that `zstdcat` shows it; behind it stands a skippable frame with the
//! segments as JSON, which every zstd reader passes over. (Zstandard format, RFC 8878, section 3.1.2.)

use onefold_core::translate::Segment;

use crate::compress::{FormatError, compress, decompress};
use crate::links::array;

/// Magic number of the skippable frame that holds segments.
const MAGIC: u32 = 0x184D_2A5A;

/// Formats a chunk.
///
/// # Errors
/// Only if memory runs out.
pub fn format(text: &[u8], segments: &[Segment]) -> std::io::Result<Vec<u8>> {
    let mut out = compress(text)?;
    let index = serde_json::to_vec(segments)?;
    let length = u32::try_from(index.len()).map_err(std::io::Error::other)?;
    // The frame holds the segments and their length, by which they are found from the object's end.
    out.extend_from_slice(&MAGIC.to_le_bytes());
    out.extend_from_slice(&(length + 4).to_le_bytes());
    out.extend_from_slice(&index);
    out.extend_from_slice(&length.to_le_bytes());
    Ok(out)
}

/// Parses a chunk into its text and segments.
///
/// # Errors
/// The object is damaged.
pub fn parse(key: &str, bytes: &[u8]) -> Result<(Vec<u8>, Vec<Segment>), FormatError> {
    let damaged = || FormatError::new(key, "the list of segments is missing");
    let (rest, length) = bytes.split_last_chunk::<4>().ok_or_else(damaged)?;
    let length = u32::from_le_bytes(*length) as usize;
    let start = rest.len().checked_sub(length).ok_or_else(damaged)?;
    let (frames, index) = rest.split_at(start);
    let (text, header) = frames.split_at(frames.len().checked_sub(8).ok_or_else(damaged)?);
    if u32::from_le_bytes(array(header)) != MAGIC || u32::from_le_bytes(array(&header[4..])) as usize != length + 4 {
        return Err(damaged());
    }
    let segments: Vec<Segment> = serde_json::from_slice(index).map_err(|error| FormatError::new(key, error))?;
    let text = decompress(key, text)?;
    let covered: usize = segments.iter().map(|segment| segment.length).sum();
    if covered > text.len() {
        return Err(FormatError::new(key, "the segments are longer than the text"));
    }
    Ok((text, segments))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(length: usize) -> Segment {
        Segment {
            object: "landing/crm/ä.jsonl".to_owned(),
            received_at: 7,
            byte: 9,
            line: Some(1),
            length,
            is_fragment: false,
        }
    }

    #[test]
    fn chunks_are_read_back_and_open_with_any_zstd_reader() {
        let text = b"{\"id\":1}\n".repeat(1000);
        let bytes = format(&text, &[segment(9), segment(text.len() - 9)]).unwrap();
        assert_eq!(decompress("k", &bytes).unwrap(), text);
        let (found, segments) = parse("k", &bytes).unwrap();
        assert_eq!(found, text);
        assert_eq!(segments, [segment(9), segment(text.len() - 9)]);
        assert_eq!(parse("k", &format(b"", &[]).unwrap()).unwrap(), (vec![], vec![]));
    }

    #[test]
    fn damage_is_noticed() {
        let bytes = format(b"text\n", &[segment(5)]).unwrap();
        for end in 0..bytes.len() {
            assert!(parse("k", &bytes[..end]).is_err(), "cut at {end}");
        }
        assert!(parse("k", &format(b"text\n", &[segment(6)]).unwrap()).is_err());
        assert!(parse("k", b"corrupt").is_err());
    }
}
