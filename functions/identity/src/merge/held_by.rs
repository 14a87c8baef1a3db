//! `held_by`: what holds the members of a customer together.

use std::collections::BTreeMap;

use onefold_graph::node::Node;
use onefold_graph::union_find::UnionFind;

use crate::account::Account;
use crate::customer::MemberLink;
use crate::match_keys::{Compared, MatchKey, Matcher};
use crate::reference;

/// A member and its keys.
pub(super) struct Holder<'h, 'k> {
    pub(super) account: &'h Account<'h>,
    /// Those that link.
    pub(super) open: &'k [MatchKey],
    /// Text fields (by number) whose value is nobody's.
    pub(super) nobodys: u16,
}

/// A smallest set of links that holds a cluster together: those that people said to be one person's, then the
/// shared keys: for each rule in order and each member in order of references, the link to the first members before
/// it that the rule accepts, unless both are bound already (Kruskal's algorithm).
pub(super) fn held_by<'h>(mut members: Vec<Holder<'h, '_>>, matcher: &'h Matcher) -> Vec<MemberLink<'h>> {
    members.sort_unstable_by(|left, right| reference::compare(&left.account.reference, &right.account.reference));
    let mut sets = UnionFind::new(members.len() as u32);
    let mut links = Vec::with_capacity(members.len().saturating_sub(1));
    let link = |rule: &'h str, left: u32, right: u32| MemberLink {
        rule,
        members: [left, right].map(|place| members[place as usize].account.reference.as_ref()),
    };
    let mut chains: BTreeMap<&str, u32> = BTreeMap::new();
    for (place, member) in members.iter().enumerate() {
        let Some(chain) = matcher.corrections().chain(&member.account.reference) else { continue };
        let first = *chains.entry(chain).or_insert(place as u32);
        if sets.union(first, place as u32) {
            links.push(link("always", first, place as u32));
        }
    }
    let mut keyed: Vec<(Node, u32)> = Vec::with_capacity(members.len());
    let mut placed: Vec<Placed> = Vec::with_capacity(members.len());
    for (number, (rule, name)) in matcher.named_rules().enumerate() {
        keyed.clear();
        placed.clear();
        for (place, member) in members.iter().enumerate() {
            keyed.extend(member.open.iter().find(|key| key.rule == number).map(|key| (key.node, place as u32)));
        }
        keyed.sort_unstable();
        for holders in keyed.chunk_by(|left, right| left.0 == right.0) {
            let first = placed.len();
            placed.extend(holders.iter().zip(first..).map(|((_, place), own)| Placed { place: *place, first, own }));
        }
        placed.sort_unstable_by_key(|holder| holder.place);
        let has_conditions = !rule.conditions.is_empty();
        let compared = |(_, place): &(Node, u32)| {
            let member = &members[*place as usize];
            Compared::new(rule, member.account, member.nobodys)
        };
        let compared: Vec<Compared<'_>> = keyed.iter().filter(|_| has_conditions).map(compared).collect();
        for Placed { place, first, own } in placed.iter().copied() {
            // Without conditions, who has the key is joined with the first that has it, and the others need not be tried.
            let earlier = if has_conditions { first..own } else { first..own.min(first + 1) };
            for other in earlier {
                let is_accepted = !has_conditions || compared[other].refused_by(&compared[own], rule).is_none();
                let (_, holder) = keyed[other];
                if is_accepted && sets.union(holder, place) {
                    links.push(link(name, holder, place));
                }
            }
        }
    }
    links
}

/// A member that has a key of a rule: its place among the members, where those who have the key begin in the order of
/// keys, and where it is itself there.
#[derive(Clone, Copy)]
struct Placed {
    place: u32,
    first: usize,
    own: usize,
}
