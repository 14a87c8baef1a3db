//! What a shard gives: the pairs of its blocks to the tiles, and the rows of blocks that are too great to their slices.

use onefold_lake::calls::BlockRoundResult;
use onefold_lake::data::blocks::GreatRow;
use onefold_lake::data::pairs::{FoundPair, tile, tiles};
use onefold_lake::data::shuffle::ShuffleCollector;
use onefold_lake::run::matching::{PairPart, SliceRows};
use onefold_lake::run::receipt::Moved;
use onefold_scoring::blocking::pairs;
use onefold_shell::StageError;

use crate::round::{PAIR, Worker};

/// Collects pairs and rows. Pairs are written part by part.
pub(crate) struct Outlet<'w> {
    worker: &'w Worker<'w>,
    rows: &'w SliceRows,
    /// Pairs of rows, the lesser row in the high half, once for each block that has them.
    pairs: Vec<u64>,
    great: ShuffleCollector,
    given: BlockRoundResult,
}

impl<'w> Outlet<'w> {
    pub(crate) fn new(worker: &'w Worker<'w>, rows: &'w SliceRows) -> Result<Self, StageError> {
        let held = worker.context.memory.block_held_bytes();
        let great = ShuffleCollector::storing(worker.matching.slices, held).map_err(StageError::compressing)?;
        Ok(Self { worker, rows, pairs: Vec::new(), great, given: BlockRoundResult::default() })
    }

    /// Takes a block of a pass, of which no greater block than `cap` gives all its pairs. Its rows ascend. A pass with the cap 0
    /// is not used.
    pub(crate) async fn block(
        &mut self,
        pass: u16,
        cap: u32,
        hash: u64,
        rows: &[u32],
        moved: &mut Moved,
    ) -> Result<(), StageError> {
        let neighbours_count = self.worker.round > PAIR && self.worker.passes.is_of_contact(pass);
        let mut take = |first, second| self.pairs.push(u64::from(first) << 32 | u64::from(second));
        if pairs(rows, cap, neighbours_count, &mut take) {
            self.great(pass, hash, rows).map_err(StageError::compressing)?;
        }
        if self.pairs.len() >= self.worker.matching.pairs_at_once as usize {
            self.write_pairs(moved).await
        } else {
            Ok(())
        }
    }

    fn great(&mut self, pass: u16, hash: u64, rows: &[u32]) -> std::io::Result<()> {
        for row in rows {
            let slice = self.rows.slice(*row);
            let row = row - self.rows.start(slice);
            self.great.push(slice, &GreatRow { pass, hash, row }.bytes())?;
        }
        self.given.great_rows += rows.len() as u64;
        Ok(())
    }

    /// Writes the pairs as one more part.
    async fn write_pairs(&mut self, moved: &mut Moved) -> Result<(), StageError> {
        if self.pairs.is_empty() {
            return Ok(());
        }
        let part = PairPart { round: self.worker.round, shard: self.worker.number, part: self.given.parts };
        let (bytes, pairs) = self.format_pairs().map_err(StageError::compressing)?;
        self.pairs.clear();
        self.given.parts += 1;
        self.given.pairs += pairs;
        self.worker.put(&part.key(self.worker.run), bytes, moved).await
    }

    /// The pairs by tile, each once, with the number of its blocks. Returns how many there are, too.
    fn format_pairs(&mut self) -> std::io::Result<(Vec<u8>, u64)> {
        self.pairs.sort_unstable();
        let held = self.worker.context.memory.block_held_bytes();
        let mut shuffle = ShuffleCollector::storing(tiles(self.worker.matching.slices), held)?;
        let mut pairs = 0;
        for same in self.pairs.chunk_by(|one, other| one == other) {
            let (first, second) = ((same[0] >> 32) as u32, same[0] as u32);
            let (of_first, of_second) = (self.rows.slice(first), self.rows.slice(second));
            let pair = FoundPair {
                first: first - self.rows.start(of_first),
                second: second - self.rows.start(of_second),
                blocks: u32::try_from(same.len()).unwrap_or(u32::MAX),
            };
            shuffle.push(tile(of_first, of_second), &pair.bits().to_le_bytes())?;
            pairs += 1;
        }
        Ok((shuffle.finish()?, pairs))
    }

    /// Writes what is left, and returns what was given.
    pub(crate) async fn finish(mut self, moved: &mut Moved) -> Result<BlockRoundResult, StageError> {
        self.write_pairs(moved).await?;
        let great = self.great.finish().map_err(StageError::compressing)?;
        self.worker.put(&self.worker.key("great"), great, moved).await?;
        moved.records_out = self.given.pairs + self.given.great_rows;
        Ok(self.given)
    }
}
