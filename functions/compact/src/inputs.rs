//! The list of all objects that were read up to a version: the list of the previous version, then what this run read.
//!
//! The list grows with every run. Compact does not read it: the store joins its parts.

use onefold_lake::run::plan::ReadObject;
use onefold_lake::version::manifest::{Manifest, VersionFile};
use onefold_lake::{RunId, keys};
use onefold_shell::{Context, StageError, json_lines};
use onefold_store::Object;

use crate::file;
use crate::sources::SourceOutcomes;

/// Writes the list. Objects that the run planned but did not read are left out.
pub(crate) async fn write(
    run: &RunId,
    sources: &SourceOutcomes,
    previous: Option<&Manifest>,
    context: &Context,
) -> Result<VersionFile, StageError> {
    let mut read: Vec<ReadObject> = context.json_lines(&keys::run_inputs(run)).await?;
    sources.retain_read(run, &mut read);
    let own = file::put(keys::run_inputs_read(run), json_lines(&read)?, read.len() as u64, context).await?;
    let before: &[VersionFile] = previous.map_or(&[], |previous| &previous.files.inputs);
    let mut objects: Vec<Object> = Vec::new();
    for file in before.iter().chain([&own]) {
        objects.push(file::stored(&file.key, context).await?);
    }
    let key = keys::processed_inputs(run);
    context.concatenate(&objects, &key).await?;
    let bytes = objects.iter().map(|object| object.size).sum();
    let records = before.iter().map(|file| file.records).sum::<u64>() + own.records;
    Ok(VersionFile { key, bytes, records, text_bytes: bytes })
}
