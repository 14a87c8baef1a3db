//! Agglomeration: the two groups of the greatest score become one, again and again.

use std::cmp::Reverse;

use super::evidence::Evidence;
use super::{DIRECT_BITS, Linkage};
use crate::Pattern;
use crate::weights::{PairScore, Score};

/// What grew of some accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grown {
    /// The groups that became one, in the order in which they did.
    pub merges: Vec<Merge>,
    /// The groups that stayed apart although the best pair of accounts across reaches the threshold, by their least
    /// accounts.
    pub apart: Vec<Merge>,
}

/// Two groups of accounts that became one, or stayed apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The least account of each, the lesser first: if they become one, it is the group's from now on.
    pub groups: [u32; 2],
    /// How many accounts each has.
    pub sizes: [u64; 2],
    /// The score of the two groups.
    pub score: Score,
    /// The two accounts across that are most alike, one of each group, and their score.
    pub direct: Direct,
}

/// The pair of accounts that links two groups most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Direct {
    /// The accounts, the lesser first. Of several pairs it is the least.
    pub accounts: [u32; 2],
    /// Their score.
    pub bits: Score,
}

/// Grows customers of accounts. Ties go by the least accounts of the groups.
///
/// `groups` has for each account the least account of the group that it is in beforehand. `pattern` compares two accounts,
/// the lesser first, and is called once a pair across groups. `join` is called for the two groups that come next. It says
/// whether they are joined; if not, it is not asked again before one of the two has changed.
///
/// It takes the memory of all pairs of groups, some 300 bytes each, and time by the square of the accounts.
pub fn grow(
    linkage: &Linkage<'_>,
    groups: &[u32],
    pattern: impl FnMut(u32, u32) -> Pattern,
    mut join: impl FnMut(&Merge) -> bool,
) -> Grown {
    let mut growth = Growth::new(linkage, groups, pattern);
    let mut merges = Vec::new();
    while let Some((left, right)) = growth.next() {
        let merge = growth.pair(left, right);
        if !join(&merge) {
            growth.keep_apart(left, right);
            continue;
        }
        merges.push(merge);
        growth.merge(left, right);
    }
    Grown { merges, apart: growth.apart() }
}

/// Groups and what their pairs say. Groups are named by their places, in the order of their least accounts.
struct Growth<'g, 'l> {
    linkage: &'g Linkage<'l>,
    /// Whether there are two accounts in all.
    is_pair: bool,
    /// By group: its least account.
    least: Vec<u32>,
    /// By group: how many accounts it has. 0 if it is a part of another one.
    sizes: Vec<u64>,
    /// By pair of groups, see [`place`].
    links: Vec<GroupLink>,
    /// What the fields say, one pair's behind the other's.
    evidence: Vec<Evidence>,
    /// By group: the best score with a group behind it, and the place of that group.
    best: Vec<Option<(Score, Reverse<usize>)>>,
}

/// How two groups stand to each other.
#[derive(Clone, Copy)]
struct GroupLink {
    direct: Direct,
    score: Score,
    may_be_joined: bool,
}

/// The place of a pair of groups among all pairs.
fn place(left: usize, right: usize) -> usize {
    let (less, greater) = if left < right { (left, right) } else { (right, left) };
    greater * (greater - 1) / 2 + less
}

impl<'g, 'l> Growth<'g, 'l> {
    fn new(linkage: &'g Linkage<'l>, groups: &[u32], mut pattern: impl FnMut(u32, u32) -> Pattern) -> Self {
        let mut least: Vec<u32> = groups.to_vec();
        least.sort_unstable();
        least.dedup();
        let group_of = |account: u32| least.partition_point(|known| *known < groups[account as usize]);
        let of_account: Vec<usize> = (0..groups.len() as u32).map(group_of).collect();
        let mut sizes = vec![0; least.len()];
        of_account.iter().for_each(|group| sizes[*group] += 1);
        let pairs = least.len() * least.len().saturating_sub(1) / 2;
        let nothing =
            GroupLink { direct: Direct { accounts: [u32::MAX; 2], bits: Score::MIN }, score: 0, may_be_joined: false };
        let mut growth = Self {
            linkage,
            is_pair: groups.len() == 2,
            sizes,
            links: vec![nothing; pairs],
            evidence: vec![Evidence::default(); pairs * linkage.has_many_values.len()],
            best: vec![None; least.len()],
            least,
        };
        for right in 1..groups.len() {
            for left in (0..right).filter(|left| of_account[*left] != of_account[right]) {
                let accounts = [left as u32, right as u32];
                let pair = place(of_account[left], of_account[right]);
                growth.note(pair, accounts, pattern(accounts[0], accounts[1]));
            }
        }
        growth.score_all();
        growth
    }

    /// Notes what two accounts say of their groups.
    fn note(&mut self, pair: usize, accounts: [u32; 2], pattern: Pattern) {
        self.links[pair].direct.take_better(Direct { accounts, bits: self.linkage.bits(pattern) });
        let fields = self.linkage.weights.fields.iter().zip(&self.linkage.has_many_values);
        let known = &mut self.evidence[pair * self.linkage.has_many_values.len()..];
        for (field, ((weights, has_many_values), known)) in fields.zip(known).enumerate() {
            known.add(Evidence::of(pattern.level(field), weights), *has_many_values);
        }
    }

    fn score_all(&mut self) {
        for right in 1..self.least.len() {
            (0..right).for_each(|left| self.score(left, right));
        }
        for group in 0..self.least.len() {
            self.best[group] = self.find_best(group);
        }
    }

    /// Scores two groups.
    fn score(&mut self, left: usize, right: usize) {
        let pair = place(left, right);
        let fields = self.linkage.has_many_values.len();
        let Linkage { weights, threshold, .. } = self.linkage;
        let mut score = PairScore { strangers: weights.strangers_prior, relatives: weights.relatives_prior };
        for evidence in &self.evidence[pair * fields..][..fields] {
            score.strangers += evidence.strangers();
            score.relatives += evidence.relatives();
        }
        score.strangers -= half_log2(self.sizes[left] * self.sizes[right]);
        let (score, direct) = (score.bits(), self.links[pair].direct.bits);
        let is_enough = if self.is_pair {
            direct >= *threshold
        } else {
            score >= *threshold && direct >= threshold.saturating_add(DIRECT_BITS)
        };
        self.links[pair].score = score;
        self.links[pair].may_be_joined = is_enough;
    }

    /// The best partner of a group among those behind it.
    fn find_best(&self, group: usize) -> Option<(Score, Reverse<usize>)> {
        let behind = (group + 1..self.least.len()).filter(|other| self.sizes[*other] > 0);
        behind.filter_map(|other| Some((self.joined_score(group, other)?, Reverse(other)))).max()
    }

    /// The score of two groups; none if they may not be joined.
    fn joined_score(&self, left: usize, right: usize) -> Option<Score> {
        let link = &self.links[place(left, right)];
        link.may_be_joined.then_some(link.score)
    }

    /// Two groups as they are now, the one with the lesser account first.
    fn pair(&self, left: usize, right: usize) -> Merge {
        let GroupLink { direct, score, .. } = self.links[place(left, right)];
        let of = [left, right];
        Merge { groups: of.map(|group| self.least[group]), sizes: of.map(|group| self.sizes[group]), score, direct }
    }

    /// The groups that are left, where a pair of accounts across reaches the threshold.
    fn apart(&self) -> Vec<Merge> {
        let left: Vec<usize> = (0..self.least.len()).filter(|group| self.sizes[*group] > 0).collect();
        let pairs =
            left.iter().enumerate().flat_map(|(at, one)| left[at + 1..].iter().map(move |other| (*one, *other)));
        pairs
            .map(|(one, other)| self.pair(one, other))
            .filter(|pair| pair.direct.bits >= self.linkage.threshold)
            .collect()
    }

    /// The two groups that come next.
    fn next(&self) -> Option<(usize, usize)> {
        let best = self.best.iter().enumerate();
        let (_, Reverse(left), right) = best
            .filter_map(|(group, best)| best.map(|(score, Reverse(other))| (score, Reverse(group), other)))
            .max_by_key(|(score, group, _)| (*score, *group))?;
        Some((left, right))
    }

    fn keep_apart(&mut self, left: usize, right: usize) {
        self.links[place(left, right)].may_be_joined = false;
        self.best[left] = self.find_best(left);
    }

    /// Joins two groups, the first of which is named by the lesser account.
    fn merge(&mut self, into: usize, from: usize) {
        self.sizes[into] += std::mem::take(&mut self.sizes[from]);
        self.best[from] = None;
        for other in (0..self.least.len()).filter(|other| *other != into) {
            if self.sizes[other] > 0 {
                self.add(place(from, other), place(into, other));
                self.score(into, other);
            }
        }
        self.best[into] = self.find_best(into);
        for other in 0..from {
            if other != into && self.sizes[other] > 0 {
                self.renew_best(other, into, from);
            }
        }
    }

    /// Adds what is known of one pair of groups to another.
    fn add(&mut self, from: usize, into: usize) {
        let direct = self.links[from].direct;
        self.links[into].direct.take_better(direct);
        let fields = self.linkage.has_many_values.len();
        for (field, has_many_values) in self.linkage.has_many_values.iter().enumerate() {
            let other = self.evidence[from * fields + field];
            self.evidence[into * fields + field].add(other, *has_many_values);
        }
    }

    /// Finds the best partner of a group again, where one that stood behind it has become a part of another.
    fn renew_best(&mut self, group: usize, into: usize, from: usize) {
        let has_lost = self.best[group].is_some_and(|(_, Reverse(partner))| partner == into || partner == from);
        if has_lost {
            self.best[group] = self.find_best(group);
        } else if group < into {
            let joined = self.joined_score(group, into).map(|score| (score, Reverse(into)));
            self.best[group] = self.best[group].max(joined);
        }
    }
}

impl Direct {
    fn take_better(&mut self, other: Self) {
        if (self.bits, Reverse(self.accounts)) < (other.bits, Reverse(other.accounts)) {
            *self = other;
        }
    }
}

/// ½·log2 of a number, in 1024ths of a bit and rounded: with integers, so that it is the same on every machine.
///
/// The digits of a logarithm come one by one as the number is squared, see Knuth, "The Art of Computer Programming",
/// volume 1, 1.2.2, exercise 25.
pub(crate) fn half_log2(number: u64) -> Score {
    let whole = number.max(1).ilog2().min(62);
    // From 1 to 2, as a multiple of 2^-62.
    let mut rest = u128::from(number.max(1)) << (62 - whole);
    // In units of 2^-10 of log2, that is of 2^-11 of its half.
    let mut digits = Score::from(whole);
    for _ in 0..10 {
        rest = (rest * rest) >> 62;
        let digit = rest >> 63;
        rest >>= digit;
        digits = 2 * digits + digit as Score;
    }
    (digits + 1) / 2
}

#[cfg(test)]
mod tests;
