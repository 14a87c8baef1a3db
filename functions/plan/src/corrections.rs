//! The corrections of a run.

use onefold_config::Config;
use onefold_lake::keys;
use onefold_lake::run::plan::PinnedCorrections;
use onefold_rows::corrections_file::{CheckedCorrections, CorrectionsFile, check};
use onefold_shell::{Context, StageError};

/// The files of corrections, and what is in them.
#[derive(Debug, Default)]
pub(super) struct ReadCorrections {
    pub(super) pinned: Vec<PinnedCorrections>,
    pub(super) checked: CheckedCorrections,
}

/// Reads and pins all files of corrections, and finds their faults before anything runs.
pub(super) async fn pin(
    config: &Config,
    context: &Context,
    faults: &mut Vec<String>,
) -> Result<ReadCorrections, StageError> {
    let mut pinned = Vec::new();
    let mut texts = Vec::new();
    for object in context.list(keys::CORRECTIONS).await? {
        if keys::is_corrections(&object.key) {
            let (bytes, etag) = context.get(&object.key).await?;
            pinned.push(PinnedCorrections { key: object.key, etag });
            texts.push(bytes);
        }
    }
    let files: Vec<CorrectionsFile<'_>> =
        pinned.iter().zip(&texts).map(|(pinned, bytes)| CorrectionsFile { name: &pinned.key, bytes }).collect();
    let sources: Vec<&str> = config.sources.iter().map(|source| source.name.as_str()).collect();
    let checked = check(&files, &sources).unwrap_or_else(|mut found| {
        faults.append(&mut found);
        CheckedCorrections::default()
    });
    Ok(ReadCorrections { pinned, checked })
}
