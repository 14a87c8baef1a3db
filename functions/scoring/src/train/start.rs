//! From what was counted to what is learnt from.

use crate::counts::{Counts, FieldCounts, Histogram};
use crate::em::{self, ByLevel, Pairs, Relatives};
use crate::{DIFFER, EQUAL, FREQUENCIES, FieldKind, ScoredFields, priors};

/// How many pairs of the sample the prior of strangers' levels weighs.
const SAMPLE_PRIOR_PAIRS: f64 = 500.0;

pub(super) fn pairs(fields: &ScoredFields, counts: &Counts, histogram: &Histogram) -> Pairs {
    let accounts = counts.accounts as f64;
    let fields: Vec<em::Field> = fields.iter().zip(&counts.fields).map(|(of, counts)| field(of.kind, counts)).collect();
    let mut levels = Vec::with_capacity(histogram.len() * fields.len());
    let mut pairs = Vec::with_capacity(histogram.len());
    for (pattern, by_passes) in histogram.iter() {
        levels.extend((0..fields.len()).map(|place| pattern.level(place)));
        pairs.push(by_passes.iter().sum::<u64>() as f64);
    }
    Pairs {
        space: accounts * (accounts - 1.0) / 2.0,
        fields,
        levels,
        pairs,
        matches: priors::MATCHES_PER_ACCOUNT * accounts,
        relatives: priors::RELATIVES_PER_ACCOUNT * accounts,
    }
}

fn field(kind: FieldKind, counts: &FieldCounts) -> em::Field {
    let totals = totals(kind, counts);
    let frequencies = frequencies(counts);
    let u = super::by_level(&em::shares(&totals));
    let prior = |by_level: [f64; 8]| {
        let of_set = if priors::is_learnt(kind) { with_change(by_level, &u) } else { by_level };
        tied(&possible(of_set, &u), &frequencies)
    };
    let m = prior(priors::matches(kind));
    em::Field {
        differ_most: if priors::is_own_name(kind) { m[usize::from(DIFFER)] } else { 1.0 },
        m,
        relatives: match priors::relatives(kind) {
            Some(by_level) => Relatives::Learnt(Box::new(prior(by_level))),
            None => Relatives::Strangers { equal: priors::equal_relatives(kind) },
        },
        is_learnt: priors::is_learnt(kind),
        totals,
        frequencies,
    }
}

/// Who has another value is compared as a stranger is.
fn with_change(mut by_level: [f64; 8], u: &[f64; 8]) -> [f64; 8] {
    let change = std::mem::take(&mut by_level[usize::from(DIFFER) - 1]);
    by_level.iter_mut().zip(u).for_each(|(probability, u)| *probability += change * u);
    by_level
}

/// Where all have one value, nothing can differ.
fn possible(by_level: [f64; 8], u: &[f64; 8]) -> [f64; 8] {
    let [below @ .., equal] = u;
    if below.iter().sum::<f64>() > 0.0 || *equal == 0.0 {
        return by_level;
    }
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]
}

/// By level, with equal values in proportion to how many accounts have such values.
fn tied(by_level: &[f64; 8], frequencies: &[f64; FREQUENCIES]) -> ByLevel {
    let mut tied = [0.0; 32];
    tied[1..8].copy_from_slice(&by_level[..7]);
    for (class, share) in frequencies.iter().enumerate() {
        tied[usize::from(EQUAL) + class] = by_level[7] * share;
    }
    tied
}

/// By frequency class, the share of the accounts with a value that have such a value.
pub(crate) fn frequencies(counts: &FieldCounts) -> [f64; FREQUENCIES] {
    let sum: u64 = counts.accounts.iter().sum();
    counts.accounts.map(|accounts| accounts as f64 / (sum as f64).max(1.0))
}

/// How many of all pairs of accounts have each level.
fn totals(kind: FieldKind, counts: &FieldCounts) -> ByLevel {
    let mut totals = [0.0; 32];
    for (class, pairs) in counts.equal_pairs.iter().enumerate() {
        totals[usize::from(EQUAL) + class] = *pairs as f64;
    }
    let differing = differing(counts);
    for (place, share) in strangers(kind, counts).into_iter().enumerate() {
        totals[place + 1] = differing * share;
    }
    totals
}

/// How many pairs both have a value, and not the same.
pub(crate) fn differing(counts: &FieldCounts) -> f64 {
    let known = counts.known as f64;
    let equal: f64 = counts.equal_pairs.iter().map(|pairs| *pairs as f64).sum();
    (known * (known - 1.0) / 2.0 - equal).max(0.0)
}

/// Among strangers that differ, the share of each level: as in the sample, with the prior as so many more pairs.
pub(super) fn strangers(kind: FieldKind, counts: &FieldCounts) -> [f64; 7] {
    let sum: u64 = counts.sample[1..].iter().sum();
    let prior = priors::strangers(kind);
    std::array::from_fn(|place| {
        let pairs = counts.sample[place + 1] as f64 + SAMPLE_PRIOR_PAIRS * prior[place];
        pairs / (sum as f64 + SAMPLE_PRIOR_PAIRS)
    })
}
