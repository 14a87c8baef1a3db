//! Gathers the counts of all stages.

use std::collections::BTreeMap;

use onefold_identity::counts::VersionCounts;
use onefold_lake::RunId;
use onefold_lake::calls::{ExtractResult, TranslateResult};
use onefold_lake::keys::{self, Chunk, Stage};
use onefold_lake::run::layout::{Layout, PartitionCounts};
use onefold_lake::run::note::{Note, SourceNote};
use onefold_lake::run::plan::SkippedSource;
use onefold_lake::version::manifest::SourceCounts;
use onefold_shell::{Context, Receipts, StageError, in_order};
use onefold_store::Object;

use crate::blocked_keys::BlockedKeys;
use crate::exported::{self, Exported};
use crate::rejected::RejectedRows;
use crate::report::Observed;
use crate::scores::{self, ScoreCounts};
use crate::sources::SourceOutcomes;

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
    pub(crate) blocked_keys: BlockedKeys,
    /// The sources whose accounts in the previous version were replaced by a snapshot.
    pub(crate) replaced: Vec<String>,
    pub(crate) guards: BTreeMap<String, u64>,
    /// The counts of each partition, by its number. Their blocked keys are in `blocked_keys`.
    pub(crate) partitions: Vec<PartitionCounts>,
    pub(crate) sources: SourceOutcomes,
    pub(crate) rejected: RejectedRows,
    pub(crate) scores: ScoreCounts,
    pub(crate) exported: Exported,
    /// The notes about sources, in the order in which they were found.
    pub(crate) notes: Vec<SourceNote>,
    /// For the report.
    pub(crate) observed: Observed,
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
    gathered.scores = scores::gather(run, &pinned, &mut gathered.observed, context).await?;
    merged(run, context, &mut gathered).await?;
    Ok(gathered)
}

async fn extracted(run: &RunId, splits: u32, context: &Context, gathered: &mut RunCounts) -> Result<(), StageError> {
    let name = |split: &u32| keys::split_receipt_name(*split);
    for (_, receipt) in Receipts::read::<ExtractResult, _>(context, run, Stage::Extract, 0..splits, name).await? {
        gathered.observed.measured.add(Stage::Extract, &receipt.cost);
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
        gathered.observed.measured.add(Stage::Translate, &receipt.cost);
        gathered.observed.rejected(&chunk.source, translated.rejected_by_kind);
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
            kept_values: translated.kept,
        };
        gathered.rejected.add(&chunk.source, &of_chunk, translated.files);
    }
    Ok(())
}

async fn merged(run: &RunId, context: &Context, gathered: &mut RunCounts) -> Result<(), StageError> {
    let layout: Layout = context.json(&keys::layout(run)).await?;
    let read = |partition| async move { context.json::<PartitionCounts>(&keys::merged_counts(run, partition)).await };
    let mut merged = VersionCounts::default();
    let RunCounts { partitions, guards, blocked_keys, scores, observed, .. } = &mut *gathered;
    in_order(0..layout.partitions, READ_AHEAD, read, |mut counts: PartitionCounts| {
        blocked_keys.add_met(std::mem::take(&mut counts.blocked))?;
        merged.add(&counts.counts);
        observed.statistics.add(std::mem::take(&mut counts.statistics));
        scores.links[1] += counts.links;
        scores.described[1] += counts.scored;
        for (guard, count) in &counts.guards {
            *guards.entry(guard.clone()).or_default() += count;
        }
        partitions.push(counts);
        Ok(())
    })
    .await?;
    gathered.exported = exported::gather(run, layout.exports, &gathered.partitions, context).await?;
    gathered.replaced = layout.replaced;
    gathered.blocked_keys.read_of_link(run, context).await?;
    gathered.accounts_merged = std::mem::take(&mut merged.accounts);
    gathered.counts.add(&merged);
    gathered.counts.blocked_keys = gathered.blocked_keys.count();
    Ok(())
}
