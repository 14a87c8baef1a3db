//! Keeping only the latest version of each account.

use super::interner::{BLOCK, Interner};
use super::stars::Star;
use crate::AccountVersion;

/// Collects the accounts of a shard and their links.
///
/// Each node is stored once, and links refer to nodes by number.
#[derive(Debug, Default)]
pub struct Latest {
    pub(super) references: Interner,
    /// Match keys and customer ids.
    pub(super) others: Interner,
    /// By reference: its latest version, and the star that has this version.
    latest: Vec<(AccountVersion, u32)>,
    /// By star: its reference, its customer (or `NONE`), and the end of its keys in `keys`.
    stars: Vec<(u32, u32, u32)>,
    keys: Vec<u32>,
}

/// Stands for "no customer".
const NONE: u32 = u32::MAX;

/// A star whose nodes are numbers.
pub(super) struct NumberedStar<'a> {
    pub(super) reference: u32,
    pub(super) customer: Option<u32>,
    /// Empty if the star is not the latest version of its account.
    pub(super) keys: &'a [u32],
}

impl NumberedStar<'_> {
    /// The keys, then the customer if there is one.
    pub(super) fn others(&self) -> impl Iterator<Item = u32> {
        self.keys.iter().copied().chain(self.customer)
    }
}

impl Latest {
    /// An empty collection with room for `accounts` accounts and for `others` keys and customers, duplicates included.
    /// These are most of Link's memory, so they should not move as they grow. Unused room costs nothing.
    pub fn with_capacity(accounts: usize, others: usize) -> Self {
        Self {
            references: Interner::with_capacity(accounts, accounts),
            others: Interner::with_capacity(accounts.min(others), others),
            latest: Vec::with_capacity(accounts),
            stars: Vec::with_capacity(accounts),
            keys: Vec::with_capacity(others),
        }
    }

    /// Adds the links of more accounts. The order of the calls decides the numbers of the stars.
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

    /// Frees the memory that only `extend` needs.
    pub(super) fn close(&mut self) {
        self.references.close();
        self.others.close();
    }

    /// The number of stars that were added, superseded ones included.
    pub fn len(&self) -> usize {
        self.stars.len()
    }

    /// Whether no star was added.
    pub fn is_empty(&self) -> bool {
        self.stars.is_empty()
    }

    /// The number of stars that are not the latest version of their account.
    pub fn superseded(&self) -> usize {
        self.stars.len() - self.references.nodes.len()
    }

    /// The number of accounts that are neither deleted nor gone.
    pub fn living(&self) -> usize {
        let is_living = |version: &AccountVersion| *version != AccountVersion::LEAST && !version.is_deletion();
        self.latest.iter().filter(|(version, _)| is_living(version)).count()
    }

    /// The stars in the order in which they came. A superseded star loses its keys. It keeps its customer, because
    /// its account may have to take over that customer's id.
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
