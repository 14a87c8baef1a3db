//! What corrections say about the accounts of a pool, by number.

use std::collections::BTreeMap;

use crate::corrections::Corrections;

/// What corrections say about the accounts of a pool.
#[derive(Debug, Default)]
pub struct PoolCorrections {
    /// The first account of the chain of `always` pairs that an account is in.
    chains: BTreeMap<u32, u32>,
    /// The accounts that must not be in one customer with an account.
    never: BTreeMap<u32, Vec<u32>>,
}

impl PoolCorrections {
    /// What corrections say about accounts, given as references in the order of their numbers.
    pub fn new<'r>(references: impl Iterator<Item = &'r str>, corrections: &Corrections) -> Self {
        if corrections.is_empty() {
            return Self::default();
        }
        let mut found = Self::default();
        let mut first_of: BTreeMap<&str, u32> = BTreeMap::new();
        let mut named: BTreeMap<&str, u32> = BTreeMap::new();
        for (number, reference) in references.enumerate() {
            let number = number as u32;
            if let Some(chain) = corrections.chain(reference) {
                found.chains.insert(number, *first_of.entry(chain).or_insert(number));
            }
            if corrections.never(reference).next().is_some() {
                named.insert(reference, number);
            }
        }
        for (reference, number) in &named {
            let others: Vec<u32> = corrections.never(reference).filter_map(|other| named.get(other).copied()).collect();
            if !others.is_empty() {
                found.never.insert(*number, others);
            }
        }
        found
    }

    /// Each account of a chain of `always` pairs, and the first one of its chain.
    pub fn always(&self) -> impl Iterator<Item = [u32; 2]> {
        self.chains.iter().map(|(number, first)| [*first, *number])
    }

    /// The first account of the chain of `always` pairs that an account is in: it identifies the chain.
    pub fn chain(&self, number: u32) -> Option<u32> {
        self.chains.get(&number).copied()
    }

    /// The accounts that must not be in one customer with an account.
    pub fn never(&self, number: u32) -> impl Iterator<Item = u32> {
        self.never.get(&number).into_iter().flatten().copied()
    }

    /// Whether there is no `never` pair.
    pub fn has_no_never(&self) -> bool {
        self.never.is_empty()
    }

    /// Whether a `never` pair is among some accounts, which are sorted by number.
    pub fn has_never_within(&self, members: &[u32]) -> bool {
        !self.never.is_empty()
            && members.iter().any(|member| self.never(*member).any(|other| members.binary_search(&other).is_ok()))
    }
}
