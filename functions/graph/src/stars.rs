//! The links of accounts, as Translate and Merge write them and Link reads them.

use crate::AccountVersion;
use crate::node::Node;

/// An account's links without its match keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StarHead {
    /// The account's reference: the centre.
    pub reference: Node,
    /// Which version of the account this is.
    pub version: AccountVersion,
    /// The customer that held this version, if it is of the previous version's members.
    pub customer: Option<Node>,
}

/// An account's links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Star<'a> {
    /// All but the match keys.
    pub head: StarHead,
    /// The match keys, and the node of the account's `always` corrections if it has any.
    pub keys: &'a [Node],
    /// The mark of the account's source, if it is a member of the previous version and the source is a snapshot.
    pub source: Option<Node>,
}

impl Star<'_> {
    /// The star of a member that a snapshot replaced: any other version of the account is later, it has no keys,
    /// and it still leads to its customer, whose accounts must meet.
    pub fn replaced(&self) -> Star<'static> {
        Star { head: StarHead { version: AccountVersion::LEAST, ..self.head }, keys: &[], source: None }
    }
}

/// The links of many accounts, in the order of their lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stars {
    heads: Vec<(StarHead, usize)>,
    /// Match keys, the node of `always` corrections and, behind those of an account that has one, the mark of its source.
    keys: Vec<Node>,
}

impl Stars {
    /// Appends an account's links. Behind its match keys may come the node of its `always` corrections, and the mark
    /// of its source.
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

    /// Takes all away, but keeps the memory for others.
    pub fn clear(&mut self) {
        self.heads.clear();
        self.keys.clear();
    }

    /// Appends a star of others.
    pub fn push_star(&mut self, others: &Self, number: usize) {
        let star = others.star(number);
        self.push(
            star.head.reference,
            star.head.version,
            star.head.customer,
            star.keys.iter().copied().chain(star.source),
        );
    }

    /// How many accounts there are.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The head of the account at a line, from 0.
    #[inline]
    pub fn head(&self, number: usize) -> &StarHead {
        &self.heads[number].0
    }

    /// The links of the account at a line, from 0.
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

    /// All links in order.
    pub fn iter(&self) -> impl Iterator<Item = Star<'_>> {
        (0..self.len()).map(|number| self.star(number))
    }
}
