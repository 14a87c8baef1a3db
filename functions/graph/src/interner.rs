//! A table that gives nodes dense numbers.

use std::hint::black_box;

use crate::node::Node;

/// Gives each node a dense number, in the order in which the nodes first came.
///
/// A hash table with linear probing (Knuth, *The Art of Computer Programming* 3, 6.4, algorithm L). Millions of nodes
/// do not fit into a processor's cache. So a place holds enough bits of its node to tell it from nearly all others, and
/// [`Interner::expect`] fetches the memory for many nodes at once.
#[derive(Debug, Default)]
pub(super) struct Interner {
    /// A free place is 0. A used place holds a node's number plus 1 in its low 32 bits, and 32 bits of the node above
    /// them. The number of places is a power of two, or 0.
    places: Vec<u64>,
    pub(super) nodes: Vec<Node>,
}

/// How many stars or edges to [expect](Interner::expect) at once: enough to share one wait for memory, and few enough
/// for a processor's cache.
pub(super) const BLOCK: usize = 32;

/// The bits of a place that hold a node's number plus 1.
const NUMBER: u64 = u32::MAX as u64;

impl Interner {
    /// An empty table with room for `most` nodes. It starts with places for `expected` nodes.
    ///
    /// The places double when they are full, and that needs no copy. The vector of nodes would need a copy to double,
    /// so it gets its full capacity now.
    pub(super) fn with_capacity(expected: usize, most: usize) -> Self {
        Self { places: vec![0; places_for(expected)], nodes: Vec::with_capacity(most) }
    }

    /// Frees the memory of the places. No node may be looked up after this: each would count as a new one.
    pub(super) fn close(&mut self) {
        self.places = Vec::new();
    }

    /// The number of a node. A node that was not seen before gets the next number.
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

    /// The number of a node; `None` if it was not seen before, or if the table is closed.
    pub(super) fn find(&self, node: Node) -> Option<u32> {
        if self.places.is_empty() {
            return None;
        }
        let found = self.places[self.place(node)];
        (found != 0).then(|| number(found))
    }

    /// Fetches the memory that the lookups of these nodes will read. The fetches do not depend on each other, so the
    /// processor waits only once for all of them.
    pub(super) fn expect(&self, nodes: impl Iterator<Item = Node> + Clone) {
        if self.places.is_empty() {
            return;
        }
        let first = |node| self.places[self.home(node)];
        black_box(nodes.clone().fold(0, |all, node| all ^ first(node)));
        let known = nodes.map(first).filter(|found| *found != 0);
        black_box(known.fold(0, |all, found| all ^ self.nodes[number(found) as usize].spread()));
    }

    /// The place that holds a node, or the free place where it belongs.
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

    /// The place where the search for a node begins. It comes from low bits of the node that a place does not hold.
    fn home(&self, node: Node) -> usize {
        (node.spread() as usize) & (self.places.len() - 1)
    }

    fn grow(&mut self) {
        // Free the old places before the new ones are allocated: everything in them can be computed again.
        self.places = Vec::new();
        self.places = vec![0; places_for(self.nodes.len() + 1)];
        for number in 0..self.nodes.len() {
            let place = self.place(self.nodes[number]);
            self.places[place] = word(self.nodes[number], number as u32);
        }
    }
}

/// The number of places for so many nodes: a power of two, and at most three quarters of it are used.
fn places_for(nodes: usize) -> usize {
    (nodes * 4).div_ceil(3).next_power_of_two().max(4)
}

/// The content of a node's place.
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
                prop_assert_eq!(interner.find(*node), expected.get(node).copied());
                prop_assert_eq!(interner.number(*node), *expected.entry(*node).or_insert(next));
                prop_assert_eq!(interner.find(*node), expected.get(node).copied());
            }
            prop_assert_eq!(interner.nodes.len(), expected.len());
            prop_assert!(expected.iter().all(|(node, number)| interner.nodes[*number as usize] == *node));
        }
    }
}
