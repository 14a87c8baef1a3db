//! Merge: makes the customers of one partition.
//!
//! It reads its frames of every shuffle object. So it has all accounts of its customers, from every source, chunk and
//! version. It works on one slice of the partition after the other. So it needs memory for the text of one slice, for
//! the compressed input, and for the compressed outputs of the other slices.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod blocked;
mod output;
mod previous;
mod scored;

use onefold_identity::merge::{MergeError, Merger};
use onefold_lake::RunId;
use onefold_lake::calls::{MergeRequest, MergeResult};
use onefold_lake::data::shuffle::{self, ShuffleFrames};
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::layout::Partition;
use onefold_lake::run::receipt::Moved;
use onefold_shell::{Context, Function, MemoryBudget, StageError, Work, in_order};
use output::{FinishedPartition, PartitionOutput};
use previous::Previous;
use scored::PartitionScores;

/// The number of shuffle objects that are read at once. A partition reads little of each.
const READ_AHEAD: usize = 8;

/// Makes the customers of one partition.
///
/// # Errors
/// `Corrupt` if an object is damaged; `Transient` if the store failed.
pub async fn run(request: MergeRequest, context: &Context) -> Result<MergeResult, StageError> {
    let MergeRequest { run, round, partition } = request;
    let work = Work { run: run.clone(), stage: Stage::Merge, name: format!("{:05}", partition.partition) };
    work.once(context, async |moved| merge(&run, round, &partition, context, moved).await).await
}

async fn merge(
    run: &RunId,
    round: u32,
    partition: &Partition,
    context: &Context,
    moved: &mut Moved,
) -> Result<MergeResult, StageError> {
    let pinned = context.pinned(run).await?;
    let started_at = pinned.started_at()?;
    let previous = Previous::read(&pinned, context, moved).await?;
    let blocked = match previous {
        // The rules of the previous version are unknown. This run's rules and all its blocked keys stand in for them.
        Previous::Unknown => blocked::of_run(run, context, moved).await?,
        Previous::Nothing | Previous::Known(_) => blocked::of_partition(run, round, partition, context, moved).await?,
    };
    let blocked_keys = (blocked.len() + previous.blocked_keys()) as u64;
    let scorer = scored::scorer(run, &pinned, context).await?;
    let asked = match &scorer {
        Some(_) => scored::asked(run, context, moved).await?,
        None => None,
    };
    let mut scores = match &scorer {
        Some(_) => Some(PartitionScores::fetch(run, round, partition, context, moved).await?),
        None => None,
    };
    let held = MemoryBudget::blocked_bytes(blocked_keys) + scores.as_ref().map_or(0, PartitionScores::stored_bytes);
    let shuffled = fetch(run, partition, held, context, moved).await?;

    let matcher = pinned.matcher(context)?;
    let mut merger = Merger::new(&pinned.config, matcher, &blocked, started_at).building_on(previous.rules(&pinned));
    if pinned.plan.erases {
        merger = merger.erasing(pinned.suppression()?);
    }
    if let Some(scorer) = &scorer {
        merger = merger.scoring(scorer);
    }
    if let Some(asked) = &asked {
        merger = merger.asking(asked);
    }
    merger = merger.replacing(partition.replaced.iter().map(String::as_str));
    let merged = slices(run, partition, &shuffled, &mut merger, scores.as_mut())?;
    drop(shuffled);
    let FinishedPartition { parts, review, mut counts } = merged.finish()?;
    counts.statistics = merger.into_statistics();
    if let Some(scores) = &scores {
        (counts.links, counts.scored) = (scores.links, scores.scored);
    }
    for (part, bytes) in parts {
        moved.bytes_out += bytes.len() as u64;
        context.put(&keys::merged(run, partition.partition, part), bytes).await?;
    }
    if let Some(bytes) = review {
        moved.bytes_out += bytes.len() as u64;
        context.put(&keys::merged_review(run, partition.partition), bytes).await?;
    }
    context.put_json(&keys::merged_counts(run, partition.partition), &counts).await?;
    moved.records_in = counts.counts.accounts + counts.counts.previous_members;
    moved.records_out = counts.counts.customers;
    Ok(MergeResult { customers: counts.counts.customers })
}

/// Merges the slices of a partition, one after the other.
fn slices<'r>(
    run: &'r RunId,
    partition: &Partition,
    shuffled: &[ShuffleFrames],
    merger: &mut Merger<'_>,
    mut scores: Option<&mut PartitionScores>,
) -> Result<PartitionOutput<'r>, StageError> {
    let mut merged = PartitionOutput::new(run, partition.slices)?;
    for slice in 0..partition.slices as usize {
        let text = text(partition, slice, shuffled)?;
        let output = match &mut scores {
            Some(scores) => merger.merge_scored(&text, &scores.of_slice(slice)?),
            None => merger.merge(&text).map_err(MergeError::Line),
        };
        let output = output.map_err(|error| damaged(partition, slice).caused_by(error))?;
        drop(text);
        if !output.counts.balance() {
            return Err(StageError::internal(format!(
                "the counts of slice {slice} of partition {} do not balance: {:?}",
                partition.partition, output.counts
            )));
        }
        merged.add(output)?;
    }
    Ok(merged)
}

/// The partition's frames of every shuffle object, still compressed: about a seventh of their text. `held_bytes` are needed
/// beside them.
async fn fetch(
    run: &RunId,
    partition: &Partition,
    held_bytes: u64,
    context: &Context,
    moved: &mut Moved,
) -> Result<Vec<ShuffleFrames>, StageError> {
    let fetch = |mapper: u32| async move {
        let key = keys::shuffle(run, mapper);
        let frames = shuffle::fetch(context.store.as_ref(), &key, partition.own_slices(), partition.all_slices()).await;
        frames.map_err(StageError::reading_part)
    };
    let mut shuffled: Vec<ShuffleFrames> = Vec::with_capacity(partition.mappers as usize);
    let mut stored_bytes = 0;
    let needed =
        |stored_bytes, slice_text_bytes| MemoryBudget::merge_bytes(stored_bytes, slice_text_bytes) + held_bytes;
    in_order(0..partition.mappers, READ_AHEAD, fetch, |frames| {
        moved.bytes_in += frames.bytes_in;
        stored_bytes += frames.stored_bytes() as u64;
        shuffled.push(frames);
        let what = format!("partition {}, compressed, with blocked keys,", partition.partition);
        context.memory.check(Function::Merge, needed(stored_bytes, 0), what)
    })
    .await?;
    let slices = 0..partition.slices as usize;
    let text_bytes = |slice: usize| shuffled.iter().map(|frames| frames.text_bytes(slice) as u64).sum::<u64>();
    let largest = slices.map(text_bytes).max().unwrap_or_default();
    check_fits(partition, needed(stored_bytes, largest), largest, context)?;
    Ok(shuffled)
}

/// Returns an error if a partition does not fit into memory. The accounts of a component are in one slice, so a slice
/// is at least as large as its largest component.
fn check_fits(partition: &Partition, bytes: u64, slice_text_bytes: u64, context: &Context) -> Result<(), StageError> {
    let what = format!(
        "partition {}, of which a slice has {} MB of text whose accounts cannot be divided,",
        partition.partition,
        slice_text_bytes >> 20
    );
    context.memory.check(Function::Merge, bytes, what)
}

/// The lines of a slice, from all shuffle objects in the order of the mappers.
fn text(partition: &Partition, slice: usize, shuffled: &[ShuffleFrames]) -> Result<String, StageError> {
    String::from_utf8(shuffle::text(shuffled, slice).map_err(StageError::damaged)?)
        .map_err(|_| StageError::corrupt(format!("the lines of partition {} are not UTF-8", partition.partition)))
}

fn damaged(partition: &Partition, slice: usize) -> StageError {
    StageError::corrupt(format!("slice {slice} of partition {} cannot be read", partition.partition))
}
