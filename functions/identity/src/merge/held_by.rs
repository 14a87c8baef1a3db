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
pub(super) fn held_by<'x>(judge: &Judge<'x>, members: &[u32], matcher: &'x Matcher) -> Vec<MemberLink<'x>> {
    if members.len() < 2 {
        return Vec::new();
    }
    let mut members = members.to_vec();
    members.sort_unstable_by(|left, right| {
        reference::compare(judge.pool().reference(*left), judge.pool().reference(*right))
    });
    let mut tree = SpanningTree::new(members.len());
    link_by_corrections(judge, &members, &mut tree);
    link_by_rules(judge, &members, &mut tree);
    let reference = |place: u32| judge.pool().reference(members[place as usize]);
    let link = |(by, left, right): (LinkedBy, u32, u32)| MemberLink {
        rule: match by {
            LinkedBy::Always => "always",
            LinkedBy::Rule(rule) => matcher.rule_name(rule),
        },
        members: [reference(left), reference(right)],
    };
    tree.links.into_iter().map(link).collect()
}

/// Members, by place, and the links that hold them together so far.
struct SpanningTree {
    sets: UnionFind,
    links: Vec<(LinkedBy, u32, u32)>,
}

impl SpanningTree {
    fn new(members: usize) -> Self {
        Self { sets: UnionFind::new(members as u32), links: Vec::with_capacity(members - 1) }
    }

    fn is_linked(&mut self, left: u32, right: u32) -> bool {
        self.sets.find(left) == self.sets.find(right)
    }

    fn link(&mut self, by: LinkedBy, left: u32, right: u32) {
        if self.sets.union(left, right) {
            self.links.push((by, left, right));
        }
    }
}

fn link_by_corrections(judge: &Judge<'_>, members: &[u32], tree: &mut SpanningTree) {
    let mut first_of: BTreeMap<u32, u32> = BTreeMap::new();
    for (place, member) in (0..).zip(members) {
        if let Some(chain) = judge.corrections().chain(*member) {
            let first = *first_of.entry(chain).or_insert(place);
            tree.link(LinkedBy::Always, first, place);
        }
    }
}

/// A member that shares a key of a rule: when its turn comes, it is linked with those before it.
struct Turn {
    rule: usize,
    place: u32,
    /// The number of the shared key, and the member's index in it.
    key: usize,
    index: usize,
}

fn link_by_rules(judge: &Judge<'_>, members: &[u32], tree: &mut SpanningTree) {
    let shared = judge.shared_keys(members);
    let compared: Vec<(SharedKey<'_>, Comparison<'_>)> =
        shared.iter().map(|key| (key, judge.compare(key, |place| members[place as usize]))).collect();
    let mut turns: Vec<Turn> = Vec::new();
    for (number, (key, _)) in compared.iter().enumerate() {
        let turn = |(index, place)| Turn { rule: key.rule(), place, key: number, index };
        turns.extend(key.places().enumerate().map(turn));
    }
    turns.sort_unstable_by_key(|turn| (turn.rule, turn.place));
    for Turn { rule, place, key, index } in turns {
        let (key, comparison) = &compared[key];
        // By the key alone, all are linked with the first that has it, and the others need not be tried.
        let earlier = if judge.accepts_by_key_alone(rule) { index.min(1) } else { index };
        for other in 0..earlier {
            if !tree.is_linked(key.place(other), place) && comparison.accepts(other, index) {
                tree.link(LinkedBy::Rule(rule), key.place(other), place);
            }
        }
    }
}
