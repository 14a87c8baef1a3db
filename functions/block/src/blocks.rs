//! From the keys of rows to blocks: the rows that share a key.

use onefold_lake::data::blocks::RowKey;

/// The keys of a pass, sorted.
pub(crate) struct Blocks(Vec<RowKey>);

impl Blocks {
    /// Sorts keys. Whatever their order was, the blocks are the same.
    pub(crate) fn new(mut keys: Vec<RowKey>) -> Self {
        drop_lone(&mut keys);
        keys.sort_unstable();
        keys.dedup();
        Self(keys)
    }

    /// Each block of two or more rows, in the order of the keys' hashes. Its rows ascend, each once.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[RowKey]> {
        self.0.chunk_by(|one, other| one.hash == other.hash).filter(|rows| rows.len() > 1)
    }
}

/// Drops most keys that no other row has. Most are such, and it takes less time than to sort them.
fn drop_lone(keys: &mut Vec<RowKey>) {
    // One bit in eight is set, so one lone key in eight stays.
    let bits = (keys.len() * 8).next_power_of_two().max(64);
    let shift = u64::BITS - bits.ilog2();
    // Other bits than those that choose the shard: they are the same here.
    let place = |key: &RowKey| {
        let bit = key.hash.wrapping_mul(0xd6e8_feb8_6659_fd93) >> shift;
        (bit as usize / 64, 1u64 << (bit % 64))
    };
    let (mut seen, mut again) = (vec![0u64; bits / 64], vec![0u64; bits / 64]);
    for key in keys.iter() {
        let (word, bit) = place(key);
        again[word] |= seen[word] & bit;
        seen[word] |= bit;
    }
    keys.retain(|key| {
        let (word, bit) = place(key);
        again[word] & bit != 0
    });
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_that_share_a_key_are_a_block(pairs in prop::collection::vec((0u64..40, 0u32..30), 0..80), seed in any::<u64>()) {
            let keys: Vec<RowKey> =
                pairs.iter().map(|(hash, row)| RowKey { hash: hash.wrapping_mul(seed | 1), row: *row }).collect();
            let mut expected: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
            keys.iter().for_each(|key| { expected.entry(key.hash).or_default().insert(key.row); });
            expected.retain(|_, rows| rows.len() > 1);
            let blocks = Blocks::new(keys);
            let rows = |block: &[RowKey]| block.iter().map(|key| key.row).collect::<BTreeSet<u32>>();
            let found: Vec<_> = blocks.iter().map(|block| (block[0].hash, rows(block))).collect();
            prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
        }
    }
}
