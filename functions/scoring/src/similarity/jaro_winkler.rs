//! Jaro's similarity with Winkler's bonus for a shared beginning.
//!
//! W. E. Winkler, "String Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model of Record Linkage" (1990).
//! Half a transposition counts, and the bonus has no threshold.

use super::{Places, Text};

/// The most bytes of a shared beginning that count.
const PREFIX_MAX: usize = 4;

/// The similarity of two texts, as an exact fraction.
#[derive(Clone, Copy, Debug)]
pub struct JaroWinkler {
    /// How far it is from 1, as a fraction: this one, …
    distance: u32,
    /// … of this.
    whole: u32,
}

impl JaroWinkler {
    /// The similarity of two texts. It is 0 if one is empty.
    pub fn of(a: Text<'_>, b: Text<'_>) -> Self {
        let (matches, transpositions) = matches(a.bytes, b.bytes);
        Self::from_counts(a, b, matches, transpositions)
    }

    /// Whether the similarity is so many hundredths or more.
    pub const fn is_at_least(self, hundredths: u32) -> bool {
        self.distance * 100 <= (100 - hundredths) * self.whole
    }

    /// The similarity if it is so many hundredths or more. A quick bound decides most texts.
    pub fn at_least(hundredths: u32, a: Text<'_>, b: Text<'_>) -> Option<Self> {
        let common = (a.bytes.len().saturating_sub(a.missing_in(b))).min(b.bytes.len().saturating_sub(b.missing_in(a)));
        if !Self::from_counts(a, b, common as u32, 0).is_at_least(hundredths) {
            return None;
        }
        Some(Self::of(a, b)).filter(|similarity| similarity.is_at_least(hundredths))
    }

    /// 1 − (m/|a| + m/|b| + (m − t/2)/m)/3, less Winkler's bonus, over the common denominator. Neither number is over 10⁹.
    fn from_counts(a: Text<'_>, b: Text<'_>, matches: u32, transpositions: u32) -> Self {
        if matches == 0 {
            return Self { distance: 10, whole: 10 };
        }
        let (length_a, length_b) = (a.bytes.len() as u32, b.bytes.len() as u32);
        let whole = 6 * length_a * length_b * matches;
        let similarity =
            2 * matches * matches * (length_a + length_b) + (2 * matches - transpositions) * length_a * length_b;
        let tenths = 10 - shared_beginning(a.bytes, b.bytes);
        Self { distance: (whole - similarity) * tenths, whole: whole * 10 }
    }

    #[cfg(test)]
    pub(super) fn value(self) -> f64 {
        1.0 - f64::from(self.distance) / f64::from(self.whole)
    }
}

fn shared_beginning(a: &[u8], b: &[u8]) -> u32 {
    a.iter().zip(b).take(PREFIX_MAX).take_while(|(a, b)| a == b).count() as u32
}

/// How many bytes match within the window, and how many of them stand in another order.
///
/// For each byte of `b` in turn, the first place of `a` within the window that has it and is free. Both texts give the
/// same pairs whichever is taken first: a byte's places are ascending in both.
fn matches(a: &[u8], b: &[u8]) -> (u32, u32) {
    let places = Places::of(a);
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut window = (2_u64 << reach) - 1;
    let (mut taken_a, mut taken_b) = (0_u64, 0_u64);
    for (place, byte) in b.iter().enumerate() {
        let free = places.get(*byte) & window & !taken_a;
        taken_a |= free & free.wrapping_neg();
        taken_b |= u64::from(free != 0) << place;
        window = window << 1 | u64::from(place < reach);
    }
    (taken_a.count_ones(), transpositions(&places, b, taken_a, taken_b))
}

/// How many of the bytes that were taken differ from the one of the same rank.
fn transpositions(places: &Places, b: &[u8], mut taken_a: u64, mut taken_b: u64) -> u32 {
    let mut transpositions = 0;
    while taken_b != 0 {
        let next_a = taken_a & taken_a.wrapping_neg();
        let byte = b[taken_b.trailing_zeros() as usize];
        transpositions += u32::from(places.get(byte) & next_a == 0);
        taken_a ^= next_a;
        taken_b &= taken_b - 1;
    }
    transpositions
}

#[cfg(test)]
pub(super) fn transpositions_of(a: &[u8], b: &[u8]) -> u32 {
    matches(a, b).1
}
