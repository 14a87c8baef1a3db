//! What a field says of two groups of accounts.

use crate::weights::{FieldWeights, Score};
use crate::{Level, MISSING};

/// What a field says of two groups, over the pairs of accounts across that know it. It adds up in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Evidence {
    /// Of the best pair, or the sum of all.
    strangers: Score,
    relatives: Score,
    /// How many pairs these are: 1 if it is the best pair's. 0 if no pair knows the field.
    pairs: u32,
}

impl Evidence {
    /// What a field says of two accounts.
    pub(super) fn of(level: Level, weights: &FieldWeights) -> Self {
        if level == MISSING {
            return Self::default();
        }
        let level = usize::from(level);
        Self { strangers: weights.strangers[level], relatives: weights.relatives[level], pairs: 1 }
    }

    /// Adds what the field says of other pairs: of the two, the better one stays, or both count.
    pub(super) fn add(&mut self, other: Self, has_many_values: bool) {
        if self.pairs == 0 || other.pairs == 0 {
            *self = if self.pairs == 0 { other } else { *self };
        } else if !has_many_values {
            self.strangers += other.strangers;
            self.relatives += other.relatives;
            self.pairs += other.pairs;
        } else if (self.strangers, self.relatives) < (other.strangers, other.relatives) {
            *self = other;
        }
    }

    /// One person rather than strangers: the mean of the pairs.
    pub(super) fn strangers(self) -> Score {
        mean(self.strangers, self.pairs)
    }

    /// One person rather than relatives: the mean of the pairs.
    pub(super) fn relatives(self) -> Score {
        mean(self.relatives, self.pairs)
    }
}

/// Rounded to the nearest, halves up; 0 of nothing.
fn mean(sum: Score, of: u32) -> Score {
    let of = Score::from(of);
    if of < 2 { sum } else { (2 * sum + of).div_euclid(2 * of) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(strangers: Score, relatives: Score) -> Evidence {
        Evidence { strangers, relatives, pairs: 1 }
    }

    #[test]
    fn the_best_pair_speaks_or_the_mean() {
        let added = |has_many_values| {
            let mut sum = Evidence::default();
            for one in [known(-4, 9), Evidence::default(), known(3, 1), known(3, 2)] {
                sum.add(one, has_many_values);
            }
            (sum.strangers(), sum.relatives())
        };
        assert_eq!(added(true), (3, 2));
        assert_eq!(added(false), (1, 4));
    }

    #[test]
    fn halves_are_rounded_up() {
        assert_eq!([mean(3, 2), mean(-3, 2), mean(-4, 3), mean(-5, 3), mean(0, 0)], [2, -1, -1, -2, 0]);
    }
}
