//! Stores the settings of a run with its version. The next run learns from them what changed, and Explain needs them.

use onefold_graph::Blocked;
use onefold_graph::node::Node;
use onefold_lake::data::blocked;
use onefold_lake::run::layout::PartitionCounts;
use onefold_lake::version::manifest::VersionFile;
use onefold_lake::{RunId, keys};
use onefold_shell::{Context, Pinned, StageError, json_object};

use crate::file;

/// Writes the configuration, the corrections and the blocked keys into the version.
pub(crate) async fn write(
    run: &RunId,
    pinned: &Pinned,
    partitions: &[PartitionCounts],
    context: &Context,
) -> Result<Vec<VersionFile>, StageError> {
    let (mut list, _) =
        blocked::read(context.store.as_ref(), &keys::link_blocked(run)).await.map_err(StageError::reading_part)?;
    for (node, rule) in partitions.iter().flat_map(|partition| &partition.blocked) {
        let Some(accounts) = rule.accounts else { continue };
        let node = Node::parse(node).ok_or_else(|| StageError::corrupt("a blocked key of a partition is no node"))?;
        list.push(Blocked { node, accounts });
    }
    list.sort_unstable();
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
