//! The merges of a slice that may be among the weakest of a version.

use std::collections::BTreeMap;

use onefold_graph::union_find::UnionFind;

use super::clustered::Clustered;
use crate::cluster::ScoredMerge;
use crate::statistics::{CustomerStatistics, WEAKEST_MAX, WeakMerge, Weakest};

/// The weakest merges of a slice.
pub(super) struct WeakMerges<'s> {
    clustered: &'s Clustered<'s>,
    /// By the first account of the cluster.
    by_cluster: BTreeMap<u32, Vec<ScoredMerge>>,
    /// The links of these clusters: the first account of the cluster, and two accounts.
    links: Vec<(u32, [u32; 2])>,
}

impl<'s> WeakMerges<'s> {
    /// Those among the merges of a slice that are no stronger than what is known.
    pub(super) fn new(clustered: &'s Clustered<'s>, known: &Weakest) -> Self {
        let score_max = known.score_max();
        let by_scores = &clustered.clusters.by_scores;
        let merges = by_scores.merges.iter().filter(|merge| merge.score <= score_max);
        let mut merges: Vec<ScoredMerge> = merges.copied().collect();
        merges.sort_by(|one, other| {
            let references = |merge: &ScoredMerge| sorted_references(clustered, merge);
            one.score.cmp(&other.score).then_with(|| references(one).cmp(&references(other)))
        });
        merges.truncate(WEAKEST_MAX);
        let root = |account: u32| by_scores.roots[account as usize];
        let mut by_cluster: BTreeMap<u32, Vec<ScoredMerge>> = BTreeMap::new();
        for merge in merges {
            by_cluster.entry(root(merge.accounts[0])).or_default().push(merge);
        }
        let mut links = Vec::new();
        if let Some(scores) = clustered.scores.as_ref().filter(|_| !by_cluster.is_empty()) {
            let own = scores.links().iter().map(|link| (root(link.accounts[0]), link.accounts));
            links.extend(own.filter(|(root, _)| by_cluster.contains_key(root)));
        }
        Self { clustered, by_cluster, links }
    }

    /// Adds the weak merges of a customer.
    pub(super) fn note(&self, members: &[u32], customer_id: &str, statistics: &mut CustomerStatistics) {
        let Some(merges) = members.first().and_then(|first| self.by_cluster.get(first)) else { return };
        for merge in merges {
            let mut parts = merge.parts.map(u64::from);
            parts.sort_unstable();
            statistics.weakest.push(WeakMerge {
                score: merge.score,
                accounts: sorted_references(self.clustered, merge).map(str::to_owned),
                link: merge.link,
                parts,
                customer: customer_id.to_owned(),
                members: members.len() as u64,
                is_bridge: self.is_bridge(members, merge.accounts),
            });
        }
    }

    /// Whether two accounts of a customer are held together by nothing but what they are to each other.
    fn is_bridge(&self, members: &[u32], accounts: [u32; 2]) -> bool {
        let place = |account: u32| members.binary_search(&account).ok().map(|place| place as u32);
        let mut sets = UnionFind::new(members.len() as u32);
        let mut join = |left: u32, right: u32| {
            if let (Some(left), Some(right)) = (place(left), place(right)) {
                sets.union(left, right);
            }
        };
        let groups = &self.clustered.clusters.by_scores.groups;
        members.iter().for_each(|member| join(*member, groups[*member as usize]));
        let is_other = |pair: &[u32; 2]| *pair != accounts && *pair != [accounts[1], accounts[0]];
        for (_, [left, right]) in self.links.iter().filter(|(root, pair)| *root == members[0] && is_other(pair)) {
            join(*left, *right);
        }
        let [Some(left), Some(right)] = accounts.map(place) else { return false };
        sets.find(left) != sets.find(right)
    }
}

fn sorted_references<'a>(clustered: &'a Clustered<'_>, merge: &ScoredMerge) -> [&'a str; 2] {
    let mut references = merge.accounts.map(|account| clustered.judge.pool().account(account).reference.as_ref());
    references.sort_unstable();
    references
}
