//! Exact clusters: which accounts of a partition are one person's.
//!
//! Customers are the connected components of the pairs that the judge links, unless a guard limits what one customer may
//! be, or a rule keeps two of its accounts apart. What people say about pairs goes before: `always` links whatever the
//! guards and rules say, `never` divides like a guard. Where pairs are scored, these components grow on by scores.

mod divide;
mod extent;
mod opposed;
mod scored;

use std::collections::BTreeSet;

pub(crate) use scored::{ByScores, ScoredMerge};

use divide::divide;
use extent::exceeds;
use hashbrown::HashTable;
use onefold_config::Guard;
use onefold_graph::node::Node;
use onefold_graph::union_find::UnionFind;
use onefold_scoring::customers::Merge;
use onefold_scoring::weights::Score;

use crate::judge::Judge;
use crate::question::Reason;
use crate::scores::{PoolScores, ScoresError};
use crate::shared_keys::{SharedKey, SharedKeys};

/// Groups of accounts, by number.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Clusters {
    members: Vec<u32>,
    ends: Vec<usize>,
    /// What a guard divided.
    pub divided: Vec<DividedCluster>,
    /// What people should look at.
    pub doubts: Vec<Doubt>,
    /// How scores joined the clusters, if they did.
    pub(crate) by_scores: ByScores,
}

/// Two groups of accounts of which it is doubtful whether they are one person's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// An account of each group: the two that are most alike, or that the strongest link joins.
    pub accounts: [u32; 2],
    /// Why it is doubtful.
    pub reason: Reason,
    /// What kept them apart, see [`DividedCluster::limits`].
    pub limit: Option<String>,
    /// The score of the two groups; `None` if only that of the two accounts is known.
    pub group_bits: Option<Score>,
    /// How many pairs of accounts are across the two groups; `None` if they are two customers.
    pub pairs: Option<u64>,
}

/// A cluster that exceeded a limit, or held accounts that a rule keeps apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DividedCluster {
    /// What kept links out: `never`, `refused` for what a rule keeps apart, and the limits `max_accounts_per_customer`,
    /// `max_distinct.<field>` and `max_per_source.<source>`; with `always.` before them the limits that a part is beyond
    /// because people said so.
    pub limits: BTreeSet<String>,
    /// Its parts.
    pub parts: Vec<Vec<u32>>,
}

impl Clusters {
    /// Clusters the accounts of the judge's pool.
    ///
    /// Clusters come in the order of their first accounts, and accounts within a cluster in their own order.
    pub fn new(judge: &Judge<'_>, guard: &Guard) -> Self {
        Self::by_rules(judge, guard).0
    }

    /// As [`Clusters::new`], and lets the clusters grow by scores: of these, a pair of clusters that must not be one is
    /// left out like a link.
    ///
    /// # Errors
    /// The frequency classes of an account are not those of its values.
    pub fn with_scores(judge: &Judge<'_>, guard: &Guard, scores: &PoolScores<'_>) -> Result<Self, ScoresError> {
        let (by_rules, mut roots) = Self::by_rules(judge, guard);
        let Self { mut divided, mut doubts, .. } = by_rules;
        let groups = roots.clone();
        let joined = scored::join(judge, guard, scores, &mut roots)?;
        divided.extend(joined.divided);
        doubts.extend(joined.doubts);
        let by_scores = ByScores { merges: joined.merges, groups, roots: roots.clone() };
        Ok(Self { divided, doubts, by_scores, ..Self::of_roots(&roots) })
    }

    /// How the accounts of the judge's pool, which are one customer's, grew together by scores, on from what rules and
    /// corrections joined. Accounts are named by their numbers, and a group by its first reference.
    ///
    /// # Errors
    /// The frequency classes of an account are not those of its values.
    pub fn merges(judge: &Judge<'_>, guard: &Guard, scores: &PoolScores<'_>) -> Result<Vec<Merge>, ScoresError> {
        let (_, roots) = Self::by_rules(judge, guard);
        scored::merges(judge, guard, scores, &roots)
    }

    /// The clusters by rules and corrections, and the first account of each account's cluster.
    fn by_rules(judge: &Judge<'_>, guard: &Guard) -> (Self, Vec<u32>) {
        let mut sets = UnionFind::new(judge.pool().len());
        join_by_keys_alone(judge, &mut sets);
        let shared = judge.shared_keys_with_conditions();
        let disputed = join_by_conditions(judge, &shared, &mut sets);
        for [left, right] in judge.corrections().always() {
            sets.union(left, right);
        }
        let mut roots: Vec<u32> = judge.pool().numbers().map(|account| sets.find(account)).collect();
        let whole = Self::of_roots(&roots);
        let torn = torn(judge, &disputed, &roots);
        if !guard.limits_customers() && judge.corrections().has_no_never() && torn.is_empty() {
            return (whole, roots);
        }
        let must_be_divided = |members: &[u32]| {
            exceeds(judge.pool(), members, guard)
                || judge.corrections().has_never_within(members)
                || torn.contains(&roots[members[0] as usize])
        };
        let to_divide: Vec<&[u32]> = whole.iter().filter(|members| must_be_divided(members)).collect();
        let (mut divided, mut doubts) = (Vec::new(), Vec::new());
        for members in to_divide {
            let (cut, left_out) = divide(judge, members, guard);
            if cut.limits.is_empty() && cut.parts.len() == 1 {
                continue;
            }
            for part in &cut.parts {
                let first = part.iter().min().copied().unwrap_or_default();
                part.iter().for_each(|member| roots[*member as usize] = first);
            }
            divided.push(cut);
            doubts.extend(left_out);
        }
        (Self { divided, doubts, ..Self::of_roots(&roots) }, roots)
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
        Self { members, ends, ..Self::default() }
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
///
/// Nearly all keys are such, so each account is only looked up by its keys, and no pairs are formed.
fn join_by_keys_alone(judge: &Judge<'_>, sets: &mut UnionFind) {
    let pool = judge.pool();
    let mut holders: HashTable<(Node, u32)> = HashTable::with_capacity(pool.len() as usize);
    for account in pool.numbers() {
        for key in pool.linking_keys(account).iter().filter(|key| judge.accepts_by_key_alone(key.rule)) {
            match holders.find(key.node.spread(), |(known, _)| *known == key.node) {
                Some((_, holder)) => _ = sets.union(*holder, account),
                None => {
                    holders.insert_unique(key.node.spread(), (key.node, account), |(known, _)| known.spread());
                }
            }
        }
    }
}

/// Joins accounts that share a key of a rule with conditions, if the conditions accept the pair. Gives the keys by which
/// the rule may keep some pair apart.
///
/// All pairs of a key are tried, but for those that are joined already; the limit of accounts per key bounds them.
fn join_by_conditions<'s>(judge: &Judge<'_>, shared: &'s SharedKeys, sets: &mut UnionFind) -> Vec<SharedKey<'s>> {
    let mut disputed = Vec::new();
    for key in shared.iter() {
        let comparison = judge.compare(key, |account| account);
        for (left, right) in key.pairs() {
            let (one, other) = (key.place(left), key.place(right));
            if sets.find(one) != sets.find(other) && comparison.accepts(left, right) {
                sets.union(one, other);
            }
        }
        if comparison.may_keep_apart() {
            disputed.push(key);
        }
    }
    disputed
}

/// The roots of the clusters in which a rule keeps accounts apart, or would if no other accepts them.
fn torn(judge: &Judge<'_>, disputed: &[SharedKey<'_>], roots: &[u32]) -> BTreeSet<u32> {
    let mut torn = BTreeSet::new();
    for key in disputed {
        let root = |index: usize| roots[key.place(index) as usize];
        let mut together = key.pairs().filter(|(left, right)| root(*left) == root(*right)).peekable();
        if together.peek().is_none() {
            continue;
        }
        let comparison = judge.compare(*key, |account| account);
        for (left, right) in together {
            if !torn.contains(&root(left)) && comparison.keeps_apart(left, right) {
                torn.insert(root(left));
            }
        }
    }
    torn
}

#[cfg(test)]
mod tests;
