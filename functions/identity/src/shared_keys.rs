//! Which accounts share a match key.

use onefold_graph::node::Node;

use crate::match_keys::MatchKey;

/// Accounts by the match keys that they hold. An account is named by its place in the list that it came in.
#[derive(Debug, Default)]
pub struct SharedKeys {
    /// Sorted.
    holders: Vec<KeyHolder>,
}

/// A key and an account that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct KeyHolder {
    rule: u32,
    node: Node,
    place: u32,
}

impl SharedKeys {
    /// Of accounts with these keys: those of the rules, by number, that are asked for.
    pub fn new<'k>(accounts: impl Iterator<Item = &'k [MatchKey]> + Clone, has_rule: impl Fn(usize) -> bool) -> Self {
        let has_rule = |key: &&MatchKey| has_rule(key.rule);
        let count = accounts.clone().flatten().filter(has_rule).count();
        let mut holders = Vec::with_capacity(count);
        for (place, keys) in accounts.enumerate() {
            let keys = keys.iter().filter(has_rule);
            holders.extend(keys.map(|key| KeyHolder { rule: key.rule as u32, node: key.node, place: place as u32 }));
        }
        holders.sort_unstable();
        Self { holders }
    }

    /// The keys that two accounts or more share, in the order of the rules.
    pub fn iter(&self) -> impl Iterator<Item = SharedKey<'_>> {
        let is_same_key = |left: &KeyHolder, right: &KeyHolder| (left.rule, left.node) == (right.rule, right.node);
        self.holders.chunk_by(is_same_key).filter(|holders| holders.len() > 1).map(|holders| SharedKey { holders })
    }
}

/// A key and the accounts that share it, two or more, in the order of their places.
#[derive(Clone, Copy, Debug)]
pub struct SharedKey<'s> {
    holders: &'s [KeyHolder],
}

impl<'s> SharedKey<'s> {
    /// The number of the key's rule.
    pub fn rule(&self) -> usize {
        self.holders[0].rule as usize
    }

    /// The key's node.
    pub fn node(&self) -> Node {
        self.holders[0].node
    }

    /// The places of the accounts.
    pub fn places(&self) -> impl ExactSizeIterator<Item = u32> + use<'s> {
        self.holders.iter().map(|holder| holder.place)
    }

    /// The place of one of the accounts.
    pub fn place(&self, index: usize) -> u32 {
        self.holders[index].place
    }

    /// All pairs of the accounts, by index: each with those behind it.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let len = self.holders.len();
        (0..len).flat_map(move |left| (left + 1..len).map(move |right| (left, right)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(rule: usize, node: u128) -> MatchKey {
        MatchKey { rule, node: Node::from_bits(node) }
    }

    #[test]
    fn accounts_that_share_a_key_come_together() {
        let accounts = [vec![key(0, 7), key(1, 3)], vec![key(1, 4)], vec![key(0, 7), key(1, 3)], vec![key(0, 7)]];
        let found = |has_rule: fn(usize) -> bool| -> Vec<(usize, Vec<u32>)> {
            let shared = SharedKeys::new(accounts.iter().map(Vec::as_slice), has_rule);
            shared.iter().map(|key| (key.rule(), key.places().collect())).collect()
        };
        assert_eq!(found(|_| true), [(0, vec![0, 2, 3]), (1, vec![0, 2])]);
        assert_eq!(found(|rule| rule == 1), [(1, vec![0, 2])]);
    }

    #[test]
    fn a_node_under_two_rules_is_two_keys() {
        let accounts = [vec![key(0, 7)], vec![key(1, 7)]];
        assert_eq!(SharedKeys::new(accounts.iter().map(Vec::as_slice), |_| true).iter().count(), 0);
    }

    #[test]
    fn each_pair_comes_once() {
        let accounts = [[key(0, 7)], [key(0, 7)], [key(0, 7)]];
        let shared = SharedKeys::new(accounts.iter().map(|keys| &keys[..]), |_| true);
        let pairs: Vec<_> = shared.iter().flat_map(|key| key.pairs()).collect();
        assert_eq!(pairs, [(0, 1), (0, 2), (1, 2)]);
    }
}
