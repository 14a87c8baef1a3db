//! `held_by`: what holds the members of a customer together.

use std::collections::BTreeMap;

use crate::account::Account;
use crate::customer::Bond;
use crate::matching::{Compared, MatchKey, Matcher};
use crate::node::Node;
use crate::reference;
use crate::union_find::UnionFind;

/// A member and its keys.
pub(super) struct Holder<'h, 'k> {
    pub(super) account: &'h Account<'h>,
    /// Those that link.
    pub(super) open: &'k [MatchKey],
    /// Text fields (by number) whose value is nobody's.
    pub(super) nobodys: u16,
}

/// A smallest set of bonds that holds a cluster together: those that people said to be one person's, then the
/// shared keys: for each rule in order and each member in order of references, the bond to the first members before
/// it that the rule accepts, unless both are bound already (Kruskal's algorithm).
pub(super) fn bonds<'h>(mut members: Vec<Holder<'h, '_>>, matcher: &Matcher) -> Vec<Bond<'h>> {
    members.sort_unstable_by(|left, right| reference::compare(&left.account.reference, &right.account.reference));
    let mut sets = UnionFind::new(members.len() as u32);
    let mut bonds = Vec::with_capacity(members.len().saturating_sub(1));
    let bond = |rule: String, left: &'h Account<'h>, right: &'h Account<'h>| Bond {
        rule,
        members: [left.reference.as_ref(), right.reference.as_ref()],
    };
    let mut chains: BTreeMap<&str, u32> = BTreeMap::new();
    for (place, member) in members.iter().enumerate() {
        let Some(chain) = matcher.corrections().chain(&member.account.reference) else { continue };
        let first = *chains.entry(chain).or_insert(place as u32);
        if sets.union(first, place as u32) {
            bonds.push(bond("always".to_owned(), members[first as usize].account, member.account));
        }
    }
    for (number, rule) in matcher.rules().enumerate() {
        let mut earlier: BTreeMap<Node, Vec<(u32, Compared<'_>)>> = BTreeMap::new();
        for (place, member) in members.iter().enumerate() {
            let Some(key) = member.open.iter().find(|key| key.rule == number) else { continue };
            let compared = rule.compared(member.account, member.nobodys);
            let holders = earlier.entry(key.node).or_default();
            for (holder, other) in holders.iter() {
                if rule.refused_by(other, &compared).is_none() && sets.union(*holder, place as u32) {
                    bonds.push(bond(rule.name(), members[*holder as usize].account, member.account));
                }
            }
            // Without conditions, who has the key is joined with the first that has it, and need not be tried.
            if holders.is_empty() || !rule.conditions.is_empty() {
                holders.push((place as u32, compared));
            }
        }
    }
    bonds
}
