//! The rounds between shards: large-star and small-star.
//!
//! Kiveris, Lattanzi, Mirrokni, Rastogi and Vassilvitskii, "Connected Components in MapReduce and Beyond",
//! 2014. The two operations alternate. They turn any graph into stars around the smallest node of each component
//! within O(log² n) rounds (in practice O(log n)). No round has more edges than the round before it. Both
//! operations look at one node and its neighbours only, so a shard needs only the edges of its own nodes.

use crate::node::Node;

/// An edge, seen from its first node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge(pub Node, pub Node);

/// Connects every node's larger neighbours to the smallest node among itself and its neighbours.
///
/// `edges` are all edges of a shard's nodes; the shard's node comes first in each. Returns edges (larger,
/// smaller) and the number of new edges among them.
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
/// `edges` are all edges (larger, smaller) whose larger node the shard owns. Returns edges (larger, smaller)
/// and the number of new edges among them.
pub fn small_star(edges: Vec<Edge>) -> (Vec<Edge>, u64) {
    connect(edges, |neighbours| {
        let smallest = neighbours[0].1;
        for edge in &mut neighbours[1..] {
            *edge = Edge(edge.1, smallest);
        }
        (neighbours.len(), neighbours.len() - 1)
    })
}

/// Replaces the edges of each node in place, so a round needs no second list.
///
/// `of_node` gets the edges of one node, sorted and without duplicates. It overwrites the first of them with the new
/// edges. It returns how many edges it wrote and how many of them are new.
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
