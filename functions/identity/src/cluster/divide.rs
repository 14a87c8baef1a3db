//! Dividing a cluster at its weakest links, where it is beyond a limit or holds accounts that must be apart.

use std::collections::{BTreeMap, BTreeSet};

use onefold_config::Guard;
use onefold_graph::union_find::UnionFind;

use super::extent::{Extent, Limits};
use super::opposed::Opposed;
use super::{DividedCluster, Doubt};
use crate::judge::Judge;
use crate::question::Reason;
use crate::reference;

/// What keeps accounts apart of which people said that they are two persons'.
pub(super) const NEVER: &str = "never";

/// Builds a cluster again from its links, the strongest first, and leaves out each link that would join two
/// parts beyond a limit, or two accounts that a rule or a correction keeps apart: so it comes apart at its weakest keys.
/// No limit is named if nothing was left out. Also gives the strongest link between two parts that a limit or a rule left out.
///
/// Ties of [`Judge::links`] go by reference. What people said to be one person's is joined before all of them, whatever
/// the limits. It is Kruskal's algorithm with a condition on the trees, and a function of the set of accounts.
pub(super) fn divide(judge: &Judge<'_>, members: &[u32], guard: &Guard) -> (DividedCluster, Vec<Doubt>) {
    let sorted = by_reference(judge, members);
    let decided = judge.decide(&sorted);
    let limits = Limits::new(guard, judge.pool(), &sorted);
    let mut parts = Parts::new(judge, &sorted, &limits, decided.refused);
    parts.join_always(judge, &sorted);
    for link in decided.links {
        parts.join_unless_forbidden(link.places);
    }
    parts.finish(&sorted)
}

/// Members in the order of their references.
pub(super) fn by_reference(judge: &Judge<'_>, members: &[u32]) -> Vec<u32> {
    let mut sorted = members.to_vec();
    sorted.sort_unstable_by(|left, right| {
        reference::compare(judge.pool().reference(*left), judge.pool().reference(*right))
    });
    sorted
}

/// The `never` pairs of members, by their places.
fn never(judge: &Judge<'_>, members: &[u32]) -> Vec<(u32, u32)> {
    if judge.corrections().has_no_never() {
        return Vec::new();
    }
    let place_of: BTreeMap<u32, u32> = members.iter().copied().zip(0..).collect();
    let of = |(member, place): (&u32, u32)| {
        let others: Vec<u32> =
            judge.corrections().never(*member).filter_map(|other| place_of.get(&other).copied()).collect();
        others.into_iter().map(move |other| (place, other))
    };
    members.iter().zip(0..).flat_map(of).collect()
}

/// What a cluster comes apart into, while it is built again. Accounts are named by their places.
pub(super) struct Parts<'p, 'l> {
    sets: UnionFind,
    limits: &'p Limits<'l>,
    /// By the root of each set, as what follows.
    extents: Vec<Extent<'l>>,
    never: Opposed,
    refused: Opposed,
    /// What kept links out.
    kept_out: BTreeSet<String>,
    /// The links that were left out, the strongest first, with what did it.
    left_out: Vec<((u32, u32), String)>,
}

impl<'p, 'l> Parts<'p, 'l> {
    /// Parts of one member each. The pairs `refused` are never in one part.
    pub(super) fn new(
        judge: &Judge<'l>,
        members: &[u32],
        limits: &'p Limits<'l>,
        refused: impl IntoIterator<Item = (u32, u32)>,
    ) -> Self {
        let of = |(place, member): (usize, &u32)| limits.of(place, judge.pool().reference(*member));
        Self {
            sets: UnionFind::new(members.len() as u32),
            limits,
            extents: members.iter().enumerate().map(of).collect(),
            never: Opposed::new(members.len(), never(judge, members)),
            refused: Opposed::new(members.len(), refused),
            kept_out: BTreeSet::new(),
            left_out: Vec::new(),
        }
    }

    /// The first member of the part that a member is in.
    pub(super) fn first(&mut self, member: u32) -> u32 {
        self.sets.find(member)
    }

    /// Joins what people said to be one person's, and notes the limits that it is beyond.
    fn join_always(&mut self, judge: &Judge<'_>, members: &[u32]) {
        let mut first_of: BTreeMap<u32, u32> = BTreeMap::new();
        for (place, member) in (0..).zip(members) {
            let Some(chain) = judge.corrections().chain(*member) else { continue };
            let first = *first_of.entry(chain).or_insert(place);
            self.join(first, place);
        }
        for first in first_of.values() {
            let exceeded = self.limits.exceeded(&self.extents[self.sets.find(*first) as usize]);
            self.kept_out.extend(exceeded.map(|limit| format!("always.{limit}")));
        }
    }

    fn join_unless_forbidden(&mut self, places: (u32, u32)) {
        let (left, right) = (self.sets.find(places.0), self.sets.find(places.1));
        if left == right {
            return;
        }
        match self.forbids(left, right) {
            Some(limit) => {
                self.kept_out.insert(limit.clone());
                self.left_out.push((places, limit));
            }
            None => self.join(left, right),
        }
    }

    /// What forbids to join two parts, which are named by their first members.
    pub(super) fn forbids(&self, left: u32, right: u32) -> Option<String> {
        if self.never.has(left, right) {
            return Some(NEVER.to_owned());
        }
        if self.refused.has(left, right) {
            return Some("refused".to_owned());
        }
        self.limits.forbids(&self.extents[left as usize], &self.extents[right as usize])
    }

    /// Joins the parts of two members.
    pub(super) fn join(&mut self, left: u32, right: u32) {
        let before = [left, right].map(|member| self.sets.find(member));
        if !self.sets.union(left, right) {
            return;
        }
        let root = self.sets.find(left);
        let joined = if before[0] == root { before[1] } else { before[0] };
        let extent = std::mem::take(&mut self.extents[joined as usize]);
        self.extents[root as usize].add(extent);
        self.never.join(joined, root);
        self.refused.join(joined, root);
    }

    fn finish(mut self, members: &[u32]) -> (DividedCluster, Vec<Doubt>) {
        let doubts = self.doubts(members);
        let mut parts: Vec<Vec<u32>> = vec![Vec::new(); members.len()];
        for (place, member) in (0..).zip(members) {
            parts[self.sets.find(place) as usize].push(*member);
        }
        parts.retain(|part| !part.is_empty());
        (DividedCluster { limits: self.kept_out, parts }, doubts)
    }

    /// The strongest link between each two parts that was left out, but for what people have answered already.
    fn doubts(&mut self, members: &[u32]) -> Vec<Doubt> {
        let mut known = BTreeSet::new();
        let mut doubts = Vec::new();
        for ((left, right), limit) in std::mem::take(&mut self.left_out) {
            let (one, other) = (self.sets.find(left), self.sets.find(right));
            if one == other || limit == NEVER || !known.insert([one.min(other), one.max(other)]) {
                continue;
            }
            let accounts = [left, right].map(|place| members[place as usize]);
            doubts.push(Doubt { accounts, reason: Reason::Divided, limit: Some(limit), group_bits: None, pairs: None });
        }
        doubts
    }
}
