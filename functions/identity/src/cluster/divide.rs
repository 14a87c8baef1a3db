//! Dividing a cluster that is beyond a limit at its weakest links.

use std::collections::{BTreeMap, BTreeSet};

use onefold_config::Guard;
use onefold_graph::union_find::UnionFind;
use onefold_normalise::field::TextField;

use super::DividedCluster;
use crate::judge::Judge;
use crate::pool::AccountPool;
use crate::reference;

/// What a set of accounts has of what is limited.
#[derive(Clone, Default)]
struct Extent<'p> {
    accounts: u32,
    /// By the limits' order.
    distinct: Vec<BTreeSet<&'p str>>,
    /// Those of the accounts that are in a `never` pair.
    named: BTreeSet<u32>,
    /// The accounts that these must never be joined with.
    never: BTreeSet<u32>,
}

impl<'p> Extent<'p> {
    fn of(pool: &AccountPool<'p>, members: &[u32], guard: &Guard) -> Self {
        let values = |field: &TextField| members.iter().filter_map(|member| pool.text(*member, *field)).collect();
        let distinct = guard.max_distinct.keys().map(values).collect();
        Self { accounts: members.len() as u32, distinct, ..Self::default() }
    }

    /// The extent of one account.
    fn of_one(judge: &Judge<'p>, member: u32, guard: &Guard) -> Self {
        let never: BTreeSet<u32> = judge.corrections().never(member).collect();
        let named = (!never.is_empty()).then_some(member).into_iter().collect();
        Self { named, never, ..Self::of(judge.pool(), &[member], guard) }
    }

    fn with(&self, other: &Self) -> Self {
        let distinct = self.distinct.iter().zip(&other.distinct).map(|(left, right)| left | right).collect();
        Self {
            accounts: self.accounts + other.accounts,
            distinct,
            named: &self.named | &other.named,
            never: &self.never | &other.never,
        }
    }

    /// What forbids to join two sets. What people put beyond a limit may be joined as long as it does not get
    /// further beyond it.
    fn refuses(&self, other: &Self, joined: &Self, guard: &Guard) -> Option<String> {
        if !self.named.is_disjoint(&other.never) {
            return Some("never".to_owned());
        }
        if guard.max_accounts_per_customer.is_some_and(|most| joined.accounts > most) {
            return Some("max_accounts_per_customer".to_owned());
        }
        let parts = self.distinct.iter().zip(&other.distinct).map(|(left, right)| left.len().max(right.len()));
        let mut limits = joined.distinct.iter().zip(parts).zip(&guard.max_distinct);
        let (_, (field, _)) =
            limits.find(|((values, before), (_, most))| values.len() > (**most as usize).max(*before))?;
        Some(format!("max_distinct.{}", field.name()))
    }

    /// The first limit that this is beyond.
    fn beyond(&self, guard: &Guard) -> Option<String> {
        if guard.max_accounts_per_customer.is_some_and(|most| self.accounts > most) {
            return Some("max_accounts_per_customer".to_owned());
        }
        let mut limits = self.distinct.iter().zip(&guard.max_distinct);
        let (_, (field, _)) = limits.find(|(values, (_, most))| values.len() > **most as usize)?;
        Some(format!("max_distinct.{}", field.name()))
    }
}

/// Whether accounts are together beyond a limit.
pub(super) fn exceeds(pool: &AccountPool<'_>, members: &[u32], guard: &Guard) -> bool {
    // A single account is as it is: there is nothing to divide.
    members.len() > 1 && Extent::of(pool, members, guard).beyond(guard).is_some()
}

/// Builds a cluster again from its links, the strongest first, and leaves out each link that would join two
/// parts beyond a limit: so it comes apart at its weakest keys.
///
/// Ties of [`Judge::links`] go by reference. What people said to be one person's is joined before all of them, whatever
/// the limits. It is Kruskal's algorithm with a limit on the trees, and a function of the set of accounts.
pub(super) fn divide(judge: &Judge<'_>, members: &[u32], guard: &Guard) -> DividedCluster {
    let mut sorted = members.to_vec();
    sorted.sort_unstable_by(|left, right| {
        reference::compare(judge.pool().reference(*left), judge.pool().reference(*right))
    });
    let extents = sorted.iter().map(|member| Extent::of_one(judge, *member, guard)).collect();
    let mut parts = Parts { sets: UnionFind::new(sorted.len() as u32), extents, limits: BTreeSet::new() };
    parts.join_always(judge, &sorted, guard);
    for link in judge.links(&sorted) {
        parts.join_unless_refused(link.places, guard);
    }
    parts.finish(&sorted)
}

/// What a cluster comes apart into, while it is built again. Accounts are named by their places.
struct Parts<'p> {
    sets: UnionFind,
    /// By the root of each set.
    extents: Vec<Extent<'p>>,
    /// The limits that kept links out.
    limits: BTreeSet<String>,
}

impl Parts<'_> {
    /// Joins what people said to be one person's, and notes the limits that it is beyond.
    fn join_always(&mut self, judge: &Judge<'_>, members: &[u32], guard: &Guard) {
        let mut first_of: BTreeMap<u32, u32> = BTreeMap::new();
        for (place, member) in (0..).zip(members) {
            let Some(chain) = judge.corrections().chain(*member) else { continue };
            let first = self.sets.find(*first_of.entry(chain).or_insert(place));
            if self.sets.union(first, place) {
                self.extents[first as usize] = self.extents[first as usize].with(&self.extents[place as usize]);
            }
        }
        for first in first_of.values() {
            let beyond = self.extents[self.sets.find(*first) as usize].beyond(guard);
            self.limits.extend(beyond.map(|limit| format!("always.{limit}")));
        }
    }

    fn join_unless_refused(&mut self, (left, right): (u32, u32), guard: &Guard) {
        let (left, right) = (self.sets.find(left), self.sets.find(right));
        if left == right {
            return;
        }
        let [one, other] = [left, right].map(|root| &self.extents[root as usize]);
        let joined = one.with(other);
        if let Some(limit) = one.refuses(other, &joined, guard) {
            self.limits.insert(limit);
            return;
        }
        self.sets.union(left, right);
        let root = self.sets.find(left);
        self.extents[root as usize] = joined;
    }

    fn finish(mut self, members: &[u32]) -> DividedCluster {
        let mut parts: Vec<Vec<u32>> = vec![Vec::new(); members.len()];
        for (place, member) in (0..).zip(members) {
            parts[self.sets.find(place) as usize].push(*member);
        }
        parts.retain(|part| !part.is_empty());
        DividedCluster { limits: self.limits, parts }
    }
}
