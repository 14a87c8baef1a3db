//! A quick way to know that a text is none of some words, by its ends and its length: a Bloom filter that is made while
//! the program is compiled.

/// How many bits each set has.
const BITS: usize = 1 << 13;

/// What stands at both ends of some words, and how long they are.
pub(super) struct WordEnds {
    /// A bit for the first byte, the last byte and the length of each word.
    outer: [u64; BITS / 64],
    /// The same of the bytes beside these.
    inner: [u64; BITS / 64],
}

impl WordEnds {
    /// Those of no word.
    pub(super) const NONE: Self = Self { outer: [0; BITS / 64], inner: [0; BITS / 64] };

    /// These, and those of a word that is not empty.
    pub(super) const fn with(mut self, word: &[u8]) -> Self {
        let (outer, inner) = (outer_bit(word), inner_bit(word));
        self.outer[outer / 64] |= 1 << (outer % 64);
        self.inner[inner / 64] |= 1 << (inner % 64);
        self
    }

    /// Those of the words that the lines of a table begin with, each with a tab behind it.
    pub(super) const fn of_table(table: &[u8]) -> Self {
        let mut ends = Self::NONE;
        let mut rest = table;
        while !rest.is_empty() {
            let mut length = 0;
            while rest[length] != b'\t' {
                length += 1;
            }
            ends = ends.with(rest.split_at(length).0);
            while let Some((first, behind)) = rest.split_first() {
                rest = behind;
                if *first == b'\n' {
                    break;
                }
            }
        }
        ends
    }

    /// Whether a text that is not empty may be one of the words, in any letter case and with any mark between words. Few
    /// others may.
    #[inline]
    pub(super) fn may_be_of(&self, text: &[u8]) -> bool {
        let has = |bits: &[u64; BITS / 64], bit: usize| bits[bit / 64] & (1 << (bit % 64)) != 0;
        has(&self.outer, outer_bit(text)) && has(&self.inner, inner_bit(text))
    }
}

#[inline]
const fn outer_bit(text: &[u8]) -> usize {
    bit(text[0], text[text.len() - 1], text.len())
}

#[inline]
const fn inner_bit(text: &[u8]) -> usize {
    match text {
        [_, second, .., last_but_one, _] => bit(*second, *last_but_one, text.len()),
        _ => outer_bit(text),
    }
}

/// A number for two bytes and a length that tells most of those of words apart.
#[inline]
const fn bit(one: u8, other: u8, length: usize) -> usize {
    ((FOLDED[one as usize] as usize) << 5 ^ FOLDED[other as usize] as usize ^ length << 8) % BITS
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
        let ends = WordEnds::of_table(b"ave\tx\tavenue\nst\ty\n");
        assert!(["ave", "st", "ST"].iter().all(|word| ends.may_be_of(word.as_bytes())));
        assert!(["x", "y", "avenue", "main"].iter().all(|word| !ends.may_be_of(word.as_bytes())));
    }

    #[test]
    fn words_may_be_of_them_in_any_spelling_and_few_others_may() {
        let ends = WordEnds::NONE.with(b"n/a").with(b"not available").with(b"x");
        for text in ["n/a", "N/A", "not_available", "Not-Available", "x", "X"] {
            assert!(ends.may_be_of(text.as_bytes()), "{text}");
        }
        for text in ["a", "n/b", "anna", "not availably", "nut available", "not availabbe"] {
            assert!(!ends.may_be_of(text.as_bytes()), "{text}");
        }
    }
}
