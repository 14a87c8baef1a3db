//! Cutting a source's bytes into chunks of whole rows.
//!
//! Bytes come piece by piece and leave as received; only a missing line end at the end of an object is
//! added. Every chunk of CSV starts with the header. At most one chunk and one piece are held.

use memchr::{memchr_iter, memrchr};

use crate::config::RowFormat;
use crate::csv::{Boundary, boundary};
use crate::translate::Segment;

/// Bytes of text after which a chunk is cut.
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

/// Where an object was left, to go on there later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Bytes of the object that are in chunks.
    pub byte: u64,
    /// Number of the next line.
    pub line: Option<u64>,
}

/// Cuts the objects of one source into chunks.
#[derive(Debug)]
pub struct Chunker {
    format: RowFormat,
    /// What separates the fields of CSV.
    delimiter: u8,
    chunk_bytes: usize,
    /// The header that `ready` and `pending` belong to, with its line end.
    header: Vec<u8>,
    needs_header: bool,
    /// Rows of earlier objects that are in no chunk yet.
    ready: Vec<u8>,
    segments: Vec<Segment>,
    lines: u64,
    object: Option<Open>,
}

/// The object that is being read.
#[derive(Debug)]
struct Open {
    object: String,
    received_at: i64,
    mark: Mark,
    /// Bytes that are in no chunk yet.
    pending: Vec<u8>,
    /// How many of these are whole records, and how many records; only counted for CSV.
    scanned: usize,
    records: u64,
}

impl Chunker {
    /// A chunker for one source; `delimiter` separates the fields of CSV, `chunk_bytes` is normally [`CHUNK_BYTES`].
    pub fn new(format: RowFormat, delimiter: u8, chunk_bytes: usize) -> Self {
        Self {
            format,
            delimiter,
            chunk_bytes,
            header: Vec::new(),
            needs_header: false,
            ready: Vec::new(),
            segments: Vec::new(),
            lines: 0,
            object: None,
        }
    }

    /// Starts an object at a mark. `header` is the header of a CSV object that is taken up in its middle.
    pub fn start(&mut self, object: &str, received_at: i64, mark: Mark, header: Option<Vec<u8>>) {
        self.needs_header = self.format == RowFormat::Csv && header.is_none();
        if let Some(header) = header {
            self.header = header;
        }
        let object = object.to_owned();
        self.object = Some(Open { object, received_at, mark, pending: Vec::new(), scanned: 0, records: 0 });
    }

    /// The header of the CSV object that is being read.
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// Where the object is.
    pub fn mark(&self) -> Option<Mark> {
        self.object.as_ref().map(|open| open.mark)
    }

    /// Takes in more bytes of the object; gives the chunks that they fill.
    ///
    /// However many bytes come at once (a compressed object can hold a thousand times its size), a chunk is
    /// hardly larger than it should be.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<RawChunk> {
        let pieces = bytes.chunks((self.chunk_bytes / 16).max(1));
        pieces.flat_map(|piece| self.push_piece(piece)).collect()
    }

    fn push_piece(&mut self, bytes: &[u8]) -> Vec<RawChunk> {
        if let Some(open) = &mut self.object {
            open.pending.extend_from_slice(bytes);
        }
        let mut chunks: Vec<RawChunk> = self.take_header(false).into_iter().collect();
        while self.object.as_ref().is_some_and(|open| self.ready.len() + open.pending.len() >= self.chunk_bytes) {
            let before = self.ready.len();
            let is_fragment = self.take_rows(false);
            if is_fragment || self.ready.len() > before || before > 0 {
                chunks.extend(self.cut());
            } else {
                break;
            }
        }
        chunks
    }

    /// Ends the object.
    pub fn end(&mut self) -> Vec<RawChunk> {
        let mut chunks: Vec<RawChunk> = self.take_header(true).into_iter().collect();
        self.take_rows(true);
        self.object = None;
        if self.ready.len() >= self.chunk_bytes {
            chunks.extend(self.cut());
        }
        chunks
    }

    /// The last chunk, if there is anything left.
    pub fn finish(&mut self) -> Option<RawChunk> {
        self.cut()
    }

    /// Takes the header off the start of a CSV object. Rows under another header go into a chunk of their own.
    fn take_header(&mut self, is_last: bool) -> Option<RawChunk> {
        if !self.needs_header {
            return None;
        }
        let open = self.object.as_mut()?;
        let length = match boundary(&open.pending, self.delimiter, is_last) {
            Boundary::Complete(length) | Boundary::Broken(length) => length,
            Boundary::Open => return None,
        };
        self.needs_header = false;
        let mut header: Vec<u8> = open.pending.drain(..length).collect();
        open.mark.byte += length as u64;
        open.mark.line = open.mark.line.map(|line| line + memchr_iter(b'\n', &header).count() as u64);
        if !header.is_empty() && !header.ends_with(b"\n") {
            header.push(b'\n');
        }
        let is_other = header != self.header;
        let chunk = if is_other { self.cut() } else { None };
        self.header = header;
        chunk
    }

    /// Moves whole rows of the object to `ready`. Says whether they are a fragment of a row that is too long.
    fn take_rows(&mut self, is_last: bool) -> bool {
        let Some(open) = self.object.as_mut() else { return false };
        let (length, lines, is_fragment) = match self.format {
            RowFormat::JsonLines => open.whole_lines(is_last, self.chunk_bytes),
            RowFormat::Csv => open.whole_records(self.delimiter, is_last),
        };
        if length == 0 {
            return false;
        }
        let rows = &open.pending[..length];
        let breaks = memchr_iter(b'\n', rows).count() as u64;
        self.ready.extend_from_slice(rows);
        let mut in_chunk = length;
        if !rows.ends_with(b"\n") {
            self.ready.push(b'\n');
            in_chunk += 1;
        }
        self.segments.push(Segment {
            object: open.object.clone(),
            received_at: open.received_at,
            byte: open.mark.byte,
            line: open.mark.line,
            length: in_chunk,
            is_fragment,
        });
        self.lines += lines;
        open.pending.drain(..length);
        open.mark.byte += length as u64;
        open.mark.line = open.mark.line.map(|line| line + breaks);
        open.scanned = 0;
        open.records = 0;
        is_fragment
    }

    /// Makes a chunk of what is ready.
    fn cut(&mut self) -> Option<RawChunk> {
        if self.ready.is_empty() {
            return None;
        }
        let text = match self.format {
            RowFormat::JsonLines => std::mem::take(&mut self.ready),
            RowFormat::Csv => {
                let text = [self.header.as_slice(), &self.ready].concat();
                self.ready.clear();
                text
            }
        };
        Some(RawChunk { text, segments: std::mem::take(&mut self.segments), lines: std::mem::take(&mut self.lines) })
    }
}

impl Open {
    /// Bytes and lines up to the last line end; all bytes if they are the last, or one line that is too long.
    fn whole_lines(&self, is_last: bool, chunk_bytes: usize) -> (usize, u64, bool) {
        let count = |bytes: &[u8]| memchr_iter(b'\n', bytes).count() as u64 + u64::from(!bytes.ends_with(b"\n"));
        match memrchr(b'\n', &self.pending) {
            _ if is_last && self.pending.is_empty() => (0, 0, false),
            _ if is_last => (self.pending.len(), count(&self.pending), false),
            Some(position) => (position + 1, count(&self.pending[..=position]), false),
            None if self.pending.len() >= chunk_bytes => (self.pending.len(), 1, true),
            None => (0, 0, false),
        }
    }

    /// Bytes and records up to the end of the last whole record.
    fn whole_records(&mut self, delimiter: u8, is_last: bool) -> (usize, u64, bool) {
        while self.scanned < self.pending.len() {
            match boundary(&self.pending[self.scanned..], delimiter, is_last) {
                Boundary::Complete(length) | Boundary::Broken(length) => {
                    self.scanned += length;
                    self.records += 1;
                }
                Boundary::Open => break,
            }
        }
        (self.scanned, self.records, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Mark = Mark { byte: 0, line: Some(1) };

    /// Cuts objects given in pieces of some size.
    fn cut(format: RowFormat, chunk_bytes: usize, piece: usize, objects: &[&str]) -> Vec<RawChunk> {
        cut_by(Chunker::new(format, b',', chunk_bytes), piece, objects)
    }

    fn cut_by(mut chunker: Chunker, piece: usize, objects: &[&str]) -> Vec<RawChunk> {
        let mut chunks = Vec::new();
        for (number, object) in objects.iter().enumerate() {
            chunker.start(&number.to_string(), 0, START, None);
            for bytes in object.as_bytes().chunks(piece) {
                chunks.extend(chunker.push(bytes));
            }
            chunks.extend(chunker.end());
        }
        chunks.extend(chunker.finish());
        chunks
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

    proptest! {
        #[test]
        fn json_lines_leave_as_they_came(
            // Lines are shorter than a chunk: none is given up in pieces.
            objects in proptest::collection::vec(
                (proptest::collection::vec("[a-z]{0,8}", 0..12), any::<bool>())
                    .prop_map(|(lines, is_ended)| lines.join("\n") + if is_ended { "\n" } else { "" }),
                1..4,
            ),
            chunk_bytes in 10usize..40,
            piece in 1usize..30,
        ) {
            let texts: Vec<&str> = objects.iter().map(String::as_str).collect();
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
        }

        #[test]
        fn csv_chunks_hold_whole_records_under_their_header(
            records in proptest::collection::vec("[a-z]{0,5},\"[a-z\n]{0,8}\"", 0..20),
            delimiter in proptest::sample::select(&[b',', b';', b'\t'][..]),
            chunk_bytes in 20usize..60,
            piece in 1usize..30,
        ) {
            let object = format!("x,y\n{}\n", records.join("\n")).replace(',', &char::from(delimiter).to_string());
            let header = &object.as_bytes()[..4];
            let chunks = cut_by(Chunker::new(RowFormat::Csv, delimiter, chunk_bytes), piece, &[&object]);
            let mut joined = String::new();
            for chunk in &chunks {
                prop_assert!(chunk.text.starts_with(header));
                let mut rest = &chunk.text[4..];
                let mut count = 0;
                while !rest.is_empty() {
                    let Boundary::Complete(length) = boundary(rest, delimiter, false) else { panic!("a record is cut") };
                    rest = &rest[length..];
                    count += 1;
                }
                prop_assert_eq!(chunk.lines, count);
                joined.push_str(std::str::from_utf8(&chunk.text[4..]).unwrap());
            }
            prop_assert_eq!(joined, &object[4..]);
        }
    }

    #[test]
    fn rows_under_another_header_go_into_another_chunk() {
        let chunks = cut(RowFormat::Csv, 1000, 7, &["a,b\n1,2\n", "a,b\n3,4", "b,a\n5,6\n"]);
        let texts: Vec<&[u8]> = chunks.iter().map(|chunk| chunk.text.as_slice()).collect();
        assert_eq!(texts, [&b"a,b\n1,2\n3,4\n"[..], b"b,a\n5,6\n"]);
        assert_eq!(chunks[0].segments.len(), 2);
        assert_eq!(chunks[0].segments[1].line, Some(2));
    }

    #[test]
    fn a_line_that_is_too_long_for_a_chunk_is_given_up_in_pieces() {
        let long = format!("1\n{}\n2\n", "x".repeat(50));
        let chunks = cut(RowFormat::JsonLines, 20, 5, &[&long]);
        let fragments: usize = chunks
            .iter()
            .flat_map(|chunk| &chunk.segments)
            .filter(|segment| segment.is_fragment)
            .map(|segment| segment.length)
            .sum();
        assert!(fragments >= 40, "{chunks:?}");
        let whole: Vec<String> = rows(&chunks, 0).into_iter().map(|row| row.3).collect();
        assert!(whole.concat().starts_with("1\n") && whole.concat().ends_with("2\n"));
    }

    #[test]
    fn chunks_are_bounded_however_much_comes_at_once() {
        let object = "12345678\n".repeat(1000);
        let chunks = cut(RowFormat::JsonLines, 320, object.len(), &[&object]);
        assert!(chunks.iter().all(|chunk| chunk.text.len() < 400), "{:?}", chunks.iter().map(|chunk| chunk.text.len()));
        assert_eq!(chunks.iter().map(|chunk| chunk.lines).sum::<u64>(), 1000);
    }

    #[test]
    fn an_empty_object_is_no_chunk() {
        assert!(cut(RowFormat::JsonLines, 20, 5, &["", ""]).is_empty());
        assert!(cut(RowFormat::Csv, 20, 5, &["", "a,b\n"]).is_empty());
    }
}
