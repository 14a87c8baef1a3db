//! The rounds between shards: large-star and small-star.
//!
//! Kiveris, Lattanzi, Mirrokni, Rastogi and Vassilvitskii, "Connected Components in MapReduce and Beyond",
//! 2014. Alternating the two turns any graph into stars around the smallest node of each component within
//! O(log² n) rounds (in practice O(log n)), and no round has more edges than the one before it. Both look
//! at one node and its neighbours only, so a shard needs just the edges of the nodes that it owns.

use crate::node::Node;

/// An edge, seen from its first node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge(pub Node, pub Node);

/// Connects every node's larger neighbours to the smallest node among itself and its neighbours.
///
/// `edges` are all edges of the nodes of a shard, each seen from such a node. Gives edges (larger,
/// smaller), and how many of them are new.
pub fn large_star(edges: Vec<Edge>) -> (Vec<Edge>, u64) {
    let mut connected = Vec::with_capacity(edges.len() / 2);
    let mut moved = 0;
    for_each_node(edges, |node, neighbours| {
        let smallest = neighbours[0].1.min(node);
        for Edge(_, neighbour) in neighbours.iter().filter(|edge| edge.1 > node) {
            connected.push(Edge(*neighbour, smallest));
            moved += u64::from(smallest != node);
        }
    });
    (connected, moved)
}

/// Connects every node and its smaller neighbours to the smallest of them.
///
/// `edges` are all edges (larger, smaller) whose larger node a shard owns. Gives edges (larger, smaller),
/// and how many of them are new.
pub fn small_star(edges: Vec<Edge>) -> (Vec<Edge>, u64) {
    let mut connected = Vec::with_capacity(edges.len());
    let mut moved = 0;
    for_each_node(edges, |node, neighbours| {
        let smallest = neighbours[0].1;
        connected.push(Edge(node, smallest));
        for Edge(_, neighbour) in &neighbours[1..] {
            connected.push(Edge(*neighbour, smallest));
            moved += 1;
        }
    });
    (connected, moved)
}

/// Calls `visit` with each first node and its edges, sorted and without repetition.
fn for_each_node(mut edges: Vec<Edge>, mut visit: impl FnMut(Node, &[Edge])) {
    edges.sort_unstable();
    edges.dedup();
    for neighbours in edges.chunk_by(|left, right| left.0 == right.0) {
        visit(neighbours[0].0, neighbours);
    }
}
