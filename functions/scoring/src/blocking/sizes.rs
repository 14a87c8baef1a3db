//! How great blocks may be.

use serde::{Deserialize, Serialize};

/// The most accounts of a block whose pairs are all compared.
pub const BLOCK_MAX: u32 = 50;
/// A pass may give so many pairs an account.
const PAIRS_PER_ACCOUNT: u64 = 2;
/// A pass may give so many times the usual pairs of a pass.
const TIMES_USUAL: u64 = 3;
/// Of so many passes, one gives no more than the usual pairs.
const PASSES_PER_USUAL: usize = 4;
/// A pass may give so many pairs however few accounts there are: they are compared in a tenth of a second.
const PAIRS_ALWAYS: u64 = 100_000;
/// The least cap of a pass.
const CAP_MIN: u32 = 3;

/// The sizes of the blocks of a pass. They add up in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockSizes {
    /// How many blocks have 2, 3, … up to [`BLOCK_MAX`] accounts.
    blocks: Vec<u64>,
    /// How many accounts greater blocks have.
    pub accounts_of_greater: u64,
}

impl BlockSizes {
    /// Counts a block of so many accounts.
    pub fn count(&mut self, accounts: u64) {
        match u32::try_from(accounts) {
            Ok(0 | 1) => {}
            Ok(size @ ..=BLOCK_MAX) => {
                let place = size as usize - 2;
                self.blocks.resize(self.blocks.len().max(place + 1), 0);
                self.blocks[place] += 1;
            }
            _ => self.accounts_of_greater += accounts,
        }
    }

    /// Adds the blocks of another shard.
    pub fn add(&mut self, other: &Self) {
        self.blocks.resize(self.blocks.len().max(other.blocks.len()), 0);
        self.blocks.iter_mut().zip(&other.blocks).for_each(|(count, other)| *count += other);
        self.accounts_of_greater += other.accounts_of_greater;
    }

    /// The pairs within the blocks of at most so many accounts.
    pub fn pairs(&self, cap: u32) -> u64 {
        let sizes = (2..=u64::from(cap)).zip(&self.blocks);
        sizes.map(|(size, blocks)| blocks * (size * (size - 1) / 2)).sum()
    }

    /// The accounts of blocks of more.
    pub fn accounts_beyond(&self, cap: u32) -> u64 {
        let beyond = (2..).zip(&self.blocks).filter(|(size, _)| *size > u64::from(cap));
        self.accounts_of_greater + beyond.map(|(size, blocks)| size * blocks).sum::<u64>()
    }

    /// The most accounts of a block: [`BLOCK_MAX`], halved until the pass gives no more than so many pairs.
    fn cap(&self, pairs_max: u64) -> u32 {
        let mut cap = BLOCK_MAX;
        while cap > CAP_MIN && self.pairs(cap) > pairs_max {
            cap /= 2;
        }
        cap
    }
}

/// The cap of each pass among so many accounts. Blocks of more are refined.
///
/// A pass gives at most two pairs an account, or three times the usual pairs: those that a quarter of the passes do not
/// exceed. Where a person has many accounts, all passes find their pairs, and no cap must cut them off. Of few accounts, all
/// pairs of a block may be compared.
pub fn caps(blocks: &[BlockSizes], accounts: u64) -> Vec<u32> {
    let of_accounts = accounts.saturating_mul(PAIRS_PER_ACCOUNT);
    let pairs_max = of_accounts.max(usual_pairs(blocks).saturating_mul(TIMES_USUAL)).max(PAIRS_ALWAYS);
    blocks.iter().map(|sizes| sizes.cap(pairs_max)).collect()
}

/// The rank of each pass by what it costs: the pairs that it gives, and the accounts of the blocks that are divided. Of two
/// that cost as much, the earlier comes first.
pub fn ranks(blocks: &[BlockSizes], caps: &[u32]) -> Vec<u8> {
    let cost = |pass: &usize| {
        let (sizes, cap) = (&blocks[*pass], caps[*pass]);
        sizes.pairs(cap).saturating_add(sizes.accounts_beyond(cap))
    };
    let mut passes: Vec<usize> = (0..blocks.len().min(caps.len())).collect();
    passes.sort_by_cached_key(cost);
    let mut ranks = vec![0; passes.len()];
    for (rank, pass) in passes.into_iter().enumerate() {
        ranks[pass] = u8::try_from(rank).unwrap_or(u8::MAX);
    }
    ranks
}

/// The pairs that a quarter of the passes that give any do not exceed.
fn usual_pairs(blocks: &[BlockSizes]) -> u64 {
    let mut pairs: Vec<u64> = blocks.iter().map(|sizes| sizes.pairs(BLOCK_MAX)).filter(|pairs| *pairs > 0).collect();
    pairs.sort_unstable();
    pairs.get(pairs.len() / PASSES_PER_USUAL).copied().unwrap_or_default()
}

/// An account of a refined block that is still too great is compared with so many that follow it.
const NEIGHBOURS: usize = 2;

/// Calls `take` with the pairs of a block, and returns whether the block is too great, so that it is to be refined. The rows
/// ascend.
///
/// Where neighbours count, each row of a block of more than [`BLOCK_MAX`] is taken with the next two. They count in refined
/// blocks of contacts ([`Passes::is_of_contact`](super::Passes::is_of_contact)): a hundred orders of one guest hang together.
pub fn pairs<R: Copy>(rows: &[R], cap: u32, neighbours_count: bool, take: &mut impl FnMut(R, R)) -> bool {
    if cap == 0 {
        return false;
    }
    let is_too_great = rows.len() > cap as usize;
    let has_neighbours = neighbours_count && rows.len() > BLOCK_MAX as usize;
    let most = match (is_too_great, has_neighbours) {
        (false, _) => rows.len(),
        (true, false) => 0,
        (true, true) => NEIGHBOURS,
    };
    for (place, row) in rows.iter().enumerate() {
        rows[place + 1..].iter().take(most).for_each(|other| take(*row, *other));
    }
    is_too_great
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(blocks: &[u64]) -> BlockSizes {
        let mut sizes = BlockSizes::default();
        blocks.iter().for_each(|accounts| sizes.count(*accounts));
        sizes
    }

    #[test]
    fn sizes_add_up() {
        let mut left = sizes(&[1, 2, 50, 51]);
        left.add(&sizes(&[2, 7, 1000]));
        assert_eq!(left, sizes(&[1000, 51, 50, 7, 2, 2, 1]));
        assert_eq!([2, 6, 7, 50].map(|cap| left.pairs(cap)), [2, 2, 23, 23 + 1225]);
        assert_eq!([50, 49, 7, 2].map(|cap| left.accounts_beyond(cap)), [1051, 1101, 1101, 1108]);
    }

    #[test]
    fn caps_are_halved_until_pairs_are_few() {
        let of = |blocks: &[u64], accounts: u64| sizes(blocks).cap(accounts * 2);
        assert_eq!(of(&[50; 10], 6125), 50);
        assert_eq!(of(&[50; 10], 6124), 25);
        assert_eq!(of(&[50, 25, 25, 12], 333), 25);
        assert_eq!(of(&[50, 25, 25, 12], 332), 12);
        assert_eq!(of(&[6; 10], 74), 3);
        assert_eq!(of(&[], 0), 50);
    }

    #[test]
    fn many_accounts_a_person_are_within_the_caps() {
        let people = || sizes(&[20; 100]);
        let loose = sizes(&[50; 400]);
        let passes = [people(), people(), people(), loose];
        assert_eq!(caps(&passes, 2_000), [50, 50, 50, 25]);
    }

    #[test]
    fn of_few_accounts_all_pairs_of_a_block_are_compared() {
        assert_eq!(caps(&[sizes(&[2; 50]), sizes(&[2; 50]), sizes(&[40; 100])], 200), [50; 3]);
        assert_eq!(caps(&[sizes(&[2; 50]), sizes(&[2; 50]), sizes(&[40; 200])], 200), [50, 50, 25]);
    }

    #[test]
    fn passes_that_cost_less_come_first() {
        let blocks = [sizes(&[50, 50]), sizes(&[2]), sizes(&[60]), sizes(&[2]), sizes(&[])];
        assert_eq!(ranks(&blocks, &[50; 5]), [4, 1, 3, 2, 0]);
        assert_eq!(ranks(&blocks, &[3, 50, 50, 50, 50]), [4, 1, 3, 2, 0], "100 accounts are divided");
        assert_eq!(ranks(&blocks[..1], &[50; 5]), [0]);
    }

    #[test]
    fn a_block_gives_its_pairs_or_is_refined() {
        let of = |rows: &[u32], cap, neighbours_count| {
            let mut found = Vec::new();
            let is_too_great = pairs(rows, cap, neighbours_count, &mut |one, other| found.push((one, other)));
            (found, is_too_great)
        };
        assert_eq!(of(&[1, 4, 6], 3, false), (vec![(1, 4), (1, 6), (4, 6)], false));
        assert_eq!(of(&[1, 4, 6, 7], 3, false), (vec![], true));
        assert_eq!(of(&[1, 4, 6, 7], 3, true), (vec![], true));
        let (found, is_too_great) = of(&(0..51).collect::<Vec<u32>>(), 25, true);
        assert_eq!((found.len(), &found[..3], is_too_great), (50 + 49, &[(0, 1), (0, 2), (1, 2)][..], true));
        assert_eq!(of(&[1, 4], 0, true), (vec![], false));
    }
}
