//! What an answer is worth.

use crate::curve::probability;
use crate::customers::half_log2;
use crate::weights::Score;

/// The score of two groups of accounts of which one pair's score is known. The more pairs of accounts there are across, the
/// more evidence they need, as where customers grow.
pub fn group_bits(bits: Score, pairs: u64) -> Score {
    bits - half_log2(pairs)
}

/// How many pairs of accounts an answer is expected to put right: the pairs that it would join or part, times the
/// probability that the version is wrong about them. Where no score says how probable that is, it is taken to be even.
pub fn gain(group_bits: Option<Score>, is_together: bool, pairs: u64) -> f64 {
    let wrong = match group_bits {
        None => 0.5,
        Some(bits) if is_together => probability(-bits),
        Some(bits) => probability(bits),
    };
    // With six decimals: so many are read back exactly.
    libm::round(wrong * pairs as f64 * 1e6) / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::BIT;

    #[test]
    fn an_answer_is_worth_what_it_puts_right() {
        assert_eq!([gain(Some(0), false, 6), gain(Some(0), true, 6), gain(None, false, 1)], [3.0, 3.0, 0.5]);
        let apart = |bits, pairs| gain(Some(bits * BIT), false, pairs);
        assert!(apart(-1, 1) < apart(0, 1) && apart(-1, 1) < apart(-1, 4));
        let together = |bits| gain(Some(bits * BIT), true, 1);
        assert!(together(3) < together(1));
        assert_eq!(together(3), apart(-3, 1));
    }

    #[test]
    fn large_groups_need_more_evidence() {
        assert_eq!(
            [group_bits(5 * BIT, 1), group_bits(5 * BIT, 4), group_bits(5 * BIT, 16)],
            [5, 4, 3].map(|bits| bits * BIT)
        );
    }
}
