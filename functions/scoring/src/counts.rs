//! What is counted of a run. All counts are integers that add up, so no order, batch or repetition changes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::{DIFFER, EQUAL, FREQUENCIES, Pattern};

/// How many accounts the sample has from which the levels of strangers are learnt: those of the least hashes.
pub const SAMPLE: usize = 1_000;

/// What is counted of all accounts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// How many accounts there are: the latest versions, without deleted ones.
    pub accounts: u64,
    /// By field, in the order of a pattern.
    pub fields: Vec<FieldCounts>,
}

/// What is counted of a field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldCounts {
    /// How many accounts have a value.
    pub known: u64,
    /// By frequency class k of a value: how many accounts have such a value, counted once a value.
    pub accounts: [u64; FREQUENCIES],
    /// By frequency class k of a value: Σ n (n − 1) / 2 over the values, n accounts each. So many pairs are equal.
    pub equal_pairs: [u128; FREQUENCIES],
    /// By level below equality: how many pairs of the sample have it. Both accounts have a value, and they differ.
    pub sample: [u64; 8],
}

impl Counts {
    /// Counts the levels of a pair of the sample.
    pub fn add_sample(&mut self, pair: Pattern) {
        for (place, field) in self.fields.iter_mut().enumerate() {
            let level = pair.level(place);
            if (DIFFER..EQUAL).contains(&level) {
                field.sample[usize::from(level)] += 1;
            }
        }
    }

    /// Adds the counts of other accounts, or of other values of the same accounts.
    pub fn add(&mut self, other: &Self) {
        self.accounts += other.accounts;
        self.fields.resize_with(self.fields.len().max(other.fields.len()), FieldCounts::default);
        for (field, others) in self.fields.iter_mut().zip(&other.fields) {
            field.add(others);
        }
    }
}

impl FieldCounts {
    fn add(&mut self, other: &Self) {
        self.known += other.known;
        self.accounts.iter_mut().zip(other.accounts).for_each(|(count, other)| *count += other);
        self.equal_pairs.iter_mut().zip(other.equal_pairs).for_each(|(count, other)| *count += other);
        self.sample.iter_mut().zip(other.sample).for_each(|(count, other)| *count += other);
    }
}

/// How many pairs of candidates have each pattern, by how many passes found the pair: one, two, or more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram(BTreeMap<Pattern, [u64; 3]>);

impl Histogram {
    /// Counts pairs of a pattern that so many passes found, at least one.
    pub fn add(&mut self, pattern: Pattern, passes: u32, pairs: u64) {
        let place = passes.clamp(1, 3) as usize - 1;
        self.0.entry(pattern).or_default()[place] += pairs;
    }

    /// Adds the counts of other pairs.
    pub fn add_all(&mut self, other: &Self) {
        for (pattern, counts) in &other.0 {
            let known = self.0.entry(*pattern).or_default();
            known.iter_mut().zip(counts).for_each(|(count, other)| *count += other);
        }
    }

    /// The patterns in ascending order, with their pairs by the number of passes.
    pub fn iter(&self) -> impl Iterator<Item = (Pattern, [u64; 3])> + '_ {
        self.0.iter().map(|(pattern, counts)| (*pattern, *counts))
    }

    /// How many patterns there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many pairs there are.
    pub fn pairs(&self) -> u64 {
        self.0.values().flatten().sum()
    }
}

/// The digest of what a model is learnt from: XXH3 (128 bits) in hex. Same accounts, same digest.
pub fn digest(counts: &Counts, histogram: &Histogram) -> String {
    let mut hash = Xxh3::new();
    hash.update(&counts.accounts.to_le_bytes());
    for field in &counts.fields {
        hash.update(&field.known.to_le_bytes());
        field.accounts.iter().for_each(|count| hash.update(&count.to_le_bytes()));
        field.equal_pairs.iter().for_each(|count| hash.update(&count.to_le_bytes()));
        field.sample.iter().for_each(|count| hash.update(&count.to_le_bytes()));
    }
    for (pattern, pairs) in histogram.iter() {
        hash.update(&pattern.bits().to_le_bytes());
        pairs.iter().for_each(|count| hash.update(&count.to_le_bytes()));
    }
    format!("{:032x}", hash.digest128())
}
