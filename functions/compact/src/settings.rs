//! Stores the settings of a run with its version. The next run learns from them what changed, and Explain needs them.

use onefold_lake::data::blocked;
use onefold_lake::version::manifest::VersionFile;
use onefold_lake::{RunId, keys};
use onefold_shell::{Context, Pinned, StageError, json_object};

use crate::blocked_keys::BlockedKeys;
use crate::file;

/// Writes the configuration, the corrections and the blocked keys into the version.
pub(crate) async fn write(
    run: &RunId,
    pinned: &Pinned,
    blocked_keys: &BlockedKeys,
    context: &Context,
) -> Result<Vec<VersionFile>, StageError> {
    let list = blocked_keys.sorted();
    let records = list.len() as u64;
    let pairs = pinned.corrections.pairs();
    let contents = [
        (keys::processed_config(run), pinned.config_text.clone().into(), pinned.config_text.lines().count() as u64),
        (keys::processed_corrections(run), json_object(pairs)?, (pairs.always.len() + pairs.never.len()) as u64),
        (keys::processed_blocked(run), blocked::format(&list).map_err(StageError::compressing)?.into(), records),
    ];
    let mut files = Vec::new();
    for (key, content, records) in contents {
        files.push(file::put(key, content, records, context).await?);
    }
    Ok(files)
}
