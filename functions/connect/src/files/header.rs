//! The start of a CSV object: Excel's note of its separator, which is no row, and the header.

use std::ops::Range;

use memchr::{memchr, memchr_iter};
use onefold_rows::csv::{Boundary, FieldReader, RECORD_BYTES_MAX, boundary};

/// Why the start of an object is no header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeaderError {
    /// There is no line end.
    #[error("has no line end within its first 1 MiB, so it is not CSV; end each row with a line feed")]
    NoLineEnd,
    /// There is one, too far off.
    #[error("has a header that is longer than 1 MiB, so it is not CSV; begin it with a line that names its columns")]
    TooLong,
    /// A quote is not closed.
    #[error("has a header in which a quote is opened and not closed; close it, or double it if it is text")]
    OpenQuote,
    /// Some lines end in a carriage return, others in a line feed.
    #[error("has a carriage return that stands alone in its header; end all its lines alike, with a line feed")]
    LoneReturn,
    /// Excel's note contradicts the configuration.
    #[error(
        "says in its first line that \"{said}\" separates its fields, and the source's settings say \"{set}\"; write delimiter = \"{said}\" there"
    )]
    Separator { said: char, set: char },
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether the lines of an object end in a carriage return alone, as once on the Macintosh: its first bytes have one,
/// and no line feed. `None` if more bytes are needed.
pub(crate) fn has_old_line_ends(text: &[u8], is_last: bool) -> Option<bool> {
    let start = &text[..text.len().min(RECORD_BYTES_MAX)];
    if memchr(b'\n', start).is_some() {
        return Some(false);
    }
    let is_known = is_last || text.len() >= RECORD_BYTES_MAX;
    is_known.then(|| memchr(b'\r', start).is_some())
}

/// Where the header is in the first text of an object; `None` if more text is needed.
///
/// # Errors
/// There is none.
pub(crate) fn find(text: &[u8], delimiter: u8, is_last: bool) -> Result<Option<Range<usize>>, HeaderError> {
    let Some(start) = separator_line(text, delimiter, is_last)? else { return Ok(None) };
    let rest = &text[start..];
    let too_long = || match memchr(b'\n', &rest[..=RECORD_BYTES_MAX]) {
        None => HeaderError::NoLineEnd,
        Some(_) => HeaderError::TooLong,
    };
    let length = match boundary(rest, delimiter, is_last) {
        Boundary::Open if rest.len() > RECORD_BYTES_MAX => return Err(too_long()),
        Boundary::Open => return Ok(None),
        Boundary::Complete(length) | Boundary::Broken(length) if length > RECORD_BYTES_MAX + 1 => {
            return Err(too_long());
        }
        Boundary::Broken(_) => return Err(HeaderError::OpenQuote),
        Boundary::Complete(length) => length,
    };
    if !FieldReader::new(delimiter).read(&rest[..length]) {
        return Err(HeaderError::LoneReturn);
    }
    Ok(Some(start..start + length))
}

/// The length of Excel's first line `sep=;`, with its line end; 0 if there is none, `None` if more text is needed.
fn separator_line(text: &[u8], delimiter: u8, is_last: bool) -> Result<Option<usize>, HeaderError> {
    const LINE_BYTES_MAX: usize = 16;
    let Some(length) = memchr(b'\n', &text[..text.len().min(LINE_BYTES_MAX)]).map(|position| position + 1) else {
        return Ok((is_last || text.len() >= LINE_BYTES_MAX).then_some(0));
    };
    let line = &text[..length];
    let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [s, e, p, b'=', said] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") && said.is_ascii() => {
            let (said, set) = (char::from(*said), char::from(delimiter));
            if said == set { Ok(Some(length)) } else { Err(HeaderError::Separator { said, set }) }
        }
        _ => Ok(Some(0)),
    }
}

/// How many lines end in some text.
pub(crate) fn line_ends(text: &[u8]) -> u64 {
    memchr_iter(b'\n', text).count() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_header_is_found_behind_excels_note() {
        for (text, delimiter, expected) in [
            ("id;email\n1;a\n", b';', Ok(Some(0..9))),
            ("sep=;\nid;email\n1;a\n", b';', Ok(Some(6..15))),
            ("\u{feff}SEP=;\r\nid;email\r\n", b';', Ok(Some(10..20))),
            ("\"sep=\t\"\nid\temail\n", b'\t', Ok(Some(8..17))),
            ("sep=;\nid;email\n", b',', Err(HeaderError::Separator { said: ';', set: ',' })),
            ("separator,email\n1,a\n", b',', Ok(Some(0..16))),
            ("sep=1,email\n1,a\n", b',', Ok(Some(0..12))),
            ("id,\"e\nmail\"\n1,a\n", b',', Ok(Some(0..12))),
            ("id,email", b',', Ok(Some(0..8))),
            ("", b',', Ok(Some(0..0))),
            ("id,\"email\n1,a\n", b',', Err(HeaderError::OpenQuote)),
            ("id,email\r1,a\n", b',', Err(HeaderError::LoneReturn)),
            ("id,email\r\r\n1,a\r\r\n", b',', Ok(Some(0..11))),
        ] {
            assert_eq!(find(text.as_bytes(), delimiter, true), expected, "{text:?}");
        }
    }

    #[test]
    fn a_header_is_bounded() {
        let long = "x".repeat(RECORD_BYTES_MAX + 2);
        for is_last in [false, true] {
            assert_eq!(find(long.as_bytes(), b',', is_last), Err(HeaderError::NoLineEnd));
            assert!(find(format!("\"\n{long}").as_bytes(), b',', is_last).is_err());
        }
        assert_eq!(has_old_line_ends(long.as_bytes(), false), Some(false));
        assert_eq!(has_old_line_ends(format!("\r{long}\n").as_bytes(), false), Some(true));
        assert_eq!(has_old_line_ends(b"id\r1\r", false), None);
        assert_eq!(has_old_line_ends(b"id\r1\r", true), Some(true));
        assert_eq!(has_old_line_ends(b"id\r1\n", true), Some(false));
    }

    proptest! {
        #[test]
        fn the_header_does_not_depend_on_how_much_is_there(text in "(sep=[,;]\r?\n)?[ab,\"\n\r]{0,30}") {
            let whole = find(text.as_bytes(), b',', true);
            for end in 0..text.len() {
                let found = find(&text.as_bytes()[..end], b',', false);
                prop_assert!(found == Ok(None) || found == whole, "{:?} of {} bytes, {:?}", found, end, whole);
            }
        }
    }
}
