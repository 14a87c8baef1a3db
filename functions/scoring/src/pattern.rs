//! The comparison levels of a pair of accounts.

/// The comparison level of a field: [`MISSING`], [`DIFFER`], nearer ones up to 7, or [`EQUAL`] plus a frequency class.
pub type Level = u8;
/// One of the two has no value. This is no evidence.
pub const MISSING: Level = 0;
/// The values are of two persons, as far as this field knows.
pub const DIFFER: Level = 1;
/// The level of a family name where given and family name are swapped.
pub const SWAPPED: Level = 6;
/// The values are equal. The frequency class of the value is added.
pub const EQUAL: Level = 8;
/// How many frequency classes there are.
pub const FREQUENCIES: usize = 16;
/// How many levels there are.
pub const LEVELS: usize = EQUAL as usize + FREQUENCIES;

/// The frequency class of a value that so many accounts have: the logarithm to base 2, cut off.
pub const fn frequency(accounts: u64) -> u8 {
    let class = if accounts == 0 { 0 } else { accounts.ilog2() };
    if class < FREQUENCIES as u32 { class as u8 } else { FREQUENCIES as u8 - 1 }
}

/// The comparison levels of a pair, five bits a field, the first field in the lowest bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern(u128);

impl Pattern {
    const BITS: usize = 5;

    /// The pattern of these bits.
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// All bits.
    pub const fn bits(self) -> u128 {
        self.0
    }

    /// How many bytes the bits of so many fields take.
    pub const fn bytes(fields: usize) -> usize {
        (fields * Self::BITS).div_ceil(8)
    }

    /// The level of a field.
    #[inline]
    pub const fn level(self, field: usize) -> Level {
        (self.0 >> (field * Self::BITS)) as u8 & 0x1f
    }

    /// The pattern with the level of a field that had none.
    #[inline]
    #[must_use]
    pub const fn with(self, field: usize, level: Level) -> Self {
        Self(self.0 | (level as u128) << (field * Self::BITS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_back() {
        let pattern = Pattern::default().with(0, 23).with(3, DIFFER).with(24, EQUAL + 15);
        assert_eq!([0, 1, 3, 24].map(|field| pattern.level(field)), [23, MISSING, DIFFER, 23]);
        assert_eq!(Pattern::from_bits(pattern.bits()), pattern);
        assert_eq!([1, 8, 12, 25].map(Pattern::bytes), [1, 5, 8, 16]);
    }

    #[test]
    fn classes_are_powers_of_two() {
        assert_eq!(
            [0, 1, 2, 3, 4, 1023, 1024, 65535, 65536, u64::MAX].map(frequency),
            [0, 0, 1, 1, 2, 9, 10, 15, 15, 15]
        );
    }
}
