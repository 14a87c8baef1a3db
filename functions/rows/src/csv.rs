//! CSV as RFC 4180 describes it: where records end, and what their fields are.
//!
//! Records may hold line breaks inside quotes. A quote that is not closed would swallow the rows behind it, up to the
//! next quote or the end of the file. So a record is given up at its first line if it grows over the limit, or if a
//! field that spans lines ends as no quoted field does. Reading goes on at the next line.

mod records;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::{memchr, memchr_iter, memchr2, memchr3, memrchr};

pub use records::{Record, records};

/// Longest record in bytes, without its line end. Longer ones are rejected, not read.
pub const RECORD_BYTES_MAX: usize = 1 << 20;

/// Where the record at the start of some bytes ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// After so many bytes, including the line end.
    Complete(usize),
    /// Not within these bytes. Never the case if nothing follows them.
    Open,
    /// The record is given up: a quote in its first line is not closed, or not as it should be. The length is that of
    /// whole lines, mostly one, including their line ends.
    Broken(usize),
}

/// How the records of a file are separated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The byte between two fields.
    pub delimiter: u8,
    /// How many fields a record may have.
    pub columns: usize,
    /// Longest record that spans lines, in bytes: [`RECORD_BYTES_MAX`] outside tests.
    pub record_bytes_max: usize,
}

/// Finds the end of the record at the start of `bytes`; it may have any number of fields. `is_last` says that nothing
/// follows the bytes.
pub fn boundary(bytes: &[u8], delimiter: u8, is_last: bool) -> Boundary {
    Dialect { delimiter, columns: usize::MAX, record_bytes_max: RECORD_BYTES_MAX }.record(bytes, is_last)
}

/// The position behind a field, or the boundary of the whole record.
type FieldEnd = Result<usize, Boundary>;

impl Dialect {
    /// The dialect of a file with this header.
    pub fn of(header: &[u8], delimiter: u8) -> Self {
        let mut reader = FieldReader::new(delimiter);
        reader.read(header);
        Self { delimiter, columns: reader.len(), record_bytes_max: RECORD_BYTES_MAX }
    }

    /// Finds the end of the record at the start of `bytes`. `is_last` says that nothing follows the bytes.
    ///
    /// A result other than [`Boundary::Open`] does not depend on how many bytes stand behind the record.
    pub fn record(&self, bytes: &[u8], is_last: bool) -> Boundary {
        let (mut position, mut fields) = (0, 0);
        // Behind the last quoted field that spans lines.
        let mut spanning = None;
        loop {
            let start = position;
            let is_quoted = bytes.get(start) == Some(&b'"');
            if is_quoted {
                match self.quoted(bytes, start, is_last) {
                    Err(found) => return found,
                    Ok(end) => position = end,
                }
                if memchr(b'\n', &bytes[start..position]).is_some() {
                    spanning = Some(position);
                }
            }
            let found = memchr2(self.delimiter, b'\n', &bytes[position..]).map(|offset| position + offset);
            let end = found.unwrap_or(bytes.len());
            if spanning.is_some() && end > self.record_bytes_max {
                return Boundary::Broken(first_line(bytes));
            }
            if found.is_none() && !is_last {
                return Boundary::Open;
            }
            fields += 1;
            if let Some(close) = spanning
                && (fields > self.columns || (!is_quoted && ends_in_quote(&bytes[start..end])))
            {
                return self.open_quote(bytes, close, is_last);
            }
            match found.map(|end| bytes[end]) {
                None => return Boundary::Complete(end),
                Some(b'\n') => return Boundary::Complete(end + 1),
                Some(_) => position = end + 1,
            }
        }
    }

    /// The position behind the quote that closes the quoted field at `start`.
    fn quoted(&self, bytes: &[u8], start: usize, is_last: bool) -> FieldEnd {
        let is_over_limit = bytes.len() > self.record_bytes_max;
        let Some(end) = quoted_end(bytes, start + 1) else {
            let is_given_up = is_last || (is_over_limit && memchr(b'\n', bytes).is_some());
            return Err(if is_given_up { Boundary::Broken(first_line(bytes)) } else { Boundary::Open });
        };
        if memchr(b'\n', &bytes[start..end]).is_none() {
            return Ok(end);
        }
        if end > self.record_bytes_max {
            return Err(Boundary::Broken(first_line(bytes)));
        }
        match bytes.get(end) {
            None if !is_last => Err(Boundary::Open),
            Some(next) if *next != self.delimiter && !matches!(next, b'\r' | b'\n') => {
                Err(self.open_quote(bytes, end, is_last))
            }
            _ => Ok(end),
        }
    }

    /// How much of a record is given up if a field spans lines and ends, at `close`, as no field should.
    ///
    /// The first line lacks a closing quote, and the other lines are rows, if the quote at `close` stands where a
    /// quoted field begins, or if the second line looks like a row. Otherwise the lines are one row that is written
    /// wrongly, and its later lines must not be read as rows.
    fn open_quote(&self, bytes: &[u8], close: usize, is_last: bool) -> Boundary {
        let first = first_line(bytes);
        let quote = close - 1;
        let last = memrchr(b'\n', &bytes[..quote]).map_or(0, |position| position + 1);
        let begins_field = quote == last || bytes[quote - 1] == self.delimiter;
        let is_row = || first < last && self.fields_of_line(&bytes[first..last]) == self.columns;
        if begins_field || is_row() {
            return Boundary::Broken(first);
        }
        let end = bytes.len().min(self.record_bytes_max + 1);
        match memchr(b'\n', &bytes[close..end]) {
            Some(offset) => Boundary::Broken(close + offset + 1),
            None if bytes.len() > self.record_bytes_max => Boundary::Broken(first),
            None if is_last => Boundary::Broken(bytes.len()),
            None => Boundary::Open,
        }
    }

    /// The number of fields of the first line, read as a record.
    fn fields_of_line(&self, lines: &[u8]) -> usize {
        let line = &lines[..first_line(lines)];
        let (mut position, mut fields) = (0, 1);
        loop {
            if line.get(position) == Some(&b'"') {
                position = quoted_end(line, position + 1).unwrap_or(line.len());
            }
            match memchr(self.delimiter, &line[position..]) {
                None => return fields,
                Some(offset) => position += offset + 1,
            }
            fields += 1;
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

/// Whether a field without a quote at its start has one at its end, before a line end.
fn ends_in_quote(field: &[u8]) -> bool {
    field.strip_suffix(b"\r").unwrap_or(field).ends_with(b"\"")
}

/// The length of the first line, including its line end.
fn first_line(bytes: &[u8]) -> usize {
    memchr(b'\n', bytes).map_or(bytes.len(), |position| position + 1)
}

/// Splits a record without quotes into its fields, without copying them. `false` if the record has quotes or lone
/// carriage returns, is blank, or is not UTF-8: [`FieldReader`] reads such records.
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
    // An empty line is no record, and a byte order mark is no text.
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

/// The names of the columns of a file whose first record is `header`, without white space around them.
pub fn column_names(header: &[u8], delimiter: u8) -> Vec<String> {
    let mut reader = FieldReader::new(delimiter);
    reader.read(header);
    let mut names: Vec<String> =
        reader.fields().map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect();
    if let Some(first) = names.first_mut() {
        *first = first.trim_start_matches('\u{feff}').trim_start().to_owned();
    }
    names
}

/// Splits records into their fields, one at a time. Its buffers are used again for each record.
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

    /// Reads the fields of one whole record. `false` if the bytes hold more than one record, as a lone carriage return
    /// ends one.
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
    use proptest::prelude::*;

    use super::*;

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

    fn record(text: &str, columns: usize) -> Boundary {
        Dialect { delimiter: b',', columns, record_bytes_max: RECORD_BYTES_MAX }.record(text.as_bytes(), true)
    }

    #[test]
    fn a_quote_that_a_later_row_closes_costs_the_first_line() {
        let cases = [
            // The next quoted field closes it: text follows, or a delimiter, or nothing.
            "1,\"open,x\n2,b,c\n3,\"quoted\",c\n",
            "1,\"open,x\n2,b,c\n3,\", quoted\",c\n",
            "1,b,\"open\n2,\"quoted\",c\n",
            "1,b,\"open\n\"2\",b,c\n",
            // A quote within a later row does.
            "1,b,\"open\n2,b,c\n3,5\" pipe,c\n",
        ];
        for text in cases {
            let first = text.find('\n').unwrap() + 1;
            assert_eq!(record(text, 3), Boundary::Broken(first), "{text:?}");
        }
    }

    /// What follows its first line must not be taken for rows.
    #[test]
    fn a_row_of_several_lines_that_is_written_wrongly_is_refused_as_a_whole() {
        for text in ["1,\"a\nb\",x,y\n", "\"a\nb\" c,x,y\n", "1,x,\"a\n\nb\"c\n", "1,\"a\nb\",5\"\n"] {
            assert_eq!(record(&format!("{text}2,b,c\n"), 3), Boundary::Broken(text.len()), "{text:?}");
            assert_eq!(record(text.trim_end(), 3), Boundary::Broken(text.len() - 1), "{text:?}");
        }
        assert_eq!(record("1,\"a\nb\",x\n2,b,c\n", 3), Boundary::Complete(10));
        assert_eq!(record("1,\"a\nb\"\r\n2,b,c\n", 3), Boundary::Complete(9), "one with too few fields is one");
    }

    #[test]
    fn splits_fields() {
        assert_eq!(fields("a,\"b \"\"c\"\"\nd\",,e\r\n"), ["a", "b \"c\"\nd", "", "e"]);
        assert_eq!(fields("1,broken\n"), ["1", "broken"]);
        assert!(!FieldReader::new(b',').read(b"a,b\rc,d\n"));
        let wide = vec!["x".repeat(200); 300].join(",");
        assert_eq!(fields(&wide).len(), 300);
    }

    #[test]
    fn names_of_columns_have_no_byte_order_mark_and_no_blanks() {
        assert_eq!(column_names("\u{feff}id ,\"e,mail \", ä\r\n".as_bytes(), b','), ["id", "e,mail", "ä"]);
        assert_eq!(column_names("\u{feff}\"id\";b".as_bytes(), b';'), ["id", "b"]);
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
        fn a_record_is_what_it_is_however_much_follows(
            text in "[ab,\"\n\r]{0,40}", columns in 1usize..4, limit in 4usize..30,
        ) {
            let dialect = Dialect { delimiter: b',', columns, record_bytes_max: limit };
            let whole = dialect.record(text.as_bytes(), true);
            prop_assert!(whole != Boundary::Open);
            for end in 0..=text.len() {
                let found = dialect.record(&text.as_bytes()[..end], false);
                prop_assert!(found == Boundary::Open || found == whole, "{:?} of {} bytes", found, end);
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
