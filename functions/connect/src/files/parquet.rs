//! Reading a Parquet object, row group by row group, as JSON Lines.
//!
//! At most one row group, as stored, and a little of its text are held. Every request names the object's
//! entity tag, so that no two versions of it are mixed. Messages of the library are not passed on: some show
//! values.

mod json;
mod schema;
mod window;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use onefold_lake::run::plan::ObjectPiece;
use onefold_shell::{Context, Function, MemoryBudget};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::{ReaderIter, TreeBuilder};

use self::schema::ColumnShape;
use self::window::{ObjectRanges, Window};
use super::signature::{self, SIGNATURE_BYTES};
use crate::Fault;

/// About how many bytes of text are made at once.
const TEXT_BYTES: usize = 256 << 10;

/// Largest description of the columns and row groups at the object's end.
const FOOTER_BYTES_MAX: u64 = 64 << 20;

/// Bytes that are read first, from the object's end: enough for most footers.
const TAIL_BYTES: u64 = 64 << 10;

/// Length of the footer's length and the magic number behind it.
const END_BYTES: u64 = 8;

const MAGIC: &[u8] = b"PAR1";

/// A Parquet object being read.
pub(crate) struct ParquetReader<'p> {
    piece: &'p ObjectPiece,
    ranges: ObjectRanges<'p>,
    window: Window,
    file: SerializedFileReader<Window>,
    columns: Vec<(String, ColumnShape)>,
    /// Number of the next row group.
    group: usize,
    /// The rows of the row group before it that are not read yet.
    rows: Option<ReaderIter>,
    /// Rows to skip.
    skip: u64,
    /// Number of the next row, from 1.
    row: u64,
}

/// Opens an object. The rows before `row` (from 1) are skipped.
pub(crate) async fn open<'p>(
    context: &'p Context,
    piece: &'p ObjectPiece,
    row: u64,
) -> Result<ParquetReader<'p>, Fault> {
    let mut ranges = ObjectRanges::new(context, piece);
    let window = Window::new(piece.end);
    let tail = ranges.read(piece.end.saturating_sub(TAIL_BYTES)..piece.end).await?;
    let footer = match footer_bytes(piece, &tail) {
        Err(fault) => return Err(what_else(piece, &mut ranges).await?.unwrap_or(fault)),
        Ok(footer) => footer,
    };
    let from = piece.end.saturating_sub(footer);
    let tail = if footer > tail.len() as u64 { ranges.read(from..piece.end).await? } else { tail };
    window.set(piece.end - tail.len() as u64, tail);
    let file = guarded(|| SerializedFileReader::new(window.clone()))
        .map_err(|()| damaged(piece, "its footer cannot be read"))?;
    let columns = schema::columns(file.metadata().file_metadata().schema())
        .map_err(|faults| Fault::source(format!("{} cannot be read: {}", piece.object, faults.join("; "))))?;
    let mut reader = ParquetReader { piece, ranges, window, file, columns, group: 0, rows: None, skip: 0, row: 1 };
    reader.pass_to(row);
    reader.check_groups(context.memory)?;
    Ok(reader)
}

/// Length of the footer with its length and the magic number, in bytes.
fn footer_bytes(piece: &ObjectPiece, tail: &[u8]) -> Result<u64, Fault> {
    let no_parquet = || {
        Fault::source(format!(
            "{} is not Parquet, or is cut off: it does not end as such; drop it again, whole",
            piece.object
        ))
    };
    let (rest, magic) = tail.split_last_chunk::<4>().ok_or_else(no_parquet)?;
    let (_, length) = rest.split_last_chunk::<4>().ok_or_else(no_parquet)?;
    let length = u64::from(u32::from_le_bytes(*length)) + END_BYTES;
    if magic != MAGIC || length > piece.end {
        return Err(no_parquet());
    }
    if length > FOOTER_BYTES_MAX {
        return Err(Fault::source(format!(
            "the footer of {} is {length} bytes long; at most 64 MiB are read",
            piece.object
        )));
    }
    Ok(length)
}

/// The fault of an object that does not end as Parquet, if its start tells its format.
async fn what_else(piece: &ObjectPiece, ranges: &mut ObjectRanges<'_>) -> Result<Option<Fault>, Fault> {
    let start = ranges.read(0..piece.end.min(SIGNATURE_BYTES as u64)).await?;
    let told = signature::of(&start).filter(|_| !start.starts_with(MAGIC));
    Ok(told.map(|told| Fault::source(format!("{} {told}", piece.object))))
}

fn damaged(piece: &ObjectPiece, what: &str) -> Fault {
    Fault::source(format!("{} is damaged: {what}; write it anew and drop it again", piece.object))
}

/// Calls the library, which panics on some damaged files.
fn guarded<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ()> {
    catch_unwind(AssertUnwindSafe(read)).map_err(|_| ())?.map_err(|_| ())
}

impl ParquetReader<'_> {
    /// The next rows, a line of JSON each; `None` at the end. Adds what came over the network to `bytes_in`.
    pub(crate) async fn next(&mut self, bytes_in: &mut u64) -> Result<Option<Bytes>, Fault> {
        loop {
            let Some(rows) = &mut self.rows else {
                if !self.open_group().await? {
                    *bytes_in += self.ranges.take_bytes_in();
                    return Ok(None);
                }
                *bytes_in += self.ranges.take_bytes_in();
                continue;
            };
            let mut text = Vec::new();
            let columns = &self.columns;
            let (row, skip) = (&mut self.row, &mut self.skip);
            let is_over = guarded(|| {
                while text.len() < TEXT_BYTES {
                    let Some(fields) = rows.next().transpose()? else { return Ok(Ok(true)) };
                    if *skip > 0 {
                        *skip -= 1;
                    } else if let Err(column) = json::write_row(&mut text, columns, &fields) {
                        return Ok(Err(column));
                    }
                    *row += 1;
                }
                Ok(Ok(false))
            });
            match is_over {
                Ok(Ok(false)) => {}
                Ok(Ok(true)) => self.rows = None,
                Ok(Err(column)) => {
                    return Err(Fault::source(format!(
                        "{} cannot be read: the column {column} holds bytes that are no text in row {}; cast it to text, or leave it out",
                        self.piece.object, self.row
                    )));
                }
                Err(()) => {
                    let place = format!("row group {} cannot be read from row {} on", self.group, self.row);
                    return Err(damaged(self.piece, &place));
                }
            }
            if !text.is_empty() {
                return Ok(Some(text.into()));
            }
        }
    }

    /// Skips whole row groups, and sets how many rows of the next one are skipped.
    fn pass_to(&mut self, row: u64) {
        let metadata = self.file.metadata();
        while let Some(group) = metadata.row_groups().get(self.group) {
            let rows = u64::try_from(group.num_rows()).unwrap_or_default();
            if self.row + rows > row {
                break;
            }
            self.row += rows;
            self.group += 1;
        }
        self.skip = row.saturating_sub(self.row);
    }

    /// Refuses row groups that do not fit into memory, before reading any.
    fn check_groups(&self, memory: MemoryBudget) -> Result<(), Fault> {
        for number in self.group..self.file.metadata().num_row_groups() {
            let range = self.range_of(number)?;
            let length = range.end - range.start;
            if length <= memory.row_group_bytes_max() {
                continue;
            }
            let (object, group) = (&self.piece.object, number + 1);
            let needed = MemoryBudget::extract_bytes(length);
            return Err(Fault::source(match memory.fits(needed) {
                true => format!(
                    "{object} cannot be read: row group {group} is {length} bytes long, and at most 256 MiB are read at once; write it with smaller row groups"
                ),
                false => format!(
                    "{object} cannot be read: {}, or write it with smaller row groups",
                    memory.fault(Function::Other("extract"), needed, format!("row group {group} of {length} bytes"))
                ),
            }));
        }
        Ok(())
    }

    /// Where a row group is in the object.
    fn range_of(&self, number: usize) -> Result<Range<u64>, Fault> {
        let (mut first, mut last) = (u64::MAX, 0);
        for column in self.file.metadata().row_group(number).columns() {
            let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
            let place = u64::try_from(start).ok().zip(u64::try_from(column.compressed_size()).ok());
            let place = place.and_then(|(start, length)| Some((start, start.checked_add(length)?)));
            let Some((start, end)) = place.filter(|(_, end)| *end <= self.piece.end) else {
                return Err(damaged(self.piece, &format!("row group {} is not within it", number + 1)));
            };
            (first, last) = (first.min(start), last.max(end));
        }
        Ok(first.min(last)..last)
    }

    /// Fetches the next row group; `false` if there is none.
    async fn open_group(&mut self) -> Result<bool, Fault> {
        if self.group >= self.file.metadata().num_row_groups() {
            return Ok(false);
        }
        let range = self.range_of(self.group)?;
        self.window.set(range.start, self.ranges.read(range).await?);
        self.rows = Some(
            guarded(|| {
                let group = self.file.get_row_group(self.group)?;
                let schema = self.file.metadata().file_metadata().schema_descr_ptr();
                TreeBuilder::new().as_iter(schema, group.as_ref())
            })
            .map_err(|()| damaged(self.piece, &format!("row group {} cannot be read", self.group + 1)))?,
        );
        self.group += 1;
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
