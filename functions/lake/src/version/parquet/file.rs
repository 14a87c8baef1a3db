//! Writes a Parquet file, row group by row group.

use std::sync::Arc;

use crate::RunId;
use crate::keys::ParquetPart;
use onefold_identity::json_error::JsonError;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use serde::de::DeserializeSeed;

use super::node::Tree;
use super::schema;
use super::shred::Place;

/// What a row group holds at most.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Rows.
    rows: u64,
    /// Bytes of lines. The row that exceeds them is still in it.
    text_bytes: u64,
}

impl Limits {
    /// As many rows as DuckDB gives a thread at once, and no more memory than `MemoryBudget::export_bytes` counts.
    const DEFAULT: Self = Self { rows: 122_880, text_bytes: 128 << 20 };
}

/// As for all that is stored, the fastest of the regular levels.
const ZSTD_LEVEL: i32 = 1;
/// The name of the file's metadata that says the run of its version.
const RUN: &str = "onefold.run";

/// A line cannot become a row.
#[derive(Debug)]
pub enum LineError {
    /// The line is none of its part.
    Line {
        /// The number of the row in the file, from 1.
        line: u64,
        /// Why. It has no value.
        source: JsonError,
    },
    /// The file cannot be written.
    File,
}

/// Writes the lines of a part as Parquet.
pub struct ParquetWriter {
    part: ParquetPart,
    limits: Limits,
    tree: Tree,
    file: SerializedFileWriter<Vec<u8>>,
    rows: u64,
    text_bytes: u64,
    /// Rows and bytes of lines that are not written yet.
    group_rows: u64,
    group_bytes: u64,
}

impl ParquetWriter {
    /// A file without rows.
    ///
    /// # Errors
    /// Parquet has no such columns.
    pub fn new(part: ParquetPart, run: &RunId) -> Result<Self, ParquetError> {
        let tree = Tree::new(&schema::columns(part))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
            .set_key_value_metadata(Some(vec![KeyValue::new(RUN.to_owned(), run.to_string())]))
            .build();
        let file = SerializedFileWriter::new(Vec::new(), tree.schema.clone(), Arc::new(properties))?;
        Ok(Self { part, limits: Limits::DEFAULT, tree, file, rows: 0, text_bytes: 0, group_rows: 0, group_bytes: 0 })
    }

    /// What the file has rows of.
    pub fn part(&self) -> ParquetPart {
        self.part
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// How many bytes the lines of all rows have.
    pub fn text_bytes(&self) -> u64 {
        self.text_bytes
    }

    /// How many bytes of the file are written so far.
    pub fn written(&self) -> usize {
        self.file.bytes_written()
    }

    /// Adds the lines of a text, each of which ends with a line break.
    ///
    /// # Errors
    /// A line is none of the part, or the file cannot be written.
    pub fn add(&mut self, text: &[u8]) -> Result<(), LineError> {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text) {
            self.add_line(&text[start..end])?;
            start = end + 1;
        }
        match text.get(start..) {
            None | Some([]) => Ok(()),
            Some(rest) => self.add_line(rest),
        }
    }

    fn add_line(&mut self, line: &[u8]) -> Result<(), LineError> {
        let Tree { root, buffers, .. } = &mut self.tree;
        self.rows += 1;
        let row = self.rows;
        let damaged = |error: &serde_json::Error| LineError::Line { line: row, source: JsonError::new(error) };
        let mut json = serde_json::Deserializer::from_slice(line);
        Place { node: root, buffers, def: 0, rep: 0 }.deserialize(&mut json).map_err(|error| damaged(&error))?;
        json.end().map_err(|error| damaged(&error))?;
        let bytes = line.len() as u64 + 1;
        self.text_bytes += bytes;
        self.group_bytes += bytes;
        self.group_rows += 1;
        if self.group_rows < self.limits.rows && self.group_bytes < self.limits.text_bytes {
            return Ok(());
        }
        self.write_group().map_err(|_| LineError::File)
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.file.next_row_group()?;
        for buffer in &mut self.tree.buffers {
            let Some(mut column) = group.next_column()? else { break };
            buffer.write(&mut column)?;
            column.close()?;
        }
        group.close()?;
        (self.group_rows, self.group_bytes) = (0, 0);
        Ok(())
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(mut self) -> Result<Vec<u8>, ParquetError> {
        if self.group_rows > 0 {
            self.write_group()?;
        }
        self.file.into_inner()
    }
}

#[cfg(test)]
mod tests;
