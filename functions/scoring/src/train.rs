//! Learning a model from a run's own counts.

mod start;

pub(crate) use start::{differing, frequencies};

use crate::counts::{Counts, FieldCounts, Histogram};
use crate::em::{self, ByLevel, Learnt, Pairs};
use crate::levels::{Comparer, Records};
use crate::model::{FieldModel, Model, rounded};
use crate::{EQUAL, FREQUENCIES, LEVELS_VERSION, ScoredField, ScoredFields, priors};

/// How many accounts the priors of matches and relatives per account weigh. A set without any must not say of later ones
/// that there never are any.
const PRIOR_ACCOUNTS: f64 = 20.0;
/// Of a field alone, nothing tells a person's equal values from strangers'.
const FIELDS_LEAST: usize = 2;

/// Learns a model from what was counted of a run's accounts and of its candidates. Where there is little to learn from,
/// it is near the probabilities that hold for people's data in general.
pub fn train(fields: &ScoredFields, counts: &Counts, histogram: &Histogram, learnt_in: &str) -> Model {
    let telling = counts.fields.iter().filter(|field| differing(field) > 0.0).count();
    if telling < FIELDS_LEAST || histogram.is_empty() {
        return general(fields, counts, learnt_in);
    }
    let pairs = start::pairs(fields, counts, histogram);
    let learnt = em::learn(&pairs);
    let accounts = counts.accounts as f64;
    let per_account = |pairs: f64, prior: f64| rounded((pairs + prior * PRIOR_ACCOUNTS) / (accounts + PRIOR_ACCOUNTS));
    Model {
        levels: LEVELS_VERSION,
        learnt_in: learnt_in.to_owned(),
        is_prior: learnt.matches < em::PRIOR_PAIRS,
        matches_per_account: per_account(learnt.matches, priors::MATCHES_PER_ACCOUNT),
        relatives_per_account: per_account(learnt.relatives, priors::RELATIVES_PER_ACCOUNT),
        fields: field_models(fields, counts, &pairs, &learnt),
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
fn general(fields: &ScoredFields, counts: &Counts, learnt_in: &str) -> Model {
    Model {
        levels: LEVELS_VERSION,
        learnt_in: learnt_in.to_owned(),
        is_prior: true,
        matches_per_account: priors::MATCHES_PER_ACCOUNT,
        relatives_per_account: priors::RELATIVES_PER_ACCOUNT,
        fields: fields.iter().zip(&counts.fields).map(|(field, counts)| general_field(field, counts)).collect(),
    }
}

fn general_field(field: ScoredField, counts: &FieldCounts) -> FieldModel {
    FieldModel {
        name: field.name.to_owned(),
        m: priors::matches(field.kind),
        r: priors::relatives(field.kind),
        equal_relatives: priors::equal_relatives(field.kind),
        u: start::strangers(field.kind, counts).map(rounded),
        equal_strangers: priors::equal_strangers(field.kind),
    }
}

fn field_models(fields: &ScoredFields, counts: &Counts, pairs: &Pairs, learnt: &Learnt) -> Vec<FieldModel> {
    let places = fields.iter().zip(&counts.fields).enumerate();
    let field_model = |(place, (field, counts)): (usize, (ScoredField, &FieldCounts))| {
        let (start, learnt) = (&pairs.fields[place], &learnt.fields[place]);
        // All have one value, or hardly any has one.
        if differing(counts) == 0.0 {
            return general_field(field, counts);
        }
        FieldModel {
            name: field.name.to_owned(),
            m: by_level(&learnt.m).map(rounded),
            r: matches!(start.relatives, em::Relatives::Learnt(_)).then(|| by_level(&learnt.r).map(rounded)),
            equal_relatives: rounded(learnt.equal_relatives),
            u: below_equal(&learnt.u),
            equal_strangers: equal_strangers(&start.totals, &learnt.left),
        }
    };
    places.map(field_model).collect()
}

/// By level from 1 to 7, and the last is that of equal values of all classes.
fn by_level(probabilities: &ByLevel) -> [f64; 8] {
    let equal = probabilities[usize::from(EQUAL)..].iter().sum();
    std::array::from_fn(|place| if place == 7 { equal } else { probabilities[place + 1] })
}

fn below_equal(u: &ByLevel) -> [f64; 7] {
    let below: [f64; 7] = std::array::from_fn(|place| u[place + 1]);
    let sum: f64 = below.iter().sum();
    below.map(|share| rounded(share / sum))
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

#[cfg(test)]
mod tests;
