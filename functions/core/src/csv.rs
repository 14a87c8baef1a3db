//! CSV as RFC 4180 describes it: where records end, and what their fields are.
//!
//! Records may hold line breaks inside quotes. A quote that is never closed would swallow the rest of a
//! file; a record that grows over the limit is therefore given up at its first line, and reading goes on
//! behind that line.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::{memchr, memchr_iter, memchr2, memchr3};

/// Longest record in bytes. A longer one is rejected, not read.
pub const RECORD_BYTES_MAX: usize = 1 << 20;

/// Where the record at the start of some bytes ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// After so many bytes, the line end among them.
    Complete(usize),
    /// Not within these bytes.
    Open,
    /// Its first line is all that can be told apart: a quote in it is not closed within
    /// [`RECORD_BYTES_MAX`]. The length is that of the first line, its line end among it.
    Broken(usize),
}

/// Finds the end of the record at the start of `bytes`. `is_last` says that nothing follows them.
pub fn boundary(bytes: &[u8], delimiter: u8, is_last: bool) -> Boundary {
    let mut position = 0;
    loop {
        let at_field_start_with_quote = bytes.get(position) == Some(&b'"');
        if at_field_start_with_quote {
            match quoted_end(bytes, position + 1) {
                Some(end) => position = end,
                None if is_last || bytes.len() - position > RECORD_BYTES_MAX => {
                    return Boundary::Broken(first_line(bytes));
                }
                None => return Boundary::Open,
            }
        }
        match memchr2(delimiter, b'\n', &bytes[position..]) {
            Some(offset) if bytes[position + offset] == b'\n' => {
                let length = position + offset + 1;
                let has_quoted_break = memchr(b'\n', &bytes[..length - 1]).is_some();
                if length > RECORD_BYTES_MAX && has_quoted_break {
                    return Boundary::Broken(first_line(bytes));
                }
                return Boundary::Complete(length);
            }
            Some(offset) => position += offset + 1,
            None if is_last => return Boundary::Complete(bytes.len()),
            None => return Boundary::Open,
        }
    }
}

/// The position behind the quote that closes a quoted field whose text starts at `start`.
fn quoted_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut position = start;
    loop {
        position += memchr(b'"', bytes.get(position..)?)? + 1;
        if bytes.get(position) != Some(&b'"') {
            return Some(position);
        }
        position += 1;
    }
}

/// The length of the first line, its line end among it.
fn first_line(bytes: &[u8]) -> usize {
    memchr(b'\n', bytes).map_or(bytes.len(), |position| position + 1)
}

/// Splits a record that has no quotes into its fields, without copying them: all that is between delimiters.
/// `false` if it is not of this form, or not UTF-8; [`FieldReader`] then knows what it is.
pub fn split_plain<'a>(record: &'a [u8], delimiter: u8, fields: &mut Vec<&'a str>) -> bool {
    fields.clear();
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    let record = record.strip_suffix(b"\r").unwrap_or(record);
    if memchr3(b'"', b'\r', b'\n', record).is_some() {
        return false;
    }
    let Ok(record) = std::str::from_utf8(record) else {
        return false;
    };
    // An empty line is no record, and a byte order mark no text.
    if record.is_empty() || record.starts_with('\u{feff}') {
        return false;
    }
    let mut start = 0;
    for end in memchr_iter(delimiter, record.as_bytes()) {
        fields.push(&record[start..end]);
        start = end + 1;
    }
    fields.push(&record[start..]);
    true
}

/// Splits one record into its fields. Keeps its buffers from record to record.
pub struct FieldReader {
    reader: Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
}

impl FieldReader {
    /// A reader for fields separated by `delimiter`.
    pub fn new(delimiter: u8) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Self { reader, text: vec![0; 4096], ends: vec![0; 64], count: 0 }
    }

    /// Reads the fields of one whole record. `false` if the bytes hold more than one record, which a
    /// carriage return that stands alone can cause.
    pub fn read(&mut self, record: &[u8]) -> bool {
        self.reader.reset();
        // A decoded record is never longer than its encoding.
        if self.text.len() < record.len() {
            self.text.resize(record.len(), 0);
        }
        let (mut read, mut written) = (0, 0);
        self.count = 0;
        loop {
            let (result, bytes_in, bytes_out, ends) =
                self.reader.read_record(&record[read..], &mut self.text[written..], &mut self.ends[self.count..]);
            read += bytes_in;
            written += bytes_out;
            self.count += ends;
            match result {
                // With no input left, the next call sees the end.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        record[read..].iter().all(|byte| matches!(byte, b'\r' | b'\n'))
    }

    /// How many fields the last record has.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether the last record has no field.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// A field of the last record. Ends are counted from the start of the record.
    pub fn field(&self, number: usize) -> Option<&[u8]> {
        if number >= self.count {
            return None;
        }
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        self.text.get(start..self.ends[number])
    }

    /// All fields of the last record.
    pub fn fields(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.count).filter_map(|number| self.field(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(record: &str) -> Vec<String> {
        let mut reader = FieldReader::new(b',');
        assert!(reader.read(record.as_bytes()));
        reader.fields().map(|field| String::from_utf8(field.to_vec()).unwrap()).collect()
    }

    #[test]
    fn records_end_at_line_breaks_outside_quotes() {
        let cases = [
            ("a,b\nc", Boundary::Complete(4)),
            ("a,\"x\ny\"\r\nc", Boundary::Complete(9)),
            ("a,\"x\"\"\n\"\nc", Boundary::Complete(9)),
            ("5\" pipe,b\nc", Boundary::Complete(10)),
            ("a,b", Boundary::Open),
            ("a,\"x\ny", Boundary::Open),
        ];
        for (text, expected) in cases {
            assert_eq!(boundary(text.as_bytes(), b',', false), expected, "{text:?}");
        }
        assert_eq!(boundary(b"a,b", b',', true), Boundary::Complete(3));
        assert_eq!(boundary(b"a,\"x\ny", b',', true), Boundary::Broken(5));
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_one_line() {
        let text = format!("1,\"open\n{}", "2,b\n".repeat(RECORD_BYTES_MAX / 2));
        assert_eq!(boundary(text.as_bytes(), b',', false), Boundary::Broken(8));
        let closed_late = format!("1,\"open\n{}\"\n", "2,b\n".repeat(RECORD_BYTES_MAX / 2));
        assert_eq!(boundary(closed_late.as_bytes(), b',', false), Boundary::Broken(8));
    }

    #[test]
    fn splits_fields() {
        assert_eq!(fields("a,\"b \"\"c\"\"\nd\",,e\r\n"), ["a", "b \"c\"\nd", "", "e"]);
        assert_eq!(fields("1,broken\n"), ["1", "broken"]);
        assert!(!FieldReader::new(b',').read(b"a,b\rc,d\n"));
        let wide = vec!["x".repeat(200); 300].join(",");
        assert_eq!(fields(&wide).len(), 300);
    }

    proptest! {
        #[test]
        fn the_short_way_agrees_with_the_general_reader(
            record in "\u{feff}?[ab,é\"\r]{0,8}(\r?\n)?"
        ) {
            let mut found = Vec::new();
            if split_plain(record.as_bytes(), b',', &mut found) {
                prop_assert_eq!(found, fields(&record));
            } else {
                let is_plain = !record.trim_end().is_empty() && !record.trim_end().contains(['"', '\r', '\u{feff}']);
                prop_assert!(!is_plain || record.ends_with('\r') || record.ends_with("\r\r\n"), "{record:?}");
            }
        }

        #[test]
        fn what_is_quoted_is_read(texts in proptest::collection::vec("[a-c,\"\n\r ]{0,6}", 1..6)) {
            let record: Vec<String> = texts.iter().map(|text| format!("\"{}\"", text.replace('"', "\"\""))).collect();
            let record = record.join(",") + "\n";
            prop_assert_eq!(boundary(record.as_bytes(), b',', false), Boundary::Complete(record.len()));
            prop_assert_eq!(fields(&record), texts);
        }
    }
}
