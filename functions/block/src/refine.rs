//! By slice: frequency classes of values, and new keys for the rows of blocks that are too great.

use onefold_lake::FormatError;
use onefold_lake::calls::{BlockRoundResult, BlockWork};
use onefold_lake::data::blocks::{GreatRow, RowKey};
use onefold_lake::data::records;
use onefold_lake::data::shuffle::{self, OpenedShuffle};
use onefold_lake::run::receipt::Moved;
use onefold_lake::{compress, keys};
use onefold_scoring::blocking::{GreatKey, PassSet, Passes};
use onefold_shell::StageError;

use crate::key_sender::{KeySender, SentParts};
use crate::outlet::PIECES;
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
    let (passes, sender) = (worker.used_passes().await?, KeySender::new(worker)?);
    let mut divider = Divider { passes, is_first, sender, refined: BlockRoundResult::default() };
    let pieces = GreatPieces::open(worker, records.len()).await?;
    for piece in 0..PIECES {
        let mut great = pieces.fetch(piece, moved).await?;
        // The features of a row are read once for all its blocks.
        great.sort_unstable_by_key(|great| great.row);
        for of_row in great.chunk_by(|one, other| one.row == other.row) {
            divider.row(of_row, records.of(of_row[0].row)).map_err(StageError::compressing)?;
            divider.sender.write_if_full(moved).await?;
        }
    }
    let Divider { sender, refined, .. } = divider;
    let SentParts { keys, parts } = sender.finish(moved).await?;
    moved.records_in = refined.great_rows;
    moved.records_out = keys;
    Ok(BlockRoundResult { keys, parts, ..refined })
}

/// Makes the new keys of rows of great blocks.
struct Divider<'w> {
    passes: Passes,
    is_first: bool,
    sender: KeySender<'w>,
    refined: BlockRoundResult,
}

impl Divider<'_> {
    /// Sends the new keys of a row, which is in these great blocks.
    fn row(&mut self, of_row: &[GreatRow], record: &[u8]) -> std::io::Result<()> {
        let features = self.passes.features(record);
        let mut great_in = PassSet::default();
        of_row.iter().for_each(|great| great_in.insert(great.pass));
        for great in of_row {
            let key = GreatKey { pass: great.pass, hash: great.hash };
            let mut keys = 0;
            let mut sent = Ok(());
            let mut send = |hash| {
                keys += 1;
                if sent.is_ok() {
                    sent = self.sender.push(great.pass, RowKey { hash, row: great.row });
                }
            };
            match self.is_first {
                true => self.passes.refined(&features, great_in, key, &mut send),
                false => self.passes.refined_by_birthdate(&features, key, &mut send),
            }
            sent?;
            self.refined.great_rows += 1;
            // A row that has no key in the first division is met in the blocks of other passes.
            self.refined.dropped_rows += u64::from(keys == 0 && !self.is_first);
        }
        Ok(())
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
struct GreatPieces<'w> {
    worker: &'w Worker<'w>,
    objects: Vec<OpenedShuffle>,
    /// The number of the slice's rows.
    rows: usize,
}

impl<'w> GreatPieces<'w> {
    async fn open(worker: &'w Worker<'w>, rows: usize) -> Result<Self, StageError> {
        let own = worker.number * PIECES..(worker.number + 1) * PIECES;
        let sent = sent::objects(worker, worker.round - 1, worker.matching.shards, "great");
        let objects = sent::open(worker, sent, own, worker.matching.slices * PIECES).await?;
        let pieces = Self { worker, objects, rows };
        let most = (0..PIECES).map(|piece| pieces.len(piece)).max().unwrap_or_default();
        let needed = worker.context.memory.refine_bytes(rows as u64, most as u64);
        worker.check_memory(needed, format!("the rows of great blocks in slice {}", worker.number))?;
        Ok(pieces)
    }

    /// How many rows a piece has.
    fn len(&self, piece: u32) -> usize {
        let bytes: usize = self.objects.iter().map(|object| object.text_bytes(piece as usize)).sum();
        bytes / GreatRow::BYTES
    }

    async fn fetch(&self, piece: u32, moved: &mut Moved) -> Result<Vec<GreatRow>, StageError> {
        let (piece, store) = (piece as usize, self.worker.context.store.as_ref());
        let mut great = Vec::with_capacity(self.len(piece as u32));
        for object in &self.objects {
            let frames = object.fetch_some(piece..piece + 1, store).await.map_err(StageError::reading_part)?;
            moved.bytes_in += frames.bytes_in;
            let take = |text: &[u8]| {
                for row in GreatRow::parse(frames.key(), text)? {
                    if row.row as usize >= self.rows {
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
}
