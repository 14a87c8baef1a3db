//! Chains of `always` pairs between accounts.

use std::collections::{BTreeMap, VecDeque};

use onefold_graph::union_find::UnionFind;

use crate::corrections::{Corrections, Pairs};

/// Pairs of some accounts, by number, that corrections say to be one person's: those that are written down, and what
/// else it takes for each chain to hold, where it leads over accounts that are not among them.
pub(super) fn links<'r>(
    corrections: &Corrections,
    members: &[u32],
    reference: impl Fn(u32) -> &'r str,
) -> Vec<(u32, u32)> {
    let in_chains = members.iter().filter_map(|member| Some((*member, corrections.chain(reference(*member))?)));
    let chains: Vec<(u32, &str)> = in_chains.collect();
    if chains.len() < 2 {
        return Vec::new();
    }
    let places: BTreeMap<&str, u32> =
        (0..).zip(&chains).map(|(place, (member, _))| (reference(*member), place)).collect();
    let mut sets = UnionFind::new(chains.len() as u32);
    let mut links = Vec::new();
    for pair in &corrections.pairs().always {
        if let (Some(left), Some(right)) = (places.get(pair[0].as_str()), places.get(pair[1].as_str())) {
            sets.union(*left, *right);
            links.push((chains[*left as usize].0, chains[*right as usize].0));
        }
    }
    let mut first_of: BTreeMap<&str, u32> = BTreeMap::new();
    for (place, (member, chain)) in (0..).zip(&chains) {
        let first = *first_of.entry(chain).or_insert(place);
        if sets.union(first, place) {
            links.push((chains[first as usize].0, *member));
        }
    }
    links
}

/// The accounts that a shortest chain of pairs leads over, from one account to another.
pub(super) fn over(pairs: &Pairs, from: &str, to: &str) -> Vec<String> {
    let mut neighbours: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for [left, right] in &pairs.always {
        neighbours.entry(left).or_default().push(right);
        neighbours.entry(right).or_default().push(left);
    }
    let mut reached_from: BTreeMap<&str, &str> = BTreeMap::from([(from, from)]);
    let mut queue = VecDeque::from([from]);
    while let Some(near) = queue.pop_front() {
        for far in neighbours.get(near).into_iter().flatten() {
            if !reached_from.contains_key(far) {
                reached_from.insert(far, near);
                queue.push_back(far);
            }
        }
    }
    let before = |account: &&str| reached_from.get(account).copied().filter(|before| *before != from);
    let mut over: Vec<String> = std::iter::successors(before(&to), before).map(str::to_owned).collect();
    over.reverse();
    over
}
