//! Measured precision and recall of the links: what people answered about a stratified sample of scored pairs.
//!
//! The pairs of a stratum have about one score. Within it they are drawn at random, so an answer stands for
//! `pairs / answers` pairs of its stratum (Horvitz and Thompson, "A Generalization of Sampling Without Replacement From a
//! Finite Universe", 1952). Two sums are estimated: the links that are wrong, and the pairs of one person that are not linked.
//!
//! Few answers are wrong links, or missed pairs, and often none is. So the 95 % limits of a sum are those of Fay and Feuer
//! ("Confidence Intervals for Directly Standardized Rates: A Method Based on the Gamma Distribution", 1997): they hold with
//! small counts, and without any case the upper limit is that of 3.7 cases of the greatest weight. Recall is a ratio of two
//! such sums, whose limits are put together by Zou and Donner's MOVER ("Construction of Confidence Limits About Effect
//! Measures", 2008). All of it is sums, products and square roots, so any machine gives the same bits.

mod asking;
mod count;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use asking::{AskedStratum, asking_order};
use count::{Count, Group};

/// The pairs of a stratum, and the answers about those that were drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stratum {
    /// All its pairs.
    pub pairs: u64,
    /// Whether they are links: they score at least the threshold.
    pub is_linked: bool,
    /// Drawn pairs that are one person's.
    pub same: u64,
    /// Drawn pairs that are not.
    pub different: u64,
}

/// An estimated share with its 95 % limits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The share.
    pub value: f64,
    /// The lower limit.
    pub low: f64,
    /// The upper limit.
    pub high: f64,
    /// About so many more answers halve the interval, if they are spread over the strata like those that there are. 0 if all is
    /// known.
    pub answers_to_halve: u64,
}

/// What was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Measured {
    /// The share of right ones among the links. None without an answer about a link.
    pub precision: Option<Estimate>,
    /// The share of linked ones among the pairs of one person, of those in the strata. None without answers on both sides of
    /// the threshold.
    pub recall: Option<Estimate>,
}

/// What the answers say. `strata` are by ascending score, without gaps.
///
/// A stratum without answers counts as one with its neighbour towards the threshold, where more answers are wrong links, or
/// missed pairs.
pub fn measured(strata: &[Stratum]) -> Measured {
    let Some(sides) = Sides::new(strata) else { return Measured::default() };
    Measured { precision: estimate(&sides, Sides::precision), recall: estimate(&sides, Sides::recall) }
}

/// The groups of pairs on both sides of the threshold. The cases of links are wrong ones, those of other pairs missed ones.
#[derive(Clone, Debug)]
struct Sides {
    linked: Vec<Group>,
    others: Vec<Group>,
}

impl Sides {
    /// None without an answer about a link.
    fn new(strata: &[Stratum]) -> Option<Self> {
        let linked = count::groups(strata.iter().filter(|stratum| stratum.is_linked));
        let others = count::groups(strata.iter().rev().filter(|stratum| !stratum.is_linked));
        (!linked.is_empty()).then_some(Self { linked, others })
    }

    fn precision(&self) -> Option<[f64; 3]> {
        let links: f64 = self.linked.iter().map(|group| group.pairs).sum();
        let wrong = Count::of(&self.linked);
        Some([wrong.value, wrong.high, wrong.low].map(|wrong| 1.0 - wrong / links))
    }

    fn recall(&self) -> Option<[f64; 3]> {
        let links: f64 = self.linked.iter().map(|group| group.pairs).sum();
        let wrong = Count::of(&self.linked);
        let right = Count { value: links - wrong.value, low: links - wrong.high, high: links - wrong.low };
        let missed = (!self.others.is_empty()).then(|| Count::of(&self.others))?;
        let all = right.value + missed.value;
        (all > 0.0).then(|| [right.value / all, low_share(right, missed), high_share(right, missed)])
    }

    /// As if there were so many times the answers, with the same shares of cases.
    fn times(&self, factor: f64) -> Self {
        let times = |groups: &[Group]| groups.iter().map(|group| group.times(factor)).collect();
        Self { linked: times(&self.linked), others: times(&self.others) }
    }

    fn answers(&self) -> f64 {
        self.linked.iter().chain(&self.others).map(|group| group.answers).sum()
    }
}

fn estimate(sides: &Sides, of: fn(&Sides) -> Option<[f64; 3]>) -> Option<Estimate> {
    let [value, low, high] = of(sides)?;
    let half = (high - low) / 2.0;
    let is_enough = |factor: f64| of(&sides.times(factor)).is_some_and(|[_, low, high]| high - low <= half);
    let factor = if half > 0.0 { least_factor(is_enough) } else { 1.0 };
    let answers_to_halve = (sides.times(factor).answers() - sides.answers()).ceil() as u64;
    Some(Estimate { value, low, high, answers_to_halve })
}

/// The least factor from 1 on that is enough, about. Where all pairs are answered, every factor is.
fn least_factor(is_enough: impl Fn(f64) -> bool) -> f64 {
    let mut greatest = 2.0;
    while !is_enough(greatest) && greatest < 1e15 {
        greatest *= 2.0;
    }
    bisect(greatest / 2.0, greatest, |factor| !is_enough(factor))
}

/// The lower limit of `one / (one + other)`: the share s at which (1 − s)·one − s·other has the lower limit 0.
fn low_share(one: Count, other: Count) -> f64 {
    let (below, above) = (one.value - one.low, other.high - other.value);
    bisect(0.0, 1.0, |share| {
        let rest = 1.0 - share;
        rest * one.value - share * other.value > length(rest * below, share * above)
    })
}

/// The upper limit of `one / (one + other)`, likewise.
fn high_share(one: Count, other: Count) -> f64 {
    let (above, below) = (one.high - one.value, other.value - other.low);
    bisect(0.0, 1.0, |share| {
        let rest = 1.0 - share;
        share * other.value - rest * one.value < length(rest * above, share * below)
    })
}

fn length(one: f64, other: f64) -> f64 {
    (one * one + other * other).sqrt()
}

/// Where a condition ends that holds up to some number between two.
fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if holds(middle) { low = middle } else { high = middle }
    }
    high
}
