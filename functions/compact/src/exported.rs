//! What Export wrote.

use onefold_lake::RunId;
use onefold_lake::calls::ExportResult;
use onefold_lake::keys::{ParquetPart, Stage};
use onefold_lake::run::layout::PartitionCounts;
use onefold_lake::version::manifest::ParquetFiles;
use onefold_shell::{Context, Receipts, StageError};

use crate::join;

/// The Parquet files of the version, and how many rows of each part there are: as Export wrote them, and as Merge did.
#[derive(Debug, Default)]
pub(crate) struct Exported {
    pub(crate) files: ParquetFiles,
    pub(crate) rows: [[u64; 2]; ParquetPart::ALL.len()],
}

/// Reads the receipts of Export; nothing if the version is not exported.
pub(crate) async fn gather(
    run: &RunId,
    exports: u32,
    partitions: &[PartitionCounts],
    context: &Context,
) -> Result<Exported, StageError> {
    let mut exported = Exported::default();
    if exports == 0 {
        return Ok(exported);
    }
    let name = |number: &u32| format!("{number:05}");
    for (_, receipt) in Receipts::read::<ExportResult, _>(context, run, Stage::Export, 0..exports, name).await? {
        exported.files.append(receipt.result.files);
    }
    for (part, rows) in ParquetPart::ALL.into_iter().zip(&mut exported.rows) {
        let written = exported.files.of(part).iter().map(|file| file.records).sum();
        let merged = partitions.iter().map(|counts| join::records(part.lines(), counts)).sum();
        *rows = [written, merged];
    }
    Ok(exported)
}
