//! The documents of scored pairs.

use onefold_graph::node::Node;
use onefold_scoring::blocking::BlockSizes;
use onefold_scoring::counts::Counts;
use onefold_scoring::review::Draw;
use serde::{Deserialize, Serialize};

use crate::keys::{self, RunId};

/// `match/<run>/slices.json`: the rows of each slice. Rows are numbered through all slices, in the order of references.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SliceRows {
    /// The first row of each slice, and behind them the number of all rows.
    pub starts: Vec<u32>,
}

impl SliceRows {
    /// The number of all rows.
    pub fn rows(&self) -> u32 {
        self.starts.last().copied().unwrap_or_default()
    }

    /// The first row of a slice.
    pub fn start(&self, slice: u32) -> u32 {
        self.starts.get(slice as usize).copied().unwrap_or_default()
    }

    /// The number of rows of a slice.
    pub fn rows_of(&self, slice: u32) -> u32 {
        self.start(slice.saturating_add(1)).saturating_sub(self.start(slice))
    }

    /// The slice of a row.
    pub fn slice(&self, row: u32) -> u32 {
        self.starts.partition_point(|start| *start <= row).saturating_sub(1) as u32
    }
}

/// `match/<run>/<round>/<worker>.counts`: what a slice or a shard of Block counted. They add up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockCounts {
    /// Accounts and values.
    pub counts: Counts,
    /// The sizes of blocks, by pass.
    pub blocks: Vec<BlockSizes>,
}

/// `match/<run>/blocking.json`: the passes, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blocking {
    /// The passes.
    pub passes: Vec<PassBlocks>,
}

impl Blocking {
    /// How great a block of each pass may be.
    pub fn caps(&self) -> PassCaps {
        let cap = |pass: &PassBlocks| PassCap { cap: pass.cap, rank: pass.rank, spared: pass.spared };
        PassCaps { passes: self.passes.iter().map(cap).collect() }
    }
}

/// How great a block may be that a round of Block found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassCaps {
    /// By pass.
    pub passes: Vec<PassCap>,
}

/// How great a block of a pass may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassCap {
    /// The greatest block that gives all its pairs, or 0 for a pass that is not used.
    pub cap: u32,
    /// The pass's rank.
    pub rank: u8,
    /// The divided blocks of so many passes do without the pairs of this one.
    pub spared: u32,
}

impl PassCaps {
    /// That of a pass; 0 if there is no such pass.
    pub fn of(&self, pass: u16) -> PassCap {
        self.passes.get(usize::from(pass)).copied().unwrap_or_default()
    }
}

/// A pass, and what was found in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassBlocks {
    /// What accounts of a block share.
    pub name: String,
    /// The greatest block that it gives pairs of; 0 if it is not used.
    pub cap: u32,
    /// Its place among the passes, those that cost less first.
    pub rank: u8,
    /// The divided blocks of so many passes do without its pairs.
    #[serde(default)]
    pub spared: u32,
    /// How many blocks there are, by size.
    pub sizes: BlockSizes,
}

/// `match/<run>/pairs.json`: the objects that have the pairs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairList {
    /// The number of tiles: the readers of each object.
    pub tiles: u32,
    /// Pairs of all objects and tiles. The same pair can be in several objects.
    pub pairs: u64,
    /// Rows of blocks that no division made small enough: there, a row is paired with the next ones only, or with none.
    pub dropped_rows: u64,
    /// The objects.
    pub parts: Vec<PairPart>,
}

/// An object with pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairPart {
    /// The round of Block.
    pub round: u32,
    /// The shard that gave the pairs.
    pub shard: u32,
    /// The part's number.
    pub part: u32,
}

impl PairPart {
    /// The object's key.
    pub fn key(self, run: &RunId) -> String {
        keys::match_round_part(run, self.round, self.shard, "pairs", self.part)
    }
}

/// `match/<run>/labels.json`: the pairs of which people said something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    /// The nodes of the references of each pair, the lesser first. Sorted.
    pub pairs: Vec<[Node; 2]>,
}

/// `match/<run>/draw.json`: which compared pairs Score passes on, for people to answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunDraw {
    /// Which pairs are drawn by their scores.
    pub draw: Draw,
    /// The pairs of which people said something: they are passed on, too.
    pub labels: Labels,
}

/// A line of `match/<run>/tiles.jsonl`: the work of one invocation of Compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tile {
    /// The tile's number.
    pub tile: u32,
    /// The slice of the first account of each pair.
    pub first: u32,
    /// The slice of the second; the same or a greater one.
    pub second: u32,
}

impl Tile {
    /// The name of the receipts of the stages that do its pairs.
    pub fn receipt_name(&self) -> String {
        format!("{:05}", self.tile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_a_slice() {
        let rows = SliceRows { starts: vec![0, 2, 2, 5] };
        assert_eq!((0..5).map(|row| rows.slice(row)).collect::<Vec<_>>(), [0, 0, 2, 2, 2]);
        assert_eq!((0..3).map(|slice| rows.rows_of(slice)).collect::<Vec<_>>(), [2, 0, 3]);
        assert_eq!((rows.rows(), rows.start(2)), (5, 2));
    }
}
