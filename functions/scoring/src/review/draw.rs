//! Which compared pairs are drawn: those near the threshold, and a stratified random sample of all.
//!
//! A draw follows from how many pairs have each score. It says for each score up to which hash a pair is drawn. So each
//! tile can draw by itself, and what is drawn in all is a function of the set of accounts.

use std::collections::BTreeMap;

use onefold_graph::node::Node;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::counts::Histogram;
use crate::curve::probability;
use crate::weights::{BIT, Score, Weights};

/// The most pairs that are drawn of a stratum.
pub const SAMPLED_MAX: u64 = 100;
/// About how many pairs near the threshold are drawn.
pub const DOUBTFUL_MAX: u64 = 4_000;
/// How far below the threshold a pair is doubtful: of 256 pairs there, one is expected to be one person's at most.
const DOUBTFUL_BITS: Score = 8 * BIT;
/// No stratum begins below so many bits, unless the threshold does.
const LOWEST: Score = -10;
/// The last stratum begins at so many bits, or at the threshold.
const HIGHEST: Score = 20;
/// The share of all expected pairs of one person that may lie below the first stratum.
const LEFT_OUT: f64 = 0.001;

/// Which pairs are drawn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    /// From where on a pair is linked.
    pub threshold: Score,
    /// By ascending score, without gaps.
    pub strata: Vec<Stratum>,
    /// The pairs below the first stratum. None of them is drawn for the sample.
    pub below: Below,
    /// At least so many pairs of one person are expected not to have been compared.
    pub missed: f64,
    /// Pairs below the threshold whose score is at least this are doubtful.
    doubtful_from: Score,
    /// Of the pairs with this score, those up to this hash are doubtful too.
    doubtful_part: Option<(Score, u64)>,
}

/// The pairs whose scores are in a range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stratum {
    /// The least score of it.
    pub from: Score,
    /// The least score above it; `None` if it has no upper bound.
    pub below: Option<Score>,
    /// How many pairs it has.
    pub pairs: u64,
    /// How many of them are expected to be one person's.
    pub expected: f64,
    /// Pairs up to this hash are drawn. They are more than [`SAMPLED_MAX`]; those of the least hashes are the sample.
    hash_max: u64,
}

/// The pairs below a score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Below {
    /// How many there are.
    pub pairs: u64,
    /// How many of them are expected to be one person's.
    pub expected: f64,
}

/// How pairs of a score are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lot {
    /// The place of their stratum.
    pub stratum: Option<u32>,
    /// Up to which hash a pair is drawn for the sample.
    sampled_max: Option<u64>,
    /// Up to which hash a pair is drawn as doubtful.
    doubtful_max: Option<u64>,
}

impl Lot {
    /// Whether any pair of the score is drawn.
    pub fn draws(&self) -> bool {
        self.sampled_max.is_some() || self.doubtful_max.is_some()
    }

    /// Whether a pair with this hash is drawn for the sample.
    pub fn samples(&self, hash: u64) -> bool {
        self.sampled_max.is_some_and(|most| hash <= most)
    }

    /// Whether a pair with this hash is drawn as doubtful.
    pub fn doubts(&self, hash: u64) -> bool {
        self.doubtful_max.is_some_and(|most| hash <= most)
    }
}

/// The hash by which a pair is drawn. References are keyed hashes, so nobody can choose who is drawn.
pub fn pair_hash([left, right]: [Node; 2]) -> u64 {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&left.min(right).bits().to_le_bytes());
    bytes[16..].copy_from_slice(&left.max(right).bits().to_le_bytes());
    xxh3_64(&bytes)
}

/// How many pairs have each score.
type PairsByScore = BTreeMap<Score, u64>;

impl Draw {
    /// Draws of these pairs. `missed` are the pairs of one person that are expected not to be among them.
    pub fn new(weights: &Weights, histogram: &Histogram, threshold: Score, missed: f64) -> Self {
        let mut scored = PairsByScore::new();
        for (pattern, pairs) in histogram.iter() {
            *scored.entry(weights.pair(pattern).bits()).or_default() += pairs.iter().sum::<u64>();
        }
        let bounds = bounds(&scored, threshold);
        let ends = bounds.iter().skip(1).copied().map(Some).chain([None]);
        let strata: Vec<Stratum> =
            bounds.iter().zip(ends).map(|(from, below)| stratum(&scored, *from, below)).collect();
        let (doubtful_from, doubtful_part) = doubtful(&scored, threshold);
        let first = bounds.first().copied().unwrap_or_default();
        let below = Below {
            pairs: scored.range(..first).map(|(_, pairs)| pairs).sum(),
            expected: expected(scored.range(..first)),
        };
        Self { threshold, strata, below, missed, doubtful_from, doubtful_part }
    }

    /// How pairs of a score are drawn.
    pub fn lot(&self, bits: Score) -> Lot {
        let place = self.strata.partition_point(|stratum| stratum.from <= bits).checked_sub(1);
        let sampled_max = place.map(|place| self.strata[place].hash_max);
        let is_doubtful = (self.doubtful_from..self.threshold).contains(&bits);
        let part = self.doubtful_part.filter(|(score, _)| *score == bits).map(|(_, most)| most);
        Lot {
            stratum: place.map(|place| place as u32),
            sampled_max,
            doubtful_max: if is_doubtful { Some(u64::MAX) } else { part },
        }
    }
}

/// The lower bounds of the strata: whole bits, and the threshold.
fn bounds(scored: &PairsByScore, threshold: Score) -> Vec<Score> {
    let first = first_bit(scored, threshold);
    let mut bounds: Vec<Score> = (first..=HIGHEST).map(|bit| bit * BIT).chain([threshold]).collect();
    bounds.sort_unstable();
    bounds.dedup();
    bounds
}

/// The greatest whole bit below which few pairs of one person are expected. It is at 0 bits or lower, and below the
/// threshold.
fn first_bit(scored: &PairsByScore, threshold: Score) -> Score {
    let highest = (threshold - 1).div_euclid(BIT).min(0);
    let lowest = LOWEST.min(highest);
    let all = expected(scored.range(..));
    let leaves_few = |bit: &Score| expected(scored.range(..*bit * BIT)) <= all * LEFT_OUT;
    (lowest..=highest).rev().find(leaves_few).unwrap_or(lowest)
}

fn stratum(scored: &PairsByScore, from: Score, below: Option<Score>) -> Stratum {
    let of_stratum = || scored.range(from..below.unwrap_or(Score::MAX));
    let pairs = of_stratum().map(|(_, pairs)| pairs).sum();
    Stratum { from, below, pairs, expected: expected(of_stratum()), hash_max: hash_max(pairs) }
}

/// Up to which hash pairs are drawn so that, of so many, [`SAMPLED_MAX`] are: six standard deviations more are expected.
fn hash_max(pairs: u64) -> u64 {
    let drawn = SAMPLED_MAX + 6 * SAMPLED_MAX.isqrt();
    share(drawn, pairs)
}

/// Up to which hash `some` of `all` pairs are expected.
fn share(some: u64, all: u64) -> u64 {
    if some >= all { u64::MAX } else { ((u128::from(some) << 64) / u128::from(all)) as u64 }
}

/// From where on all pairs below the threshold are doubtful; and of which score some are, up to which hash.
fn doubtful(scored: &PairsByScore, threshold: Score) -> (Score, Option<(Score, u64)>) {
    let mut left = DOUBTFUL_MAX;
    let mut from = threshold;
    for (bits, pairs) in scored.range(threshold.saturating_sub(DOUBTFUL_BITS)..threshold).rev() {
        if *pairs > left {
            return (from, (left > 0).then(|| (*bits, share(left, *pairs))));
        }
        left -= pairs;
        from = *bits;
    }
    (from, None)
}

/// How many pairs are expected to be one person's, with six decimals: so many are read back exactly.
fn expected<'s>(scored: impl Iterator<Item = (&'s Score, &'s u64)>) -> f64 {
    let expected: f64 = scored.map(|(bits, pairs)| *pairs as f64 * probability(*bits)).sum();
    libm::round(expected * 1e6) / 1e6
}

#[cfg(test)]
mod tests;
