//! A model as integers: match weights in 1/1024 bit. They add up exactly, so a score is the same on every machine.

use crate::{LEVELS, Level, Pattern};

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

impl PairScore {
    /// The logarithm to base 2 of the odds that both are one person's: −log2(2^−strangers + 2^−relatives).
    pub fn bits(self) -> Score {
        let (least, most) = (self.strangers.min(self.relatives), self.strangers.max(self.relatives));
        least - crate::weights::log2_of_one_plus(least - most)
    }
}

/// log2(1 + 2^x) for x ≤ 0, in 1024ths of a bit and rounded.
fn log2_of_one_plus(x: Score) -> Score {
    // Beyond this, the result is less than half a 1024th.
    if x <= -11 * BIT {
        return 0;
    }
    TABLE[(-x) as usize]
}

/// By −x in 1024ths of a bit.
static TABLE: [Score; 11 * BIT as usize] = [0; 11 * BIT as usize];
