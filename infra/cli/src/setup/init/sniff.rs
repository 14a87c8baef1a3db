//! How a file is written, by its first bytes.

use onefold_core::csv::{Boundary, FieldReader, boundary};

use super::head::Head;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// One array of JSON objects.
    JsonArray,
    /// Delimited values with a header, and what separates them.
    Csv(u8),
    /// Apache Parquet.
    Parquet,
}

/// How a file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What it holds.
    pub format: Format,
    /// Whether it is in Windows-1252 instead of UTF-8.
    pub is_windows_1252: bool,
}

impl Layout {
    /// Takes another file of the source in. Says whether it is written in the same way.
    pub fn joined(&mut self, other: &Self) -> bool {
        let is_same = self.format == other.format;
        // A file without any letter beyond ASCII is in both encodings.
        self.is_windows_1252 |= is_same && other.is_windows_1252;
        is_same
    }
}

impl Format {
    /// The name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::JsonArray => "json",
            Self::Csv(b'\t') => "tsv",
            Self::Csv(_) => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// Separators of fields that are looked for.
const DELIMITERS: [u8; 4] = *b",;\t|";
/// How many records of a file decide on its separator.
const RECORDS: usize = 50;

/// How a file is written; `None` if there is nothing in it.
pub fn layout(head: &Head) -> Option<Layout> {
    if head.bytes.starts_with(b"PAR1") {
        return Some(Layout { format: Format::Parquet, is_windows_1252: false });
    }
    let bytes = head.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&head.bytes);
    let first = bytes.trim_ascii_start().first()?;
    let format = match first {
        b'{' => Format::JsonLines,
        b'[' => Format::JsonArray,
        _ => Format::Csv(delimiter(bytes)),
    };
    Some(Layout { format, is_windows_1252: !is_utf8(head) })
}

/// Whether the bytes are UTF-8, but for a character that the end of the head cuts.
fn is_utf8(head: &Head) -> bool {
    match std::str::from_utf8(&head.bytes) {
        Ok(_) => true,
        Err(error) => !head.is_whole && error.error_len().is_none(),
    }
}

/// The separator by which most records have as many fields as the first one, of those the one that gives most fields.
fn delimiter(bytes: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let widths = widths(bytes, delimiter);
        let width = widths.first().copied().unwrap_or(0);
        let agreeing = widths.iter().filter(|other| **other == width).count();
        (width > 1 && agreeing * 10 >= widths.len() * 9, width)
    };
    // The first one of equal score: a comma.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}

/// How many fields the first records have.
fn widths(bytes: &[u8], delimiter: u8) -> Vec<usize> {
    let mut rest = bytes;
    let mut reader = FieldReader::new(delimiter);
    let mut widths = Vec::new();
    while !rest.is_empty() && widths.len() < RECORDS {
        let (Boundary::Complete(length) | Boundary::Broken(length)) = boundary(rest, delimiter, true) else { break };
        let (record, after) = rest.split_at(length);
        rest = after;
        if !record.trim_ascii().is_empty() {
            reader.read(record);
            widths.push(reader.len());
        }
    }
    widths
}
