//! Cutting a source's bytes into chunks of whole rows.
//!
//! A chunk ends with the row that fills it, so where it ends depends on the bytes alone: not on the pieces in which
//! they come, and not on whether an object is read in one go or taken up at the end of a chunk. Bytes leave as
//! received; only a missing line end at the end of an object is added. Every chunk of CSV starts with the header. At
//! most one chunk, one row and one piece are held.

use memchr::{memchr, memchr_iter, memrchr};
use onefold_config::RowFormat;
use onefold_rows::csv::{Boundary, Dialect, RECORD_BYTES_MAX};
use onefold_rows::translate::Segment;

/// Bytes of rows that fill a chunk. A line may be as long; of a longer one only the start is kept.
pub const CHUNK_BYTES: usize = 16 << 20;

/// A chunk of whole rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawChunk {
    /// The header, if it is CSV, and the rows.
    pub text: Vec<u8>,
    /// Where the rows came from.
    pub segments: Vec<Segment>,
    /// Lines of JSON Lines, records of CSV; blank ones among them.
    pub lines: u64,
}

/// A place in an object where reading can go on later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectMark {
    /// Bytes of the object that are in chunks.
    pub byte: u64,
    /// Number of the next line.
    pub line: Option<u64>,
}

/// Cuts the objects of one source into chunks.
#[derive(Debug)]
pub struct Chunker {
    format: RowFormat,
    chunk_bytes: usize,
    /// The dialect of the CSV that `header` begins.
    dialect: Dialect,
    /// The start of each chunk, including its line end.
    header: Vec<u8>,
    /// The header, whole rows, and from `ready` on bytes of the object in which rows are still to be found.
    text: Vec<u8>,
    ready: usize,
    segments: Vec<Segment>,
    lines: u64,
    object: Option<OpenObject>,
}

/// The object that is being read.
#[derive(Debug)]
struct OpenObject {
    object: String,
    received_at: i64,
    /// Where the last chunk ended, if it ended between two rows.
    left: Option<ObjectMark>,
    /// The place behind the whole rows.
    next: ObjectMark,
    /// Whether the last segment is of this object, and goes on.
    has_segment: bool,
    /// Length of the text from which on rows are searched again: long text is not searched for every piece.
    wait: usize,
    /// Whether the rest of a line that is too long is being passed over.
    is_passing: bool,
}

/// Whole rows at the start of some bytes.
struct WholeRows {
    length: usize,
    /// The number of rows; `None` if each line is one.
    records: Option<u64>,
    /// Whether the next line is too long.
    is_before_long_line: bool,
}

impl Chunker {
    /// A chunker for one source; `delimiter` separates the fields of CSV, `chunk_bytes` is normally [`CHUNK_BYTES`].
    pub fn new(format: RowFormat, delimiter: u8, chunk_bytes: usize) -> Self {
        Self {
            format,
            chunk_bytes,
            dialect: Dialect::of(&[], delimiter),
            header: Vec::new(),
            text: Vec::new(),
            ready: 0,
            segments: Vec::new(),
            lines: 0,
            object: None,
        }
    }

    /// Starts an object at a mark: its first row, or where it was left. `header` is the header of CSV with its line
    /// end, which is no part of the bytes that follow. Rows under another header are in a chunk of their own, which is
    /// returned.
    pub fn start(&mut self, object: &str, received_at: i64, mark: ObjectMark, header: &[u8]) -> Option<RawChunk> {
        let chunk = if header == self.header { None } else { self.cut() };
        if header != self.header {
            self.dialect.columns = Dialect::of(header, self.dialect.delimiter).columns;
            self.header = header.to_owned();
            self.text = header.to_owned();
            self.ready = header.len();
        }
        self.object = Some(OpenObject {
            object: object.to_owned(),
            received_at,
            left: None,
            next: mark,
            has_segment: false,
            wait: 0,
            is_passing: false,
        });
        chunk
    }

    /// Where the last chunk ended in the object; `None` if reading cannot go on there.
    pub fn mark(&self) -> Option<ObjectMark> {
        self.object.as_ref().and_then(|open| open.left)
    }

    /// Takes more bytes of the object. Gives the chunks that they fill.
    ///
    /// The memory that is held does not depend on how many bytes come at once.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<RawChunk> {
        let mut chunks = Vec::new();
        for piece in bytes.chunks(self.piece_bytes()) {
            self.text.extend_from_slice(piece);
            if self.object.as_ref().is_some_and(|open| self.text.len() >= open.wait) {
                self.take_rows(false, &mut chunks);
            }
        }
        chunks
    }

    /// Ends the object.
    pub fn end(&mut self) -> Vec<RawChunk> {
        let mut chunks = Vec::new();
        self.take_rows(true, &mut chunks);
        self.object = None;
        chunks
    }

    /// The last chunk, if there is anything left.
    pub fn finish(&mut self) -> Option<RawChunk> {
        self.cut()
    }

    /// Bytes that are looked at at once.
    fn piece_bytes(&self) -> usize {
        (self.chunk_bytes / 16).max(1)
    }

    /// Finds the whole rows among the object's bytes, and cuts a chunk behind each that fills one.
    fn take_rows(&mut self, is_last: bool, chunks: &mut Vec<RawChunk>) {
        loop {
            self.pass_over();
            let pending = &self.text[self.ready..];
            if pending.is_empty() {
                break;
            }
            let wanted = self.chunk_bytes.saturating_sub(self.ready - self.header.len()).max(1);
            let rows = match self.format {
                RowFormat::JsonLines => whole_lines(pending, wanted, self.chunk_bytes, is_last),
                RowFormat::Csv => whole_records(self.dialect, pending, wanted, self.chunk_bytes, is_last),
            };
            self.take(rows.length, rows.records, false);
            if self.is_full() {
                chunks.extend(self.cut());
            } else if rows.is_before_long_line {
                self.take_start_of_long_line();
                if self.is_full() {
                    chunks.extend(self.cut());
                }
            } else {
                break;
            }
        }
        let block = self.piece_bytes();
        if let Some(open) = &mut self.object {
            open.wait = self.text.len() + (self.text.len() - self.ready).clamp(1, block);
        }
    }

    fn is_full(&self) -> bool {
        self.ready - self.header.len() >= self.chunk_bytes
    }

    /// Makes the next bytes of the object whole rows of the chunk.
    fn take(&mut self, length: usize, records: Option<u64>, is_fragment: bool) {
        let Some(open) = self.object.as_mut().filter(|_| length > 0) else { return };
        let end = self.ready + length;
        let rows = &self.text[self.ready..end];
        let breaks = memchr_iter(b'\n', rows).count() as u64;
        let is_ended = rows.ends_with(b"\n");
        if !is_ended {
            self.text.insert(end, b'\n');
        }
        let in_chunk = length + usize::from(!is_ended);
        match self.segments.last_mut() {
            Some(segment) if open.has_segment && !is_fragment => segment.length += in_chunk,
            _ => self.segments.push(Segment {
                object: open.object.clone(),
                received_at: open.received_at,
                byte: open.next.byte,
                line: open.next.line,
                length: in_chunk,
                is_fragment,
            }),
        }
        open.has_segment = !is_fragment;
        open.next.byte += length as u64;
        open.next.line = open.next.line.map(|line| line + breaks);
        self.lines += records.unwrap_or(breaks + u64::from(!is_ended));
        self.ready += in_chunk;
    }

    /// Keeps the start of a line that is longer than a chunk, to be refused; its rest is passed over.
    fn take_start_of_long_line(&mut self) {
        let kept = self.chunk_bytes.min(RECORD_BYTES_MAX);
        let dropped = self.chunk_bytes - kept;
        self.text.drain(self.ready + kept..self.ready + self.chunk_bytes);
        self.take(kept, Some(1), true);
        if let Some(open) = &mut self.object {
            open.next.byte += dropped as u64;
            open.is_passing = true;
        }
    }

    /// Passes over the rest of a line that is too long.
    fn pass_over(&mut self) {
        let Some(open) = self.object.as_mut().filter(|open| open.is_passing) else { return };
        let found = memchr(b'\n', &self.text[self.ready..]);
        let length = found.map_or(self.text.len() - self.ready, |position| position + 1);
        self.text.drain(self.ready..self.ready + length);
        open.next.byte += length as u64;
        if found.is_some() {
            open.next.line = open.next.line.map(|line| line + 1);
            open.is_passing = false;
        }
    }

    /// Makes a chunk of the whole rows.
    fn cut(&mut self) -> Option<RawChunk> {
        if self.ready == self.header.len() {
            return None;
        }
        // Behind a full chunk the next one is mostly about as long.
        let mut text = Vec::with_capacity(if self.is_full() { self.text.len() } else { 0 });
        text.extend_from_slice(&self.header);
        text.extend_from_slice(&self.text[self.ready..]);
        let mut whole = std::mem::replace(&mut self.text, text);
        whole.truncate(self.ready);
        self.ready = self.header.len();
        if let Some(open) = &mut self.object {
            open.left = Some(open.next).filter(|_| !open.is_passing);
            open.has_segment = false;
        }
        Some(RawChunk {
            text: whole,
            segments: std::mem::take(&mut self.segments),
            lines: std::mem::take(&mut self.lines),
        })
    }
}

/// Whether the line at the start of some bytes is longer than may be, as far as they tell.
fn is_too_long(bytes: &[u8], line_max: usize) -> bool {
    bytes.len() >= line_max && memchr(b'\n', &bytes[..line_max]).is_none()
}

/// The lines up to the first one that ends at or behind `wanted` bytes. Lines are searched only once there are so many.
fn whole_lines(pending: &[u8], wanted: usize, line_max: usize, is_last: bool) -> WholeRows {
    let rows = |length, is_before_long_line| WholeRows { length, records: None, is_before_long_line };
    if pending.len() < wanted {
        return rows(if is_last { pending.len() } else { 0 }, false);
    }
    let (before, behind) = pending.split_at(wanted - 1);
    let start = memrchr(b'\n', before).map_or(0, |position| position + 1);
    if is_too_long(&pending[start..], line_max) {
        return rows(start, true);
    }
    match memchr(b'\n', behind) {
        Some(offset) => rows(wanted + offset, false),
        None => rows(if is_last { pending.len() } else { 0 }, false),
    }
}

/// The records up to the first one that ends at or behind `wanted` bytes, or up to the last whole one.
fn whole_records(dialect: Dialect, pending: &[u8], wanted: usize, line_max: usize, is_last: bool) -> WholeRows {
    let (mut length, mut records) = (0, 0);
    let mut is_before_long_line = false;
    while length < wanted && length < pending.len() {
        let rest = &pending[length..];
        let found = match dialect.record(rest, is_last) {
            Boundary::Complete(length) | Boundary::Broken(length) => Some(length),
            Boundary::Open => None,
        };
        let is_short = found.is_some_and(|length| length < line_max);
        is_before_long_line = !is_short && is_too_long(rest, line_max);
        let Some(found) = found.filter(|_| !is_before_long_line) else { break };
        length += found;
        records += 1;
    }
    WholeRows { length, records: Some(records), is_before_long_line }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: ObjectMark = ObjectMark { byte: 0, line: Some(1) };

    /// The objects of a source: header and rows.
    type Objects<'o> = [(&'o str, &'o str)];

    /// Cuts objects that come in pieces of these sizes, in turn.
    fn cut_by(mut chunker: Chunker, sizes: &[usize], objects: &Objects<'_>) -> Vec<RawChunk> {
        let mut chunks = Vec::new();
        let mut sizes = sizes.iter().cycle();
        for (number, (header, rows)) in objects.iter().enumerate() {
            let mark = ObjectMark { byte: header.len() as u64, line: Some(1 + header.matches('\n').count() as u64) };
            chunks.extend(chunker.start(&number.to_string(), 0, mark, header.as_bytes()));
            let mut rest = rows.as_bytes();
            while !rest.is_empty() {
                let (piece, behind) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
                chunks.extend(chunker.push(piece));
                rest = behind;
            }
            chunks.extend(chunker.end());
        }
        chunks.extend(chunker.finish());
        chunks
    }

    fn cut(format: RowFormat, chunk_bytes: usize, piece: usize, objects: &Objects<'_>) -> Vec<RawChunk> {
        cut_by(Chunker::new(format, b',', chunk_bytes), &[piece], objects)
    }

    /// Cuts objects, stopping after every piece of `size` that gave chunks, and going on with a new chunker.
    fn cut_with_stops(new: impl Fn() -> Chunker, size: usize, objects: &Objects<'_>) -> (usize, Vec<RawChunk>) {
        let (mut stops, mut chunks) = (0, Vec::new());
        let mut chunker = new();
        for (number, (header, rows)) in objects.iter().enumerate() {
            let (start, object) = (header.len(), number.to_string());
            let mut mark = ObjectMark { byte: start as u64, line: Some(1 + header.matches('\n').count() as u64) };
            chunks.extend(chunker.start(&object, 0, mark, header.as_bytes()));
            let mut position = 0;
            while position < rows.len() {
                let end = (position + size).min(rows.len());
                let found = chunker.push(&rows.as_bytes()[position..end]);
                position = end;
                let left = chunker.mark().filter(|_| !found.is_empty());
                chunks.extend(found);
                if let Some(left) = left {
                    (mark, stops) = (left, stops + 1);
                    position = left.byte as usize - start;
                    chunker = new();
                    assert_eq!(chunker.start(&object, 0, mark, header.as_bytes()), None);
                }
            }
            chunks.extend(chunker.end());
        }
        chunks.extend(chunker.finish());
        (stops, chunks)
    }

    /// The rows of all chunks: object, first byte in it, line, text.
    fn rows(chunks: &[RawChunk], header: usize) -> Vec<(String, u64, Option<u64>, String)> {
        let mut rows = Vec::new();
        for chunk in chunks {
            let mut start = header;
            for segment in &chunk.segments {
                let text = String::from_utf8(chunk.text[start..start + segment.length].to_vec()).unwrap();
                rows.push((segment.object.clone(), segment.byte, segment.line, text));
                start += segment.length;
            }
            assert_eq!(start, chunk.text.len(), "segments cover the text");
        }
        rows
    }

    /// How many records there are in the segments of a chunk, each on its own, as who reads it counts them.
    fn records(chunk: &RawChunk, dialect: Dialect) -> u64 {
        let covered: usize = chunk.segments.iter().map(|segment| segment.length).sum();
        let (header, mut rest) = chunk.text.split_at(chunk.text.len() - covered);
        let dialect = Dialect { columns: Dialect::of(header, dialect.delimiter).columns, ..dialect };
        let mut count = 0;
        for segment in &chunk.segments {
            let (mut text, behind) = rest.split_at(segment.length);
            rest = behind;
            while !text.is_empty() {
                let length = match dialect.record(text, true) {
                    _ if segment.is_fragment => text.len(),
                    Boundary::Complete(length) | Boundary::Broken(length) => length,
                    Boundary::Open => panic!("nothing follows"),
                };
                text = &text[length..];
                count += 1;
            }
        }
        count
    }

    /// Objects of well and badly formed text. Some of their headers are equal.
    fn any_objects() -> impl Strategy<Value = Vec<(String, String)>> {
        let header = prop::sample::select(&["a;b\n", "a,b\n", "a\tb,c\n", "\"x\ny\",z\n"][..]);
        let row = prop_oneof![
            4 => "[a-c]{0,6}[,;\t][a-c]{0,6}",
            2 => "\"[a-c\n,;]{0,9}\"[,;\t]\"(\"\"|[a\n])?\"",
            2 => "[a,;\t\"\r\n]{0,12}",
            1 => "[a-c]{30,90}",
        ];
        let end = prop::sample::select(&["\n", "\r\n", ""][..]);
        let rows = prop::collection::vec((row, prop::sample::select(&["\n", "\n", "\r\n"][..])), 0..14);
        let object = (header, rows, end).prop_map(|(header, rows, end)| {
            let rows: Vec<String> = rows.into_iter().map(|(row, end)| row + end).collect();
            (header.to_owned(), rows.concat().trim_end_matches('\n').to_owned() + end)
        });
        prop::collection::vec(object, 1..5)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// Where chunks end is a function of the bytes: of no arrival, and of no stop. Who reads a chunk finds the
        /// records that its index counts.
        #[test]
        fn cuts_do_not_depend_on_how_bytes_arrive(
            objects in any_objects(),
            format in prop::sample::select(&[RowFormat::JsonLines, RowFormat::Csv][..]),
            delimiter in prop::sample::select(&[b',', b';', b'\t'][..]),
            (chunk_bytes, limit) in (8usize..60, 6usize..50),
            arrivals in [prop::collection::vec(1usize..40, 1..8), prop::collection::vec(1usize..200, 1..8)],
            size in 1usize..50,
        ) {
            let is_csv = format == RowFormat::Csv;
            let objects: Vec<(&str, &str)> =
                objects.iter().map(|(header, rows)| (if is_csv { header.as_str() } else { "" }, rows.as_str())).collect();
            let new = || {
                let mut chunker = Chunker::new(format, delimiter, chunk_bytes);
                chunker.dialect.record_bytes_max = limit;
                chunker
            };
            let at_once = cut_by(new(), &[usize::MAX], &objects);
            for sizes in &arrivals {
                prop_assert_eq!(&cut_by(new(), sizes, &objects), &at_once);
            }
            prop_assert_eq!(&cut_with_stops(new, size, &objects).1, &at_once);
            for chunk in at_once.iter().filter(|_| is_csv) {
                prop_assert_eq!(chunk.lines, records(chunk, new().dialect));
            }
        }

        #[test]
        fn json_lines_leave_as_they_came(
            // Lines are shorter than a chunk: none is too long.
            objects in prop::collection::vec(
                (prop::collection::vec("[a-z]{0,8}", 0..12), any::<bool>())
                    .prop_map(|(lines, is_ended)| lines.join("\n") + if is_ended { "\n" } else { "" }),
                1..4,
            ),
            chunk_bytes in 10usize..40,
            piece in 1usize..30,
        ) {
            let texts: Vec<(&str, &str)> = objects.iter().map(|object| ("", object.as_str())).collect();
            let chunks = cut(RowFormat::JsonLines, chunk_bytes, piece, &texts);
            let mut lines = 0;
            for (number, object) in objects.iter().enumerate() {
                let mine: Vec<_> = rows(&chunks, 0).into_iter().filter(|row| row.0 == number.to_string()).collect();
                let mut joined = String::new();
                for (_, byte, line, text) in mine {
                    prop_assert_eq!(byte as usize, joined.len());
                    prop_assert_eq!(line.unwrap() as usize, joined.matches('\n').count() + 1);
                    joined.push_str(&text);
                }
                prop_assert_eq!(joined.strip_suffix('\n').unwrap_or(&joined), object.strip_suffix('\n').unwrap_or(object));
                lines += object.lines().count() as u64;
            }
            prop_assert_eq!(chunks.iter().map(|chunk| chunk.lines).sum::<u64>(), lines);
            let is_full = |chunk: &RawChunk| chunk.text.len() >= chunk_bytes;
            prop_assert!(chunks.iter().rev().skip(1).all(is_full), "only the last chunk is not full");
            let without_last = |chunk: &RawChunk| chunk.text[..chunk.text.len() - 1].iter().rposition(|byte| *byte == b'\n');
            prop_assert!(chunks.iter().all(|chunk| without_last(chunk).is_none_or(|end| end + 1 < chunk_bytes)));
        }

        #[test]
        fn csv_chunks_hold_whole_records_under_their_header(
            records in prop::collection::vec("[a-z]{0,5},\"[a-z\n]{0,8}\"", 0..20),
            delimiter in prop::sample::select(&[b',', b';', b'\t'][..]),
            chunk_bytes in 20usize..60,
            piece in 1usize..30,
        ) {
            let with = |text: String| text.replace(',', &char::from(delimiter).to_string());
            let (header, body) = (with("x,y\n".to_owned()), with(records.iter().map(|record| format!("{record}\n")).collect()));
            let chunks = cut_by(Chunker::new(RowFormat::Csv, delimiter, chunk_bytes), &[piece], &[(&header, &body)]);
            let mut joined = String::new();
            for chunk in &chunks {
                prop_assert!(chunk.text.starts_with(header.as_bytes()));
                let mut rest = &chunk.text[4..];
                let mut count = 0;
                while !rest.is_empty() {
                    let Boundary::Complete(length) = onefold_rows::csv::boundary(rest, delimiter, false) else {
                        panic!("a record is cut")
                    };
                    rest = &rest[length..];
                    count += 1;
                }
                prop_assert_eq!(chunk.lines, count);
                joined.push_str(std::str::from_utf8(&chunk.text[4..]).unwrap());
            }
            prop_assert_eq!(joined, body);
        }
    }

    #[test]
    fn rows_under_another_header_go_into_another_chunk() {
        let objects = [("a,b\n", "1,2\n"), ("a,b\n", "3,4"), ("b,a\n", "5,6\n")];
        let chunks = cut(RowFormat::Csv, 1000, 7, &objects);
        let texts: Vec<&[u8]> = chunks.iter().map(|chunk| chunk.text.as_slice()).collect();
        assert_eq!(texts, [&b"a,b\n1,2\n3,4\n"[..], b"b,a\n5,6\n"]);
        assert_eq!(chunks[0].segments.len(), 2);
        assert_eq!(chunks[0].segments[1].line, Some(2));
    }

    #[test]
    fn of_a_line_that_is_too_long_the_start_is_kept() {
        let long = format!("1\n{}\n2\n", "x".repeat(50));
        for format in [RowFormat::JsonLines, RowFormat::Csv] {
            for piece in [5, 1000] {
                let chunks = cut(format, 20, piece, &[("", &long)]);
                let fragments: Vec<&Segment> =
                    chunks.iter().flat_map(|chunk| &chunk.segments).filter(|segment| segment.is_fragment).collect();
                assert_eq!(fragments.len(), 1, "{chunks:?}");
                assert_eq!(chunks.iter().map(|chunk| chunk.lines).sum::<u64>(), 3);
                let found = rows(&chunks, 0);
                let expected = [(0, 1, "1\n".to_owned()), (2, 2, "x".repeat(20) + "\n"), (53, 3, "2\n".to_owned())];
                let found: Vec<(u64, u64, String)> =
                    found.into_iter().map(|(_, byte, line, text)| (byte, line.unwrap(), text)).collect();
                assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn a_chunk_can_be_taken_up_behind_but_not_in_a_line_that_is_too_long() {
        let mut chunker = Chunker::new(RowFormat::JsonLines, b',', 20);
        assert_eq!(chunker.start("o", 0, START, b""), None);
        assert_eq!((chunker.push(&[b'x'; 45]).len(), chunker.mark()), (1, None));
        assert_eq!(
            (chunker.push(b"\n0123456789012345678\n").len(), chunker.mark()),
            (1, Some(ObjectMark { byte: 66, line: Some(3) }))
        );
    }

    #[test]
    fn chunks_are_bounded_however_much_comes_at_once() {
        let object = "12345678\n".repeat(1000);
        for format in [RowFormat::JsonLines, RowFormat::Csv] {
            let chunks = cut(format, 320, object.len(), &[("", &object)]);
            assert!(
                chunks.iter().all(|chunk| chunk.text.len() < 400),
                "{:?}",
                chunks.iter().map(|chunk| chunk.text.len())
            );
            assert_eq!(chunks.iter().map(|chunk| chunk.lines).sum::<u64>(), 1000);
        }
    }

    /// However long a line is, and in however many pieces it comes, a bounded part of it is held.
    #[test]
    fn a_line_without_end_is_not_held() {
        for (format, start) in [(RowFormat::JsonLines, ""), (RowFormat::Csv, ""), (RowFormat::Csv, "1,\"")] {
            let mut chunker = Chunker::new(format, b',', 320);
            assert_eq!(chunker.start("o", 0, START, b""), None);
            assert!(chunker.push(start.as_bytes()).is_empty());
            let chunks: usize = (0..10_000).map(|_| chunker.push(b"0123456").len()).sum();
            assert_eq!((chunks, chunker.text.capacity() < 4 * 320), (1, true), "{format:?} {start}");
            assert!(chunker.end().is_empty());
        }
    }

    #[test]
    fn an_empty_object_is_no_chunk() {
        assert!(cut(RowFormat::JsonLines, 20, 5, &[("", ""), ("", "")]).is_empty());
        assert!(cut(RowFormat::Csv, 20, 5, &[("", ""), ("a,b\n", "")]).is_empty());
    }
}
