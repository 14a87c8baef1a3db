//! What a shard gives: the pairs of its blocks to the tiles, and the rows of blocks that are too great to their slices.

use onefold_lake::calls::BlockRoundResult;
use onefold_lake::data::blocks::GreatRow;
use onefold_lake::data::pairs::{FoundPair, tile, tiles};
use onefold_lake::data::shuffle::ShuffleCollector;
use onefold_lake::run::matching::{PairPart, PassCap, PassCaps, SliceRows};
use onefold_lake::run::receipt::Moved;
use onefold_scoring::blocking::pairs;
use onefold_shell::StageError;

use crate::round::{PAIR, Worker};

/// A slice's rows of great blocks are divided in so many pieces. One is in memory at a time.
pub(crate) const PIECES: u32 = 16;

/// The piece of a row of a slice.
fn piece_of(row: u32, rows: u32) -> u32 {
    (u64::from(row) * u64::from(PIECES) / u64::from(rows.max(1))) as u32
}

/// A row: its slice, and its place there.
type Place = (u32, u32);

/// Collects pairs and rows. Pairs are written part by part.
pub(crate) struct Outlet<'w> {
    worker: &'w Worker<'w>,
    rows: &'w SliceRows,
    caps: PassCaps,
    /// By tile, the numbers of [`FoundPair`]s, once for each block that has the pair.
    pairs: Vec<Vec<u64>>,
    /// How many pairs are held.
    held: usize,
    /// The rows of the block.
    places: Vec<Place>,
    great: ShuffleCollector,
    given: BlockRoundResult,
}

impl<'w> Outlet<'w> {
    pub(crate) fn new(worker: &'w Worker<'w>, rows: &'w SliceRows, caps: PassCaps) -> Result<Self, StageError> {
        let (slices, held) = (worker.matching.slices, worker.context.memory.block_held_bytes());
        let great = ShuffleCollector::storing(slices * PIECES, held).map_err(StageError::compressing)?;
        let pairs = vec![Vec::new(); tiles(slices) as usize];
        Ok(Self { worker, rows, caps, pairs, held: 0, places: Vec::new(), great, given: BlockRoundResult::default() })
    }

    /// Takes a block of a pass. If it has more rows than the pass's cap, it does not give all its pairs. Its rows ascend. A
    /// pass with the cap 0 is not used.
    pub(crate) async fn block(
        &mut self,
        pass: u16,
        hash: u64,
        rows: &[u32],
        moved: &mut Moved,
    ) -> Result<(), StageError> {
        let PassCap { cap, rank, spared } = self.caps.of(pass);
        let is_divided = self.worker.round > PAIR;
        // Undivided, a block would find the pair, too; and without this pass, the divided blocks that do without its pairs.
        let blocks = 1 + if is_divided { 1 } else { spared };
        self.place(rows);
        let neighbours_count = is_divided && self.worker.passes.is_of_contact(pass);
        let mut take = |first: Place, second: Place| {
            let pair = FoundPair { first: first.1, second: second.1, rank, blocks };
            self.pairs[tile(first.0, second.0) as usize].push(pair.bits());
            self.held += 1;
        };
        if pairs(&self.places, cap, neighbours_count, &mut take) {
            self.great(pass, hash).map_err(StageError::compressing)?;
        }
        if self.held >= self.worker.matching.pairs_at_once as usize { self.write_pairs(moved).await } else { Ok(()) }
    }

    /// Finds the slices of rows.
    fn place(&mut self, rows: &[u32]) {
        self.places.clear();
        let (mut slice, mut start, mut end) = (0, 0, 0);
        for row in rows {
            if *row >= end {
                slice = self.rows.slice(*row);
                (start, end) = (self.rows.start(slice), self.rows.start(slice + 1));
            }
            self.places.push((slice, row - start));
        }
    }

    fn great(&mut self, pass: u16, hash: u64) -> std::io::Result<()> {
        for (slice, row) in &self.places {
            let piece = piece_of(*row, self.rows.rows_of(*slice));
            self.great.push(slice * PIECES + piece, &GreatRow { pass, hash, row: *row }.bytes())?;
        }
        self.given.great_rows += self.places.len() as u64;
        Ok(())
    }

    /// Writes the pairs as one more part.
    async fn write_pairs(&mut self, moved: &mut Moved) -> Result<(), StageError> {
        if self.held == 0 {
            return Ok(());
        }
        let part = PairPart { round: self.worker.round, shard: self.worker.number, part: self.given.parts };
        let (bytes, pairs) = self.format_pairs().map_err(StageError::compressing)?;
        self.held = 0;
        self.given.parts += 1;
        self.given.pairs += pairs;
        self.worker.put(&part.key(self.worker.run), bytes, moved).await
    }

    /// The pairs by tile, each once. Returns how many there are, too.
    fn format_pairs(&mut self) -> std::io::Result<(Vec<u8>, u64)> {
        let held = self.worker.context.memory.block_held_bytes();
        let mut shuffle = ShuffleCollector::storing(self.pairs.len() as u32, held)?;
        let mut pairs = 0;
        for (tile, of_tile) in (0..).zip(&mut self.pairs) {
            of_tile.sort_unstable();
            of_tile.dedup_by(|again, kept| FoundPair::join(kept, *again));
            pairs += of_tile.len() as u64;
            for pair in of_tile.drain(..) {
                shuffle.push(tile, &pair.to_le_bytes())?;
            }
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
