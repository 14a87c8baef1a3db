//! Export: writes customers, members and changes as Parquet, from the lines that Merge wrote.
//!
//! It runs before the commit, so a version that is to have Parquet has it from the moment when readers see it. The rows
//! are those of the lines, in their order. An invocation writes the files of a range of partitions. It needs memory for
//! the compressed lines of one partition, for a row group, and for the file.
//!
//! [`ParquetWriter`] has the columns.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

use onefold_lake::calls::{ExportRequest, ExportResult};
use onefold_lake::keys::{self, ParquetPart, Stage};
use onefold_lake::run::layout::ExportedPartitions;
use onefold_lake::run::receipt::Moved;
use onefold_lake::version::manifest::{ParquetFiles, VersionFile};
use onefold_lake::version::parquet::{LineError, ParquetWriter};
use onefold_lake::{FrameReader, RunId};
use onefold_shell::{Context, Function, MemoryBudget, StageError, Work};

/// Writes the Parquet files of a range of partitions.
///
/// # Errors
/// `Corrupt` if an object is damaged; `InvalidInput` if it does not fit into memory; `Transient` if the store failed.
pub async fn run(request: ExportRequest, context: &Context) -> Result<ExportResult, StageError> {
    let ExportRequest { run, partitions } = request;
    let work = Work { run: run.clone(), stage: Stage::Export, name: format!("{:05}", partitions.number) };
    work.once(context, async |moved| export(&run, partitions, context, moved).await).await
}

async fn export(
    run: &RunId,
    partitions: ExportedPartitions,
    context: &Context,
    moved: &mut Moved,
) -> Result<ExportResult, StageError> {
    let mut files = ParquetFiles::default();
    for part in ParquetPart::ALL {
        files.of_mut(part).extend(write(run, part, partitions, context, moved).await?);
    }
    Ok(ExportResult { files })
}

/// Writes the file of a part; `None` if it would have no row.
async fn write(
    run: &RunId,
    part: ParquetPart,
    partitions: ExportedPartitions,
    context: &Context,
    moved: &mut Moved,
) -> Result<Option<VersionFile>, StageError> {
    let mut writer = ParquetWriter::new(part, run).map_err(|_| unwritable(part))?;
    for partition in partitions.first..partitions.end {
        add(&mut writer, &keys::merged(run, partition, part.lines()), context, moved).await?;
    }
    let (records, text_bytes) = (writer.rows(), writer.text_bytes());
    moved.records_in += records;
    if records == 0 {
        return Ok(None);
    }
    let bytes = writer.finish().map_err(|_| unwritable(part))?;
    let file = VersionFile {
        key: keys::parquet(run, part, partitions.number),
        bytes: bytes.len() as u64,
        records,
        text_bytes,
    };
    moved.records_out += records;
    moved.bytes_out += file.bytes;
    context.put(&file.key, bytes).await?;
    Ok(Some(file))
}

/// Adds the lines of an object that Merge wrote.
async fn add(writer: &mut ParquetWriter, key: &str, context: &Context, moved: &mut Moved) -> Result<(), StageError> {
    let (bytes, _) = context.get(key).await?;
    moved.bytes_in += bytes.len() as u64;
    let mut frames = FrameReader::new(key, &bytes).map_err(StageError::damaged)?;
    let frame = frames.largest_frame().map_err(StageError::damaged)?;
    // What is written of an object is hardly larger than what is stored of it.
    let written = writer.written() + bytes.len();
    let needed = MemoryBudget::export_bytes(bytes.len() as u64, frame as u64, written as u64);
    context.memory.check(Function::Other(Stage::Export.name()), needed, key)?;
    while let Some(text) = frames.next_frame().map_err(StageError::damaged)? {
        writer.add(text).map_err(|error| match error {
            LineError::Line { line, source } => {
                StageError::corrupt(format!("row {line} of the file cannot be made from a line of {key}"))
                    .caused_by(source)
            }
            LineError::File => unwritable(writer.part()),
        })?;
    }
    Ok(())
}

/// The library's own message can show values, so it is dropped.
fn unwritable(part: ParquetPart) -> StageError {
    StageError::internal(format!("the Parquet file of {} cannot be written", part.name()))
}
