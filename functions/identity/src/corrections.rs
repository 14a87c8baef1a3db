//! Corrections: what people know about pairs of accounts. Every run obeys them.
//!
//! `always` says that two accounts belong to one person, whatever the match rules say; chains of pairs count, even if an
//! account within the chain is missing. `never` says that two accounts belong to two persons.
//! Corrections hold references of accounts and no other value.

use std::collections::{BTreeMap, BTreeSet};

use onefold_graph::node::{Node, NodeHasher, NodeKind};
use serde::{Deserialize, Serialize};

use crate::reference;

/// Two references, the smaller first.
pub type Pair = [String; 2];

/// The pairs of all files, each once, sorted: `runs/<run>/corrections.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pairs {
    /// Pairs of accounts that belong to one person.
    pub always: BTreeSet<Pair>,
    /// Pairs of accounts that do not.
    pub never: BTreeSet<Pair>,
    /// Pairs of accounts that people looked at and could not decide. Nothing follows from them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub skipped: BTreeSet<Pair>,
    /// Pairs of any of the kinds that were drawn at random for a version's sample. So what was said of them is not biased.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub sampled: BTreeSet<Pair>,
}

impl Pairs {
    /// Whether none says anything.
    pub fn is_empty(&self) -> bool {
        self.always.is_empty() && self.never.is_empty()
    }

    /// A digest of the pairs that say something, to notice a change of the corrections; empty if there are none. It is keyed, so that no
    /// reference can be guessed from it.
    pub fn digest(&self, hasher: &NodeHasher) -> String {
        if self.is_empty() {
            return String::new();
        }
        digest(hasher, [("always", &self.always), ("never", &self.never)])
    }
}

/// A keyed digest of pairs. Lengths go before texts, so that no two lists are encoded alike.
fn digest<'p>(hasher: &NodeHasher, kinds: impl IntoIterator<Item = (&'p str, &'p BTreeSet<Pair>)>) -> String {
    let mut bytes = Vec::new();
    for (kind, pairs) in kinds {
        bytes.extend_from_slice(kind.as_bytes());
        for text in pairs.iter().flatten() {
            bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
    }
    hasher.node(NodeKind::MatchKey, &bytes).to_string()
}

/// Corrections by account.
#[derive(Clone, Debug, Default)]
pub struct Corrections {
    pairs: Pairs,
    /// The smallest account of the chain of `always` pairs that an account is in.
    always: BTreeMap<String, String>,
    /// The accounts that must not be in one customer with an account.
    never: BTreeMap<String, BTreeSet<String>>,
}

impl Corrections {
    /// The corrections that these pairs make.
    pub fn new(pairs: Pairs) -> Self {
        let mut never: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for [left, right] in &pairs.never {
            never.entry(left.clone()).or_default().insert(right.clone());
            never.entry(right.clone()).or_default().insert(left.clone());
        }
        Self { always: chains(&pairs.always), never, pairs }
    }

    /// The pairs, as they were given.
    pub fn pairs(&self) -> &Pairs {
        &self.pairs
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The smallest account of the chain of `always` pairs that an account is in.
    pub fn chain(&self, account: &str) -> Option<&str> {
        self.always.get(account).map(String::as_str)
    }

    /// Whether the same accounts are in the same chains of `always` pairs.
    pub fn has_chains_of(&self, other: &Self) -> bool {
        self.always == other.always
    }

    /// The accounts that must not be in one customer with an account, sorted as text.
    pub fn never(&self, account: &str) -> impl Iterator<Item = &str> {
        self.never.get(account).into_iter().flatten().map(String::as_str)
    }

    /// The node that links the accounts of a chain of `always` pairs.
    ///
    /// Its kind is that of customers: like a customer of the previous version it brings accounts together, and no limit
    /// of accounts per key applies to it. No customer's id has the same bytes.
    pub fn node(&self, account: &str, hasher: &NodeHasher) -> Option<Node> {
        let chain = self.chain(account)?;
        Some(hasher.node(NodeKind::Customer, &[b"always\0", chain.as_bytes()].concat()))
    }

    /// A digest of the pairs that change the links of accounts; empty if there are none.
    pub fn links_digest(&self, hasher: &NodeHasher) -> String {
        if self.always.is_empty() { String::new() } else { digest(hasher, [("always", &self.pairs.always)]) }
    }
}

/// The smallest account of the chain of each account.
fn chains(always: &BTreeSet<Pair>) -> BTreeMap<String, String> {
    let mut neighbours: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for [left, right] in always {
        neighbours.entry(left).or_default().push(right);
        neighbours.entry(right).or_default().push(left);
    }
    let mut chains = BTreeMap::new();
    for start in neighbours.keys() {
        if chains.contains_key(*start) {
            continue;
        }
        let mut chain = BTreeSet::from([*start]);
        let mut to_visit = vec![*start];
        while let Some(account) = to_visit.pop() {
            to_visit.extend(neighbours[account].iter().copied().filter(|other| chain.insert(other)));
        }
        let smallest = chain.iter().copied().min_by(|left, right| reference::compare(left, right)).unwrap_or(start);
        chains.extend(chain.iter().map(|account| ((*account).to_owned(), smallest.to_owned())));
    }
    chains
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(always: &[[&str; 2]], never: &[[&str; 2]]) -> Pairs {
        let owned = |pairs: &[[&str; 2]]| pairs.iter().map(|pair| pair.map(str::to_owned)).collect();
        Pairs { always: owned(always), never: owned(never), ..Pairs::default() }
    }

    fn hasher() -> NodeHasher {
        NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap()
    }

    #[test]
    fn chains_go_on_over_pairs() {
        let corrections =
            Corrections::new(pairs(&[["a:10", "b:1"], ["a:9", "b:1"], ["a:10", "a:9"], ["c:1", "c:2"]], &[]));
        for account in ["a:9", "a:10", "b:1"] {
            assert_eq!(corrections.chain(account), Some("a:9"), "{account}");
            assert_eq!(corrections.node(account, &hasher()), corrections.node("a:9", &hasher()));
        }
        assert_eq!(corrections.chain("c:2"), Some("c:1"));
        assert_ne!(corrections.node("c:1", &hasher()), corrections.node("a:9", &hasher()));
        assert_eq!((corrections.chain("a:1"), corrections.node("a:1", &hasher())), (None, None));
        let same = Corrections::new(pairs(&[["a:10", "a:9"], ["a:9", "b:1"], ["c:1", "c:2"]], &[["a:9", "c:1"]]));
        assert!(same.has_chains_of(&corrections));
        assert!(!Corrections::new(pairs(&[["a:10", "a:9"], ["a:9", "b:1"]], &[])).has_chains_of(&corrections));
    }

    #[test]
    fn never_is_known_both_ways() {
        let corrections = Corrections::new(pairs(&[], &[["a:1", "b:1"], ["a:1", "c:1"]]));
        assert_eq!(corrections.never("a:1").collect::<Vec<_>>(), ["b:1", "c:1"]);
        assert_eq!(corrections.never("c:1").collect::<Vec<_>>(), ["a:1"]);
        assert_eq!(corrections.never("d:1").count(), 0);
    }

    #[test]
    fn digests_tell_lists_apart() {
        let none = Pairs::default();
        let always = pairs(&[["a:1", "b:1"]], &[]);
        let never = pairs(&[], &[["a:1", "b:1"]]);
        assert_eq!(none.digest(&hasher()), "");
        assert_ne!(always.digest(&hasher()), never.digest(&hasher()));
        assert_eq!(Corrections::new(never).links_digest(&hasher()), "");
        let one_more = pairs(&[["a:1", "b:1"], ["a:1", "c:1"]], &[]);
        assert_ne!(always.digest(&hasher()), one_more.digest(&hasher()));
    }
}
