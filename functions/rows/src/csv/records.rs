//! The records of a whole text, one after the other.

use memchr::memchr_iter;

use super::{Boundary, boundary};

/// A record and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'t> {
    /// The number of its first line in the text, from 1.
    pub line: usize,
    /// Its bytes, including its line end.
    pub bytes: &'t [u8],
    /// Whether it is given up: a quote is not closed, or not as it should be.
    pub is_broken: bool,
}

impl Record<'_> {
    /// Whether there is nothing but white space in it.
    pub fn is_blank(&self) -> bool {
        self.bytes.trim_ascii().is_empty()
    }
}

/// All records of a text behind its byte order mark, including the header and blank lines. A record may have any number
/// of fields.
pub fn records(text: &[u8], delimiter: u8) -> impl Iterator<Item = Record<'_>> {
    let mut rest = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let mut line = 1;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (length, is_broken) = match boundary(rest, delimiter, true) {
            Boundary::Complete(length) => (length, false),
            Boundary::Broken(length) => (length, true),
            Boundary::Open => (rest.len(), true),
        };
        let (bytes, behind) = rest.split_at(length);
        let record = Record { line, bytes, is_broken };
        line += memchr_iter(b'\n', bytes).count();
        rest = behind;
        Some(record)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<(usize, &str, bool)> {
        let found = records(text.as_bytes(), b',');
        found.map(|record| (record.line, std::str::from_utf8(record.bytes).unwrap(), record.is_broken)).collect()
    }

    #[test]
    fn records_have_the_line_that_they_begin_at() {
        let expected = [(1, "a,b\r\n", false), (2, "1,\"x\ny\"\n", false), (4, "\n", false), (5, "2,z", false)];
        assert_eq!(found("\u{feff}a,b\r\n1,\"x\ny\"\n\n2,z"), expected);
        let blank: Vec<bool> = records(b"a\n \r\n", b',').map(|record| record.is_blank()).collect();
        assert_eq!(blank, [false, true]);
        assert_eq!(found(""), []);
    }

    #[test]
    fn a_quote_that_is_not_closed_costs_its_line() {
        assert_eq!(found("1,\"x\n2,y\n"), [(1, "1,\"x\n", true), (2, "2,y\n", false)]);
    }

    proptest! {
        #[test]
        fn records_are_the_whole_text(text in "[ab,\"\n\r]{0,40}") {
            let all = found(&text);
            prop_assert_eq!(all.iter().map(|(_, bytes, _)| *bytes).collect::<String>(), text.clone());
            for (line, bytes, _) in all {
                let start = bytes.as_ptr() as usize - text.as_ptr() as usize;
                prop_assert_eq!(line, text[..start].matches('\n').count() + 1);
            }
        }
    }
}
