//! Gathers the counts of all stages.

use std::collections::BTreeMap;

use onefold_graph::Blocked;
use onefold_graph::node::Node;
use onefold_identity::counts::VersionCounts;
use onefold_identity::merge::BlockedRule;
use onefold_lake::RunId;
use onefold_lake::calls::{ExtractResult, TranslateResult};
use onefold_lake::data::blocked;
use onefold_lake::keys::{self, Chunk, Stage};
use onefold_lake::run::layout::{Layout, PartitionCounts};
use onefold_lake::run::note::{Note, SourceNote};
use onefold_lake::run::plan::SkippedSource;
use onefold_lake::version::manifest::{BlockedKey, SourceCounts};
use onefold_shell::{Context, Receipts, StageError, in_order};
use onefold_store::Object;

use crate::rejected::RejectedRows;
use crate::sources::SourceOutcomes;

/// The most blocked keys that the manifest lists. People read this list. Every stage reads the manifest, so it stays
/// small.
const BLOCKED_KEYS_TOLD: usize = 100;
/// The number of objects that are read at once.
const READ_AHEAD: usize = 16;

/// The counts of all stages of a run.
#[derive(Debug, Default)]
pub(crate) struct RunCounts {
    pub(crate) counts: VersionCounts,
    /// Raw chunks that were overwritten with other bytes after they were translated.
    pub(crate) outdated: Vec<String>,
    /// The number of lines that Extract saw, and that Translate saw. Both include blank lines.
    pub(crate) lines: [u64; 2],
    /// The accounts of this run that Merge read. `counts` has those that Translate wrote.
    pub(crate) accounts_merged: u64,
    pub(crate) dropped: BTreeMap<String, u64>,
    pub(crate) blocked: Vec<BlockedKey>,
    pub(crate) met_keys: MetKeys,
    /// The sources whose accounts in the previous version were replaced by a snapshot.
    pub(crate) replaced: Vec<String>,
    pub(crate) guards: BTreeMap<String, u64>,
    /// The counts of each partition, by its number. Their blocked keys are in `met_keys`.
    pub(crate) partitions: Vec<PartitionCounts>,
    pub(crate) sources: SourceOutcomes,
    pub(crate) rejected: RejectedRows,
    /// The notes about sources, in the order in which they were found.
    pub(crate) notes: Vec<SourceNote>,
}

/// The blocked keys that Merge met. Most are met in many partitions, and are kept once.
#[derive(Debug, Default)]
pub(crate) struct MetKeys {
    /// The names of rules, and their numbers.
    rules: BTreeMap<String, u32>,
    /// By key: the number of its rule, and how many accounts share it if Merge blocked it by that rule's own limit.
    keys: BTreeMap<Node, (u32, Option<u32>)>,
}

impl MetKeys {
    /// Adds the blocked keys of a partition.
    fn add(&mut self, blocked: BTreeMap<String, BlockedRule>) -> Result<(), StageError> {
        for (node, BlockedRule { rule, accounts }) in blocked {
            let node =
                Node::parse(&node).ok_or_else(|| StageError::corrupt("a blocked key of a partition is no node"))?;
            let next = self.rules.len() as u32;
            let rule = *self.rules.entry(rule).or_insert(next);
            self.keys.insert(node, (rule, accounts));
        }
        Ok(())
    }

    /// The name of a key's rule; empty if no partition met the key.
    fn rule_of(&self, node: Node) -> &str {
        let number = self.keys.get(&node).map(|(rule, _)| rule);
        let name = number.and_then(|number| self.rules.iter().find(|(_, of_rule)| *of_rule == number));
        name.map_or("", |(name, _)| name.as_str())
    }

    /// The keys that Merge blocked by their rule's own limit, sorted.
    pub(crate) fn over_their_limit(&self) -> impl Iterator<Item = Blocked> {
        self.keys.iter().filter_map(|(node, (_, accounts))| Some(Blocked { node: *node, accounts: (*accounts)? }))
    }
}

impl RunCounts {
    fn note(&mut self, source: &str, notes: Vec<Note>) {
        self.notes.extend(notes.into_iter().map(|note| SourceNote { source: source.to_owned(), note }));
    }

    /// Adds the counts of the sources to those of the run.
    fn add_up_sources(&mut self) {
        for of_source in self.rejected.sources.values() {
            self.counts.rows_read += of_source.rows_read;
            self.counts.accounts += of_source.accounts;
            self.counts.rejected += of_source.rejected;
            self.counts.repeated += of_source.repeated;
            self.counts.suppressed += of_source.suppressed;
            for (field, count) in &of_source.dropped_values {
                *self.dropped.entry(field.clone()).or_default() += count;
            }
        }
    }
}

pub(crate) async fn gather(run: &RunId, context: &Context) -> Result<RunCounts, StageError> {
    let mut gathered = RunCounts::default();
    let pinned = context.pinned(run).await?;
    pinned.plan.skipped.iter().cloned().for_each(|skipped| gathered.sources.skip(skipped));
    gathered.notes.clone_from(&pinned.plan.source_notes);
    extracted(run, pinned.plan.splits, context, &mut gathered).await?;
    translated(run, context, &mut gathered).await?;
    gathered.add_up_sources();
    merged(run, context, &mut gathered).await?;
    Ok(gathered)
}

async fn extracted(run: &RunId, splits: u32, context: &Context, gathered: &mut RunCounts) -> Result<(), StageError> {
    let name = |split: &u32| format!("{split:05}");
    for (_, receipt) in Receipts::read::<ExtractResult, _>(context, run, Stage::Extract, 0..splits, name).await? {
        let ExtractResult { source, lines, watermark, skipped, notes, .. } = receipt.result;
        gathered.lines[0] += lines;
        gathered.note(&source, notes);
        if let Some(watermark) = watermark {
            gathered.sources.read_up_to(source.clone(), watermark);
        }
        if let Some(reason) = skipped {
            gathered.sources.skip(SkippedSource { source, reason });
        }
    }
    Ok(())
}

async fn translated(run: &RunId, context: &Context, gathered: &mut RunCounts) -> Result<(), StageError> {
    let raw = context.list(&keys::raw_of(run)).await?;
    let chunks = raw.iter().filter_map(|object| Some((Chunk::parse_raw(&object.key)?.0, object)));
    let name = |(chunk, _): &(Chunk, &Object)| chunk.receipt_name();
    for ((chunk, object), receipt) in
        Receipts::read::<TranslateResult, _>(context, run, Stage::Translate, chunks, name).await?
    {
        let translated = receipt.result;
        gathered.note(&chunk.source, translated.notes);
        // The same bytes can have another entity tag: with a customer's KMS key, each write gives a new one.
        if translated.raw != object.etag && receipt.moved.bytes_in != object.size {
            gathered.outdated.push(object.key.clone());
        }
        gathered.lines[1] += translated.rows + translated.blank;
        let of_chunk = SourceCounts {
            rows_read: translated.rows,
            accounts: translated.accounts,
            rejected: translated.rejected,
            repeated: translated.repeated,
            suppressed: translated.suppressed,
            dropped_values: translated.dropped,
        };
        gathered.rejected.add(&chunk.source, &of_chunk, translated.files);
    }
    Ok(())
}

async fn merged(run: &RunId, context: &Context, gathered: &mut RunCounts) -> Result<(), StageError> {
    let layout: Layout = context.json(&keys::layout(run)).await?;
    let read = |partition| async move { context.json::<PartitionCounts>(&keys::merged_counts(run, partition)).await };
    let mut merged = VersionCounts::default();
    let RunCounts { partitions, guards, met_keys, .. } = &mut *gathered;
    in_order(0..layout.partitions, READ_AHEAD, read, |mut counts: PartitionCounts| {
        met_keys.add(std::mem::take(&mut counts.blocked))?;
        merged.add(&counts.counts);
        for (guard, count) in &counts.guards {
            *guards.entry(guard.clone()).or_default() += count;
        }
        partitions.push(counts);
        Ok(())
    })
    .await?;
    gathered.replaced = layout.replaced;
    let (blocked_keys, most_shared) = blocked_keys(run, &gathered.met_keys, context).await?;
    gathered.blocked = most_shared;
    gathered.accounts_merged = std::mem::take(&mut merged.accounts);
    gathered.counts.add(&merged);
    gathered.counts.blocked_keys = blocked_keys;
    Ok(())
}

/// The number of blocked keys, and the ones to list, the most shared first. Link blocked some of them; it knows how
/// many accounts share a key, but not the rule. Merge blocked the others by the limit of their rule.
async fn blocked_keys(run: &RunId, met: &MetKeys, context: &Context) -> Result<(u64, Vec<BlockedKey>), StageError> {
    let (list, _) =
        blocked::read(context.store.as_ref(), &keys::link_blocked(run)).await.map_err(StageError::reading_part)?;
    let by_link = list.into_iter().map(|key| (met.rule_of(key.node), key.accounts));
    let by_merge = met.over_their_limit().map(|key| (met.rule_of(key.node), key.accounts));
    let mut all: Vec<(&str, u32)> = by_link.chain(by_merge).collect();
    all.sort_unstable_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.split('+').cmp(right.0.split('+'))));
    let told = all.iter().take(BLOCKED_KEYS_TOLD);
    let told = told
        .map(|(rule, accounts)| BlockedKey { key: rule.split('+').map(str::to_owned).collect(), accounts: *accounts });
    Ok((all.len() as u64, told.collect()))
}
