//! By slice: the latest version of each account, its values and its keys.

use onefold_graph::AccountVersion;
use onefold_lake::calls::BlockRoundResult;
use onefold_lake::data::blocks::RowKey;
use onefold_lake::data::described::{self, Described};
use onefold_lake::data::pairs::SLICE_ROWS_MAX;
use onefold_lake::data::records::RecordsWriter;
use onefold_lake::data::shuffle::ShuffleCollector;
use onefold_lake::keys;
use onefold_lake::run::matching::BlockCounts;
use onefold_lake::run::receipt::Moved;
use onefold_scoring::blocking::Passes;
use onefold_scoring::counts::{Counts, FieldCounts};
use onefold_shell::StageError;

use crate::key_sender::{KeySender, SentParts};
use crate::round::{Worker, shard_of};
use crate::sent;
use crate::values::HashedValues;

pub(crate) async fn gather(worker: &Worker<'_>, moved: &mut Moved) -> Result<BlockRoundResult, StageError> {
    let text = described(worker, moved).await?;
    let key = keys::match_slice(worker.run, worker.number, "records");
    let versions: Result<Vec<Described<'_>>, _> = described::parse(&key, &text).collect();
    let mut versions = versions.map_err(StageError::damaged)?;
    moved.records_in = versions.len() as u64;
    versions.sort_unstable_by_key(|version| (version.reference, version.version));
    let latest = versions.chunk_by(|one, other| one.reference == other.reference).filter_map(<[_]>::last);
    let mut slice = SliceSender::new(worker).await?;
    let mut counted = BlockRoundResult::default();
    for account in latest {
        if AccountVersion::is_deletion(account.version) {
            counted.deleted += 1;
            continue;
        }
        slice.account(account, counted.accounts)?;
        slice.keys.write_if_full(moved).await?;
        counted.accounts += 1;
    }
    counted.superseded = moved.records_in - counted.accounts - counted.deleted;
    drop(versions);
    drop(text);
    slice.counts.counts.accounts = counted.accounts;
    let SliceSender { records, values, keys, counts, sent_values, .. } = slice;
    moved.records_out = counted.accounts;
    worker.put(&key, records.finish().map_err(StageError::compressing)?, moved).await?;
    worker.put(&worker.key("values"), values.finish().map_err(StageError::compressing)?, moved).await?;
    let SentParts { keys, parts } = keys.finish(moved).await?;
    worker.context.put_json(&worker.key("counts"), &counts).await?;
    Ok(BlockRoundResult { values: sent_values, keys, parts, ..counted })
}

/// What all mappers sent to the slice.
async fn described(worker: &Worker<'_>, moved: &mut Moved) -> Result<Vec<u8>, StageError> {
    let (slice, slices) = (worker.number, worker.matching.slices);
    let sent = (0..worker.mappers).map(|mapper| keys::match_described(worker.run, mapper));
    let objects = sent::open(worker, sent, slice..slice + 1, slices).await?;
    let bytes = objects.iter().map(|object| object.text_bytes(0)).sum::<usize>();
    // Hashes spread the accounts over the slices.
    let accounts = worker.lines / u64::from(slices) * 21 / 20;
    let needed = worker.context.memory.gather_bytes(bytes as u64, accounts);
    worker.check_memory(needed, format!("{} MB of records in slice {slice} of {slices}", bytes >> 20))?;
    let mut text = Vec::with_capacity(bytes);
    for object in objects {
        let frames = sent::fetch(worker, object, moved).await?;
        let append = |frame: &[u8]| {
            text.extend_from_slice(frame);
            Ok(())
        };
        frames.each_frame(0, append).map_err(StageError::damaged)?;
    }
    Ok(text)
}

/// Writes the accounts of a slice, and sends their values and keys to the shards.
struct SliceSender<'w> {
    worker: &'w Worker<'w>,
    passes: Passes,
    addresses: Vec<bool>,
    hashed: HashedValues,
    records: RecordsWriter,
    values: ShuffleCollector,
    keys: KeySender<'w>,
    counts: BlockCounts,
    sent_values: u64,
}

impl<'w> SliceSender<'w> {
    async fn new(worker: &'w Worker<'w>) -> Result<Self, StageError> {
        let held = worker.context.memory.block_held_bytes();
        let shards = worker.matching.shards;
        let values = ShuffleCollector::storing(shards * worker.field_count(), held).map_err(StageError::compressing)?;
        let fields = vec![FieldCounts::default(); worker.fields.len()];
        Ok(Self {
            worker,
            passes: worker.used_passes().await?,
            addresses: worker.addresses(),
            hashed: HashedValues::default(),
            records: RecordsWriter::new().map_err(StageError::compressing)?,
            values,
            keys: KeySender::new(worker)?,
            counts: BlockCounts { counts: Counts { accounts: 0, fields }, blocks: Vec::new() },
            sent_values: 0,
        })
    }

    /// Adds the next account. `row` is its place in the slice.
    fn account(&mut self, account: &Described<'_>, row: u64) -> Result<(), StageError> {
        let too_many = || StageError::invalid_input("a slice has more accounts than pairs can name; use more shards");
        let row = u32::try_from(row).ok().filter(|row| u64::from(*row) < SLICE_ROWS_MAX).ok_or_else(too_many)?;
        self.records.push(account.reference, account.record).map_err(StageError::compressing)?;
        self.send_values(account.record).map_err(StageError::compressing)?;
        self.send_keys(account.record, row).map_err(StageError::compressing)
    }

    fn send_values(&mut self, record: &[u8]) -> std::io::Result<()> {
        let (shards, fields) = (self.worker.matching.shards, self.worker.field_count());
        let mut last_known = None;
        for ((field, hash), before) in self.hashed.read(record, &self.addresses).each() {
            if before.is_some() {
                continue;
            }
            if last_known != Some(field) {
                // Values come in the order of their fields.
                last_known = Some(field);
                if let Some(counts) = self.counts.counts.fields.get_mut(field) {
                    counts.known += 1;
                }
            }
            self.values.push(shard_of(hash, shards) * fields + field as u32, &hash.to_le_bytes())?;
            self.sent_values += 1;
        }
        Ok(())
    }

    fn send_keys(&mut self, record: &[u8], row: u32) -> std::io::Result<()> {
        let mut sent = Ok(());
        let keys = &mut self.keys;
        self.passes.keys(record, &mut |pass, hash| {
            if sent.is_ok() {
                sent = keys.push(pass, RowKey { hash, row });
            }
        });
        sent
    }
}
