//! What the workers of an earlier round sent to this one.

use std::ops::Range;

use onefold_lake::FormatError;
use onefold_lake::calls::BlockRoundResult;
use onefold_lake::data::blocks::RowKey;
use onefold_lake::data::shuffle::{self, OpenedShuffle, ShuffleFrames};
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::matching::SliceRows;
use onefold_lake::run::receipt::Moved;
use onefold_shell::{Receipts, StageError, in_order};

use crate::key_sender::SENT_KEYS;
use crate::round::Worker;

/// How many tables are read at once.
const AHEAD: usize = 16;

/// Reads the tables of objects for some of their readers, in the order of their keys.
pub(crate) async fn open(
    worker: &Worker<'_>,
    objects: impl IntoIterator<Item = String>,
    wanted: Range<u32>,
    readers: u32,
) -> Result<Vec<OpenedShuffle>, StageError> {
    let store = worker.context.store.as_ref();
    let read = |key: String| {
        let wanted = wanted.clone();
        async move { shuffle::open(store, &key, wanted, readers).await.map_err(StageError::reading_part) }
    };
    let mut opened = Vec::new();
    in_order(objects, AHEAD, read, |object| {
        opened.push(object);
        Ok(())
    })
    .await?;
    Ok(opened)
}

/// The objects that some senders of a round wrote.
pub(crate) fn objects(worker: &Worker<'_>, round: u32, senders: u32, what: &str) -> impl Iterator<Item = String> {
    (0..senders).map(move |sender| keys::match_round(worker.run, round, sender, what))
}

/// Fetches the frames of an object that was opened.
pub(crate) async fn fetch(
    worker: &Worker<'_>,
    object: OpenedShuffle,
    moved: &mut Moved,
) -> Result<ShuffleFrames, StageError> {
    let frames = object.fetch(worker.context.store.as_ref()).await.map_err(StageError::reading_part)?;
    moved.bytes_in += frames.bytes_in;
    Ok(frames)
}

/// The keys that all slices sent to a shard. A few passes are in memory at a time.
pub(crate) struct SentKeys<'w> {
    worker: &'w Worker<'w>,
    rows: &'w SliceRows,
    /// The slice that each object is of.
    slices: Vec<u32>,
    objects: Vec<OpenedShuffle>,
    /// About how many bytes of frames are fetched at once.
    bytes_at_once: usize,
}

impl<'w> SentKeys<'w> {
    /// Opens what the slices sent in the round before.
    pub(crate) async fn open(worker: &'w Worker<'w>, rows: &'w SliceRows) -> Result<Self, StageError> {
        let (shards, passes) = (worker.matching.shards, worker.pass_count());
        let (slices, sent) = key_parts(worker).await?;
        let own = worker.number * passes..(worker.number + 1) * passes;
        let objects = open(worker, sent, own, shards * passes).await?;
        Ok(Self { worker, rows, slices, objects, bytes_at_once: worker.context.memory.block_held_bytes() })
    }

    /// Bytes of the keys of a pass.
    fn bytes(&self, pass: usize) -> usize {
        self.objects.iter().map(|object| object.text_bytes(pass)).sum()
    }

    /// The number of keys of the pass that has most.
    pub(crate) fn most_keys(&self) -> u64 {
        let bytes = (0..self.worker.passes.len()).map(|pass| self.bytes(pass)).max();
        (bytes.unwrap_or_default() / RowKey::BYTES) as u64
    }

    /// The number of keys of all passes.
    pub(crate) fn all_keys(&self) -> u64 {
        let bytes: usize = (0..self.worker.passes.len()).map(|pass| self.bytes(pass)).sum();
        (bytes / RowKey::BYTES) as u64
    }

    /// Rejects keys that need more memory than there is.
    pub(crate) fn check_memory(&self, bytes: u64) -> Result<(), StageError> {
        let (keys, shard, shards) = (self.all_keys(), self.worker.number, self.worker.matching.shards);
        self.worker.check_memory(bytes, format!("{keys} blocking keys in shard {shard} of {shards}"))
    }

    /// The passes from `first` on that are fetched at once; none behind the last.
    pub(crate) fn group(&self, first: usize) -> Range<usize> {
        group(first, self.worker.passes.len(), self.bytes_at_once, |pass| self.bytes(pass))
    }

    /// Fetches the keys of some passes.
    pub(crate) async fn fetch(&self, passes: Range<usize>, moved: &mut Moved) -> Result<KeysOfPasses<'_>, StageError> {
        let store = self.worker.context.store.as_ref();
        let mut frames = Vec::with_capacity(self.objects.len());
        for object in &self.objects {
            let fetched = object.fetch_some(passes.clone(), store).await.map_err(StageError::reading_part)?;
            moved.bytes_in += fetched.bytes_in;
            frames.push(fetched);
        }
        Ok(KeysOfPasses { rows: self.rows, slices: &self.slices, frames })
    }
}

/// The objects with the keys that all slices sent in the round before, and the slice of each.
async fn key_parts(worker: &Worker<'_>) -> Result<(Vec<u32>, Vec<String>), StageError> {
    let before = worker.round - 1;
    let name = |slice: &u32| keys::round_receipt_name(before, *slice);
    let slices = 0..worker.matching.slices;
    let sent = Receipts::read::<BlockRoundResult, _>(worker.context, worker.run, Stage::Block, slices, name).await?;
    let parts = sent.iter().flat_map(|(slice, receipt)| (0..receipt.result.parts).map(|part| (*slice, part)));
    let key = |(slice, part)| (slice, keys::match_round_part(worker.run, before, slice, SENT_KEYS, part));
    Ok(parts.map(key).unzip())
}

/// The passes from `first` on that have up to so many bytes together, and at least one.
pub(crate) fn group(first: usize, passes: usize, bytes_max: usize, bytes: impl Fn(usize) -> usize) -> Range<usize> {
    let mut sum = 0;
    let fits = |pass: &usize| {
        sum += bytes(*pass);
        *pass == first || sum <= bytes_max
    };
    let end = (first..passes).take_while(fits).last().map_or(first, |pass| pass + 1);
    first..end
}

/// The fetched keys of some passes.
pub(crate) struct KeysOfPasses<'w> {
    rows: &'w SliceRows,
    slices: &'w [u32],
    frames: Vec<ShuffleFrames>,
}

impl KeysOfPasses<'_> {
    /// The keys of a pass, with rows that are numbered through all slices. Passes are counted from the first fetched one.
    pub(crate) fn of_pass(&self, pass: usize) -> Result<Vec<RowKey>, FormatError> {
        let bytes: usize = self.frames.iter().map(|frames| frames.text_bytes(pass)).sum();
        let mut keys = Vec::with_capacity(bytes / RowKey::BYTES);
        for (slice, frames) in self.slices.iter().zip(&self.frames) {
            let start = self.rows.start(*slice);
            frames.each_frame(pass, |text| {
                let sent = RowKey::parse(frames.key(), text)?;
                keys.extend(sent.map(|key| RowKey { row: key.row.saturating_add(start), ..key }));
                Ok(())
            })?;
        }
        Ok(keys)
    }
}
