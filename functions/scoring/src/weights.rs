//! A model as integers: match weights in 1/1024 bit. They add up exactly, so a score is the same on every machine.

use std::sync::LazyLock;

use crate::counts::{Counts, FieldCounts};
use crate::model::{FieldModel, Model};
use crate::train::{differing, frequencies};
use crate::{DIFFER, EQUAL, FREQUENCIES, LEVELS, Level, Pattern};

/// 1024ths of a bit.
pub type Score = i64;
/// One bit.
pub const BIT: Score = 1024;

/// The match weights of a model for a run's own counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Before any field is compared: one person rather than strangers.
    pub strangers_prior: Score,
    /// Before any field is compared: one person rather than relatives.
    pub relatives_prior: Score,
    /// By field, in the order of a pattern.
    pub fields: Vec<FieldWeights>,
}

/// The match weights of a field by level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldWeights {
    /// One person rather than strangers.
    pub strangers: [Score; LEVELS],
    /// One person rather than relatives.
    pub relatives: [Score; LEVELS],
}

/// How much speaks for one person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PairScore {
    /// Rather than strangers.
    pub strangers: Score,
    /// Rather than relatives.
    pub relatives: Score,
}

impl Weights {
    /// The weights of a model for the accounts of a run. What depends on how many accounts there are and how many have
    /// each value is taken from the run's own counts, all else from the model.
    pub fn new(model: &Model, counts: &Counts) -> Self {
        let accounts = counts.accounts as f64;
        let (matches, relatives) = (model.matches_per_account * accounts, model.relatives_per_account * accounts);
        let strangers = (accounts * (accounts - 1.0) / 2.0 - matches - relatives).max(1.0);
        Self {
            strangers_prior: log_odds(matches, strangers),
            relatives_prior: log_odds(matches, relatives),
            fields: model
                .fields
                .iter()
                .zip(&counts.fields)
                .map(|(field, counts)| FieldWeights::new(field, counts))
                .collect(),
        }
    }

    /// The score of a pair of accounts.
    pub fn pair(&self, pattern: Pattern) -> PairScore {
        let mut score = PairScore { strangers: self.strangers_prior, relatives: self.relatives_prior };
        for (place, field) in self.fields.iter().enumerate() {
            let level: Level = pattern.level(place);
            score.strangers += field.strangers[usize::from(level)];
            score.relatives += field.relatives[usize::from(level)];
        }
        score
    }
}

impl FieldWeights {
    fn new(field: &FieldModel, counts: &FieldCounts) -> Self {
        let mut weights = Self { strangers: [0; LEVELS], relatives: [0; LEVELS] };
        let Some(FieldProbabilities { m, u, r, .. }) = FieldProbabilities::new(field, counts) else { return weights };
        for level in usize::from(DIFFER)..LEVELS {
            // What cannot be, says nothing.
            weights.strangers[level] = log_odds(m[level], u[level]);
            weights.relatives[level] = log_odds(m[level], r[level]);
        }
        weights
    }
}

/// The probabilities of a field's levels among pairs that both have a value. Those of equal values are by frequency class; a
/// class that no pair has is like the nearest one.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldProbabilities {
    /// Among pairs of one person.
    pub m: [f64; LEVELS],
    /// Among strangers.
    pub u: [f64; LEVELS],
    /// Among relatives.
    pub r: [f64; LEVELS],
    /// Of equal values, whatever their frequency: m, u and r.
    pub equal: [f64; 3],
}

impl FieldProbabilities {
    /// Those of a model for a run's own counts. `None` if all have one value, or hardly any has one: the field then tells
    /// nobody apart.
    pub fn new(field: &FieldModel, counts: &FieldCounts) -> Option<Self> {
        let differing = differing(counts);
        if differing == 0.0 {
            return None;
        }
        let left = left_to_strangers(field, counts);
        let all = left.iter().sum::<f64>() + differing;
        // Relatives are as strangers where nothing else is known of them.
        let like_strangers = |u: f64| (1.0 - field.equal_relatives) * u;
        let u = left.iter().sum::<f64>() / all;
        let equal = [field.m[7], u, field.r.map_or(like_strangers(u) + field.equal_relatives, |r| r[7])];
        let mut of = Self { m: [0.0; LEVELS], u: [0.0; LEVELS], r: [0.0; LEVELS], equal };
        for level in usize::from(DIFFER)..usize::from(EQUAL) {
            let u = field.u[level - 1] * differing / all;
            let r = field.r.map_or(like_strangers(u), |r| r[level - 1]);
            (of.m[level], of.u[level], of.r[level]) = (field.m[level - 1], u, r);
        }
        let frequencies = frequencies(counts);
        for class in 0..FREQUENCIES {
            let nearest = nearest(&counts.equal_pairs, class);
            let (share, u) = (frequencies[nearest], left[nearest] / all);
            let r = field.r.map_or(like_strangers(u) + field.equal_relatives * share, |r| r[7] * share);
            let level = usize::from(EQUAL) + class;
            (of.m[level], of.u[level], of.r[level]) = (field.m[7] * share, u, r);
        }
        Some(of)
    }
}

/// How many pairs of equal values are not one person's, by frequency class.
fn left_to_strangers(field: &FieldModel, counts: &FieldCounts) -> [f64; FREQUENCIES] {
    std::array::from_fn(|class| counts.equal_pairs[class] as f64 * field.equal_strangers[class])
}

/// The frequency class, or the nearest one below that has pairs, or else above.
fn nearest(pairs: &[u128; FREQUENCIES], class: usize) -> usize {
    let has_pairs = |class: &usize| pairs[*class] > 0;
    (0..=class).rev().find(has_pairs).or_else(|| (class..FREQUENCIES).find(has_pairs)).unwrap_or(class)
}

/// The logarithm of the odds in 1024ths of a bit, rounded. None where one of the two cannot be.
fn log_odds(one: f64, other: f64) -> Score {
    if one <= 0.0 || other <= 0.0 {
        return 0;
    }
    let bits = libm::log2(one) - libm::log2(other);
    libm::round(bits * BIT as f64) as Score
}

/// A score in bits, with three digits behind the point.
pub fn in_bits(score: Score) -> f64 {
    libm::round(score as f64 * 1000.0 / BIT as f64) / 1000.0
}

impl PairScore {
    /// The logarithm to base 2 of the odds that both are one person's: −log2(2^−strangers + 2^−relatives).
    pub fn bits(self) -> Score {
        let (least, most) = (self.strangers.min(self.relatives), self.strangers.max(self.relatives));
        least - log2_of_one_plus(least - most)
    }
}

/// log2(1 + 2^x) for x ≤ 0, in 1024ths of a bit and rounded.
fn log2_of_one_plus(x: Score) -> Score {
    // Beyond the table, the result is less than half a 1024th.
    TABLE.get(x.unsigned_abs() as usize).map_or(0, |bits| Score::from(*bits))
}

/// By −x in 1024ths of a bit.
static TABLE: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let bit = BIT as f64;
    let of = |x: u16| libm::round(bit * libm::log2(1.0 + libm::exp2(-f64::from(x) / bit))) as u16;
    (0..12 * BIT as u16).map(of).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_that_of_the_formula() {
        assert_eq!(TABLE[0], 1024);
        assert_eq!(
            [2, 512, 1024, 2048, 5 * 1024, 11 * 1024].map(|x| log2_of_one_plus(-x)),
            [1023, 790, 599, 330, 45, 1]
        );
        assert_eq!([log2_of_one_plus(-12 * BIT), log2_of_one_plus(Score::MIN), TABLE[TABLE.len() - 1].into()], [0; 3]);
        assert!(TABLE.is_sorted_by(|a, b| a >= b));
        let bytes: Vec<u8> = TABLE.iter().flat_map(|bits| bits.to_le_bytes()).collect();
        // Any other machine must give these bits.
        assert_eq!(xxhash_rust::xxh3::xxh3_64(&bytes), 17_262_682_947_616_786_966);
    }

    #[test]
    fn the_nearer_class_counts() {
        let bits = |strangers: Score, relatives: Score| {
            PairScore { strangers: strangers * BIT, relatives: relatives * BIT }.bits()
        };
        assert_eq!([bits(5, 5), bits(5, 40), bits(40, 5), bits(-3, -3)], [4 * BIT, 5 * BIT, 5 * BIT, -4 * BIT]);
        assert_eq!(bits(2, 3), bits(3, 2));
    }

    #[test]
    fn odds_are_rounded_to_1024ths_of_a_bit() {
        assert_eq!([log_odds(8.0, 1.0), log_odds(1.0, 8.0), log_odds(0.5, 0.5)], [3 * BIT, -3 * BIT, 0]);
        assert_eq!([log_odds(3.0, 1.0), log_odds(1.0, 3.0)], [1623, -1623]);
        assert_eq!([log_odds(0.0, 0.5), log_odds(0.5, 0.0)], [0, 0]);
    }
}
