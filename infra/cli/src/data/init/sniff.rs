//! Guesses the format and encoding of a file from its first bytes.

use onefold_rows::csv::{FieldReader, records};

use super::head::Head;
use super::items::{FirstValue, first_value};

/// The format of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuessedFormat {
    /// One JSON object a line.
    JsonLines,
    /// One array of JSON objects at this pointer, which is empty if the array is the whole file.
    Json(String),
    /// Delimited values with a header, and their delimiter.
    Csv(u8),
    /// Apache Parquet.
    Parquet,
}

/// The format and encoding of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuessedLayout {
    /// The format.
    pub format: GuessedFormat,
    /// The number of letters of several bytes in UTF-8.
    pub letters: usize,
    /// The number of places that are not UTF-8.
    pub broken: usize,
}

/// What a file seems to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sniffed {
    /// An empty file.
    Empty,
    /// A file of this layout.
    Layout(GuessedLayout),
    /// A file that cannot be read; why, and what to do.
    Unfit(&'static str),
}

impl GuessedLayout {
    /// A layout before any text was read.
    pub fn new(format: &GuessedFormat) -> Self {
        Self { format: format.clone(), letters: 0, broken: 0 }
    }

    /// Adds the counts of another file of the source. Returns false, and adds nothing, if its format is another one.
    pub fn joined(&mut self, other: &Self) -> bool {
        let is_same = self.format == other.format;
        if is_same {
            // A file in ASCII is of both encodings.
            self.letters += other.letters;
            self.broken += other.broken;
        }
        is_same
    }

    /// Whether the text is Windows-1252. UTF-8 may hold a few broken bytes, but letters of Windows-1252 are hardly ever valid
    /// UTF-8.
    pub fn is_windows_1252(&self) -> bool {
        self.format.has_encoding() && self.broken > 0 && self.letters * 10 <= self.broken
    }
}

impl GuessedFormat {
    /// The format's name in the configuration.
    pub fn name(&self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Json(_) => "json",
            Self::Csv(b'\t') => "tsv",
            Self::Csv(_) => "csv",
            Self::Parquet => "parquet",
        }
    }

    /// Whether the format allows other encodings than UTF-8.
    fn has_encoding(&self) -> bool {
        matches!(self, Self::JsonLines | Self::Csv(_))
    }
}

/// The delimiters that are tried.
const DELIMITERS: [u8; 4] = *b",;\t|";
/// How many records of a file decide on its delimiter.
const RECORDS: usize = 50;

/// Guesses the layout of a file.
pub fn sniff(head: &Head) -> Sniffed {
    if head.bytes.starts_with(b"PAR1") {
        return Sniffed::Layout(GuessedLayout::new(&GuessedFormat::Parquet));
    }
    let bytes = head.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&head.bytes);
    let format = match bytes.trim_ascii_start().first() {
        None => return Sniffed::Empty,
        Some(b'{') => match of_objects(bytes, head.is_whole) {
            Ok(format) => format,
            Err(reason) => return Sniffed::Unfit(reason),
        },
        Some(b'[') => GuessedFormat::Json(String::new()),
        Some(_) => GuessedFormat::Csv(named_delimiter(bytes).unwrap_or_else(|| delimiter(bytes))),
    };
    let (letters, broken) = weigh(head);
    Sniffed::Layout(GuessedLayout { format, letters, broken })
}

/// The format of a text that begins with `{`: an object a line, or one object that holds all rows.
fn of_objects(bytes: &[u8], is_whole: bool) -> Result<GuessedFormat, &'static str> {
    let text = String::from_utf8_lossy(bytes);
    // A broken first line may be followed by good ones, so the text counts as lines, and faults are shown by line.
    let Some(first) = first_value(&text) else { return Ok(GuessedFormat::JsonLines) };
    let FirstValue { is_on_one_line, is_followed, longest, .. } = first;
    let is_alone = !is_followed;
    match longest {
        Some((pointer, _)) if is_alone && !(is_on_one_line && is_row(&text)) => Ok(GuessedFormat::Json(pointer)),
        _ if is_on_one_line => Ok(GuessedFormat::JsonLines),
        _ if is_alone && is_whole => Err(
            "holds one JSON object over several lines, and no array of objects is in it; write each row as one object \
             on one line (format = \"jsonl\"), or put the rows into an array (format = \"json\")",
        ),
        _ => Err(
            "holds JSON objects over several lines; write each on one line (format = \"jsonl\"), or put them into an \
             array (format = \"json\")",
        ),
    }
}

/// Whether an object alone in its file, on one line, is a row although it holds an array of objects: it has an id or an
/// e-mail address of its own.
fn is_row(text: &str) -> bool {
    let Ok(serde_json::Value::Object(members)) = serde_json::from_str(text) else { return false };
    members.iter().any(|(name, value)| {
        let is_plain = value.is_string() || value.is_number();
        is_plain && matches!(super::names::plain(name).as_str(), "id" | "uuid" | "email")
    })
}

/// The number of letters of several bytes in UTF-8, and of places that are not UTF-8. A character that the end of the head
/// cuts is neither.
fn weigh(head: &Head) -> (usize, usize) {
    let (mut letters, mut broken) = (0, 0);
    let mut end = 0;
    for chunk in head.bytes.utf8_chunks() {
        letters += chunk.valid().chars().filter(|letter| !letter.is_ascii() && *letter != '\u{feff}').count();
        end += chunk.valid().len() + chunk.invalid().len();
        let is_cut = !head.is_whole && end == head.bytes.len();
        broken += usize::from(!chunk.invalid().is_empty() && !is_cut);
    }
    (letters, broken)
}

/// The delimiter that the first line names, as Excel reads it: `sep=;`, with or without quotes.
fn named_delimiter(bytes: &[u8]) -> Option<u8> {
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [s, e, p, b'=', delimiter] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") => Some(*delimiter),
        _ => None,
    }
}

/// The delimiter with which most records have as many fields as the first one. Of several, the one with most fields.
fn delimiter(bytes: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let widths = widths(bytes, delimiter);
        let width = widths.first().copied().unwrap_or(0);
        let agreeing = widths.iter().filter(|other| **other == width).count();
        (width > 1 && agreeing * 10 >= widths.len() * 9, width)
    };
    // `max_by_key` returns the last of equal ones, so the comma is tried last.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}

/// The number of fields of each of the first records.
fn widths(bytes: &[u8], delimiter: u8) -> Vec<usize> {
    let mut reader = FieldReader::new(delimiter);
    let records = records(bytes, delimiter).filter(|record| !record.is_blank()).take(RECORDS);
    records
        .map(|record| {
            reader.read(record.bytes);
            reader.len()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(bytes: &[u8]) -> GuessedLayout {
        match sniff(&Head { bytes: bytes.to_vec(), is_whole: true }) {
            Sniffed::Layout(layout) => layout,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_broken_byte_does_not_make_windows_1252_of_a_file() {
        let file = |rows: &[&[u8]]| [b"id,name\n", rows.concat().as_slice()].concat();
        let broken = layout(&file(&["1,Jörg\n".as_bytes(), b"2,Zo\xeb\n", b"3,Max\n"]));
        assert_eq!((broken.letters, broken.broken, broken.is_windows_1252()), (1, 1, false));
        let latin = layout(&file(&[b"1,J\xf6rg\n", b"2,Zo\xeb\n"]));
        assert_eq!((latin.letters, latin.broken, latin.is_windows_1252()), (0, 2, true));
        // Two letters of Windows-1252 that happen to be one of UTF-8, among many that are not.
        let by_chance = layout(&file(&[
            "1,Ã¼".chars().map(|letter| letter as u8).collect::<Vec<_>>().as_slice(),
            &b"\xf6,\n".repeat(10),
        ]));
        assert_eq!((by_chance.letters, by_chance.broken, by_chance.is_windows_1252()), (1, 10, true));
        assert!(!layout(b"{\"a\":[{\"b\":\"\xf6\"},{}]}").is_windows_1252(), "JSON that is no lines is in UTF-8");
    }

    #[test]
    fn a_letter_that_the_end_cuts_is_none() {
        let head = |is_whole| Head { bytes: b"id,name\n1,J\xc3".to_vec(), is_whole };
        let broken = |head| match sniff(&head) {
            Sniffed::Layout(layout) => layout.broken,
            other => panic!("{other:?}"),
        };
        assert_eq!((broken(head(true)), broken(head(false))), (1, 0));
    }

    #[test]
    fn objects_are_rows_or_hold_rows() {
        let format = |text: &str| layout(text.as_bytes()).format;
        assert_eq!(format("{\"id\":1}\n{\"id\":2}\n"), GuessedFormat::JsonLines);
        assert_eq!(format("{\"id\":1}\n"), GuessedFormat::JsonLines);
        assert_eq!(format("{\"id\":1,\"orders\":[{\"no\":1},{\"no\":2}]}\n"), GuessedFormat::JsonLines, "one row");
        assert_eq!(format("{\"users\":[{\"id\":1},{\"id\":2}],\"count\":2}"), GuessedFormat::Json("/users".to_owned()));
        assert_eq!(
            format("{\n \"data\": {\"rows\": [\n{\"id\":1}]}\n}\n"),
            GuessedFormat::Json("/data/rows".to_owned())
        );
        assert_eq!(format("[{\"id\":1}]"), GuessedFormat::Json(String::new()));
        for pretty in ["{\n\"id\":1\n}\n", "{\n\"id\":1\n}\n{\n\"id\":2\n}\n"] {
            let sniffed = sniff(&Head { bytes: pretty.as_bytes().to_vec(), is_whole: true });
            assert!(matches!(sniffed, Sniffed::Unfit(reason) if reason.contains("over several lines")), "{sniffed:?}");
        }
    }
}
