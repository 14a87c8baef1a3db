//! Learning a model from a run's own counts.

use crate::counts::{Counts, FieldCounts, Histogram};
use crate::em::{self, ByLevel, Learnt, Pairs};
use crate::levels::{Comparer, Records};
use crate::model::{FieldModel, Model, rounded};
use crate::{DIFFER, EQUAL, FREQUENCIES, FieldKind, LEVELS_VERSION, ScoredField, ScoredFields, priors};

/// How many pairs of one person the priors weigh. If fewer are expected, the model is rather the priors'.
pub(crate) const PRIOR_PAIRS: f64 = 100.0;
/// How many pairs of the sample the prior of strangers' levels weighs.
const SAMPLE_PRIOR_PAIRS: f64 = 500.0;
/// How many accounts the priors of matches and relatives per account weigh. A set without any must not say of later ones
/// that there never are any.
const PRIOR_ACCOUNTS: f64 = 20.0;
/// Of a field alone, nothing tells a person's equal values from strangers'.
const FIELDS_LEAST: usize = 2;

/// Learns a model from what was counted of a run's accounts and of its candidates. Where there is little to learn from,
/// it is near the probabilities that hold for people's data in general.
pub fn train(fields: &ScoredFields, counts: &Counts, histogram: &Histogram, learnt_in: &str) -> Model {
    let pairs = pairs(fields, counts, histogram);
    let compared = counts.fields.iter().filter(|field| field.known > 1).count();
    if compared < FIELDS_LEAST || histogram.is_empty() {
        return prior(fields, &pairs, learnt_in);
    }
    let learnt = em::learn(&pairs);
    let accounts = counts.accounts as f64;
    let per_account = |pairs: f64, prior: f64| rounded((pairs + prior * PRIOR_ACCOUNTS) / (accounts + PRIOR_ACCOUNTS));
    Model {
        levels: LEVELS_VERSION,
        learnt_in: learnt_in.to_owned(),
        is_prior: learnt.matches < PRIOR_PAIRS,
        matches_per_account: per_account(learnt.matches, priors::MATCHES_PER_ACCOUNT),
        relatives_per_account: per_account(learnt.relatives, priors::RELATIVES_PER_ACCOUNT),
        fields: field_models(fields, &pairs, &learnt),
    }
}

/// Counts the levels of all pairs of the sample, by which strangers are known: two accounts drawn at random hardly ever are
/// one person's.
pub fn sample_levels(comparer: &Comparer, sample: &Records, counts: &mut Counts) {
    for one in 0..sample.len() {
        for other in 0..one {
            counts.add_sample(comparer.pattern(sample, one, sample, other));
        }
    }
}

/// The model of a run that nothing can be learnt from.
fn prior(fields: &ScoredFields, pairs: &Pairs, learnt_in: &str) -> Model {
    let of_field = |(field, pairs): (ScoredField, &em::Field)| FieldModel {
        name: field.name.to_owned(),
        m: with_equal_summed(&pairs.m).map(rounded),
        r: pairs.r.map(|r| with_equal_summed(&r).map(rounded)),
        u: below_equal(&pairs.totals),
        equal_strangers: priors::equal_strangers(field.kind),
    };
    Model {
        levels: LEVELS_VERSION,
        learnt_in: learnt_in.to_owned(),
        is_prior: true,
        matches_per_account: priors::MATCHES_PER_ACCOUNT,
        relatives_per_account: priors::RELATIVES_PER_ACCOUNT,
        fields: fields.iter().zip(&pairs.fields).map(of_field).collect(),
    }
}

fn field_models(fields: &ScoredFields, pairs: &Pairs, learnt: &Learnt) -> Vec<FieldModel> {
    let of_field = |((field, pairs), learnt): ((ScoredField, &em::Field), &em::Probabilities)| FieldModel {
        name: field.name.to_owned(),
        m: with_equal_summed(&learnt.m).map(rounded),
        r: pairs.r.map(|_| with_equal_summed(&learnt.r).map(rounded)),
        u: below_equal(&learnt.u),
        equal_strangers: equal_strangers(&pairs.totals, &learnt.left),
    };
    fields.iter().zip(&pairs.fields).zip(&learnt.fields).map(of_field).collect()
}

/// By level from 1 to 7, and the last is that of equal values of all classes.
fn with_equal_summed(by_level: &ByLevel) -> [f64; 8] {
    let equal = by_level[usize::from(EQUAL)..].iter().sum();
    std::array::from_fn(|place| if place == 7 { equal } else { by_level[place + 1] })
}

fn below_equal(u: &ByLevel) -> [f64; 7] {
    let below: [f64; 7] = std::array::from_fn(|place| u[place + 1]);
    let sum: f64 = below.iter().sum();
    below.map(|share| if sum > 0.0 { rounded(share / sum) } else { 0.0 })
}

/// The share of equal pairs that is left to strangers. A class without pairs has that of the class below; above all classes
/// that were seen, a value is so common that it is nobody's own.
fn equal_strangers(totals: &ByLevel, left: &ByLevel) -> [f64; FREQUENCIES] {
    let equal = usize::from(EQUAL);
    let most = (0..FREQUENCIES).rev().find(|class| totals[equal + class] > 0.0);
    let mut shares = [1.0; FREQUENCIES];
    let mut share = 1.0;
    for class in 0..most.map_or(0, |most| most + 1) {
        if totals[equal + class] > 0.0 {
            share = rounded(left[equal + class] / totals[equal + class]);
        }
        shares[class] = share;
    }
    shares
}

fn pairs(fields: &ScoredFields, counts: &Counts, histogram: &Histogram) -> Pairs {
    let accounts = counts.accounts as f64;
    let count = fields.len().min(counts.fields.len());
    let mut levels = Vec::with_capacity(histogram.len() * count);
    let mut pairs = Vec::with_capacity(histogram.len());
    for (pattern, by_passes) in histogram.iter() {
        levels.extend((0..count).map(|field| pattern.level(field)));
        pairs.push(by_passes.iter().sum::<u64>() as f64);
    }
    Pairs {
        space: accounts * (accounts - 1.0) / 2.0,
        fields: fields.iter().zip(&counts.fields).map(|(field, counts)| field_of(field.kind, counts)).collect(),
        levels,
        pairs,
        matches: priors::MATCHES_PER_ACCOUNT * accounts,
        relatives: priors::RELATIVES_PER_ACCOUNT * accounts,
    }
}

fn field_of(kind: FieldKind, counts: &FieldCounts) -> em::Field {
    let totals = totals(kind, counts);
    let frequencies = frequencies(counts);
    let prior = |by_level| prior_of(kind, by_level, &totals, &frequencies);
    em::Field {
        m: prior(priors::matches(kind)),
        r: priors::relatives(kind).map(prior),
        is_learnt: priors::is_learnt(kind),
        totals,
        frequencies,
    }
}

/// A prior for the levels that a set's pairs can have. Who has another value is compared as a stranger is.
fn prior_of(kind: FieldKind, prior: [f64; 8], totals: &ByLevel, frequencies: &[f64; FREQUENCIES]) -> ByLevel {
    let u = with_equal_summed(&em::shares(totals));
    let mut by_level = prior;
    if priors::is_learnt(kind) {
        let differ = usize::from(DIFFER) - 1;
        let change = std::mem::take(&mut by_level[differ]);
        by_level.iter_mut().zip(u).for_each(|(probability, u)| *probability += change * u);
    }
    // Where all have one value, nothing can differ.
    let possible: [f64; 8] =
        std::array::from_fn(|place| if u[place] > 0.0 || place == 7 { by_level[place] } else { 0.0 });
    let sum: f64 = possible.iter().sum();
    tied(&possible.map(|probability| probability / sum), frequencies)
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
fn strangers(kind: FieldKind, counts: &FieldCounts) -> [f64; 7] {
    let sum: u64 = counts.sample[1..].iter().sum();
    let prior = priors::strangers(kind);
    std::array::from_fn(|place| {
        let pairs = counts.sample[place + 1] as f64 + SAMPLE_PRIOR_PAIRS * prior[place];
        pairs / (sum as f64 + SAMPLE_PRIOR_PAIRS)
    })
}

#[cfg(test)]
mod tests;
