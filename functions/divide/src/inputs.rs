//! The inputs to divide: the interim chunks of this run and the members of the previous version, each with its size.

use std::collections::BTreeSet;

use onefold_lake::RunId;
use onefold_lake::calls::TranslateResult;
use onefold_lake::data::links;
use onefold_lake::keys::{self, Chunk, Stage};
use onefold_lake::run::layout::MapperInput;
use onefold_lake::version::manifest::{Manifest, VersionFile};
use onefold_shell::{Context, Pinned, Receipts, StageError};

use crate::layout::SizedInput;

/// The interim chunks of a run.
#[derive(Debug, Default)]
pub(crate) struct Chunks {
    pub(crate) inputs: Vec<SizedInput>,
    /// The sources that have rejected rows.
    pub(crate) refused: BTreeSet<String>,
}

/// The interim chunks of a run, in the order of their raw chunks.
pub(crate) async fn chunks(run: &RunId, context: &Context) -> Result<Chunks, StageError> {
    let raw = context.list(&keys::raw_of(run)).await?;
    let chunks = raw.iter().filter_map(|object| Chunk::parse_raw(&object.key)).map(|(chunk, _)| chunk);
    let receipts =
        Receipts::read::<TranslateResult, _>(context, run, Stage::Translate, chunks, Chunk::receipt_name).await?;
    let mut found = Chunks::default();
    for (chunk, receipt) in receipts {
        let translated = receipt.result;
        found.inputs.push(SizedInput {
            input: MapperInput { key: chunk.interim(), links: Some(chunk.links()), lines: translated.accounts },
            text_bytes: translated.text_bytes,
            nodes: translated.nodes,
        });
        if translated.rejected > translated.repeated + translated.suppressed {
            found.refused.insert(chunk.source);
        }
    }
    Ok(found)
}

/// The members of the previous version, if there is one. Snapshots replace the accounts of the sources in `replaced`.
pub(crate) async fn members(
    pinned: &Pinned,
    replaced: &[String],
    context: &Context,
) -> Result<Vec<SizedInput>, StageError> {
    let Some(previous) = &pinned.plan.previous else { return Ok(Vec::new()) };
    let manifest: Manifest = context.json(&keys::manifest(&previous.run)).await?;
    // Links made with other rules or another secret cannot be combined with the links of this run.
    let has_same_keys = manifest.matching == pinned.matcher(context)?.digest();
    // Nor can links without the mark of a source that is replaced now but was no snapshot then.
    let are_marked = replaced.iter().all(|source| manifest.snapshots.contains(source));
    // Nor can stored links be used if the run erases people: their keys must not count, and links do not show them.
    let fit = has_same_keys && are_marked && !pinned.plan.erases;
    let rules = pinned.config.matches.len() as u64;
    let sized = |(number, members): (usize, &VersionFile)| {
        let links = manifest.files.member_links.get(number);
        let nodes = links.map_or(0, |links| links::nodes(links.bytes, members.records));
        let links = links.filter(|_| fit);
        SizedInput {
            input: MapperInput {
                key: members.key.clone(),
                links: links.map(|links| links.key.clone()),
                lines: members.records,
            },
            text_bytes: members.text_bytes,
            nodes: match links {
                Some(_) => nodes,
                // Accounts with several values have more keys than there are rules, as they had before.
                None => nodes.max(members.records * (2 + rules)),
            },
        }
    };
    Ok(manifest.files.members.iter().enumerate().map(sized).collect())
}
