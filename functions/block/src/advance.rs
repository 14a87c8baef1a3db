//! Decides what follows a round.

use std::collections::BTreeSet;

use onefold_graph::node::{Node, NodeHasher};
use onefold_identity::corrections::{Pair, Pairs};
use onefold_lake::RunId;
use onefold_lake::calls::{BlockAdvanceResult, BlockRoundResult, BlockWork, BlockWorker, DescribeResult};
use onefold_lake::data::pairs::tiles;
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::layout::{Layout, MatchLayout};
use onefold_lake::run::matching::{
    BlockCounts, Blocking, Labels, PairList, PairPart, PassBlocks, PassCap, SliceRows, Tile,
};
use onefold_scoring::ScoredFields;
use onefold_scoring::blocking::{BlockSizes, PassSet, Passes, caps, ranks};
use onefold_scoring::counts::Counts;
use onefold_shell::{Context, Receipts, StageError, Work};

use crate::round::{
    COUNT, COUNT_LAST, COUNT_REFINED, GATHER, PAIR, PAIR_LAST, PAIR_REFINED, PAIRS, REFINE, REFINE_BY_BIRTHDATE,
    REFINES, match_layout,
};

pub(crate) async fn advance(run: &RunId, round: u32, context: &Context) -> Result<BlockAdvanceResult, StageError> {
    let work = Work { run: run.clone(), stage: Stage::Block, name: format!("advance-{round:05}") };
    work.once(context, async |_| {
        let layout: Layout = context.json(&keys::layout(run)).await?;
        let step = Step { run, matching: match_layout(&layout)?, mappers: layout.mappers.len() as u32, context };
        let next = step.next(round).await?;
        if next.is_none() {
            step.write_lists(round).await?;
        }
        let work = next.unwrap_or(BlockWork::Pair);
        let count = if work.is_by_slice() { step.matching.slices } else { step.matching.shards };
        Ok(BlockAdvanceResult {
            done: next.is_none(),
            round: if next.is_some() { round + 1 } else { round },
            work,
            workers: (0..if next.is_some() { count } else { 0 }).map(|worker| BlockWorker { worker }).collect(),
            tiles_key: keys::match_tiles(run),
        })
    })
    .await
}

struct Step<'s> {
    run: &'s RunId,
    matching: MatchLayout,
    mappers: u32,
    context: &'s Context,
}

impl Step<'_> {
    /// The work of the next round; `None` if all pairs are given.
    async fn next(&self, round: u32) -> Result<Option<BlockWork>, StageError> {
        let done = self.results(round).await?;
        let sum = |of: fn(&BlockRoundResult) -> u64| done.iter().map(of).sum::<u64>();
        Ok(match round {
            0 => Some(BlockWork::Gather),
            GATHER => {
                self.write_rows(&done).await?;
                Some(BlockWork::Count)
            }
            COUNT => {
                self.write_counts(&done).await?;
                Some(BlockWork::Pair)
            }
            PAIR => Some(BlockWork::Refine),
            REFINE | REFINE_BY_BIRTHDATE => (sum(|done| done.keys) > 0).then_some(BlockWork::CountRefined),
            COUNT_REFINED | COUNT_LAST => {
                self.check_keys(round, &done).await?;
                self.write_refined_caps(round).await?;
                Some(BlockWork::Pair)
            }
            PAIR_REFINED => (sum(|done| done.great_rows) > 0).then_some(BlockWork::RefineByBirthdate),
            _ => None,
        })
    }

    /// The number of workers of a round.
    fn workers(&self, round: u32) -> u32 {
        match round {
            0 => 0,
            GATHER | REFINE | REFINE_BY_BIRTHDATE => self.matching.slices,
            _ => self.matching.shards,
        }
    }

    /// The results of all workers of a round.
    async fn results(&self, round: u32) -> Result<Vec<BlockRoundResult>, StageError> {
        let name = |worker: &u32| keys::round_receipt_name(round, *worker);
        let workers = 0..self.workers(round);
        let receipts = Receipts::read::<BlockRoundResult, _>(self.context, self.run, Stage::Block, workers, name);
        Ok(receipts.await?.into_iter().map(|(_, receipt)| receipt.result).collect())
    }

    /// Checks that each version that was described is gathered or has a later one, and numbers the rows.
    async fn write_rows(&self, gathered: &[BlockRoundResult]) -> Result<(), StageError> {
        let name = |mapper: &u32| crate::describe::receipt_name(*mapper);
        let mappers = 0..self.mappers;
        let described = Receipts::read::<DescribeResult, _>(self.context, self.run, Stage::Block, mappers, name);
        let described: u64 = described.await?.iter().map(|(_, receipt)| receipt.result.described).sum();
        let found: u64 = gathered.iter().map(|slice| slice.accounts + slice.superseded + slice.deleted).sum();
        check_same("versions of accounts are described", described, "are gathered", found)?;
        let mut starts = vec![0u32];
        let mut rows = 0;
        for slice in gathered {
            rows += slice.accounts;
            let too_many = |_| StageError::invalid_input(format!("{rows} accounts are more than pairs can name"));
            starts.push(u32::try_from(rows).map_err(too_many)?);
        }
        self.context.put_json(&keys::match_slices(self.run), &SliceRows { starts }).await
    }

    /// Adds all counts up, and fixes how great a block of each pass may be.
    async fn write_counts(&self, counted: &[BlockRoundResult]) -> Result<(), StageError> {
        let gathered = self.results(GATHER).await?;
        let sum = |results: &[BlockRoundResult], of: fn(&BlockRoundResult) -> u64| results.iter().map(of).sum::<u64>();
        let values = |results: &[BlockRoundResult]| sum(results, |result| result.values);
        let keys_of = |results: &[BlockRoundResult]| sum(results, |result| result.keys);
        check_same("values are sent", values(&gathered), "are counted", values(counted))?;
        check_same("blocking keys are sent", keys_of(&gathered), "are counted", keys_of(counted))?;
        let passes = Passes::of(&ScoredFields::of(&self.context.pinned(self.run).await?.config));
        let mut all = self.counts(GATHER).await?;
        let of_shards = self.counts(COUNT).await?;
        all.counts.add(&of_shards.counts);
        all.blocks = of_shards.blocks;
        let caps = caps(&all.blocks, all.counts.accounts);
        let ranks = ranks(&all.blocks, &caps);
        let dropped = crate::round::dropped_passes(self.run, self.context).await?;
        let divided = mostly_divided(&all.blocks, &caps, all.counts.accounts);
        let blocking = all.blocks.into_iter().zip(caps.into_iter().zip(ranks)).enumerate();
        let pass = |(number, (sizes, (cap, rank)))| {
            let name = passes.name(number);
            let spared = passes.spared(number as u16, divided);
            PassBlocks { cap: if dropped.contains(&name) { 0 } else { cap }, rank, spared, name, sizes }
        };
        let blocking = Blocking { passes: blocking.map(pass).collect() };
        self.context.put_json(&keys::match_counts(self.run), &all.counts).await?;
        self.context.put_json(&keys::match_caps(self.run, COUNT), &blocking.caps()).await?;
        self.context.put_json(&keys::match_blocking(self.run), &blocking).await
    }

    /// Adds up what all workers of a round counted.
    async fn counts(&self, round: u32) -> Result<BlockCounts, StageError> {
        let mut all = BlockCounts::default();
        for worker in 0..self.workers(round) {
            let key = keys::match_round(self.run, round, worker, "counts");
            let counts: BlockCounts = self.context.json(&key).await?;
            all.counts.add(&counts.counts);
            all.blocks.resize(all.blocks.len().max(counts.blocks.len()), BlockSizes::default());
            all.blocks.iter_mut().zip(&counts.blocks).for_each(|(sizes, other)| sizes.add(other));
        }
        Ok(all)
    }

    /// Fixes how great a block that was divided may be: never greater than before, and all blocks of a pass together give no
    /// more pairs than a pass may.
    async fn write_refined_caps(&self, round: u32) -> Result<(), StageError> {
        let accounts: Counts = self.context.json(&keys::match_counts(self.run)).await?;
        let blocking: Blocking = self.context.json(&keys::match_blocking(self.run)).await?;
        let refined = caps(&self.counts(round).await?.blocks, accounts.accounts);
        let mut caps = blocking.caps();
        for (pass, refined) in caps.passes.iter_mut().zip(refined) {
            *pass = PassCap { cap: refined.min(pass.cap), rank: pass.rank, spared: 0 };
        }
        self.context.put_json(&keys::match_caps(self.run, round), &caps).await
    }

    /// Checks that each key that was sent in the round before is in a shard.
    async fn check_keys(&self, round: u32, paired: &[BlockRoundResult]) -> Result<(), StageError> {
        let refined: u64 = self.results(round - 1).await?.iter().map(|slice| slice.keys).sum();
        let found = paired.iter().map(|shard| shard.keys).sum();
        check_same("keys of great blocks are sent", refined, "are counted", found)
    }

    /// Writes the pairs of which people said something. Score passes on how they were compared.
    async fn write_labels(&self) -> Result<(), StageError> {
        let pinned = self.context.pinned(self.run).await?;
        if pinned.corrections.is_empty() {
            return Ok(());
        }
        let labels = labels(pinned.corrections.pairs(), self.context.hasher()?);
        self.context.put_json(&keys::match_labels(self.run), &labels).await
    }

    /// Writes which objects have pairs, and the list of tiles.
    async fn write_lists(&self, last: u32) -> Result<(), StageError> {
        let mut list = PairList { tiles: tiles(self.matching.slices), ..PairList::default() };
        for round in PAIRS.into_iter().filter(|round| *round <= last) {
            for (shard, given) in (0..).zip(self.results(round).await?) {
                list.pairs += given.pairs;
                list.parts.extend((0..given.parts).map(|part| PairPart { round, shard, part }));
                list.dropped_rows += if round == PAIR_LAST { given.great_rows } else { 0 };
            }
        }
        for round in REFINES.into_iter().filter(|round| *round <= last) {
            list.dropped_rows += self.results(round).await?.iter().map(|slice| slice.dropped_rows).sum::<u64>();
        }
        let slices = self.matching.slices;
        let of_slices = (0..slices).flat_map(|second| (0..=second).map(move |first| (first, second)));
        let tiles: Vec<Tile> =
            (0..).zip(of_slices).map(|(tile, (first, second))| Tile { tile, first, second }).collect();
        self.context.put_json(&keys::match_pairs(self.run), &list).await?;
        self.write_labels().await?;
        self.context.put_json_lines(&keys::match_tiles(self.run), &tiles).await
    }
}

/// The pairs of which corrections say something, by the nodes of their references.
fn labels(pairs: &Pairs, hasher: &NodeHasher) -> Labels {
    let nodes = |pair: &Pair| {
        let [left, right] = [&pair[0], &pair[1]].map(|reference| hasher.reference(reference));
        [left.min(right), left.max(right)]
    };
    let labelled: BTreeSet<[Node; 2]> = pairs.always.iter().chain(&pairs.never).map(nodes).collect();
    Labels { pairs: labelled.into_iter().collect() }
}

/// The passes whose great blocks have most accounts.
fn mostly_divided(blocks: &[BlockSizes], caps: &[u32], accounts: u64) -> PassSet {
    let mut divided = PassSet::default();
    for (pass, (sizes, cap)) in (0..).zip(blocks.iter().zip(caps)) {
        if sizes.accounts_beyond(*cap) > accounts / 2 {
            divided.insert(pass);
        }
    }
    divided
}

fn check_same(what: &str, given: u64, taken_as: &str, taken: u64) -> Result<(), StageError> {
    if given == taken {
        return Ok(());
    }
    Err(StageError::corrupt(format!("the counts of Block do not balance: {given} {what}, and {taken} {taken_as}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_known_by_the_nodes_of_references() {
        let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
        let pair = |left: &str, right: &str| [left.to_owned(), right.to_owned()];
        let pairs = Pairs {
            always: [pair("crm:1", "shop:1"), pair("crm:2", "shop:2")].into(),
            never: [pair("crm:1", "shop:2")].into(),
            skipped: [pair("crm:3", "shop:3")].into(),
            sampled: [pair("crm:1", "shop:1")].into(),
        };
        let found = labels(&pairs, &hasher).pairs;
        assert!(found.len() == 3 && found.is_sorted() && found.iter().all(|[left, right]| left < right));
        let [left, right] = ["crm:1", "shop:2"].map(|reference| hasher.reference(reference));
        assert!(found.contains(&[left.min(right), left.max(right)]));
    }
}
