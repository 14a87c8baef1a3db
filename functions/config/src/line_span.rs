//! Places in the configuration's text.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// A place in the configuration's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineSpan {
    /// Line, from 1.
    pub line: usize,
    /// Column in the line, from 1, in characters.
    pub column: usize,
    /// How many characters of that line are meant.
    pub length: usize,
}

impl LineSpan {
    /// The place of some bytes of a text. Of several lines only the first is meant.
    pub(super) fn of(text: &str, span: Range<usize>) -> Self {
        let (before, from) = text.split_at_checked(span.start).unwrap_or((text, ""));
        let line_start = before.rfind('\n').map_or(0, |position| position + 1);
        let meant = from.get(..span.len()).unwrap_or(from);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            length: meant.lines().next().unwrap_or_default().chars().count(),
        }
    }

    /// Where a key's value stands in the section of a number, as `table` in the second `[[enrich]]`; the section itself
    /// if it has no such key.
    pub fn find(text: &str, section: &str, number: usize, key: &str) -> Option<Self> {
        let (document, _) = DeTable::parse_recoverable(text);
        let DeValue::Array(items) = document.get_ref().get(section)?.get_ref() else {
            return None;
        };
        let item = items.get(number)?;
        let span = match item.get_ref() {
            DeValue::Table(table) => table.get(key).map_or(item.span(), |value| value.span()),
            _ => item.span(),
        };
        Some(Self::of(text, span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_key_of_a_section() {
        let text = "[[enrich]]\ntable = \"a\"\n\n[[enrich]]\n# é\n  table = \"bc\"\n";
        assert_eq!(LineSpan::find(text, "enrich", 1, "table"), Some(LineSpan { line: 6, column: 11, length: 4 }));
        assert_eq!(LineSpan::find(text, "enrich", 1, "on"), Some(LineSpan { line: 4, column: 1, length: 10 }));
        assert_eq!(LineSpan::find(text, "enrich", 2, "table"), None);
        assert_eq!(LineSpan::find(text, "source", 0, "name"), None);
    }

    #[test]
    fn counts_characters_and_takes_the_first_of_several_lines() {
        assert_eq!(LineSpan::of("é = [\n1]\n", 5..9), LineSpan { line: 1, column: 5, length: 1 });
        assert_eq!(LineSpan::of("a\n", 9..12), LineSpan { line: 2, column: 1, length: 0 });
    }
}
