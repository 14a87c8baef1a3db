//! Expectation and maximisation (Dempster, Laird and Rubin, 1977; for linked records Winkler, 1988) over counted patterns, for
//! three classes of pairs.
//!
//! Candidates are counted by pattern. All other pairs are strangers, whose levels are known in total. So what is learnt
//! holds for all pairs of a run, not for those that blocking chose.
//!
//! It uses + − × ÷, and `libm` for logarithms and powers, in a fixed order. So the result has the same bits on every
//! machine.

use crate::{DIFFER, EQUAL, FREQUENCIES, LEVELS};

/// How often both steps are done. After so many, the probabilities of all known sets stand still.
const ITERATIONS: usize = 60;
/// From this iteration on, expected matches are taken out of the totals of strangers. Before, they are too rough.
const TOTALS_FROM: usize = 5;
/// The least share of a total that is left to strangers.
const TOTALS_LEAST: f64 = 0.05;
/// How many pairs of a class its prior weighs. If fewer are expected, what is learnt is rather the prior.
pub(crate) const PRIOR_PAIRS: f64 = 100.0;
/// The least probability that one person's values differ: otherwise, one difference would outweigh all else.
const DIFFER_LEAST: f64 = 0.002;
/// Logarithms of smaller probabilities are those of this one.
const PROBABILITY_LEAST: f64 = 1e-12;

/// By level. There is room for every level that five bits can say.
pub(crate) type ByLevel = [f64; 32];

/// What is learnt from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs {
    /// All pairs of accounts, compared or not.
    pub space: f64,
    pub fields: Vec<Field>,
    /// The levels of each pattern, one pattern after the other.
    pub levels: Vec<u8>,
    /// How many pairs have each pattern.
    pub pairs: Vec<f64>,
    /// Pairs of one person, to start with.
    pub matches: f64,
    /// Pairs of relatives, to start with.
    pub relatives: f64,
}

/// What is known of a field before anything is learnt.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// By level, how many of all pairs of accounts have it.
    pub totals: ByLevel,
    /// By frequency class, the share of the accounts with a value that have such a value.
    pub frequencies: [f64; FREQUENCIES],
    /// The prior of one person's pairs.
    pub m: ByLevel,
    pub relatives: Relatives,
    /// Whether m and r are learnt.
    pub is_learnt: bool,
    /// The greatest probability that one person's values differ.
    pub differ_most: f64,
}

/// What is known of relatives' pairs.
#[derive(Clone, Debug)]
pub(crate) enum Relatives {
    /// They are learnt from this prior.
    Learnt(Box<ByLevel>),
    /// They are as strangers', but for a share that is equal, which is learnt from this prior. Of 0, nothing is learnt.
    Strangers { equal: f64 },
}

/// What was learnt.
#[derive(Clone, Debug)]
pub(crate) struct Learnt {
    /// Expected pairs of one person.
    pub matches: f64,
    /// Expected pairs of relatives.
    pub relatives: f64,
    pub fields: Vec<Probabilities>,
}

/// What was learnt of a field.
#[derive(Clone, Debug)]
pub(crate) struct Probabilities {
    /// Among one person's pairs that both have a value.
    pub m: ByLevel,
    /// Among relatives'.
    pub r: ByLevel,
    /// Among strangers'.
    pub u: ByLevel,
    /// How many of all pairs with each level are not one person's.
    pub left: ByLevel,
    /// Of relatives who are as strangers otherwise, the share that is equal.
    pub equal_relatives: f64,
}

/// Learns from pairs.
pub(crate) fn learn(pairs: &Pairs) -> Learnt {
    let mut learnt = start(pairs);
    for iteration in 0..ITERATIONS {
        let expected = expect(pairs, &learnt);
        maximise(pairs, &expected, iteration >= TOTALS_FROM, &mut learnt);
    }
    learnt
}

fn start(pairs: &Pairs) -> Learnt {
    let fields = pairs.fields.iter().map(|field| {
        let u = shares(&field.totals);
        let (r, equal_relatives) = match &field.relatives {
            Relatives::Learnt(prior) => (**prior, 0.0),
            Relatives::Strangers { equal } => (like_strangers(field, &u, *equal), *equal),
        };
        Probabilities { m: field.m, r, u, left: field.totals, equal_relatives }
    });
    Learnt { matches: pairs.matches, relatives: pairs.relatives, fields: fields.collect() }
}

/// Each number as a share of their sum.
pub(crate) fn shares(numbers: &ByLevel) -> ByLevel {
    let sum: f64 = numbers.iter().sum();
    if sum > 0.0 { numbers.map(|number| number / sum) } else { *numbers }
}

/// Expected pairs of one class.
struct Class {
    pairs: f64,
    /// By field and level.
    levels: Vec<ByLevel>,
}

impl Class {
    fn new(fields: usize) -> Self {
        Self { pairs: 0.0, levels: vec![[0.0; 32]; fields] }
    }

    #[inline]
    fn add(&mut self, levels: &[u8], pairs: f64) {
        self.pairs += pairs;
        for (sums, level) in self.levels.iter_mut().zip(levels) {
            sums[usize::from(level & 0x1f)] += pairs;
        }
    }
}

struct Expected {
    matches: Class,
    relatives: Class,
}

/// Each pattern's pairs are dealt out to the classes by their odds.
fn expect(pairs: &Pairs, learnt: &Learnt) -> Expected {
    let count = pairs.fields.len();
    let strangers = libm::log((pairs.space - learnt.matches - learnt.relatives).max(1.0));
    let prior_of_match = libm::log(learnt.matches.max(1e-3)) - strangers;
    let prior_of_relatives = libm::log(learnt.relatives.max(1e-3)) - strangers;
    let odds = |class: fn(&Probabilities) -> &ByLevel| -> Vec<ByLevel> {
        learnt.fields.iter().map(|field| log_odds(class(field), &field.u)).collect()
    };
    let (match_odds, relatives_odds) = (odds(|field| &field.m), odds(|field| &field.r));
    let mut expected = Expected { matches: Class::new(count), relatives: Class::new(count) };
    for (levels, pairs) in pairs.levels.chunks_exact(count.max(1)).zip(&pairs.pairs) {
        let (mut one, mut related) = (prior_of_match, prior_of_relatives);
        for ((level, of_match), of_relatives) in levels.iter().zip(&match_odds).zip(&relatives_odds) {
            let level = usize::from(level & 0x1f);
            one += of_match[level];
            related += of_relatives[level];
        }
        let most = one.max(related).max(0.0);
        let (one, related, strangers) = (libm::exp(one - most), libm::exp(related - most), libm::exp(-most));
        let sum = one + related + strangers;
        expected.matches.add(levels, pairs * one / sum);
        expected.relatives.add(levels, pairs * related / sum);
    }
    expected
}

/// The logarithm of the odds by level. No value is no evidence.
fn log_odds(class: &ByLevel, strangers: &ByLevel) -> ByLevel {
    let mut odds = [0.0; 32];
    for level in usize::from(DIFFER)..LEVELS {
        odds[level] =
            libm::log(class[level].max(PROBABILITY_LEAST)) - libm::log(strangers[level].max(PROBABILITY_LEAST));
    }
    odds
}

/// The probabilities that fit what is expected best, with the priors as so many more pairs.
fn maximise(pairs: &Pairs, expected: &Expected, from_totals: bool, learnt: &mut Learnt) {
    learnt.matches = expected.matches.pairs;
    learnt.relatives = expected.relatives.pairs;
    for (place, field) in pairs.fields.iter().enumerate() {
        let probabilities = &mut learnt.fields[place];
        let matches = known(&expected.matches.levels[place]);
        if field.is_learnt {
            probabilities.m = bounded_differ(posterior(field, &matches, &field.m), field.differ_most);
        }
        if let Relatives::Strangers { equal } = &field.relatives {
            let relatives = known(&expected.relatives.levels[place]);
            probabilities.equal_relatives = equal_relatives(field, &relatives, probabilities, *equal);
        }
        if from_totals {
            for (level, left) in probabilities.left.iter_mut().enumerate() {
                let total = field.totals[level];
                *left = (total - matches[level]).max(total * TOTALS_LEAST);
            }
            probabilities.u = shares(&probabilities.left);
        }
        match &field.relatives {
            Relatives::Learnt(prior) if field.is_learnt => {
                let relatives = known(&expected.relatives.levels[place]);
                probabilities.r = posterior(field, &relatives, prior);
            }
            Relatives::Learnt(_) => {}
            Relatives::Strangers { .. } => {
                probabilities.r = like_strangers(field, &probabilities.u, probabilities.equal_relatives);
            }
        }
    }
}

/// The share of relatives who are equal, but not by chance as strangers are: of birth dates, the twins. It is never less than
/// the prior says, as a set whose few twins are taken for one person teaches nothing about twins.
fn equal_relatives(field: &Field, relatives: &ByLevel, before: &Probabilities, prior: f64) -> f64 {
    if prior == 0.0 {
        return prior;
    }
    let equal = usize::from(EQUAL);
    let by_chance = |class: usize| (1.0 - before.equal_relatives) * before.u[equal + class];
    let expected = field.frequencies.iter().enumerate().filter(|(_, share)| **share > 0.0).map(|(class, share)| {
        let other = before.equal_relatives * share;
        relatives[equal + class] * other / (other + by_chance(class))
    });
    let learnt = (expected.sum::<f64>() + PRIOR_PAIRS * prior) / (relatives.iter().sum::<f64>() + PRIOR_PAIRS);
    learnt.max(prior)
}

/// As strangers, but for a share that is equal.
fn like_strangers(field: &Field, u: &ByLevel, equal: f64) -> ByLevel {
    let mut r = u.map(|probability| probability * (1.0 - equal));
    for (class, share) in field.frequencies.iter().enumerate() {
        r[usize::from(EQUAL) + class] += equal * share;
    }
    r
}

/// What is expected of pairs that both have a value.
fn known(expected: &ByLevel) -> ByLevel {
    let mut known = *expected;
    known[0] = 0.0;
    known
}

/// The probabilities by level. Those of equal values are in proportion to how many accounts have such values: whether one
/// person's values are equal does not depend on how many others have them.
fn posterior(field: &Field, expected: &ByLevel, prior: &ByLevel) -> ByLevel {
    let equal: f64 = expected[usize::from(EQUAL)..].iter().sum();
    let mut tied = *expected;
    for (class, share) in field.frequencies.iter().enumerate() {
        tied[usize::from(EQUAL) + class] = equal * share;
    }
    let sum: f64 = tied.iter().sum();
    let mut probabilities = [0.0; 32];
    for (level, probability) in probabilities.iter_mut().enumerate() {
        *probability = (tied[level] + PRIOR_PAIRS * prior[level]) / (sum + PRIOR_PAIRS);
    }
    probabilities
}

fn bounded_differ(mut m: ByLevel, most: f64) -> ByLevel {
    let differ = &mut m[usize::from(DIFFER)];
    // Where nobody differs, nobody does.
    if *differ > 0.0 {
        *differ = differ.min(most).max(DIFFER_LEAST);
    }
    shares(&m)
}

#[cfg(test)]
mod tests;
