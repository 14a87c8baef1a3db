//! Dropping all but the latest version of each account.

use super::interner::{BLOCK, Interner};
use super::stars::Star;
use crate::AccountVersion;

/// The accounts of a shard, as their links come in.
///
/// Nodes are kept once, and links are numbers.
#[derive(Debug, Default)]
pub struct Latest {
    pub(super) references: Interner,
    /// Match keys and customer ids.
    pub(super) others: Interner,
    /// Latest version of each reference and the star that has it.
    latest: Vec<(AccountVersion, u32)>,
    /// Reference, customer (or `NONE`) and end of keys of each star.
    stars: Vec<(u32, u32, u32)>,
    keys: Vec<u32>,
}

/// No customer.
const NONE: u32 = u32::MAX;

/// A star by numbers.
pub(super) struct NumberedStar<'a> {
    pub(super) reference: u32,
    pub(super) customer: Option<u32>,
    /// Empty if the star is not the latest version of its account.
    pub(super) keys: &'a [u32],
}

impl NumberedStar<'_> {
    /// Keys, and behind them the customer.
    pub(super) fn others(&self) -> impl Iterator<Item = u32> {
        self.keys.iter().copied().chain(self.customer)
    }
}

impl Latest {
    /// None yet, with room for so many accounts and for so many keys and customers of theirs, repetitions counted: as
    /// these are most of Link's memory, they should not be moved as they grow. Room that is not used costs nothing.
    pub fn with_capacity(accounts: usize, others: usize) -> Self {
        Self {
            references: Interner::with_capacity(accounts, accounts),
            others: Interner::with_capacity(accounts.min(others), others),
            latest: Vec::with_capacity(accounts),
            stars: Vec::with_capacity(accounts),
            keys: Vec::with_capacity(others),
        }
    }

    /// Takes in the links of more accounts.
    pub fn extend<'s>(&mut self, stars: impl IntoIterator<Item = Star<'s>>) {
        let mut stars = stars.into_iter();
        let mut block = Vec::with_capacity(BLOCK);
        loop {
            block.clear();
            block.extend(stars.by_ref().take(BLOCK));
            if block.is_empty() {
                return;
            }
            self.references.expect(block.iter().map(|star| star.head.reference));
            self.others.expect(block.iter().flat_map(|star| star.head.customer.iter().chain(star.keys)).copied());
            block.iter().for_each(|star| self.add(star));
        }
    }

    fn add(&mut self, star: &Star<'_>) {
        let number = self.stars.len() as u32;
        let reference = self.references.number(star.head.reference);
        match self.latest.get_mut(reference as usize) {
            None => self.latest.push((star.head.version, number)),
            Some(latest) if latest.0 < star.head.version => *latest = (star.head.version, number),
            Some(_) => {}
        }
        let customer = star.head.customer.map_or(NONE, |customer| self.others.number(customer));
        for key in star.keys {
            let key = self.others.number(*key);
            self.keys.push(key);
        }
        self.stars.push((reference, customer, self.keys.len() as u32));
    }

    /// Gives back what is needed only to take in more.
    pub(super) fn close(&mut self) {
        self.references.close();
        self.others.close();
    }

    /// How many stars were taken in.
    pub fn len(&self) -> usize {
        self.stars.len()
    }

    /// Whether none was taken in.
    pub fn is_empty(&self) -> bool {
        self.stars.is_empty()
    }

    /// How many of the stars are not the latest version of their account.
    pub fn superseded(&self) -> usize {
        self.stars.len() - self.references.nodes.len()
    }

    /// How many accounts there are, but for those that are deleted or gone.
    pub fn living(&self) -> usize {
        let is_living = |version: &AccountVersion| *version != AccountVersion::LEAST && !version.is_deletion();
        self.latest.iter().filter(|(version, _)| is_living(version)).count()
    }

    /// The stars in the order in which they came. Those that are superseded keep their customer (their
    /// account may have to take that customer's id on) and lose their keys.
    pub(super) fn stars(&self) -> impl Iterator<Item = NumberedStar<'_>> {
        let mut start = 0;
        self.stars.iter().enumerate().map(move |(number, (reference, customer, end))| {
            let keys = &self.keys[start..*end as usize];
            start = *end as usize;
            let is_latest = self.latest[*reference as usize].1 == number as u32;
            NumberedStar {
                reference: *reference,
                customer: (*customer != NONE).then_some(*customer),
                keys: if is_latest { keys } else { &[] },
            }
        })
    }
}
