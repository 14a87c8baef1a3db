//! Pairs of accounts that are worth comparing: frames of a shuffle object, one reader a tile.
//!
//! A tile has the pairs of a slice with another, or with itself. A pair has 8 bytes, little-endian: in how many blocks it
//! was found (2 bits), the place of the account in the tile's second slice (30 bits), and that in the first (32 bits). So
//! pairs sort as numbers by their accounts.

use crate::compress::FormatError;
use crate::data::links::array;

/// Bytes of a pair.
pub const PAIR_BYTES: usize = 8;
/// The most accounts of a slice.
pub const SLICE_ROWS_MAX: u64 = 1 << 30;
/// The most blocks that are told of a pair: so many or more.
pub const BLOCKS_MAX: u32 = 3;

/// A pair of accounts by their places in the two slices of a tile. In a tile of one slice, `first` is less than `second`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundPair {
    /// The place in the first slice.
    pub first: u32,
    /// The place in the second slice.
    pub second: u32,
    /// In how many blocks the pair was found, up to [`BLOCKS_MAX`].
    pub blocks: u32,
}

impl FoundPair {
    /// The pair as a number.
    pub const fn bits(self) -> u64 {
        let blocks = if self.blocks < BLOCKS_MAX { self.blocks } else { BLOCKS_MAX };
        (self.first as u64) << 32 | (self.second as u64) << 2 | blocks as u64
    }

    /// The pair of a number.
    pub const fn from_bits(bits: u64) -> Self {
        Self { first: (bits >> 32) as u32, second: bits as u32 >> 2, blocks: bits as u32 & 3 }
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
        let pairs = [(0, 1, 1), (0, (1 << 30) - 1, 3), (7, 8, 2), (u32::MAX, 0, 1)]
            .map(|(first, second, blocks)| FoundPair { first, second, blocks });
        let bytes: Vec<u8> = pairs.iter().flat_map(|pair| pair.bits().to_le_bytes()).collect();
        assert_eq!(parse("k", &bytes).unwrap().collect::<Vec<_>>(), pairs);
        assert!(pairs.map(FoundPair::bits).is_sorted());
        assert_eq!(FoundPair::from_bits(FoundPair { blocks: 9, ..pairs[0] }.bits()).blocks, 3);
        assert!(parse("k", &bytes[1..]).is_err());
    }

    #[test]
    fn every_two_slices_have_a_tile_of_their_own() {
        let found: Vec<u32> = (0..9).flat_map(|second| (0..=second).map(move |first| tile(first, second))).collect();
        assert_eq!(found, (0..tiles(9)).collect::<Vec<_>>());
    }
}
