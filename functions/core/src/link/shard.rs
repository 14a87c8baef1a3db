//! What one shard does: the whole work if there is one, its part if there are several.

use super::edges::Edge;
use super::interner::{BLOCK, Interner};
use super::latest::Latest;
use crate::node::Node;
use crate::union_find::UnionFind;

/// A match key that links nothing because too many accounts share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blocked {
    /// The key.
    pub node: Node,
    /// How many accounts have it.
    pub accounts: u32,
}

/// What one shard alone finds out.
#[derive(Debug, PartialEq, Eq)]
pub struct Labels {
    /// The label of each star, in the order in which they came.
    pub labels: Vec<Node>,
    /// Keys that link nothing, sorted.
    pub blocked: Vec<Blocked>,
}

/// Labels all stars of a shard that is the only one.
///
/// The label of a component is its smallest node, so its smallest match key if it has one.
pub fn one_shard(latest: &Latest, max_accounts_per_key: u32) -> Labels {
    let (counts, blocked) = count(latest, max_accounts_per_key);
    let references = latest.references.nodes.len() as u32;
    let others = latest.others.nodes.len() as u32;
    let mut sets = UnionFind::new(references + others);
    for star in latest.stars() {
        let open_keys = star.keys.iter().filter(|key| counts[**key as usize] <= max_accounts_per_key);
        for other in open_keys.chain(&star.customer) {
            sets.union(star.reference, references + other);
        }
    }
    // The number of each root's smallest node: numbers, as nodes would take four times the memory.
    let node = |number: u32| match number.checked_sub(references) {
        None => latest.references.nodes[number as usize],
        Some(other) => latest.others.nodes[other as usize],
    };
    let mut smallest: Vec<u32> = (0..references + others).collect();
    for number in 0..references + others {
        let root = sets.find(number) as usize;
        if node(number) < node(smallest[root]) {
            smallest[root] = number;
        }
    }
    let labels = latest.stars().map(|star| node(smallest[sets.find(star.reference) as usize])).collect();
    Labels { labels, blocked }
}

/// Accounts per key (by number), and the keys that have too many.
fn count(latest: &Latest, max_accounts_per_key: u32) -> (Vec<u32>, Vec<Blocked>) {
    let mut counts = vec![0u32; latest.others.nodes.len()];
    for star in latest.stars() {
        // What accounts meet at because people said so is no match key, and may have any number of them.
        for key in star.keys.iter().filter(|key| latest.others.nodes[**key as usize].is_match_key()) {
            counts[*key as usize] = counts[*key as usize].saturating_add(1);
        }
    }
    let too_many = latest.others.nodes.iter().zip(&counts).filter(|(_, accounts)| **accounts > max_accounts_per_key);
    let mut blocked: Vec<Blocked> =
        too_many.map(|(node, accounts)| Blocked { node: *node, accounts: *accounts }).collect();
    blocked.sort_unstable();
    (counts, blocked)
}

/// What a shard hands on after it has dropped old versions: its edges, and which star has which reference.
#[derive(Debug, Default)]
pub struct Spread {
    /// (match key or customer, reference); for the shard that owns the first.
    pub edges: Vec<Edge>,
    /// The reference of each star, in the order in which they came.
    pub references: Vec<Node>,
}

/// The edges of the latest versions of a shard's accounts.
pub fn spread(latest: &Latest) -> Spread {
    let mut spread = Spread::default();
    for star in latest.stars() {
        let reference = latest.references.nodes[star.reference as usize];
        spread.references.push(reference);
        for other in star.keys.iter().chain(&star.customer) {
            spread.edges.push(Edge(latest.others.nodes[*other as usize], reference));
        }
    }
    spread
}

/// What is left of a shard's edges after local contraction.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Contracted {
    /// (larger, smaller): every node of a local component to its smallest node.
    pub edges: Vec<Edge>,
    /// Keys that link nothing, sorted.
    pub blocked: Vec<Blocked>,
}

/// Counts accounts per match key, drops the edges of keys that have too many, and contracts the others to
/// stars around the smallest node of each local component (local contraction, after Łącki, Mirrokni and
/// Włodarczyk, "Connected Components at Scale via Local Contractions", 2018).
///
/// `edges` are all edges whose first node this shard owns, so the counts are complete.
pub fn contract(edges: &[Edge], max_accounts_per_key: u32) -> Contracted {
    let mut numbers = Interner::default();
    let mut numbered: Vec<(u32, u32)> = Vec::with_capacity(edges.len());
    for block in edges.chunks(BLOCK) {
        numbers.expect(block.iter().flat_map(|Edge(left, right)| [*left, *right]));
        numbered.extend(block.iter().map(|Edge(left, right)| (numbers.number(*left), numbers.number(*right))));
    }
    let mut counts = vec![0u32; numbers.nodes.len()];
    for (key, _) in &numbered {
        if numbers.nodes[*key as usize].is_match_key() {
            counts[*key as usize] = counts[*key as usize].saturating_add(1);
        }
    }
    let mut sets = UnionFind::new(numbers.nodes.len() as u32);
    for (left, right) in &numbered {
        if counts[*left as usize] <= max_accounts_per_key {
            sets.union(*left, *right);
        }
    }
    let mut smallest = numbers.nodes.clone();
    for (number, node) in numbers.nodes.iter().enumerate() {
        let root = sets.find(number as u32) as usize;
        smallest[root] = smallest[root].min(*node);
    }
    let mut contracted = Contracted::default();
    for (number, node) in numbers.nodes.iter().enumerate() {
        let label = smallest[sets.find(number as u32) as usize];
        if label != *node {
            contracted.edges.push(Edge(*node, label));
        }
        if counts[number] > max_accounts_per_key {
            contracted.blocked.push(Blocked { node: *node, accounts: counts[number] });
        }
    }
    contracted.blocked.sort_unstable();
    contracted
}

/// Where a star's account is: which invocation of Partition reads it, and at which of its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Number of the Partition invocation.
    pub mapper: u32,
    /// Line among all that it reads, from 0.
    pub line: u32,
}

/// The label of each position, from the edges that are left when nothing moves any more: a reference with
/// an edge has the label at its other end, one without is a component of its own.
pub fn label_positions(edges: &[Edge], positions: &[(Node, Position)]) -> Vec<(Position, Node)> {
    let mut sorted: Vec<Edge> = edges.iter().filter(|edge| edge.0 > edge.1).copied().collect();
    sorted.sort_unstable();
    let label = |reference: Node| {
        let at = sorted.partition_point(|edge| edge.0 < reference);
        sorted.get(at).filter(|edge| edge.0 == reference).map_or(reference, |edge| edge.1)
    };
    let mut labels: Vec<(Position, Node)> =
        positions.iter().map(|(reference, position)| (*position, label(*reference))).collect();
    labels.sort_unstable();
    labels
}
