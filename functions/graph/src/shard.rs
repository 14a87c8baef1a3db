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
    /// Who has them: the number of a star that is the latest version of its account, and the place of a key among the
    /// blocked ones.
    pub bearers: Vec<(u32, u32)>,
}

/// Labels all stars of a shard that is the only one.
///
/// The label of a component is its smallest node, so its smallest match key if it has one.
pub fn one_shard(mut latest: Latest, max_accounts_per_key: u32) -> Labels {
    latest.close();
    let (counts, blocked) = count(&latest, max_accounts_per_key);
    let references = latest.references.nodes.len() as u32;
    let others = latest.others.nodes.len() as u32;
    let mut sets = UnionFind::new(references + others);
    for star in latest.stars() {
        let open_keys = star.keys.iter().filter(|key| counts[**key as usize] <= max_accounts_per_key);
        for other in open_keys.chain(&star.customer) {
            sets.union(star.reference, references + other);
        }
    }
    let node = |number: u32| match number.checked_sub(references) {
        None => latest.references.nodes[number as usize],
        Some(other) => latest.others.nodes[other as usize],
    };
    let bearers = bearers(&latest, counts, &blocked);
    let smallest = smallest(&mut sets, node);
    let labels = latest.stars().map(|star| node(smallest[sets.find(star.reference) as usize])).collect();
    Labels { labels, blocked, bearers }
}

/// The stars that have blocked keys. `counts` are the accounts of each key.
fn bearers(latest: &Latest, counts: Vec<u32>, blocked: &[Blocked]) -> Vec<(u32, u32)> {
    if blocked.is_empty() {
        return Vec::new();
    }
    let mut places = counts;
    for (place, node) in places.iter_mut().zip(&latest.others.nodes) {
        *place = blocked.binary_search_by_key(node, |blocked| blocked.node).map_or(OPEN, |found| found as u32);
    }
    let mut bearers = Vec::with_capacity(blocked.iter().map(|blocked| blocked.accounts as usize).sum());
    for (star, keys) in (0..).zip(latest.stars().map(|star| star.keys)) {
        let of_star = keys.iter().map(|key| places[*key as usize]).filter(|place| *place != OPEN);
        bearers.extend(of_star.map(|place| (star, place)));
    }
    bearers
}

/// The place of a key that is not blocked.
const OPEN: u32 = u32::MAX;

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

/// The number of the smallest node of each set, by the set's root: numbers, as nodes would take four times the memory.
fn smallest(sets: &mut UnionFind, node: impl Fn(u32) -> Node) -> Vec<u32> {
    let nodes = sets.len() as u32;
    let mut smallest: Vec<u32> = (0..nodes).collect();
    for number in 0..nodes {
        let root = sets.find(number) as usize;
        if node(number) < node(smallest[root]) {
            smallest[root] = number;
        }
    }
    smallest
}

/// What a shard hands on after it has dropped old versions: its edges, and which star has which reference. Nodes are
/// kept once, and edges are numbers: 8 bytes, and not 32.
#[derive(Debug, Default)]
pub struct Spread {
    references: Vec<Node>,
    others: Vec<Node>,
    /// The reference of each star.
    stars: Vec<u32>,
    /// Match key or customer, and reference.
    edges: Vec<(u32, u32)>,
}

impl Spread {
    /// The edges of the latest versions of a shard's accounts.
    pub fn new(mut latest: Latest) -> Self {
        latest.close();
        let mut stars = Vec::with_capacity(latest.len());
        let mut edges = Vec::with_capacity(latest.stars().map(|star| star.others().count()).sum());
        for star in latest.stars() {
            stars.push(star.reference);
            edges.extend(star.others().map(|other| (other, star.reference)));
        }
        Self { references: latest.references.nodes, others: latest.others.nodes, stars, edges }
    }

    /// The reference of each star, in the order in which they came.
    pub fn references(&self) -> impl ExactSizeIterator<Item = Node> {
        self.stars.iter().map(|reference| self.references[*reference as usize])
    }

    /// How many edges there are.
    pub fn len(&self) -> usize {
        self.edges.len()
    }

    /// Whether there is no edge.
    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// The edge of a number, (match key or customer, reference); for the shard that owns the first.
    pub fn edge(&self, number: usize) -> Edge {
        let (other, reference) = self.edges[number];
        Edge(self.others[other as usize], self.references[reference as usize])
    }
}

/// Edges that are to be contracted, as they come in.
///
/// All edges whose first node this shard owns must come, so that its counts are complete.
#[derive(Debug, Default)]
pub struct Contraction {
    nodes: Interner,
    edges: Vec<(u32, u32)>,
}

impl Contraction {
    /// None yet, with room for so many.
    pub fn with_capacity(edges: usize) -> Self {
        // As many keys as edges, each with an account of its own, are the most that there can be.
        Self { nodes: Interner::with_capacity(edges, edges * 2), edges: Vec::with_capacity(edges) }
    }

    /// Takes in more edges.
    pub fn extend(&mut self, edges: impl IntoIterator<Item = Edge>) {
        let mut edges = edges.into_iter();
        let mut block = Vec::with_capacity(BLOCK);
        loop {
            block.clear();
            block.extend(edges.by_ref().take(BLOCK));
            if block.is_empty() {
                return;
            }
            let Self { nodes, edges } = self;
            nodes.expect(block.iter().flat_map(|Edge(left, right)| [*left, *right]));
            edges.extend(block.iter().map(|Edge(left, right)| (nodes.number(*left), nodes.number(*right))));
        }
    }

    /// Counts accounts per match key, drops the edges of keys that have too many, and contracts the others to
    /// stars around the smallest node of each local component (local contraction, after Łącki, Mirrokni and
    /// Włodarczyk, "Connected Components at Scale via Local Contractions", 2018).
    pub fn contract(self, max_accounts_per_key: u32) -> Contracted {
        let Self { mut nodes, mut edges } = self;
        nodes.close();
        let nodes = nodes.nodes;
        let mut counts = vec![0u32; nodes.len()];
        for (key, _) in edges.iter().filter(|(key, _)| nodes[*key as usize].is_match_key()) {
            counts[*key as usize] = counts[*key as usize].saturating_add(1);
        }
        let mut sets = UnionFind::new(nodes.len() as u32);
        for (left, right) in &edges {
            if counts[*left as usize] <= max_accounts_per_key {
                sets.union(*left, *right);
            }
        }
        edges.retain(|(key, _)| counts[*key as usize] > max_accounts_per_key);
        edges.shrink_to_fit();
        let bearers = edges;
        let too_many = nodes.iter().zip(&counts).filter(|(_, accounts)| **accounts > max_accounts_per_key);
        let mut blocked: Vec<Blocked> =
            too_many.map(|(node, accounts)| Blocked { node: *node, accounts: *accounts }).collect();
        blocked.sort_unstable();
        drop(counts);
        let smallest = smallest(&mut sets, |number| nodes[number as usize]);
        let labelled = (0..nodes.len() as u32).map(|number| (number, smallest[sets.find(number) as usize]));
        let edges = labelled.filter(|(number, label)| number != label).collect();
        Contracted { nodes, edges, blocked, bearers }
    }
}

/// What is left of a shard's edges after local contraction.
#[derive(Debug, Default)]
pub struct Contracted {
    nodes: Vec<Node>,
    edges: Vec<(u32, u32)>,
    /// Keys that link nothing, sorted.
    pub blocked: Vec<Blocked>,
    /// Such a key, and the reference of an account that has it.
    bearers: Vec<(u32, u32)>,
}

impl Contracted {
    /// How many edges there are.
    pub fn len(&self) -> usize {
        self.edges.len()
    }

    /// Whether there is no edge.
    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// The edge of a number, (larger, smaller): a node and the smallest node of its local component.
    pub fn edge(&self, number: usize) -> Edge {
        let (larger, smaller) = self.edges[number];
        Edge(self.nodes[larger as usize], self.nodes[smaller as usize])
    }

    /// How often an account has a blocked key.
    pub fn bearers(&self) -> usize {
        self.bearers.len()
    }

    /// The reference of an account and a blocked key that it has, by number; for the shard that owns the reference.
    pub fn bearer(&self, number: usize) -> Edge {
        let (key, reference) = self.bearers[number];
        Edge(self.nodes[reference as usize], self.nodes[key as usize])
    }
}

/// Where a star's account is: which invocation of Partition reads it, and at which of its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Number of the Partition invocation.
    pub mapper: u32,
    /// Line among all that it reads, from 0.
    pub line: u32,
}

/// The labels of nodes, from the edges that are left when nothing moves any more.
#[derive(Debug)]
pub struct NodeLabels {
    /// (node, label), sorted.
    edges: Vec<Edge>,
}

impl NodeLabels {
    /// The labels that these edges say.
    pub fn new(mut edges: Vec<Edge>) -> Self {
        edges.retain(Self::is_label);
        edges.sort_unstable();
        Self { edges }
    }

    /// Whether an edge says a label, that of its first node.
    pub fn is_label(edge: &Edge) -> bool {
        edge.0 > edge.1
    }

    /// A node's label: that at the other end of its edge. A node without one is a component of its own.
    pub fn of(&self, node: Node) -> Node {
        let at = self.edges.partition_point(|edge| edge.0 < node);
        self.edges.get(at).filter(|edge| edge.0 == node).map_or(node, |edge| edge.1)
    }
}
