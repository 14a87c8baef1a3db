//! The files for lookups in a version: the places of its partitions, and the customer ids that ended.

use onefold_graph::node::NodeHasher;
use onefold_lake::RunId;
use onefold_lake::keys::{self, VersionPart};
use onefold_lake::version::manifest::{Manifest, VersionFile};
use onefold_shell::{Context, StageError, json_lines};
use onefold_store::Object;

use crate::file;
use crate::join::{JoinedFile, PartitionOutputs};

/// Writes the place of each partition in the version's files.
pub(crate) async fn frames(
    run: &RunId,
    merged: &PartitionOutputs<'_>,
    context: &Context,
) -> Result<VersionFile, StageError> {
    let frames = merged.frames()?;
    file::put(keys::processed_frames(run), json_lines(&frames)?, frames.len() as u64, context).await
}

/// Fingerprint of the secret by which the index finds identifiers; empty if an earlier program merged any partition.
pub(crate) fn indexed_by(merged: &PartitionOutputs<'_>, hasher: &NodeHasher) -> String {
    if merged.have_frames() { hasher.fingerprint() } else { String::new() }
}

/// Writes the list of ended customer ids: the list of the previous version, then the ids that ended in this run. `None`
/// if no id ever ended.
pub(crate) async fn retired(
    run: &RunId,
    merged: &PartitionOutputs<'_>,
    previous: Option<&Manifest>,
    context: &Context,
) -> Result<Option<JoinedFile>, StageError> {
    let before: &[VersionFile] = previous.map_or(&[], |previous| &previous.files.retired);
    let mut sources: Vec<Object> = Vec::new();
    for file in before {
        sources.push(file::stored(&file.key, context).await?);
    }
    sources.extend(merged.objects_with_records(VersionPart::Retired)?);
    if sources.is_empty() {
        return Ok(None);
    }
    let bytes = sources.iter().map(|source| source.size).sum();
    let records = before.iter().map(|file| file.records).sum::<u64>() + merged.retired();
    let file = VersionFile { key: keys::processed(run, VersionPart::Retired, 0), bytes, records, text_bytes: 0 };
    Ok(Some(JoinedFile { part: VersionPart::Retired, file, sources }))
}
