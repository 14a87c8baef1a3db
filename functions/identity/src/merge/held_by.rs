//! `held_by`: what holds the members of a customer together.

use std::collections::BTreeMap;

use onefold_graph::union_find::UnionFind;

use crate::customer::MemberLink;
use crate::judge::{Comparison, Judge, LinkedBy};
use crate::match_keys::Matcher;
use crate::reference;
use crate::shared_keys::SharedKey;

/// A smallest set of links that holds a cluster together: those that people said to be one person's, then the
/// shared keys: for each rule in order and each member in order of references, the link to the first members before
/// it that the rule accepts, unless both are linked already (Kruskal's algorithm). `matcher` names the rules.
///
/// What scores joined is linked with the first member. So it depends on who the members are only, and not on weights,
/// which differ a little from run to run.
pub(super) fn held_by<'x>(judge: &Judge<'x>, members: &[u32], matcher: &'x Matcher) -> Vec<MemberLink<'x>> {
    if members.len() < 2 {
        return Vec::new();
    }
    let mut members = members.to_vec();
    members.sort_unstable_by(|left, right| {
        reference::compare(judge.pool().reference(*left), judge.pool().reference(*right))
    });
    let sets = UnionFind::new(members.len() as u32);
    let links = Vec::with_capacity(members.len() - 1);
    let mut tree = SpanningTree { judge, matcher, members: &members, sets, links };
    tree.link_by_corrections();
    tree.link_by_rules();
    tree.link_by_scores();
    tree.links
}

/// Members and the links that hold them together so far. Members are named by their places.
struct SpanningTree<'t, 'x> {
    judge: &'t Judge<'x>,
    matcher: &'x Matcher,
    members: &'t [u32],
    sets: UnionFind,
    links: Vec<MemberLink<'x>>,
}

impl<'x> SpanningTree<'_, 'x> {
    fn link_by_corrections(&mut self) {
        let mut first_of: BTreeMap<u32, u32> = BTreeMap::new();
        for (place, member) in (0..).zip(self.members) {
            if let Some(chain) = self.judge.corrections().chain(*member) {
                let first = *first_of.entry(chain).or_insert(place);
                self.link(LinkedBy::Always, first, place);
            }
        }
    }

    fn link_by_rules(&mut self) {
        let shared = self.judge.shared_keys(self.members);
        let keys: Vec<SharedKey<'_>> = shared.iter().collect();
        for keys_of_rule in keys.chunk_by(|left, right| left.rule() == right.rule()) {
            if self.is_whole() {
                break;
            }
            self.link_by_rule(keys_of_rule);
        }
    }

    /// Links members by the shared keys of one rule.
    fn link_by_rule(&mut self, keys: &[SharedKey<'_>]) {
        let (judge, members, rule) = (self.judge, self.members, keys[0].rule());
        let by_key_alone = judge.accepts_by_key_alone(rule);
        let compare = |key: &SharedKey<'_>| judge.compare(*key, |place| members[place as usize]);
        let comparisons: Vec<Comparison<'_>> = keys.iter().filter(|_| !by_key_alone).map(compare).collect();
        for Turn { place, key, index } in turns(keys, members.len()) {
            // By the key alone, all are linked with the first that has it, and the others need not be tried.
            let earlier = if by_key_alone { index.min(1) } else { index };
            for other in 0..earlier {
                let holder = keys[key].place(other);
                let is_accepted = || by_key_alone || comparisons[key].accepts(other, index);
                if self.sets.find(holder) != self.sets.find(place) && is_accepted() {
                    self.link(LinkedBy::Rule(rule), holder, place);
                }
            }
        }
    }

    fn link_by_scores(&mut self) {
        for place in 1..self.members.len() as u32 {
            if self.is_whole() {
                break;
            }
            self.link(LinkedBy::Score, 0, place);
        }
    }

    /// Whether all members are linked.
    fn is_whole(&self) -> bool {
        self.links.len() + 1 == self.members.len()
    }

    fn link(&mut self, by: LinkedBy, left: u32, right: u32) {
        if !self.sets.union(left, right) {
            return;
        }
        let rule = match by {
            LinkedBy::Always => "always",
            LinkedBy::Rule(rule) => self.matcher.rule_name(rule),
            LinkedBy::Score => "score",
        };
        let members = [left, right].map(|place| self.judge.pool().reference(self.members[place as usize]));
        self.links.push(MemberLink { rule, members });
    }
}

/// A member that shares a key: when its turn comes, it is linked with those before it.
struct Turn {
    place: u32,
    /// The number of the shared key, and the member's index in it.
    key: usize,
    index: usize,
}

/// The members that share the keys of one rule, in the order of their places.
fn turns(keys: &[SharedKey<'_>], members: usize) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::with_capacity(members);
    for (number, key) in keys.iter().enumerate() {
        turns.extend(key.places().enumerate().map(|(index, place)| Turn { place, key: number, index }));
    }
    // A member that shares several keys is linked by the one whose first holder comes first.
    turns.sort_unstable_by_key(|turn| (turn.place, keys[turn.key].place(0), turn.key));
    turns
}
