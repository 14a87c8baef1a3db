//! Sends the keys of rows to the shards, part by part.

use onefold_lake::data::blocks::RowKey;
use onefold_lake::data::shuffle::ShuffleCollector;
use onefold_lake::keys;
use onefold_lake::run::receipt::Moved;
use onefold_shell::StageError;

use crate::round::{Worker, shard_of};

/// The kind of objects that have the keys.
pub(crate) const SENT_KEYS: &str = "keys";

/// Collects the keys of a slice. Each part is an object of the round.
pub(crate) struct KeySender<'w> {
    worker: &'w Worker<'w>,
    /// A reader for each pass of each shard.
    collector: ShuffleCollector,
    /// Bytes of the keys that are not in a part yet.
    held: usize,
    part_bytes: usize,
    /// How many keys were sent.
    keys: u64,
    /// How many parts there are.
    parts: u32,
}

impl<'w> KeySender<'w> {
    pub(crate) fn new(worker: &'w Worker<'w>) -> Result<Self, StageError> {
        let part_bytes = worker.context.memory.key_part_bytes();
        Ok(Self { worker, collector: collector(worker)?, held: 0, part_bytes, keys: 0, parts: 0 })
    }

    pub(crate) fn push(&mut self, pass: u16, key: RowKey) -> std::io::Result<()> {
        let shard = shard_of(key.hash, self.worker.matching.shards);
        self.collector.push(shard * self.worker.pass_count() + u32::from(pass), &key.bytes())?;
        self.held += RowKey::BYTES;
        self.keys += 1;
        Ok(())
    }

    /// Writes a part if there are enough keys for one.
    pub(crate) async fn write_if_full(&mut self, moved: &mut Moved) -> Result<(), StageError> {
        if self.held >= self.part_bytes { self.write(moved).await } else { Ok(()) }
    }

    /// Writes what is left.
    pub(crate) async fn finish(mut self, moved: &mut Moved) -> Result<SentParts, StageError> {
        self.write(moved).await?;
        Ok(SentParts { keys: self.keys, parts: self.parts })
    }

    async fn write(&mut self, moved: &mut Moved) -> Result<(), StageError> {
        if self.held == 0 {
            return Ok(());
        }
        let full = std::mem::replace(&mut self.collector, collector(self.worker)?);
        let Worker { run, round, number, .. } = self.worker;
        let key = keys::match_round_part(run, *round, *number, SENT_KEYS, self.parts);
        self.held = 0;
        self.parts += 1;
        self.worker.put(&key, full.finish().map_err(StageError::compressing)?, moved).await
    }
}

/// What a slice sent.
pub(crate) struct SentParts {
    pub(crate) keys: u64,
    pub(crate) parts: u32,
}

fn collector(worker: &Worker<'_>) -> Result<ShuffleCollector, StageError> {
    let readers = worker.matching.shards * worker.pass_count();
    ShuffleCollector::storing(readers, worker.context.memory.block_held_bytes()).map_err(StageError::compressing)
}
