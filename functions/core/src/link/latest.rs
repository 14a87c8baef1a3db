//! Dropping all but the latest version of each account.

use hashbrown::HashTable;

use super::stars::Star;
use crate::account::Version;
use crate::node::Node;

/// Nodes under dense numbers, in the order in which they first came.
#[derive(Debug, Default)]
pub(super) struct Interner {
    numbers: HashTable<u32>,
    pub(super) nodes: Vec<Node>,
}

impl Interner {
    /// An empty one with room for so many nodes.
    fn with_capacity(nodes: usize) -> Self {
        Self { numbers: HashTable::with_capacity(nodes), nodes: Vec::with_capacity(nodes) }
    }

    /// The number of a node; a new one if it has not been seen.
    pub(super) fn number(&mut self, node: Node) -> u32 {
        let nodes = &mut self.nodes;
        if let Some(number) = self.numbers.find(node.spread(), |number| nodes[*number as usize] == node) {
            return *number;
        }
        let number = nodes.len() as u32;
        nodes.push(node);
        self.numbers.insert_unique(node.spread(), number, |other| nodes[*other as usize].spread());
        number
    }
}

/// The accounts of a shard, as their links come in.
///
/// Nodes are kept once, and links are numbers: measured, all of Link takes about 90 bytes a node.
#[derive(Debug, Default)]
pub struct Latest {
    pub(super) references: Interner,
    /// Match keys and customer ids.
    pub(super) others: Interner,
    /// Latest version of each reference and the star that has it.
    latest: Vec<(Version, u32)>,
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

impl Latest {
    /// None yet, with room for so many: as these are most of Link's memory, they should not be moved as they grow.
    pub fn with_capacity(accounts: usize) -> Self {
        Self {
            references: Interner::with_capacity(accounts),
            others: Interner::with_capacity(accounts),
            latest: Vec::with_capacity(accounts),
            stars: Vec::with_capacity(accounts),
            keys: Vec::with_capacity(accounts * 2),
        }
    }

    /// Takes in the links of one more account.
    pub fn add(&mut self, star: Star<'_>) {
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
        let is_living = |version: &Version| *version != Version::LEAST && !version.is_deletion();
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
