//! Nodes under dense numbers.

use std::hint::black_box;

use crate::node::Node;

/// Nodes under dense numbers, in the order in which they first came.
///
/// A hash table with linear probing (Knuth, *The Art of Computer Programming* 3, 6.4, algorithm L). Of millions of nodes
/// nothing is in a processor's cache, so a place holds enough of its node to tell it from nearly all others, and
/// [`Interner::expect`] fetches what many nodes need at once.
#[derive(Debug, Default)]
pub(super) struct Interner {
    /// 0 if the place is free; else a node's number and 1, and above them 32 bits of the node. A power of two of them, or
    /// none.
    places: Vec<u64>,
    pub(super) nodes: Vec<Node>,
}

/// How many stars or edges to [expect](Interner::expect) at once: enough for waiting once for the memory of all, few enough
/// for a processor's cache.
pub(super) const BLOCK: usize = 32;

/// The bits of a place that hold a number.
const NUMBER: u64 = u32::MAX as u64;

impl Interner {
    /// An empty one with room for `most` nodes, of which `expected` are looked for in what it has at first.
    ///
    /// Places double when they are full, for which no copy is needed. A vector of nodes that doubles would need one.
    pub(super) fn with_capacity(expected: usize, most: usize) -> Self {
        Self { places: vec![0; places_for(expected)], nodes: Vec::with_capacity(most) }
    }

    /// Gives the memory of the places back. Every node that comes after this is a new one, so none may come.
    pub(super) fn close(&mut self) {
        self.places = Vec::new();
    }

    /// The number of a node; a new one if it has not been seen.
    pub(super) fn number(&mut self, node: Node) -> u32 {
        if self.nodes.len() >= self.places.len() / 4 * 3 {
            self.grow();
        }
        let place = self.place(node);
        match self.places[place] {
            0 => {
                let number = self.nodes.len() as u32;
                self.places[place] = word(node, number);
                self.nodes.push(node);
                number
            }
            found => number(found),
        }
    }

    /// Has the memory fetched that these nodes will be looked for in: it waits once for all of them, as none depends on
    /// another.
    pub(super) fn expect(&self, nodes: impl Iterator<Item = Node> + Clone) {
        if self.places.is_empty() {
            return;
        }
        let first = |node| self.places[self.home(node)];
        black_box(nodes.clone().fold(0, |all, node| all ^ first(node)));
        let known = nodes.map(first).filter(|found| *found != 0);
        black_box(known.fold(0, |all, found| all ^ self.nodes[number(found) as usize].spread()));
    }

    /// Where a node is, or would be.
    fn place(&self, node: Node) -> usize {
        let mut place = self.home(node);
        loop {
            let found = self.places[place];
            let is_like = found & !NUMBER == word(node, 0) & !NUMBER;
            if found == 0 || (is_like && self.nodes[number(found) as usize] == node) {
                return place;
            }
            place = (place + 1) & (self.places.len() - 1);
        }
    }

    /// Where the search for a node begins. The lowest bits are those that the word does not hold.
    fn home(&self, node: Node) -> usize {
        (node.spread() as usize) & (self.places.len() - 1)
    }

    fn grow(&mut self) {
        // First away with the old ones: all that they say can be made anew.
        self.places = Vec::new();
        self.places = vec![0; places_for(self.nodes.len() + 1)];
        for number in 0..self.nodes.len() {
            let place = self.place(self.nodes[number]);
            self.places[place] = word(self.nodes[number], number as u32);
        }
    }
}

/// A power of two of which so many nodes take three quarters at most.
fn places_for(nodes: usize) -> usize {
    (nodes * 4).div_ceil(3).next_power_of_two().max(4)
}

/// What a place holds of a node.
fn word(node: Node, number: u32) -> u64 {
    (node.spread() & !NUMBER) | (u64::from(number) + 1)
}

fn number(word: u64) -> u32 {
    ((word & NUMBER) - 1) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Among them nodes that share what a place holds of them, and the place where the search begins.
        #[test]
        fn a_node_has_one_number(
            nodes in proptest::collection::vec((0u128..3, 0u128..3, 0u128..40), 0..200), capacity in 0usize..50
        ) {
            let mut interner = Interner::with_capacity(capacity, capacity / 2);
            let mut expected: BTreeMap<Node, u32> = BTreeMap::new();
            let nodes: Vec<Node> =
                nodes.iter().map(|(high, middle, low)| Node::from_bits(high << 64 | middle << 32 | low)).collect();
            for node in &nodes {
                interner.expect(nodes.iter().copied());
                let next = expected.len() as u32;
                prop_assert_eq!(interner.number(*node), *expected.entry(*node).or_insert(next));
            }
            prop_assert_eq!(interner.nodes.len(), expected.len());
            prop_assert!(expected.iter().all(|(node, number)| interner.nodes[*number as usize] == *node));
        }
    }
}
