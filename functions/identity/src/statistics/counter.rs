//! Counts customers one after the other.

use onefold_config::Config;
use onefold_normalise::field::{BASIC_FIELDS, TextField};

use super::{CustomerStatistics, OTHER_FIELDS, SetCount, counted_sources, more_fields};
use crate::account::Account;
use crate::customer::Customer;
use crate::reference;

/// The most sets of sources that are told apart.
const SETS_MAX: u64 = 8_192;

/// Counts the customers of a configuration.
///
/// Sets of many sources are not told apart if there can be more than 8,192 of them. So what is counted is bounded, and is
/// the same however a run is divided.
#[derive(Clone, Debug)]
pub struct Counter<'c> {
    /// Sorted.
    sources: Vec<&'c str>,
    /// The most sources of a set that is told apart.
    sources_max: usize,
    /// The text fields that are not basic.
    more: Vec<TextField>,
}

impl<'c> Counter<'c> {
    /// Counts by the sources and fields of a configuration.
    pub fn new(config: &'c Config) -> Self {
        let sources = counted_sources(config);
        Self { sources_max: sources_max(sources.len() as u64 + 1), sources, more: more_fields(config) }
    }

    /// Counts a customer and its accounts.
    pub fn count<'a>(
        &self,
        accounts: impl Iterator<Item = &'a Account<'a>>,
        customer: &Customer<'_>,
        statistics: &mut CustomerStatistics,
    ) {
        let size = customer.members.len() as u64;
        *statistics.sizes.entry(size).or_default() += 1;
        self.count_sources(customer, SetCount { customers: 1, accounts: size }, statistics);
        statistics.fill.resize(BASIC_FIELDS + self.more.len() + OTHER_FIELDS.len(), [0; 2]);
        accounts.for_each(|account| self.count_account(account, &mut statistics.fill));
        count_customer(customer, &mut statistics.fill);
    }

    fn count_sources(&self, customer: &Customer<'_>, count: SetCount, statistics: &mut CustomerStatistics) {
        let mut of_members = customer.members.iter().map(|member| reference::split(member).0);
        // References are sorted, so the first and the last source say whether there are others.
        let first = of_members.next().unwrap_or_default();
        if of_members.next_back().is_none_or(|last| last == first) {
            return statistics.add_set(&[self.place(first)], count);
        }
        let mut sources: Vec<u16> =
            customer.members.iter().map(|member| self.place(reference::split(member).0)).collect();
        sources.sort_unstable();
        sources.dedup();
        match sources.len() <= self.sources_max {
            true => statistics.add_set(&sources, count),
            false => statistics.other_sets.add(count),
        }
    }

    /// The place of a source. Those that are not configured any more share the one behind the last.
    fn place(&self, source: &str) -> u16 {
        self.sources.binary_search(&source).unwrap_or(self.sources.len()) as u16
    }

    fn count_account(&self, account: &Account<'_>, fill: &mut [[u64; 2]]) {
        let others = [account.location.is_some(), account.salary.is_some(), !account.interests.is_empty()];
        let basic = account.basic_texts().map(|text| text.is_some());
        let more = self.more.iter().map(|field| account.text(*field).is_some());
        count(basic.chain(more).chain(others), 0, fill);
    }
}

fn count_customer(customer: &Customer<'_>, fill: &mut [[u64; 2]]) {
    let others = [customer.location.is_some(), customer.salary.is_some(), !customer.interests.is_empty()];
    let basic = customer.texts.iter().map(Option::is_some);
    let more = customer.more.iter().map(|(_, value)| value.is_some());
    count(basic.chain(more).chain(others), 1, fill);
}

/// Counts which fields have a value: those of accounts at place 0, those of customers at place 1.
fn count(has_value: impl Iterator<Item = bool>, place: usize, fill: &mut [[u64; 2]]) {
    for (counts, has_value) in fill.iter_mut().zip(has_value) {
        counts[place] += u64::from(has_value);
    }
}

/// The most sources of a set, so that there are no more than [`SETS_MAX`] sets; 1 at least.
fn sources_max(sources: u64) -> usize {
    let mut sets_of = 1;
    let mut sets = 0;
    for size in 1..=sources {
        // The number of sets of this size: a binomial coefficient.
        sets_of = sets_of * (sources - size + 1) / size;
        sets += sets_of;
        if sets > SETS_MAX {
            return (size as usize - 1).max(1);
        }
    }
    sources as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_sets_is_bounded() {
        assert_eq!([1, 2, 12, 13].map(sources_max), [1, 2, 12, 13], "2^13 − 1 sets");
        assert_eq!([14, 20, 40, 100, 127, 128, 1_000, 20_000].map(sources_max), [6, 4, 2, 2, 2, 1, 1, 1]);
    }
}
