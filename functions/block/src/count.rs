//! By shard: how many accounts have each value, and which rows share a key.

use hashbrown::HashTable;
use onefold_lake::calls::BlockRoundResult;
use onefold_lake::data::blocks::{self as lake_blocks, RowKey};
use onefold_lake::data::shuffle::{ShuffleFrames, ShuffleWriter};
use onefold_lake::run::matching::BlockCounts;
use onefold_lake::run::receipt::Moved;
use onefold_scoring::blocking::BlockSizes;
use onefold_scoring::counts::{Counts, FieldCounts};
use onefold_scoring::frequency;
use onefold_shell::{MemoryBudget, StageError};

use crate::blocks::Blocks;
use crate::round::{GATHER, Worker};
use crate::sent::{self, SentKeys};

/// About how many bytes of blocks a frame has.
const FRAME_BYTES: usize = 128 << 10;

pub(crate) async fn count(worker: &Worker<'_>, moved: &mut Moved) -> Result<BlockRoundResult, StageError> {
    let (fields, values) = count_values(worker, moved).await?;
    let (blocks, keys) = find_blocks(worker, moved).await?;
    let counts = BlockCounts { counts: Counts { accounts: 0, fields }, blocks };
    worker.context.put_json(&worker.key("counts"), &counts).await?;
    moved.records_in = values + keys;
    Ok(BlockRoundResult { values, keys, ..BlockRoundResult::default() })
}

/// Finds the blocks of the keys that the slices made of the rows of great blocks.
pub(crate) async fn count_refined(worker: &Worker<'_>, moved: &mut Moved) -> Result<BlockRoundResult, StageError> {
    let (blocks, keys) = find_blocks(worker, moved).await?;
    let counts = BlockCounts { blocks, ..BlockCounts::default() };
    worker.context.put_json(&worker.key("counts"), &counts).await?;
    moved.records_in = keys;
    Ok(BlockRoundResult { keys, ..BlockRoundResult::default() })
}

/// Counts the values of the shard, and writes the frequency class of each, by slice and field, in the order in which the
/// slice sent them. Returns the counts by field and the number of values.
async fn count_values(worker: &Worker<'_>, moved: &mut Moved) -> Result<(Vec<FieldCounts>, u64), StageError> {
    let (slices, fields) = (worker.matching.slices, worker.field_count());
    let sent = sent::objects(worker, GATHER, slices, "values");
    let own = worker.number * fields..(worker.number + 1) * fields;
    let objects = sent::open(worker, sent, own, worker.matching.shards * fields).await?;
    let readers = || 0..fields as usize;
    let bytes: usize = objects.iter().flat_map(|object| readers().map(|field| object.text_bytes(field))).sum();
    let values = bytes / lake_blocks::VALUE_BYTES;
    let needed = MemoryBudget::value_bytes(values as u64);
    worker.check_memory(needed, format!("{values} values in shard {} of {}", worker.number, worker.matching.shards))?;
    let mut frames = Vec::with_capacity(objects.len());
    for object in objects {
        frames.push(sent::fetch(worker, object, moved).await?);
    }
    let mut counts = Vec::with_capacity(fields as usize);
    let mut classes: Vec<Vec<Vec<u8>>> = vec![Vec::new(); slices as usize];
    for field in readers() {
        let counted = ValueCounts::of(&frames, field).map_err(StageError::damaged)?;
        counts.push(counted.field_counts());
        for (of_slice, frames) in classes.iter_mut().zip(&frames) {
            of_slice.push(counted.classes(frames, field).map_err(StageError::damaged)?);
        }
    }
    let mut writer = ShuffleWriter::new().map_err(StageError::compressing)?;
    for of_field in classes.iter().flatten() {
        writer.frame(of_field).map_err(StageError::compressing)?;
    }
    worker.put(&worker.key("classes"), writer.finish().map_err(StageError::compressing)?, moved).await?;
    Ok((counts, values as u64))
}

/// How many accounts have each value of a field, by the value's hash.
struct ValueCounts(HashTable<(u64, u32)>);

impl ValueCounts {
    fn of(frames: &[ShuffleFrames], field: usize) -> Result<Self, onefold_lake::FormatError> {
        let mut counts: HashTable<(u64, u32)> = HashTable::new();
        for sent in frames {
            sent.each_frame(field, |text| {
                for hash in lake_blocks::parse_values(sent.key(), text)? {
                    let entry = counts.entry(hash, |(known, _)| *known == hash, |(known, _)| *known);
                    entry.or_insert((hash, 0)).get_mut().1 += 1;
                }
                Ok(())
            })?;
        }
        Ok(Self(counts))
    }

    fn field_counts(&self) -> FieldCounts {
        let mut counts = FieldCounts::default();
        for (_, accounts) in &self.0 {
            let accounts = u64::from(*accounts);
            let class = usize::from(frequency(accounts));
            counts.accounts[class] += accounts;
            counts.equal_pairs[class] += u128::from(accounts) * u128::from(accounts - 1) / 2;
        }
        counts
    }

    /// The frequency class of each value that a slice sent.
    fn classes(&self, sent: &ShuffleFrames, field: usize) -> Result<Vec<u8>, onefold_lake::FormatError> {
        let mut classes = Vec::with_capacity(sent.text_bytes(field) / lake_blocks::VALUE_BYTES);
        sent.each_frame(field, |text| {
            let accounts = |hash| self.0.find(hash, |(known, _)| *known == hash).map_or(0, |(_, count)| *count);
            let hashes = lake_blocks::parse_values(sent.key(), text)?;
            classes.extend(hashes.map(|hash| frequency(accounts(hash).into())));
            Ok(())
        })?;
        Ok(classes)
    }
}

/// Finds the blocks of the keys that the slices sent in the round before, and writes them by pass. Returns the sizes of blocks by pass and the number of keys.
async fn find_blocks(worker: &Worker<'_>, moved: &mut Moved) -> Result<(Vec<BlockSizes>, u64), StageError> {
    let rows = worker.slice_rows().await?;
    let sent = SentKeys::open(worker, &rows).await?;
    sent.check_memory(worker.context.memory.block_bytes(sent.most_keys(), sent.all_keys()))?;
    let mut writer = ShuffleWriter::storing().map_err(StageError::compressing)?;
    let mut sizes = Vec::with_capacity(worker.passes.len());
    let mut keys = 0;
    while sizes.len() < worker.passes.len() {
        let group = sent.group(sizes.len());
        let fetched = sent.fetch(group.clone(), moved).await?;
        for pass in 0..group.len() {
            let of_pass = fetched.of_pass(pass).map_err(StageError::damaged)?;
            keys += of_pass.len() as u64;
            sizes.push(write_blocks(of_pass, &mut writer).map_err(StageError::compressing)?);
        }
    }
    worker.put(&worker.key("blocks"), writer.finish().map_err(StageError::compressing)?, moved).await?;
    Ok((sizes, keys))
}

/// Writes the blocks of a pass, and counts their sizes.
fn write_blocks(keys: Vec<RowKey>, writer: &mut ShuffleWriter) -> std::io::Result<BlockSizes> {
    let mut sizes = BlockSizes::default();
    let mut frame = Vec::new();
    for block in Blocks::new(keys).iter() {
        sizes.count(block.len() as u64);
        lake_blocks::push_block(&mut frame, block[0].hash, block.iter().map(|key| key.row));
        if frame.len() > FRAME_BYTES {
            writer.append(&frame)?;
            frame.clear();
        }
    }
    writer.append(&frame)?;
    writer.end_reader();
    Ok(sizes)
}
