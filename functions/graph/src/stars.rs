//! The links of accounts. Translate and Merge write them, and Link reads them.

use crate::AccountVersion;
use crate::node::Node;

/// An account's links without its match keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StarHead {
    /// The account's reference, the centre of the star.
    pub reference: Node,
    /// The version of the account.
    pub version: AccountVersion,
    /// The account's customer in the previous version, if this is a member of that version.
    pub customer: Option<Node>,
}

/// An account's links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Star<'a> {
    /// The links without the match keys.
    pub head: StarHead,
    /// The match keys, then the node of the account's `always` corrections if it has any.
    pub keys: &'a [Node],
    /// The mark of the account's source, if it is a member of the previous version and the source is a snapshot.
    pub source: Option<Node>,
}

impl Star<'_> {
    /// The star of a member that a snapshot replaced. It has no keys, and any other version of the account is later.
    /// It keeps its customer, because the accounts of that customer must meet.
    pub fn replaced(&self) -> Star<'static> {
        Star { head: StarHead { version: AccountVersion::LEAST, ..self.head }, keys: &[], source: None }
    }
}

/// The links of many accounts, in the order of their lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stars {
    heads: Vec<(StarHead, usize)>,
    /// By account: its match keys, the node of its `always` corrections if any, and the mark of its source if any.
    keys: Vec<Node>,
}

impl Stars {
    /// Appends an account's links. After its match keys may come the node of its `always` corrections, and then the
    /// mark of its source.
    #[inline]
    pub fn push(
        &mut self,
        reference: Node,
        version: AccountVersion,
        customer: Option<Node>,
        keys: impl Iterator<Item = Node>,
    ) {
        self.keys.extend(keys);
        self.heads.push((StarHead { reference, version, customer }, self.keys.len()));
    }

    /// Removes all accounts and keeps the allocated memory.
    pub fn clear(&mut self) {
        self.heads.clear();
        self.keys.clear();
    }

    /// Appends the star at line `number` of `others`.
    pub fn push_star(&mut self, others: &Self, number: usize) {
        let star = others.star(number);
        self.push(
            star.head.reference,
            star.head.version,
            star.head.customer,
            star.keys.iter().copied().chain(star.source),
        );
    }

    /// The number of accounts.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are no accounts.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The head of the account at a line, counted from 0.
    #[inline]
    pub fn head(&self, number: usize) -> &StarHead {
        &self.heads[number].0
    }

    /// The links of the account at a line, counted from 0.
    #[inline]
    pub fn star(&self, number: usize) -> Star<'_> {
        let start = if number == 0 { 0 } else { self.heads[number - 1].1 };
        let (head, end) = self.heads[number];
        let keys = &self.keys[start..end];
        match keys.split_last() {
            Some((last, keys)) if last.is_source() => Star { head, keys, source: Some(*last) },
            _ => Star { head, keys, source: None },
        }
    }

    /// The links of all accounts, in the order of their lines.
    pub fn iter(&self) -> impl Iterator<Item = Star<'_>> {
        (0..self.len()).map(|number| self.star(number))
    }
}
