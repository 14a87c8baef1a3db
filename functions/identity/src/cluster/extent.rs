//! What a set of accounts has of what guards limit.

use std::collections::{BTreeMap, BTreeSet};

use onefold_config::{DistinctLimit, Guard};

use crate::comparison::DistinctValues;
use crate::pool::AccountPool;
use crate::reference;

/// The limits of a customer, ready for some accounts. Accounts are named by their places among these.
pub(super) struct Limits<'l> {
    guard: &'l Guard,
    /// In the order of the guard's limits.
    values: Vec<DistinctValues<'l>>,
}

/// What a set of accounts has of what is limited.
#[derive(Clone, Debug, Default)]
pub(super) struct Extent<'l> {
    accounts: u32,
    /// The different values, in the order of the limits.
    values: Vec<BTreeSet<u32>>,
    /// Accounts by source, of the sources that have a limit.
    by_source: BTreeMap<&'l str, u32>,
}

impl<'l> Limits<'l> {
    pub(super) fn new(guard: &'l Guard, pool: &AccountPool<'l>, members: &[u32]) -> Self {
        let values = guard.max_distinct.iter().map(|limit| DistinctValues::new(&limit.comparer, pool, members));
        Self { guard, values: values.collect() }
    }

    /// The extent of one account, by its place and its reference.
    pub(super) fn of(&self, place: usize, reference: &'l str) -> Extent<'l> {
        let source = reference::split(reference).0;
        Extent {
            accounts: 1,
            values: self.values.iter().map(|values| values.of(place).iter().copied().collect()).collect(),
            by_source: self.guard.max_per_source.of(source).map(|_| (source, 1)).into_iter().collect(),
        }
    }

    /// The limit that forbids to join two sets. What people put beyond a limit may be joined as long as it does not get
    /// further beyond it.
    pub(super) fn forbids(&self, left: &Extent<'l>, right: &Extent<'l>) -> Option<String> {
        let most = self.guard.max_accounts_per_customer;
        if most.is_some_and(|most| left.accounts + right.accounts > most) {
            return Some("max_accounts_per_customer".to_owned());
        }
        let distinct = (0..self.values.len()).find(|at| self.gets_too_many(*at, &left.values[*at], &right.values[*at]));
        if let Some(at) = distinct {
            return Some(named(&self.guard.max_distinct[at]));
        }
        let source = left.by_source.iter().find(|(source, accounts)| {
            let others = right.by_source.get(*source).copied().unwrap_or_default();
            let most = self.guard.max_per_source.of(source).unwrap_or(u32::MAX);
            **accounts + others > most.max(**accounts).max(others)
        });
        source.map(|(source, _)| format!("max_per_source.{source}"))
    }

    /// Whether two sets together have more different values than the limit says, and than either has.
    fn gets_too_many(&self, at: usize, left: &BTreeSet<u32>, right: &BTreeSet<u32>) -> bool {
        let (values, most) = (&self.values[at], self.guard.max_distinct[at].most as usize);
        let (few, many) = if left.len() < right.len() { (left, right) } else { (right, left) };
        if few.is_subset(many) {
            return false;
        }
        let joined: Vec<u32> = left.union(right).copied().collect();
        if !values.are_more_than(most, &joined) {
            return false;
        }
        let count = |set: &BTreeSet<u32>| values.count(&set.iter().copied().collect::<Vec<_>>());
        values.are_more_than(most.max(count(left)).max(count(right)), &joined)
    }

    /// The first limit that a set is beyond.
    pub(super) fn exceeded(&self, extent: &Extent<'l>) -> Option<String> {
        if self.guard.max_accounts_per_customer.is_some_and(|most| extent.accounts > most) {
            return Some("max_accounts_per_customer".to_owned());
        }
        let mut limits = self.values.iter().zip(&extent.values).zip(&self.guard.max_distinct);
        let distinct = limits.find(|((values, among), limit)| {
            values.are_more_than(limit.most as usize, &among.iter().copied().collect::<Vec<_>>())
        });
        if let Some((_, limit)) = distinct {
            return Some(named(limit));
        }
        let most = |source: &str| self.guard.max_per_source.of(source).unwrap_or(u32::MAX);
        let source = extent.by_source.iter().find(|(source, accounts)| **accounts > most(source));
        source.map(|(source, _)| format!("max_per_source.{source}"))
    }
}

impl Extent<'_> {
    /// Adds the extent of other accounts.
    pub(super) fn add(&mut self, other: Self) {
        self.accounts += other.accounts;
        for (values, others) in self.values.iter_mut().zip(other.values) {
            values.extend(others);
        }
        for (source, accounts) in other.by_source {
            *self.by_source.entry(source).or_default() += accounts;
        }
    }
}

fn named(limit: &DistinctLimit) -> String {
    format!("max_distinct.{}", limit.comparer.part.field_name())
}

/// Whether accounts are together beyond a limit.
pub(super) fn exceeds(pool: &AccountPool<'_>, members: &[u32], guard: &Guard) -> bool {
    // A single account is as it is: there is nothing to divide.
    if members.len() < 2 {
        return false;
    }
    let is_within = guard.max_distinct.iter().all(|limit| have_one_value(pool, members, limit));
    if is_within && guard.max_per_source.is_empty() {
        return guard.max_accounts_per_customer.is_some_and(|most| members.len() > most as usize);
    }
    let limits = Limits::new(guard, pool, members);
    let mut extent = Extent { values: vec![BTreeSet::new(); guard.max_distinct.len()], ..Extent::default() };
    for (place, member) in members.iter().enumerate() {
        extent.add(limits.of(place, pool.reference(*member)));
    }
    limits.exceeded(&extent).is_some()
}

/// Whether all have one value of what is limited, as is mostly so. Says no where it would take work to find out.
fn have_one_value(pool: &AccountPool<'_>, members: &[u32], limit: &DistinctLimit) -> bool {
    let comparer = &limit.comparer;
    let mut texts = members.iter().flat_map(|member| pool.texts(*member, comparer.part.field));
    let Some(first) = texts.next() else { return true };
    comparer.part.steps.is_empty() && texts.all(|text| text == first)
}
