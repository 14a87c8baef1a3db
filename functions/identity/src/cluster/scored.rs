//! Clusters that grow by scores, on from what rules and corrections joined.

use std::collections::{BTreeMap, BTreeSet};

use onefold_config::Guard;
use onefold_scoring::customers::{Merge, ScoredLink, pieces};
use onefold_scoring::weights::{BIT, Score};

use super::divide::{NEVER, Parts, by_reference};
use super::extent::{Limits, exceeds};
use super::{Clusters, DividedCluster, Doubt};
use crate::judge::Judge;
use crate::question::Reason;
use crate::scores::{PoolScores, ScoresError};

/// How far above the threshold a merge is still worth a look, and how far below it two groups that stayed apart are: of 256
/// there, the version is expected to be wrong about one at most, if the threshold is 0.
const DOUBTFUL_BITS: Score = 8 * BIT;

/// How scores joined clusters. Accounts are named by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ByScores {
    /// The merges. Those of a cluster stand in their order.
    pub(crate) merges: Vec<ScoredMerge>,
    /// By account: the first account of the cluster that rules and corrections made.
    pub(crate) groups: Vec<u32>,
    /// By account: the first account of its cluster.
    pub(crate) roots: Vec<u32>,
}

/// Two parts of a cluster that became one by their score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScoredMerge {
    /// The score of the two parts.
    pub(crate) score: Score,
    /// The two accounts across that are most alike.
    pub(crate) accounts: [u32; 2],
    /// Their score.
    pub(crate) link: Score,
    /// How many accounts each part has.
    pub(crate) parts: [u32; 2],
}

/// What joining clusters by scores found.
#[derive(Debug, Default)]
pub(super) struct Joined {
    /// Clusters that a limit, a rule or a correction kept apart although their scores would have joined them.
    pub(super) divided: Vec<DividedCluster>,
    /// What people should look at.
    pub(super) doubts: Vec<Doubt>,
    /// See [`ByScores::merges`].
    pub(super) merges: Vec<ScoredMerge>,
}

/// Joins clusters, which are given by the first account of each account's.
///
/// # Errors
/// The frequency classes of an account are not those of its values.
pub(super) fn join(
    judge: &Judge<'_>,
    guard: &Guard,
    scores: &PoolScores<'_>,
    roots: &mut [u32],
) -> Result<Joined, ScoresError> {
    let piece_of = pieces(roots, scores.links(), scores.threshold());
    let pieces = Clusters::of_roots(&piece_of);
    let links = links_of_pairs(scores.links(), &piece_of);
    let mut joined = Joined::default();
    // By account: whether its link alone has joined it to another one.
    let mut is_of_two = vec![false; roots.len()];
    for members in pieces.iter() {
        let first = members[0];
        if members.iter().all(|member| roots[*member as usize] == first) {
            continue;
        }
        // Most pieces are of two accounts, and their link has decided.
        if let [_, second] = members
            && may_be_one(judge, guard, members)
        {
            roots[*second as usize] = first;
            let score = links[first as usize];
            joined.merges.push(ScoredMerge { score, accounts: [first, *second], link: score, parts: [1, 1] });
            is_of_two[*second as usize] = true;
            continue;
        }
        let grown = Grown::new(judge, guard, scores, members, roots)?;
        joined.divided.extend(grown.divided());
        joined.doubts.extend(grown.doubts(scores.threshold()));
        joined.merges.extend(grown.scored_merges());
        grown.set_roots(roots);
    }
    joined.doubts.extend(links_in_doubt(scores, &piece_of, &is_of_two));
    Ok(joined)
}

/// By the first account of a piece of two accounts: the score of the two.
fn links_of_pairs(links: &[ScoredLink], pieces: &[u32]) -> Vec<Score> {
    let mut scores = vec![0; pieces.len()];
    for ScoredLink { accounts: [left, right], bits } in links {
        if pieces[*left as usize] == pieces[*right as usize] {
            scores[*left.min(right) as usize] = *bits;
        }
    }
    scores
}

/// The weak links that alone join two accounts, and those between pieces.
fn links_in_doubt(scores: &PoolScores<'_>, piece_of: &[u32], is_of_two: &[bool]) -> Vec<Doubt> {
    let most = scores.threshold().saturating_add(DOUBTFUL_BITS);
    let doubt = |link: &ScoredLink| {
        let [left, right] = link.accounts;
        if piece_of[left as usize] != piece_of[right as usize] {
            return Some(Doubt::apart(link.accounts, None, None));
        }
        let is_bridge = is_of_two[left.max(right) as usize] && link.bits < most;
        is_bridge.then(|| Doubt::bridge(link.accounts, link.bits, 1))
    };
    scores.links().iter().filter_map(doubt).collect()
}

/// The merges by which all accounts of a pool grow together, named by their numbers. `groups` has the first account of the
/// cluster that each is in beforehand.
///
/// # Errors
/// The frequency classes of an account are not those of its values.
pub(super) fn merges(
    judge: &Judge<'_>,
    guard: &Guard,
    scores: &PoolScores<'_>,
    groups: &[u32],
) -> Result<Vec<Merge>, ScoresError> {
    let all: Vec<u32> = judge.pool().numbers().collect();
    let mut grown = Grown::new(judge, guard, scores, &all, groups)?;
    let number = |place: u32| grown.members[place as usize];
    for merge in &mut grown.merges {
        merge.groups = merge.groups.map(number);
        merge.direct.accounts = merge.direct.accounts.map(number);
    }
    Ok(grown.merges)
}

impl Doubt {
    /// Of two customers; `group_bits` is their score, if it is known.
    fn apart(accounts: [u32; 2], limit: Option<String>, group_bits: Option<Score>) -> Self {
        let reason = if limit.is_some() { Reason::Divided } else { Reason::Doubtful };
        Self { accounts, reason, limit, group_bits, pairs: None }
    }

    /// Of a merge with this score, with so many pairs of accounts across.
    fn bridge(accounts: [u32; 2], group_bits: Score, pairs: u64) -> Self {
        Self { accounts, reason: Reason::Bridge, limit: None, group_bits: Some(group_bits), pairs: Some(pairs) }
    }
}

/// Whether nothing keeps any of some accounts apart.
fn may_be_one(judge: &Judge<'_>, guard: &Guard, members: &[u32]) -> bool {
    !exceeds(judge.pool(), members, guard)
        && !judge.corrections().has_never_within(members)
        && (!judge.may_keep_apart() || judge.decide(members).refused.is_empty())
}

/// What accounts grew into. They are named by their places, in the order of their references.
struct Grown {
    members: Vec<u32>,
    merges: Vec<Merge>,
    /// The groups that stayed apart although a link connects them.
    apart: Vec<Merge>,
    /// By place: the first place of its group.
    firsts: Vec<u32>,
    /// The groups that were not joined: one of each, and the limit.
    kept_apart: Vec<(String, [u32; 2])>,
}

impl Grown {
    fn new(
        judge: &Judge<'_>,
        guard: &Guard,
        scores: &PoolScores<'_>,
        members: &[u32],
        roots: &[u32],
    ) -> Result<Self, ScoresError> {
        let members = by_reference(judge, members);
        let groups = groups(&members, roots);
        let limits = Limits::new(guard, judge.pool(), &members);
        let mut parts = Parts::new(judge, &members, &limits, judge.decide(&members).refused);
        (0..).zip(&groups).for_each(|(place, group)| parts.join(*group, place));
        let mut kept_apart = Vec::new();
        let grown = scores.grow(judge.pool(), &members, &groups, |merge| {
            let [left, right] = merge.groups;
            let Some(limit) = parts.forbids(left, right) else {
                parts.join(left, right);
                return true;
            };
            kept_apart.push((limit, [left, right]));
            false
        })?;
        let firsts = (0..members.len() as u32).map(|place| parts.first(place)).collect();
        Ok(Self { members, merges: grown.merges, apart: grown.apart, firsts, kept_apart })
    }

    fn first(&self, place: u32) -> u32 {
        self.firsts[place as usize]
    }

    /// The merges, by the numbers of accounts.
    fn scored_merges(&self) -> impl Iterator<Item = ScoredMerge> {
        self.merges.iter().map(|merge| ScoredMerge {
            score: merge.score,
            accounts: merge.direct.accounts.map(|place| self.members[place as usize]),
            link: merge.direct.bits,
            parts: merge.sizes.map(|accounts| accounts as u32),
        })
    }

    /// The groups that were kept apart and are so still, with what did it.
    fn divided(&self) -> Option<DividedCluster> {
        let is_apart = |(_, [left, right]): &&(String, [u32; 2])| self.first(*left) != self.first(*right);
        let kept_apart = || self.kept_apart.iter().filter(is_apart);
        let groups: BTreeSet<u32> =
            kept_apart().flat_map(|(_, places)| places).map(|place| self.first(*place)).collect();
        let members = |group: &u32| {
            let places = (0..self.members.len()).filter(|place| self.firsts[*place] == *group);
            places.map(|place| self.members[place]).collect()
        };
        let limits = kept_apart().map(|(limit, _)| limit.clone()).collect();
        (!groups.is_empty()).then(|| DividedCluster { limits, parts: groups.iter().map(members).collect() })
    }

    /// What people should look at: weak merges, and groups that stayed apart.
    fn doubts(&self, threshold: Score) -> Vec<Doubt> {
        let number = |place: u32| self.members[place as usize];
        let weak = self.merges.iter().filter(|merge| merge.score < threshold.saturating_add(DOUBTFUL_BITS));
        let bridges = weak.map(|merge| {
            let [left, right] = merge.sizes;
            Doubt::bridge(merge.direct.accounts.map(number), merge.score, left * right)
        });
        let limits = self.limits();
        let near = self.apart.iter().filter(|pair| pair.score >= threshold.saturating_sub(DOUBTFUL_BITS));
        let apart = near.filter_map(|pair| {
            let limit = limits.get(&self.sorted_firsts(pair.groups)).copied();
            // What people have answered already is not asked again.
            let is_answered = limit.is_some_and(|limit| limit == NEVER);
            let limit = limit.map(str::to_owned);
            (!is_answered).then(|| Doubt::apart(pair.direct.accounts.map(number), limit, Some(pair.score)))
        });
        bridges.chain(apart).collect()
    }

    /// What keeps groups apart, by their first places.
    fn limits(&self) -> BTreeMap<[u32; 2], &str> {
        self.kept_apart.iter().map(|(limit, places)| (self.sorted_firsts(*places), limit.as_str())).collect()
    }

    fn sorted_firsts(&self, places: [u32; 2]) -> [u32; 2] {
        let [left, right] = places.map(|place| self.first(place));
        [left.min(right), left.max(right)]
    }

    /// Sets the first account of each account's cluster.
    fn set_roots(&self, roots: &mut [u32]) {
        let mut least: BTreeMap<u32, u32> = BTreeMap::new();
        for (first, member) in self.firsts.iter().zip(&self.members) {
            let known = least.entry(*first).or_insert(*member);
            *known = (*known).min(*member);
        }
        for (first, member) in self.firsts.iter().zip(&self.members) {
            roots[*member as usize] = least[first];
        }
    }
}

/// By place: the first place of the group that a member is in.
fn groups(members: &[u32], roots: &[u32]) -> Vec<u32> {
    let mut first_of: BTreeMap<u32, u32> = BTreeMap::new();
    let places = (0..).zip(members);
    places.map(|(place, member)| *first_of.entry(roots[*member as usize]).or_insert(place)).collect()
}

#[cfg(test)]
mod tests;
