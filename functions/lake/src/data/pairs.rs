//! Pairs of accounts that are worth comparing: frames of a shuffle object, one reader a tile.
//!
//! A tile has the pairs of a slice with another, or with itself. A pair has 8 bytes, little-endian: in how many blocks it
//! was found (2 bits), the rank of the pass that found it (8 bits), the place of the account in the tile's second slice (27
//! bits), and that in the first (27 bits). So pairs sort as numbers by their accounts, then by rank.

use crate::compress::FormatError;
use crate::data::links::array;

/// Bytes of a pair.
pub const PAIR_BYTES: usize = 8;
/// The most accounts of a slice.
pub const SLICE_ROWS_MAX: u64 = 1 << PLACE_BITS;
const PLACE_BITS: u32 = 27;
const RANK_BITS: u32 = 8;
const BLOCKS_BITS: u32 = 2;
/// The most blocks that are told of a pair: so many or more.
pub const BLOCKS_MAX: u32 = 3;

/// A pair of accounts by their places in the two slices of a tile. In a tile of one slice, `first` is less than `second`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundPair {
    /// The place in the first slice.
    pub first: u32,
    /// The place in the second slice.
    pub second: u32,
    /// The least rank of the passes that found the pair.
    pub rank: u8,
    /// In how many blocks the pair was found, up to [`BLOCKS_MAX`].
    pub blocks: u32,
}

impl FoundPair {
    /// The pair as a number.
    pub const fn bits(self) -> u64 {
        let blocks = if self.blocks < BLOCKS_MAX { self.blocks } else { BLOCKS_MAX };
        let accounts = (self.first as u64) << PLACE_BITS | self.second as u64;
        accounts << (RANK_BITS + BLOCKS_BITS) | (self.rank as u64) << BLOCKS_BITS | blocks as u64
    }

    /// The pair of a number.
    pub const fn from_bits(bits: u64) -> Self {
        let accounts = Self::accounts_of(bits);
        Self {
            first: (accounts >> PLACE_BITS) as u32,
            second: accounts as u32 & ((1 << PLACE_BITS) - 1),
            rank: (bits >> BLOCKS_BITS) as u8,
            blocks: bits as u32 & BLOCKS_MAX,
        }
    }

    /// What the numbers of a pair's repetitions have in common.
    const fn accounts_of(bits: u64) -> u64 {
        bits >> (RANK_BITS + BLOCKS_BITS)
    }

    /// Adds the number that follows a pair's in ascending order, if it is of the same accounts: the blocks add up, and the rank
    /// stays, which is the least. Returns whether it is.
    pub const fn join(bits: &mut u64, again: u64) -> bool {
        if Self::accounts_of(*bits) != Self::accounts_of(again) {
            return false;
        }
        let known = Self::from_bits(*bits);
        *bits = Self { blocks: known.blocks + Self::from_bits(again).blocks, ..known }.bits();
        true
    }
}

/// Parses pairs. `key` is for the error.
///
/// # Errors
/// The bytes end inside a pair.
pub fn parse<'b>(
    key: &str,
    bytes: &'b [u8],
) -> Result<impl ExactSizeIterator<Item = FoundPair> + use<'b>, FormatError> {
    let pairs = bytes.chunks_exact(PAIR_BYTES);
    if !pairs.remainder().is_empty() {
        return Err(FormatError::new(key, "it ends within a pair"));
    }
    Ok(pairs.map(|pair| FoundPair::from_bits(u64::from_le_bytes(array(pair)))))
}

/// The number of tiles of so many slices.
pub const fn tiles(slices: u32) -> u32 {
    slices * (slices + 1) / 2
}

/// The tile of two slices, of which `first` is not the greater: those with the second slice 0 come first, then 1.
pub const fn tile(first: u32, second: u32) -> u32 {
    second * (second + 1) / 2 + first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_back_in_the_order_of_their_accounts() {
        let most = (1 << 27) - 1;
        let pairs = [(0, 1, 255, 1), (0, most, 0, 3), (7, 8, 4, 2), (7, 8, 5, 1), (most, 0, 0, 1)]
            .map(|(first, second, rank, blocks)| FoundPair { first, second, rank, blocks });
        let bytes: Vec<u8> = pairs.iter().flat_map(|pair| pair.bits().to_le_bytes()).collect();
        assert_eq!(parse("k", &bytes).unwrap().collect::<Vec<_>>(), pairs);
        assert!(pairs.map(FoundPair::bits).is_sorted());
        assert_eq!(FoundPair::from_bits(FoundPair { blocks: 9, ..pairs[0] }.bits()).blocks, 3);
        assert!(parse("k", &bytes[1..]).is_err());
    }

    #[test]
    fn a_pair_that_is_found_again_is_one_pair() {
        let pair = |second, rank, blocks| FoundPair { first: 7, second, rank, blocks };
        let mut found =
            [pair(8, 9, 1), pair(8, 4, 1), pair(9, 2, 3), pair(9, 2, 1), pair(1, 0, 1)].map(FoundPair::bits);
        found.sort_unstable();
        let mut found = found.to_vec();
        found.dedup_by(|again, kept| FoundPair::join(kept, *again));
        let once = [pair(1, 0, 1), pair(8, 4, 2), pair(9, 2, 3)];
        assert_eq!(found, once.map(FoundPair::bits));
    }

    #[test]
    fn every_two_slices_have_a_tile_of_their_own() {
        let found: Vec<u32> = (0..9).flat_map(|second| (0..=second).map(move |first| tile(first, second))).collect();
        assert_eq!(found, (0..tiles(9)).collect::<Vec<_>>());
    }
}
