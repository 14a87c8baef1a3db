//! What is expected of the links at each threshold.

use serde::{Deserialize, Serialize};

use crate::counts::Histogram;
use crate::weights::{BIT, Score, Weights};

/// The thresholds of a curve: from −10 to 40 bits, four a bit.
const FROM: Score = -10 * BIT;
const TO: Score = 40 * BIT;
const STEP: Score = BIT / 4;
/// How much greater the expected precision must be than the one that is asked for: the two were seen to differ by as much.
const PRECISION_MARGIN: f64 = 0.005;

/// Expected precision and recall by threshold.
///
/// Precision is the expected share of right ones among the links. Recall is the expected share of found ones among all pairs
/// of one person, with those that blocking missed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// Expected pairs of one person among the candidates.
    pub found: f64,
    /// At least so many pairs of one person are expected to be no candidates, see [`missed`].
    pub missed: f64,
    /// By ascending threshold.
    pub points: Vec<Point>,
}

/// What is expected at a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// In 1024ths of a bit.
    pub threshold: Score,
    /// Pairs that score at least as much.
    pub links: u64,
    /// The expected share of right ones among them; 1 if there is none.
    pub precision: f64,
    /// The expected share of them among all pairs of one person.
    pub recall: f64,
}

impl Curve {
    /// What is expected of these candidates. A run that takes a model does without some passes, so how many passes found a pair
    /// tells less: the share that blocking missed is then that of the run `before`, in which the model was learnt.
    pub fn new(weights: &Weights, histogram: &Histogram, before: Option<&Self>) -> Self {
        let mut scored: Vec<Scored> =
            histogram.iter().map(|(pattern, pairs)| Scored::new(weights.pair(pattern).bits(), pairs)).collect();
        // Sums of fractions depend on their order. That of patterns stays for equal scores.
        scored.sort_by_key(|pattern| std::cmp::Reverse(pattern.bits));
        let by_passes = [0, 1].map(|passes| scored.iter().map(|pattern| pattern.right[passes]).sum());
        let found: f64 = scored.iter().map(Scored::right).sum();
        let missed = match before {
            Some(before) => before.missed / before.found.max(1.0) * found,
            None => missed(by_passes[0], by_passes[1]),
        };
        Self { found: rounded(found), missed: rounded(missed), points: points(&scored, found + missed) }
    }

    /// The least threshold at which the links are expected to be right as often as is asked for, with a margin.
    pub fn threshold(&self, precision_min: f64) -> Score {
        // Near 1, half of what may be wrong is the margin.
        let asked_for = (precision_min + PRECISION_MARGIN).min(f64::midpoint(1.0, precision_min));
        let is_enough = |point: &&Point| point.precision >= asked_for;
        self.points.iter().find(is_enough).map_or(TO, |point| point.threshold)
    }

    /// What is expected at the nearest threshold of the curve that is not greater.
    pub fn at(&self, threshold: Score) -> Option<Point> {
        self.points.iter().rev().find(|point| point.threshold <= threshold).copied()
    }
}

/// A pattern with its score.
struct Scored {
    bits: Score,
    pairs: u64,
    /// Expected pairs of one person, by how many passes found them.
    right: [f64; 3],
}

impl Scored {
    fn new(bits: Score, by_passes: [u64; 3]) -> Self {
        let probability = probability(bits);
        Self { bits, pairs: by_passes.iter().sum(), right: by_passes.map(|pairs| pairs as f64 * probability) }
    }

    fn right(&self) -> f64 {
        self.right.iter().sum()
    }
}

/// The probability that a pair of such a score is one person's.
pub fn probability(bits: Score) -> f64 {
    1.0 / (1.0 + libm::exp2(-(bits as f64) / BIT as f64))
}

fn points(scored: &[Scored], all: f64) -> Vec<Point> {
    let mut points = Vec::new();
    let (mut links, mut right) = (0, 0.0);
    let mut rest = scored.iter().peekable();
    for threshold in (FROM..=TO).rev().step_by(STEP as usize) {
        while let Some(pattern) = rest.next_if(|pattern| pattern.bits >= threshold) {
            links += pattern.pairs;
            right += pattern.right();
        }
        let share = |of: f64| if of > 0.0 { rounded(right / of) } else { 1.0 };
        points.push(Point { threshold, links, precision: share(links as f64), recall: share(all) });
    }
    points.reverse();
    points
}

/// The least number of pairs that no pass found: Chao's lower bound ("Nonparametric Estimation of the Number of Classes in a
/// Population", 1984), in the form that corrects its bias, from those that one pass and that two passes found.
pub fn missed(by_one: f64, by_two: f64) -> f64 {
    by_one * (by_one - 1.0).max(0.0) / (2.0 * (by_two + 1.0))
}

/// With six decimals: so many are read back exactly.
fn rounded(number: f64) -> f64 {
    libm::round(number * 1e6) / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::FieldWeights;
    use crate::{EQUAL, LEVELS, Pattern};

    /// One field that says what each class of equal values weighs, in bits.
    fn curve(patterns: &[(Score, [u64; 3])]) -> Curve {
        let mut strangers = [0; LEVELS];
        let mut histogram = Histogram::default();
        for (class, (bits, by_passes)) in (0..).zip(patterns) {
            strangers[usize::from(EQUAL + class)] = bits * BIT;
            for (passes, pairs) in (1..).zip(by_passes) {
                histogram.add(Pattern::default().with(0, EQUAL + class), passes, *pairs);
            }
        }
        let fields = vec![FieldWeights { strangers, relatives: [0; LEVELS] }];
        Curve::new(&Weights { strangers_prior: 0, relatives_prior: 100 * BIT, fields }, &histogram, None)
    }

    #[test]
    fn precision_and_recall_are_expected_shares() {
        let curve = curve(&[(20, [0, 0, 90]), (0, [0, 0, 20]), (-20, [0, 0, 1_000])]);
        let even = curve.at(0).unwrap();
        assert_eq!((even.links, curve.missed), (110, 0.0));
        assert!((even.precision - 100.0 / 110.0).abs() < 1e-4 && (even.recall - 1.0).abs() < 1e-4, "{even:?}");
        let above = curve.at(BIT / 4).unwrap();
        assert_eq!(above.links, 90);
        assert!((above.precision - 1.0).abs() < 1e-4 && (above.recall - 0.9).abs() < 1e-4, "{above:?}");
        assert_eq!(curve.at(TO).unwrap(), Point { threshold: TO, links: 0, precision: 1.0, recall: 0.0 });
        assert_eq!(curve.at(BIT / 4 + 200), Some(above));
    }

    #[test]
    fn precision_rises_with_the_threshold_and_recall_falls() {
        let curve = curve(&[(9, [3, 40, 5]), (5, [7, 9, 2]), (2, [50, 4, 0]), (-1, [90, 3, 1]), (-4, [900, 0, 0])]);
        assert!(curve.points.is_sorted_by(|a, b| a.precision <= b.precision && a.recall >= b.recall), "{curve:?}");
        assert!(curve.missed > 0.0 && curve.points[0].recall < 1.0);
    }

    #[test]
    fn a_model_that_is_used_again_keeps_the_share_that_was_missed() {
        let weights = Weights { strangers_prior: 20 * BIT, relatives_prior: 100 * BIT, fields: Vec::new() };
        let mut histogram = Histogram::default();
        histogram.add(Pattern::default(), 1, 200);
        let before = Curve { found: 1_000.0, missed: 50.0, points: Vec::new() };
        let curve = Curve::new(&weights, &histogram, Some(&before));
        assert!(
            (curve.missed - 10.0).abs() < 0.01 && (curve.points[0].recall - 200.0 / 210.0).abs() < 1e-4,
            "{curve:?}"
        );
    }

    #[test]
    fn the_least_threshold_that_is_precise_enough_is_taken() {
        let curve = curve(&[(12, [0, 0, 900]), (3, [0, 0, 90]), (-1, [0, 0, 300])]);
        assert_eq!(curve.threshold(0.5), FROM);
        assert_eq!(curve.threshold(0.9), -BIT + STEP);
        assert_eq!(curve.threshold(0.999), 3 * BIT + STEP);
        assert_eq!(curve.threshold(1.0), 12 * BIT + STEP);
    }

    #[test]
    fn what_blocking_missed_is_a_lower_bound() {
        assert_eq!([missed(0.0, 10.0), missed(1.0, 0.0), missed(11.0, 0.0), missed(11.0, 54.0)], [0.0, 0.0, 55.0, 1.0]);
    }
}
