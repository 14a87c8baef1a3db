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
    connect(edges, |neighbours| {
        let Edge(node, first) = neighbours[0];
        let smallest = first.min(node);
        let mut connected = 0;
        for number in 0..neighbours.len() {
            let neighbour = neighbours[number].1;
            if neighbour > node {
                neighbours[connected] = Edge(neighbour, smallest);
                connected += 1;
            }
        }
        (connected, if smallest == node { 0 } else { connected })
    })
}

/// Connects every node and its smaller neighbours to the smallest of them.
///
/// `edges` are all edges (larger, smaller) whose larger node a shard owns. Gives edges (larger, smaller),
/// and how many of them are new.
pub fn small_star(edges: Vec<Edge>) -> (Vec<Edge>, u64) {
    connect(edges, |neighbours| {
        let smallest = neighbours[0].1;
        for edge in &mut neighbours[1..] {
            *edge = Edge(edge.1, smallest);
        }
        (neighbours.len(), neighbours.len() - 1)
    })
}

/// Puts other edges in the place of each node's edges, which are sorted and without repetition: `of_node` writes them
/// over the first of these, and says how many there are and how many are new. So a round needs no second list.
fn connect(mut edges: Vec<Edge>, of_node: impl Fn(&mut [Edge]) -> (usize, usize)) -> (Vec<Edge>, u64) {
    edges.sort_unstable();
    edges.dedup();
    let (mut start, mut written, mut moved) = (0, 0, 0);
    while let Some(Edge(node, _)) = edges.get(start).copied() {
        let length = edges[start..].iter().take_while(|edge| edge.0 == node).count();
        let (connected, new) = of_node(&mut edges[start..start + length]);
        edges.copy_within(start..start + connected, written);
        written += connected;
        moved += new as u64;
        start += length;
    }
    edges.truncate(written);
    (edges, moved)
}
