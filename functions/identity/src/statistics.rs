//! What is counted of the customers of a version for people. All of it adds up in any order, so it is a function of the set of
//! accounts.

mod counter;
mod weakest;

use std::collections::BTreeMap;

use onefold_config::Config;
use onefold_normalise::field::{BASIC_FIELDS, TextField};
use serde::{Deserialize, Serialize};

pub use counter::Counter;
pub use weakest::{WEAKEST_MAX, WeakMerge, Weakest};

/// The values of an account and a customer beside the text fields that are counted.
const OTHER_FIELDS: [&str; 3] = ["location", "salary", "interests"];

/// What is counted of customers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CustomerStatistics {
    /// Customers by their number of accounts.
    pub sizes: BTreeMap<u64, u64>,
    /// Customers by the sources of their accounts, in the order of these.
    pub source_sets: Vec<SourceSetCount>,
    /// Customers of more sources than are told apart, see [`Counter`].
    pub other_sets: SetCount,
    /// By field, in the order of [`counted_fields`]: the accounts and the customers that have a value.
    pub fill: Vec<[u64; 2]>,
    /// The merges by score with the least evidence.
    pub weakest: Weakest,
}

/// Customers, and the accounts that they have together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetCount {
    /// How many customers there are.
    pub customers: u64,
    /// How many accounts they have.
    pub accounts: u64,
}

impl SetCount {
    fn add(&mut self, other: Self) {
        self.customers += other.customers;
        self.accounts += other.accounts;
    }
}

/// The customers whose accounts come from some sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSetCount {
    /// The sources, ascending, by their places in [`counted_sources`]. The place behind the last one stands for all sources
    /// that are not configured any more.
    pub sources: Vec<u16>,
    /// How many there are.
    pub count: SetCount,
}

impl CustomerStatistics {
    /// Adds what was counted of other customers.
    pub fn add(&mut self, other: Self) {
        for (size, customers) in other.sizes {
            *self.sizes.entry(size).or_default() += customers;
        }
        for SourceSetCount { sources, count } in other.source_sets {
            self.add_set(&sources, count);
        }
        self.other_sets.add(other.other_sets);
        self.fill.resize(self.fill.len().max(other.fill.len()), [0; 2]);
        for (counts, others) in self.fill.iter_mut().zip(other.fill) {
            counts.iter_mut().zip(others).for_each(|(count, other)| *count += other);
        }
        other.weakest.into_iter().for_each(|merge| self.weakest.push(merge));
    }

    fn add_set(&mut self, sources: &[u16], count: SetCount) {
        match self.source_sets.binary_search_by(|known| known.sources.as_slice().cmp(sources)) {
            Ok(place) => self.source_sets[place].count.add(count),
            Err(place) => self.source_sets.insert(place, SourceSetCount { sources: sources.to_vec(), count }),
        }
    }
}

/// The names of the sources, sorted.
pub fn counted_sources(config: &Config) -> Vec<&str> {
    let mut sources: Vec<&str> = config.sources.iter().map(|source| source.name.as_str()).collect();
    sources.sort_unstable();
    sources
}

/// The names of the fields that are counted: the text fields of a customer's record, and some others.
pub fn counted_fields(config: &Config) -> Vec<&'static str> {
    let texts = TextField::BASIC.into_iter().chain(more_fields(config)).map(TextField::name);
    texts.chain(OTHER_FIELDS).collect()
}

/// The text fields of a customer's record that are not basic, in its order.
fn more_fields(config: &Config) -> Vec<TextField> {
    config.fields_of_record().into_iter().filter(|field| field.index() >= BASIC_FIELDS).collect()
}

#[cfg(test)]
mod tests;
