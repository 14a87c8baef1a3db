//! The bridges of a customer: the links that hold it together alone.

use std::collections::BTreeMap;

use onefold_scoring::weights::Score;
use serde::{Deserialize, Serialize};

use super::{Explainer, GroupFinding, PairFinding};
use crate::judge::LinkedBy;

/// The most accounts of a customer whose bridges are looked for: all pairs are compared.
const ACCOUNTS_MOST: usize = 500;

/// A link without which a customer would be divided, as no other link leads from the one side to the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BridgeFinding {
    /// The link.
    pub link: PairFinding,
    /// What it holds together.
    pub groups: [GroupFinding; 2],
}

/// What links two accounts, and where it stands among all links: a greater rank is weaker.
#[derive(Clone, Copy)]
struct Edge {
    by: LinkedBy,
    rank: usize,
}

/// Accounts by number, each with those that it is linked with.
type Links = BTreeMap<u32, BTreeMap<u32, Edge>>;

impl Explainer<'_> {
    /// The weakest bridge of a customer: that of the fewest bits. Where pairs are not scored, it is the one of the fewest and
    /// latest rules. A correction is the strongest link. `None` if it has no bridge, if it has more than 500 accounts, or if
    /// it is not known how its pairs were scored.
    pub fn weakest_bridge(&self, members: &[u32]) -> Option<BridgeFinding> {
        let is_unknown = self.config.score.is_some() && self.scores.is_none();
        if members.len() > ACCOUNTS_MOST || is_unknown {
            return None;
        }
        let links = self.all_links(members)?;
        let strength = |[left, right]: &[u32; 2]| {
            let edge = links[left][right];
            let is_correction = matches!(edge.by, LinkedBy::Always);
            (is_correction, self.pair_bits(*left, *right), std::cmp::Reverse(edge.rank))
        };
        let [left, right] = bridges(&links).into_iter().min_by_key(strength)?;
        let link = self.link(left, right, links[&left][&right].by);
        let group = |from: u32, other: u32| {
            let accounts = side(&links, from, other);
            let first = accounts.iter().min().copied().unwrap_or(from);
            GroupFinding { first: self.reference(first).to_owned(), accounts: accounts.len() }
        };
        Some(BridgeFinding { link, groups: [group(left, right), group(right, left)] })
    }

    /// All links between the accounts of a customer.
    fn all_links(&self, members: &[u32]) -> Option<Links> {
        let scored = match &self.scores {
            Some(scores) => scores.links_among(self.judge.pool(), members).ok()?,
            None => Vec::new(),
        };
        let scored = scored.into_iter().map(|[left, right]| (left, right, LinkedBy::Score));
        let grown = self.links_by_scores(members).into_iter().map(|(left, right)| (left, right, LinkedBy::Score));
        let all = self.links_by_rules(members).into_iter().chain(scored).chain(grown);
        let mut links = Links::new();
        for (rank, (left, right, by)) in all.enumerate() {
            for (from, to) in [(left, right), (right, left)] {
                links.entry(from).or_default().entry(to).or_insert(Edge { by, rank });
            }
        }
        Some(links)
    }

    fn pair_bits(&self, left: u32, right: u32) -> Option<Score> {
        Some(self.scores.as_ref()?.pair(self.judge.pool(), left, right).ok()?.bits())
    }
}

/// The links without which a part would fall into two, each once. By the lowest place that a depth-first search reaches
/// (Tarjan, "A note on finding the bridges of a graph", 1974), with a stack of its own.
fn bridges(links: &Links) -> Vec<[u32; 2]> {
    // By account: its place in the search, and the lowest place that it reaches.
    let mut places: BTreeMap<u32, usize> = BTreeMap::new();
    let mut lowest: BTreeMap<u32, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for root in links.keys() {
        if places.contains_key(root) {
            continue;
        }
        let mut stack = vec![(*root, None, links[root].keys().copied())];
        places.insert(*root, places.len());
        lowest.insert(*root, places[root]);
        while let Some((account, parent, neighbours)) = stack.last_mut() {
            let (account, parent) = (*account, *parent);
            match neighbours.next() {
                Some(next) if Some(next) == parent => {}
                Some(next) => match places.get(&next).copied() {
                    Some(place) => lower(&mut lowest, account, place),
                    None => {
                        let place = places.len();
                        places.insert(next, place);
                        lowest.insert(next, place);
                        stack.push((next, Some(account), links[&next].keys().copied()));
                    }
                },
                None => {
                    stack.pop();
                    let Some(parent) = parent else { continue };
                    let reached = lowest[&account];
                    lower(&mut lowest, parent, reached);
                    if reached > places[&parent] {
                        found.push([parent.min(account), parent.max(account)]);
                    }
                }
            }
        }
    }
    found
}

fn lower(lowest: &mut BTreeMap<u32, usize>, account: u32, place: usize) {
    let known = lowest.entry(account).or_insert(place);
    *known = place.min(*known);
}

/// The accounts that are reached from one without the link to another.
fn side(links: &Links, from: u32, without: u32) -> Vec<u32> {
    let mut reached = vec![from];
    let mut next = 0;
    while let Some(account) = reached.get(next).copied() {
        next += 1;
        for other in links[&account].keys() {
            let is_cut = account == from && *other == without;
            if !is_cut && !reached.contains(other) {
                reached.push(*other);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use onefold_graph::union_find::UnionFind;
    use proptest::prelude::*;

    use super::*;

    fn graph(pairs: &[(u32, u32)]) -> Links {
        let mut links = Links::new();
        for (left, right) in pairs {
            let edge = Edge { by: LinkedBy::Rule(0), rank: 0 };
            links.entry(*left).or_default().insert(*right, edge);
            links.entry(*right).or_default().insert(*left, edge);
        }
        links
    }

    fn parts(pairs: &[(u32, u32)]) -> usize {
        let mut sets = UnionFind::new(8);
        pairs.iter().for_each(|(left, right)| _ = sets.union(*left, *right));
        (0..8).filter(|number| sets.find(*number) == *number).count()
    }

    proptest! {
        /// A bridge is a link whose removal leaves one part more.
        #[test]
        fn bridges_are_what_they_are_called(pairs in proptest::collection::btree_set((0u32..8, 0u32..8), 0..14)) {
            let mut pairs: Vec<(u32, u32)> =
                pairs.into_iter().filter(|(left, right)| left != right).map(|(a, b)| (a.min(b), a.max(b))).collect();
            pairs.sort_unstable();
            pairs.dedup();
            let divides = |pair: &&(u32, u32)| {
                let others: Vec<(u32, u32)> = pairs.iter().copied().filter(|other| other != *pair).collect();
                parts(&others) > parts(&pairs)
            };
            let expected: Vec<[u32; 2]> = pairs.iter().filter(divides).map(|(left, right)| [*left, *right]).collect();
            let links = graph(&pairs);
            let mut found = bridges(&links);
            found.sort_unstable();
            prop_assert_eq!(&found, &expected);
            for [left, right] in found {
                let sides = [side(&links, left, right), side(&links, right, left)];
                prop_assert!(sides[0].iter().all(|one| !sides[1].contains(one)));
            }
        }
    }
}
