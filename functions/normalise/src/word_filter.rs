//! A quick way to know that a text is none of some words: a Bloom filter that is made while the program is compiled.

/// How many bits each set has.
const BITS: usize = 1 << 13;

/// A set of numbers below [`BITS`].
struct BitSet([u64; BITS / 64]);

impl BitSet {
    const EMPTY: Self = Self([0; BITS / 64]);

    const fn with(mut self, bit: usize) -> Self {
        self.0[bit / 64] |= 1 << (bit % 64);
        self
    }

    #[inline]
    fn has(&self, bit: usize) -> bool {
        self.0[bit / 64] & (1 << (bit % 64)) != 0
    }
}

/// What is known of some words. Most texts are told from them by the ends, which take no loop.
pub(super) struct WordFilter {
    /// A bit for the first byte, the last byte and the length of each word.
    outer: BitSet,
    /// The same of the bytes beside these.
    inner: BitSet,
    /// A bit for all bytes of each word.
    whole: BitSet,
}

impl WordFilter {
    /// That of no word.
    pub(super) const EMPTY: Self = Self { outer: BitSet::EMPTY, inner: BitSet::EMPTY, whole: BitSet::EMPTY };

    /// The same with a word that is not empty.
    pub(super) const fn with(self, word: &[u8]) -> Self {
        let Self { outer, inner, whole } = self;
        Self {
            outer: outer.with(outer_bit(word)),
            inner: inner.with(inner_bit(word)),
            whole: whole.with(whole_bit(word)),
        }
    }

    /// That of the words that the lines of a table begin with, each with a tab behind it.
    pub(super) const fn of_table(table: &[u8]) -> Self {
        let mut filter = Self::EMPTY;
        let mut rest = table;
        while !rest.is_empty() {
            let mut length = 0;
            while rest[length] != b'\t' {
                length += 1;
            }
            filter = filter.with(rest.split_at(length).0);
            while let Some((first, behind)) = rest.split_first() {
                rest = behind;
                if *first == b'\n' {
                    break;
                }
            }
        }
        filter
    }

    /// Whether a text that is not empty may be one of the words, in any letter case and with any mark between words. Few
    /// others may.
    #[inline]
    pub(super) fn may_have(&self, text: &[u8]) -> bool {
        self.outer.has(outer_bit(text)) && self.inner.has(inner_bit(text)) && self.may_have_whole(text)
    }

    fn may_have_whole(&self, text: &[u8]) -> bool {
        self.whole.has(whole_bit(text))
    }
}

#[inline]
const fn outer_bit(text: &[u8]) -> usize {
    end_bit(text[0], text[text.len() - 1], text.len())
}

#[inline]
const fn inner_bit(text: &[u8]) -> usize {
    match text {
        [_, second, .., last_but_one, _] => end_bit(*second, *last_but_one, text.len()),
        _ => outer_bit(text),
    }
}

/// A number for two bytes and a length that tells most of those of words apart.
#[inline]
const fn end_bit(one: u8, other: u8, length: usize) -> usize {
    ((FOLDED[one as usize] as usize) << 5 ^ FOLDED[other as usize] as usize ^ length << 8) % BITS
}

/// A number for all bytes: FNV-1a, of which the higher bits are taken.
const fn whole_bit(text: &[u8]) -> usize {
    let mut hash: u32 = 0x811c_9dc5;
    let mut place = 0;
    while place < text.len() {
        hash = (hash ^ FOLDED[text[place] as usize] as u32).wrapping_mul(0x0100_0193);
        place += 1;
    }
    (hash >> (u32::BITS - BITS.trailing_zeros())) as usize
}

/// Each byte in any letter case, and as any mark between words.
const FOLDED: [u8; 256] = {
    let mut folded = [0x80; 256];
    let mut byte = 0;
    while byte < 0x80 {
        folded[byte] = byte as u8 | 0x20;
        byte += 1;
    }
    folded[b'_' as usize] = b' ';
    folded[b'-' as usize] = b' ';
    folded
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_table_may_be_of_it() {
        let filter = WordFilter::of_table(b"ave\tx\tavenue\nst\ty\n");
        assert!(["ave", "st", "ST"].iter().all(|word| filter.may_have(word.as_bytes())));
        assert!(["x", "y", "avenue", "main"].iter().all(|word| !filter.may_have(word.as_bytes())));
    }

    #[test]
    fn words_may_be_of_them_in_any_spelling_and_few_others_may() {
        let filter = WordFilter::EMPTY.with(b"n/a").with(b"not available").with(b"x");
        for text in ["n/a", "N/A", "not_available", "Not-Available", "x", "X"] {
            assert!(filter.may_have(text.as_bytes()), "{text}");
        }
        for text in ["a", "n/b", "nba", "anna", "not availably", "nut available", "not availabbe", "not avaulable"] {
            assert!(!filter.may_have(text.as_bytes()), "{text}");
        }
    }
}
