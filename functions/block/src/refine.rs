//! By slice: frequency classes of values, and new keys for the rows of blocks that are too great.

use onefold_lake::FormatError;
use onefold_lake::calls::{BlockRoundResult, BlockWork};
use onefold_lake::data::blocks::{GreatRow, RowKey};
use onefold_lake::data::records;
use onefold_lake::data::shuffle::{self, ShuffleCollector};
use onefold_lake::run::receipt::Moved;
use onefold_lake::{compress, keys};
use onefold_shell::{MemoryBudget, StageError};

use crate::round::{COUNT, Worker, shard_of};
use crate::sent;
use crate::values::HashedValues;

pub(crate) async fn refine(
    worker: &Worker<'_>,
    work: BlockWork,
    moved: &mut Moved,
) -> Result<BlockRoundResult, StageError> {
    let records = Records::read(worker, moved).await?;
    let is_first = work == BlockWork::Refine;
    if is_first {
        write_classes(worker, &records, moved).await?;
    }
    let mut great = great_rows(worker, records.len(), moved).await?;
    // The features of a row are read once for all its blocks.
    great.sort_unstable_by_key(|great| great.row);
    let mut sender = KeySender::new(worker)?;
    for of_row in great.chunk_by(|one, other| one.row == other.row) {
        let features = worker.passes.features(records.of(of_row[0].row));
        for great in of_row {
            let GreatRow { pass, hash, .. } = *great;
            sender
                .row(great, |send| match is_first {
                    true => worker.passes.refined(&features, pass, hash, &mut |key| send(key)),
                    false => worker.passes.refined_by_birthdate(&features, pass, hash, &mut |key| send(key)),
                })
                .map_err(StageError::compressing)?;
        }
    }
    let KeySender { keys, refined, .. } = sender;
    moved.records_in = refined.great_rows;
    moved.records_out = refined.keys;
    worker.put(&worker.key("keys"), keys.finish().map_err(StageError::compressing)?, moved).await?;
    Ok(refined)
}

/// Sends the new keys of rows to the shards.
struct KeySender {
    shards: u32,
    passes: u32,
    keys: ShuffleCollector,
    refined: BlockRoundResult,
}

impl KeySender {
    fn new(worker: &Worker<'_>) -> Result<Self, StageError> {
        let (shards, passes) = (worker.matching.shards, worker.pass_count());
        let held = worker.context.memory.block_held_bytes();
        let keys = ShuffleCollector::storing(shards * passes, held).map_err(StageError::compressing)?;
        Ok(Self { shards, passes, keys, refined: BlockRoundResult::default() })
    }

    /// Sends the keys of a row that `refine` makes.
    fn row(&mut self, great: &GreatRow, refine: impl FnOnce(&mut dyn FnMut(u64))) -> std::io::Result<()> {
        let mut sent = Ok(());
        let mut count = 0;
        refine(&mut |hash| {
            if sent.is_ok() {
                let reader = shard_of(hash, self.shards) * self.passes + u32::from(great.pass);
                sent = self.keys.push(reader, &RowKey { hash, row: great.row }.bytes());
                count += 1;
            }
        });
        self.refined.great_rows += 1;
        self.refined.dropped_rows += u64::from(count == 0);
        self.refined.keys += count;
        sent
    }
}

/// The records of a slice, by row.
struct Records {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Records {
    async fn read(worker: &Worker<'_>, moved: &mut Moved) -> Result<Self, StageError> {
        let key = keys::match_slice(worker.run, worker.number, "records");
        let (bytes, _) = worker.context.get(&key).await?;
        moved.bytes_in += bytes.len() as u64;
        let mut read = Self { text: Vec::new(), ends: Vec::new() };
        let push = |_, record: &[u8]| {
            read.text.extend_from_slice(record);
            read.ends.push(read.text.len());
            Ok(())
        };
        records::each(&key, &bytes, push).map_err(StageError::damaged)?;
        Ok(read)
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|row| self.of(row as u32))
    }

    /// The record of a row; nothing if there is no such row.
    fn of(&self, row: u32) -> &[u8] {
        let end = |row: usize| self.ends.get(row).copied().unwrap_or_default();
        let start = (row as usize).checked_sub(1).map_or(0, end);
        self.text.get(start..end(row as usize)).unwrap_or_default()
    }
}

/// Writes the frequency class of each value of the slice, from what the shards counted.
async fn write_classes(worker: &Worker<'_>, records: &Records, moved: &mut Moved) -> Result<(), StageError> {
    let (slices, shards, fields) = (worker.matching.slices, worker.matching.shards, worker.field_count());
    let sent = sent::objects(worker, COUNT, shards, "classes");
    let own = worker.number * fields..(worker.number + 1) * fields;
    let mut counted = Vec::with_capacity(shards as usize);
    for object in sent::open(worker, sent, own, slices * fields).await? {
        let frames = [sent::fetch(worker, object, moved).await?];
        let of_fields: Result<Vec<_>, _> =
            (0..fields as usize).map(|field| shuffle::text(&frames, field).map(Vec::into_iter)).collect();
        counted.push(of_fields.map_err(StageError::damaged)?);
    }
    let other = || StageError::corrupt("the shards of Block did not count the values that a slice has");
    let addresses = worker.addresses();
    let mut hashed = HashedValues::default();
    let mut classes: Vec<u8> = Vec::new();
    for record in records.iter() {
        let start = classes.len();
        for ((field, hash), before) in hashed.read(record, &addresses).each() {
            let class = match before {
                Some(before) => classes.get(start + before).copied(),
                None => counted[shard_of(hash, shards) as usize].get_mut(field).and_then(Iterator::next),
            };
            classes.push(class.ok_or_else(other)?);
        }
    }
    if counted.iter_mut().flatten().any(|rest| rest.next().is_some()) {
        return Err(other());
    }
    let key = keys::match_slice(worker.run, worker.number, "classes");
    worker.put(&key, compress(&classes).map_err(StageError::compressing)?, moved).await
}

/// The rows of the slice in blocks that are too great, from the round before.
async fn great_rows(worker: &Worker<'_>, rows: usize, moved: &mut Moved) -> Result<Vec<GreatRow>, StageError> {
    let slice = worker.number;
    let sent = sent::objects(worker, worker.round - 1, worker.matching.shards, "great");
    let objects = sent::open(worker, sent, slice..slice + 1, worker.matching.slices).await?;
    let bytes: usize = objects.iter().map(|object| object.text_bytes(0)).sum();
    let needed = MemoryBudget::refine_bytes(rows as u64, (bytes / GreatRow::BYTES) as u64);
    worker.check_memory(needed, format!("the rows of great blocks in slice {slice}"))?;
    let mut great = Vec::with_capacity(bytes / GreatRow::BYTES);
    for object in objects {
        let frames = sent::fetch(worker, object, moved).await?;
        let take = |text: &[u8]| {
            for row in GreatRow::parse(frames.key(), text)? {
                if row.row as usize >= rows {
                    return Err(FormatError::new(frames.key(), "it names a row that the slice does not have"));
                }
                great.push(row);
            }
            Ok(())
        };
        frames.each_frame(0, take).map_err(StageError::damaged)?;
    }
    Ok(great)
}
