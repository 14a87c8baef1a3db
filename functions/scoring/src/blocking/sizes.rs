//! How great blocks may be.

use serde::{Deserialize, Serialize};

/// The most accounts of a block whose pairs are all compared.
pub const BLOCK_MAX: u32 = 50;
/// A pass gives at most so many pairs an account.
const PAIRS_PER_ACCOUNT: u64 = 2;
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

    /// The most accounts of a block: [`BLOCK_MAX`], halved until the pass gives no more than two pairs an account.
    fn cap(&self, accounts: u64) -> u32 {
        let mut cap = BLOCK_MAX;
        while cap > CAP_MIN && self.pairs(cap) > accounts.saturating_mul(PAIRS_PER_ACCOUNT) {
            cap /= 2;
        }
        cap
    }
}

/// The cap of each pass among so many accounts. Blocks of more are refined.
pub fn caps(blocks: &[BlockSizes], accounts: u64) -> Vec<u32> {
    blocks.iter().map(|sizes| sizes.cap(accounts)).collect()
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
        let of = |blocks: &[u64], accounts| caps(&[sizes(blocks)], accounts)[0];
        assert_eq!(of(&[50; 10], 6125), 50);
        assert_eq!(of(&[50; 10], 6124), 25);
        assert_eq!(of(&[50, 25, 25, 12], 333), 25);
        assert_eq!(of(&[50, 25, 25, 12], 332), 12);
        assert_eq!(of(&[6; 10], 74), 3);
        assert_eq!(of(&[], 0), 50);
    }
}
