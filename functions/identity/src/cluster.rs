//! Exact clusters: which accounts of a partition are one person's.
//!
//! Two accounts are linked if they share an unblocked match key and the rule's conditions accept the pair.
//! Customers are the connected components of these links, unless a guard limits what one customer may be. What
//! people say about pairs goes before: `always` links whatever the guards say, `never` divides like a guard.

mod corrected;

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashTable;
use onefold_config::{Guard, MatchRule};
use onefold_graph::node::Node;
use onefold_graph::union_find::UnionFind;
use onefold_normalise::field::TextField;

use crate::account::Account;
use crate::match_keys::{Compared, MatchKey};
use crate::reference;

pub use corrected::Corrected;

/// Accounts to cluster, by number.
pub trait Pool {
    /// How many there are.
    fn len(&self) -> u32;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The account of a number.
    fn account(&self, number: u32) -> &Account<'_>;

    /// Its unblocked match keys, in the order of the rules.
    fn keys(&self, number: u32) -> &[MatchKey];

    /// The text fields (by number) whose values are nobody's.
    fn nobodys(&self, number: u32) -> u16;

    /// The value of a text field, unless it is nobody's.
    fn text(&self, number: u32, field: TextField) -> Option<&str> {
        let is_nobodys = self.nobodys(number) & (1 << field.index()) != 0;
        if is_nobodys { None } else { self.account(number).text(field) }
    }

    /// What a rule's conditions look at.
    fn compared(&self, number: u32, rule: &MatchRule) -> Compared<'_> {
        Compared::new(rule, self.account(number), self.nobodys(number))
    }
}

/// Groups of accounts, by number.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Clusters {
    members: Vec<u32>,
    ends: Vec<usize>,
    /// What a guard divided.
    pub divided: Vec<Divided>,
}

/// A cluster that exceeded a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divided {
    /// The limits that kept links out: `never`, `max_accounts_per_customer`, `max_distinct.<field>`; with `always.`
    /// before them those that a part is beyond because people said so.
    pub limits: BTreeSet<String>,
    /// Its parts.
    pub parts: Vec<Vec<u32>>,
}

impl Clusters {
    /// Clusters accounts.
    ///
    /// Clusters come in the order of their first accounts, and accounts within a cluster in their own order.
    pub fn new(pool: &impl Pool, rules: &[MatchRule], guard: &Guard, corrected: &Corrected) -> Self {
        let mut sets = UnionFind::new(pool.len());
        by_keys(pool, rules, &mut sets);
        by_pairs(pool, rules, &mut sets);
        for [left, right] in corrected.always() {
            sets.union(left, right);
        }
        let roots: Vec<u32> = (0..pool.len()).map(|account| sets.find(account)).collect();
        let whole = Self::of_roots(&roots);
        if !guard.limits_customers() && corrected.has_no_never() {
            return whole;
        }
        let mut roots = roots;
        let mut divided = Vec::new();
        for members in
            whole.iter().filter(|members| exceeds(pool, members, guard) || corrected.has_never_within(members))
        {
            let cut = divide(pool, members, rules, guard, corrected);
            for part in &cut.parts {
                let first = part.iter().min().copied().unwrap_or_default();
                part.iter().for_each(|member| roots[*member as usize] = first);
            }
            divided.push(cut);
        }
        Self { divided, ..Self::of_roots(&roots) }
    }

    /// The clusters of accounts that have the same root: the smallest account of each.
    fn of_roots(roots: &[u32]) -> Self {
        let mut sizes = vec![0usize; roots.len()];
        for root in roots {
            sizes[*root as usize] += 1;
        }
        let mut ends = Vec::new();
        let mut next = vec![0usize; roots.len()];
        let mut start = 0;
        for (root, size) in sizes.iter().enumerate().filter(|(_, size)| **size > 0) {
            next[root] = start;
            start += size;
            ends.push(start);
        }
        let mut members = vec![0u32; roots.len()];
        for (account, root) in roots.iter().enumerate() {
            let place = &mut next[*root as usize];
            members[*place] = account as u32;
            *place += 1;
        }
        Self { members, ends, divided: Vec::new() }
    }

    /// The clusters, each as the numbers of its accounts.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.members[start..*end])
    }

    /// How many clusters there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// Joins accounts that share a key of a rule without conditions.
fn by_keys(pool: &impl Pool, rules: &[MatchRule], sets: &mut UnionFind) {
    let mut holders: HashTable<(Node, u32)> = HashTable::with_capacity(pool.len() as usize);
    for account in 0..pool.len() {
        for key in pool.keys(account).iter().filter(|key| rules[key.rule].conditions.is_empty()) {
            match holders.find(key.node.spread(), |(known, _)| *known == key.node) {
                Some((_, holder)) => _ = sets.union(*holder, account),
                None => {
                    holders.insert_unique(key.node.spread(), (key.node, account), |(known, _)| known.spread());
                }
            }
        }
    }
}

/// Joins accounts that share a key of a rule with conditions, if the conditions accept the pair.
///
/// All pairs of a key are tried, but for those that are joined already; the limit of accounts per key bounds them.
fn by_pairs(pool: &impl Pool, rules: &[MatchRule], sets: &mut UnionFind) {
    if rules.iter().all(|rule| rule.conditions.is_empty()) {
        return;
    }
    let mut holders: Vec<(MatchKeyOrder, u32)> = Vec::new();
    for account in 0..pool.len() {
        let keys = pool.keys(account).iter().filter(|key| !rules[key.rule].conditions.is_empty());
        holders.extend(keys.map(|key| ((key.rule, key.node), account)));
    }
    holders.sort_unstable();
    for group in holders.chunk_by(|left, right| left.0 == right.0).filter(|group| group.len() > 1) {
        let rule = &rules[group[0].0.0];
        let compared: Vec<Compared<'_>> = group.iter().map(|(_, number)| pool.compared(*number, rule)).collect();
        for (place, (_, left)) in group.iter().enumerate() {
            for (other, (_, right)) in group.iter().enumerate().skip(place + 1) {
                if sets.find(*left) != sets.find(*right) && compared[place].refused_by(&compared[other], rule).is_none()
                {
                    sets.union(*left, *right);
                }
            }
        }
    }
}

/// Rule and node: what groups accounts that share a key.
type MatchKeyOrder = (usize, Node);

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
    fn of<P: Pool>(pool: &'p P, members: &[u32], guard: &Guard) -> Self {
        let values = |field: &TextField| members.iter().filter_map(|member| pool.text(*member, *field)).collect();
        let distinct = guard.max_distinct.keys().map(values).collect();
        Self { accounts: members.len() as u32, distinct, ..Self::default() }
    }

    /// The extent of one account.
    fn of_one<P: Pool>(pool: &'p P, member: u32, guard: &Guard, corrected: &Corrected) -> Self {
        let never: BTreeSet<u32> = corrected.never(member).collect();
        let named = (!never.is_empty()).then_some(member).into_iter().collect();
        Self { named, never, ..Self::of(pool, &[member], guard) }
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

fn exceeds(pool: &impl Pool, members: &[u32], guard: &Guard) -> bool {
    // A single account is as it is: there is nothing to divide.
    members.len() > 1 && Extent::of(pool, members, guard).beyond(guard).is_some()
}

/// Builds a cluster again from its links, the strongest first, and leaves out each link that would join two
/// parts beyond a limit: so it comes apart at its weakest keys.
///
/// A link is stronger the more rules accept its pair; then the earlier its first rule is in the configuration;
/// ties go by reference. What people said to be one person's is joined before all of them, whatever the limits.
/// It is Kruskal's algorithm with a limit on the trees, and a function of the set of accounts.
fn divide(pool: &impl Pool, members: &[u32], rules: &[MatchRule], guard: &Guard, corrected: &Corrected) -> Divided {
    let mut sorted = members.to_vec();
    sorted.sort_unstable_by(|left, right| {
        reference::compare(&pool.account(*left).reference, &pool.account(*right).reference)
    });
    let mut sets = UnionFind::new(sorted.len() as u32);
    let mut extents: Vec<Extent<'_>> =
        sorted.iter().map(|member| Extent::of_one(pool, *member, guard, corrected)).collect();
    let mut limits = BTreeSet::new();
    let mut first_of: BTreeMap<u32, u32> = BTreeMap::new();
    for (place, member) in sorted.iter().enumerate() {
        let Some(chain) = corrected.chain(*member) else { continue };
        let first = sets.find(*first_of.entry(chain).or_insert(place as u32));
        if sets.union(first, place as u32) {
            extents[first as usize] = extents[first as usize].with(&extents[place]);
        }
    }
    for first in first_of.values() {
        let beyond = extents[sets.find(*first) as usize].beyond(guard);
        limits.extend(beyond.map(|limit| format!("always.{limit}")));
    }
    for link in links(pool, &sorted, rules) {
        let (left, right) = (sets.find(link.pair.0), sets.find(link.pair.1));
        if left == right {
            continue;
        }
        let joined = extents[left as usize].with(&extents[right as usize]);
        match extents[left as usize].refuses(&extents[right as usize], &joined, guard) {
            Some(limit) => _ = limits.insert(limit),
            None => {
                sets.union(left, right);
                extents[sets.find(left) as usize] = joined;
            }
        }
    }
    let mut parts: Vec<Vec<u32>> = vec![Vec::new(); sorted.len()];
    for (place, member) in sorted.iter().enumerate() {
        parts[sets.find(place as u32) as usize].push(*member);
    }
    parts.retain(|part| !part.is_empty());
    Divided { limits, parts }
}

/// Two accounts that some rule accepts.
pub struct Link {
    /// Their places in the list of members, the smaller first.
    pub pair: (u32, u32),
    /// How many rules accept the pair.
    pub rules: u32,
    /// The first of them.
    pub first_rule: usize,
}

/// The links between some accounts, the strongest first.
pub fn links(pool: &impl Pool, members: &[u32], rules: &[MatchRule]) -> Vec<Link> {
    let mut accepted: Vec<((u32, u32), usize)> = Vec::new();
    for (number, rule) in rules.iter().enumerate() {
        let mut holders: Vec<(Node, u32)> = Vec::new();
        for (place, member) in members.iter().enumerate() {
            let keys = pool.keys(*member).iter().filter(|key| key.rule == number);
            holders.extend(keys.map(|key| (key.node, place as u32)));
        }
        holders.sort_unstable();
        for group in holders.chunk_by(|left, right| left.0 == right.0) {
            let compared: Vec<Compared<'_>> =
                group.iter().map(|(_, place)| pool.compared(members[*place as usize], rule)).collect();
            for (at, (_, left)) in group.iter().enumerate() {
                for (other, (_, right)) in group.iter().enumerate().skip(at + 1) {
                    if compared[at].refused_by(&compared[other], rule).is_none() {
                        accepted.push(((*left, *right), number));
                    }
                }
            }
        }
    }
    accepted.sort_unstable();
    let mut links: Vec<Link> = accepted
        .chunk_by(|left, right| left.0 == right.0)
        .map(|same| Link { pair: same[0].0, rules: same.len() as u32, first_rule: same[0].1 })
        .collect();
    links.sort_by_key(|link| (std::cmp::Reverse(link.rules), link.first_rule, link.pair));
    links
}

#[cfg(test)]
mod tests;
