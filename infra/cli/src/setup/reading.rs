//! The first rows of a dropped file.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use onefold_core::chunker::{CHUNK_BYTES, Chunker, Mark, RawChunk};
use onefold_core::config::Format;
use onefold_core::csv::{Boundary, FieldReader, boundary};
use onefold_core::translate::Segment;
use serde_json::Value;

use super::folder::Dropped;
use crate::error::Error;

/// How much is read at first, decompressed; then twice as much, until there are enough rows.
const FIRST_BYTES: u64 = 256 << 10;
/// Where looking for more rows ends.
const MOST_BYTES: u64 = 32 << 20;

/// The first bytes of a file, decompressed.
#[derive(Debug)]
pub struct Head {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Whether these are all.
    pub is_whole: bool,
}

/// A row where it stands, with the header of its file before it if it is CSV.
#[derive(Debug)]
pub struct Row {
    /// Header and row, as a chunk has them.
    pub text: Vec<u8>,
    /// Where the row stands.
    pub segment: Segment,
}

impl Row {
    /// The header of its file; empty if it is not CSV.
    pub fn header(&self) -> &[u8] {
        self.halves().0
    }

    /// The row's own bytes.
    pub fn own(&self) -> &[u8] {
        self.halves().1
    }

    /// The row's own bytes, without the line end.
    pub fn raw(&self) -> &[u8] {
        let row = self.own();
        row.strip_suffix(b"\n").map_or(row, |row| row.strip_suffix(b"\r").unwrap_or(row))
    }

    fn halves(&self) -> (&[u8], &[u8]) {
        self.text.split_at(self.text.len().saturating_sub(self.segment.length))
    }
}

/// Reads the first bytes of a file; gzip and zstd are known by their own first bytes, as Extract does.
pub fn head(path: &Path, most: u64) -> Result<Head, Error> {
    let mut file = BufReader::new(File::open(path).map_err(Error::file("open", path))?);
    let start = file.fill_buf().map_err(Error::file("read", path))?;
    let is_gzip = start.starts_with(&[0x1f, 0x8b]);
    let is_zstd = start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    let decompressed: Box<dyn Read> = if is_gzip {
        Box::new(flate2::bufread::MultiGzDecoder::new(file))
    } else if is_zstd {
        Box::new(zstd::stream::read::Decoder::with_buffer(file).map_err(Error::file("decompress", path))?)
    } else {
        Box::new(file)
    };
    let mut bytes = Vec::new();
    decompressed.take(most + 1).read_to_end(&mut bytes).map_err(Error::file("read", path))?;
    let is_whole = bytes.len() as u64 <= most;
    bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(Head { bytes, is_whole })
}

/// The first rows of some files, one file after the other. Blank lines are no rows.
pub fn rows(files: &[Dropped], format: Format, wanted: usize) -> Result<Vec<Row>, Error> {
    let mut found = Vec::new();
    for file in files {
        let missing = wanted - found.len();
        if missing == 0 {
            break;
        }
        let mut bytes = FIRST_BYTES;
        let rows = loop {
            let head = head(&file.path, bytes)?;
            let mut rows = rows_of(file, format, &head.bytes);
            if !head.is_whole {
                // It may be cut off.
                rows.pop();
            }
            if head.is_whole || rows.len() >= missing || bytes >= MOST_BYTES {
                break rows;
            }
            bytes *= 2;
        };
        found.extend(rows.into_iter().take(missing));
    }
    Ok(found)
}

/// The names and values of a row, as its file has them; none if the row cannot be read so.
pub fn cells(row: &Row) -> Vec<(String, String)> {
    if row.header().is_empty() {
        return members(row.raw());
    }
    let texts = |record: &[u8]| -> Vec<String> {
        let mut reader = FieldReader::new(b',');
        reader.read(record);
        reader.fields().map(|field| String::from_utf8_lossy(field).into_owned()).collect()
    };
    let (names, values) = (texts(row.header()), texts(row.own()));
    if names.len() != values.len() {
        return Vec::new();
    }
    names.into_iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).zip(values).collect()
}

/// The members of a JSON object, those of inner objects by their pointers.
fn members(text: &[u8]) -> Vec<(String, String)> {
    let Ok(value) = serde_json::from_slice::<Value>(text) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    flatten("", &value, &mut found);
    found
}

fn flatten(prefix: &str, value: &Value, found: &mut Vec<(String, String)>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        match value {
            Value::Object(_) => flatten(&name, value, found),
            Value::String(text) => found.push((name, text.clone())),
            other => found.push((name, other.to_string())),
        }
    }
}

/// The rows in the first bytes of a file.
fn rows_of(file: &Dropped, format: Format, bytes: &[u8]) -> Vec<Row> {
    let mut chunker = Chunker::new(format, CHUNK_BYTES);
    chunker.start(&file.key, 0, Mark { byte: 0, line: Some(1) }, None);
    let mut chunks = chunker.push(bytes);
    chunks.extend(chunker.end());
    chunks.extend(chunker.finish());
    chunks.iter().flat_map(|chunk| split(chunk, format)).collect()
}

/// Each row of a chunk as a chunk of its own.
fn split(chunk: &RawChunk, format: Format) -> Vec<Row> {
    let covered: usize = chunk.segments.iter().map(|segment| segment.length).sum();
    let (header, mut rest) = chunk.text.split_at(chunk.text.len().saturating_sub(covered));
    let mut rows = Vec::new();
    for segment in &chunk.segments {
        let (mut text, behind) = rest.split_at(segment.length);
        rest = behind;
        let (mut byte, mut line) = (segment.byte, segment.line);
        while !text.is_empty() {
            let length = match format {
                Format::JsonLines => text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| at + 1),
                Format::Csv => match boundary(text, b',', true) {
                    Boundary::Complete(length) | Boundary::Broken(length) => length,
                    Boundary::Open => text.len(),
                },
            };
            let (row, after) = text.split_at(length);
            text = after;
            if !row.trim_ascii().is_empty() {
                let segment = Segment { byte, line, length, ..segment.clone() };
                rows.push(Row { text: [header, row].concat(), segment });
            }
            byte += length as u64;
            line = line.map(|line| line + row.iter().filter(|byte| **byte == b'\n').count() as u64);
        }
    }
    rows
}
