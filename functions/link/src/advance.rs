//! Deciding what comes after a round.

use std::collections::BTreeSet;

use onefold_lake::RunId;
use onefold_lake::data::{blocked, links};
use onefold_lake::keys::{self, Chunk, Stage};
use onefold_lake::run::layout::{Layout, Mapper, MapperInput, Partition};
use onefold_lake::run::receipt::Moved;
use onefold_lake::version::manifest::Manifest;
use onefold_shell::{Context, Function, MemoryBudget, Receipts, StageError, Work, json_lines, json_object};
use onefold_store::Condition;
use serde::Deserialize;

use crate::divide::{Sized, Terms, divide};
use crate::round::CONTRACT;
use crate::{Advanced, RoundWork, Shard};

/// What Link reads of Translate's receipts.
#[derive(Debug, Deserialize)]
struct Translated {
    accounts: u64,
    rejected: u64,
    repeated: u64,
    #[serde(default)]
    suppressed: u64,
    nodes: u64,
    text_bytes: u64,
}

/// What Link reads of Extract's receipts.
#[derive(Debug, Deserialize)]
struct Extracted {
    source: String,
    skipped: Option<String>,
}

pub(crate) async fn advance(run: &RunId, round: u32, context: &Context) -> Result<Advanced, StageError> {
    let name = format!("advance-{round:05}");
    let work = Work { run: run.clone(), stage: Stage::Link, name };
    work.once(context, async |moved| {
        let layout =
            if round == 0 { layout(run, context).await? } else { context.json(&keys::layout(run)).await? };
        let next = next(run, round, layout.shards, context, moved).await?;
        let Some(work) = next else {
            moved.records_out = layout.mappers.len() as u64;
            return converged(run, round, layout, context).await;
        };
        Ok(Advanced {
            converged: false,
            round: round + 1,
            work,
            shards: (0..layout.shards).map(|shard| Shard { shard }).collect(),
            mappers_key: String::new(),
            partitions_key: String::new(),
        })
    })
    .await
}

/// What the round after a round does, by its number and by what moved in it; nothing if the labels are there.
async fn next(
    run: &RunId,
    round: u32,
    shards: u32,
    context: &Context,
    moved: &mut Moved,
) -> Result<Option<RoundWork>, StageError> {
    if shards == 1 {
        return Ok((round == 0).then_some(RoundWork::OneShard));
    }
    if round == CONTRACT {
        gather_blocked(run, shards, context, moved).await?;
    }
    let has_moved = async |large_star: u32| -> Result<bool, StageError> {
        Ok(new_edges(run, large_star, shards, context).await? + new_edges(run, large_star + 1, shards, context).await?
            > 0)
    };
    Ok(match round {
        0 => Some(RoundWork::Spread),
        1 => Some(RoundWork::Contract),
        2 => Some(RoundWork::LargeStar),
        3 => Some(RoundWork::SmallStar),
        // Even rounds are small-stars. If neither it nor the large-star before it moved anything, labels follow.
        _ if round.is_multiple_of(2) => {
            Some(if has_moved(round - 1).await? { RoundWork::LargeStar } else { RoundWork::Label })
        }
        _ => has_moved(round - 2).await?.then_some(RoundWork::SmallStar),
    })
}

/// How many edges a round made.
async fn new_edges(run: &RunId, round: u32, shards: u32, context: &Context) -> Result<u64, StageError> {
    let receipts = crate::round::receipts(run, round, shards, context).await?;
    Ok(receipts.iter().map(|done| done.moved).sum())
}

/// Joins the blocked keys of all shards.
async fn gather_blocked(run: &RunId, shards: u32, context: &Context, moved: &mut Moved) -> Result<(), StageError> {
    let store = context.store.as_ref();
    let lists: Vec<String> = (0..shards).map(|shard| keys::link_round(run, CONTRACT, shard, "blocked")).collect();
    let mut blocked_keys = 0;
    for list in &lists {
        blocked_keys += blocked::open(store, list).await?.keys();
    }
    let what = format!("the list of {blocked_keys} blocked keys");
    context.memory.check(Function::Link, MemoryBudget::blocked_list_bytes(blocked_keys), what)?;
    let mut all = Vec::with_capacity(usize::try_from(blocked_keys).unwrap_or_default());
    for list in &lists {
        let (blocked, bytes_in) = blocked::read(store, list).await?;
        moved.bytes_in += bytes_in;
        all.extend(blocked);
    }
    all.sort_unstable();
    let joined = blocked::format(&all)?;
    moved.bytes_out += joined.len() as u64;
    store.put(&keys::link_blocked(run), joined.into(), Condition::Always).await?;
    Ok(())
}

/// Divides the run: the interim chunks of this run, then the members of the previous version.
async fn layout(run: &RunId, context: &Context) -> Result<Layout, StageError> {
    let pinned = context.pinned(run).await?;
    let mut inputs = Vec::new();
    let mut refused: BTreeSet<String> = BTreeSet::new();
    let raw = context.store.list(&keys::raw_of(run)).await?;
    let chunks = raw.iter().filter_map(|object| Chunk::parse_raw(&object.key)).map(|(chunk, _)| chunk);
    for (chunk, receipt) in
        Receipts::read::<Translated, _>(context, run, Stage::Translate, chunks, Chunk::receipt_name).await?
    {
        let translated = receipt.result;
        if translated.rejected > translated.repeated + translated.suppressed {
            refused.insert(chunk.source.clone());
        }
        inputs.push(Sized {
            input: MapperInput { key: chunk.interim(), links: Some(chunk.links()), lines: translated.accounts },
            text_bytes: translated.text_bytes,
            nodes: translated.nodes,
        });
    }
    if !pinned.plan.snapshots.is_empty() {
        let splits = 0..pinned.plan.splits;
        for (_, receipt) in
            Receipts::read::<Extracted, _>(context, run, Stage::Extract, splits, |split| format!("{split:05}")).await?
        {
            let Extracted { source, skipped } = receipt.result;
            // A source that failed was not read whole.
            refused.extend(skipped.map(|_| source));
        }
    }
    // Whose row was refused is not known, so no account can be called gone because it was not read.
    let replaced: Vec<String> =
        pinned.plan.snapshots.iter().filter(|source| !refused.contains(*source)).cloned().collect();
    if let Some(previous) = &pinned.plan.previous {
        let manifest: Manifest = context.json(&keys::manifest(&previous.run)).await?;
        let matcher = pinned.matcher(context)?;
        // Links under other rules or another secret do not fit together with these.
        // Nor do links without the marks of sources that are replaced now and were no snapshots then.
        let are_marked = replaced.iter().all(|source| manifest.snapshots.contains(source));
        // Nor may the keys of those who were erased since be counted, and links do not say whose they are.
        let fit = manifest.matching == matcher.digest() && are_marked && !pinned.plan.erases;
        let rules = pinned.config.matches.len() as u64;
        for (number, members) in manifest.files.members.iter().enumerate() {
            let links = manifest.files.member_links.get(number).filter(|_| fit);
            inputs.push(Sized {
                input: MapperInput {
                    key: members.key.clone(),
                    links: links.map(|links| links.key.clone()),
                    lines: members.records,
                },
                text_bytes: members.text_bytes,
                nodes: links.map_or(members.records * (2 + rules), |links| links::nodes(links.bytes, members.records)),
            });
        }
    }
    let terms = Terms {
        shards: pinned.plan.shards,
        partitions: pinned.plan.partitions,
        link: context.memory,
        merge: context.merge_memory,
    };
    let layout = Layout { replaced, ..divide(inputs, terms)? };
    context.store.put(&keys::layout(run), json_object(&layout)?, Condition::Always).await?;
    Ok(layout)
}

/// Writes what Partition and Merge work on.
async fn converged(run: &RunId, round: u32, layout: Layout, context: &Context) -> Result<Advanced, StageError> {
    let count = layout.mappers.len() as u32;
    let mappers: Vec<Mapper> = layout
        .mappers
        .into_iter()
        .enumerate()
        .map(|(number, inputs)| Mapper {
            mapper: number as u32,
            mappers: count,
            inputs,
            partitions: layout.partitions,
            slices: layout.slices,
            shards: layout.shards,
            round,
        })
        .collect();
    let partitions: Vec<Partition> = (0..layout.partitions)
        .map(|partition| Partition {
            partition,
            partitions: layout.partitions,
            slices: layout.slices,
            mappers: count,
            shards: layout.shards,
            round,
            replaced: layout.replaced.clone(),
        })
        .collect();
    context.store.put(&keys::mappers(run), json_lines(&mappers)?, Condition::Always).await?;
    context.store.put(&keys::partitions(run), json_lines(&partitions)?, Condition::Always).await?;
    Ok(Advanced {
        converged: true,
        round,
        work: RoundWork::Label,
        shards: Vec::new(),
        mappers_key: keys::mappers(run),
        partitions_key: keys::partitions(run),
    })
}
