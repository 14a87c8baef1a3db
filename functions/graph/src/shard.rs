//! The work of one shard: all of Link if it is the only shard, a part if there are several.

use super::edges::Edge;
use super::interner::{BLOCK, Interner};
use super::latest::Latest;
use crate::node::Node;
use crate::union_find::UnionFind;

/// A match key that links nothing because too many accounts share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blocked {
    /// The match key.
    pub node: Node,
    /// The number of accounts that have the key.
    pub accounts: u32,
}

/// The result of Link with one shard.
#[derive(Debug, PartialEq, Eq)]
pub struct Labels {
    /// The label of each star, in the order in which the stars came.
    pub labels: Vec<Node>,
    /// Keys that link nothing, sorted.
    pub blocked: Vec<Blocked>,
    /// The accounts that have blocked keys, as pairs: the number of a star that is the latest version of its account,
    /// and the index of a key in `blocked`.
    pub bearers: Vec<(u32, u32)>,
}

/// Labels all stars of a run with one shard.
///
/// The label of a component is its smallest node: its smallest match key if it has one.
pub fn one_shard(mut latest: Latest, max_accounts_per_key: u32) -> Labels {
    latest.close();
    Components::new(latest, max_accounts_per_key).labels().0
}

/// The components of a run with one shard, to which links between accounts are added.
#[derive(Debug)]
pub struct Components {
    latest: Latest,
    sets: UnionFind,
    /// The number of accounts of each key.
    counts: Vec<u32>,
    blocked: Vec<Blocked>,
}

impl Components {
    /// The components by match keys and customers.
    pub fn new(mut latest: Latest, max_accounts_per_key: u32) -> Self {
        latest.others.close();
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
        Self { latest, sets, counts, blocked }
    }

    /// Joins the components of two accounts, named by their references. Returns whether both are known.
    pub fn join(&mut self, left: Node, right: Node) -> bool {
        let references = &self.latest.references;
        let (Some(left), Some(right)) = (references.find(left), references.find(right)) else { return false };
        self.sets.union(left, right);
        true
    }

    /// The labels of all stars, and the labels by reference.
    pub fn labels(self) -> (Labels, ReferenceLabels) {
        let Self { latest, mut sets, counts, blocked } = self;
        let references = latest.references.nodes.len() as u32;
        let node = |number: u32| match number.checked_sub(references) {
            None => latest.references.nodes[number as usize],
            Some(other) => latest.others.nodes[other as usize],
        };
        let bearers = bearers(&latest, counts, &blocked);
        let smallest = smallest(&mut sets, node);
        let labels = latest.stars().map(|star| node(smallest[sets.find(star.reference) as usize])).collect();
        (Labels { labels, blocked, bearers }, ReferenceLabels { latest, sets, smallest })
    }
}

/// The labels of a run with one shard by reference.
#[derive(Debug)]
pub struct ReferenceLabels {
    latest: Latest,
    sets: UnionFind,
    /// By root, the number of the smallest node.
    smallest: Vec<u32>,
}

impl ReferenceLabels {
    /// The label of an account; `None` if it is unknown.
    pub fn of(&mut self, reference: Node) -> Option<Node> {
        let Latest { references, others, .. } = &self.latest;
        let smallest = self.smallest[self.sets.find(references.find(reference)?) as usize] as usize;
        references.nodes.get(smallest).or_else(|| others.nodes.get(smallest - references.nodes.len())).copied()
    }
}

/// The stars that have blocked keys. `counts` holds the number of accounts of each key.
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

/// Stands for the index of a key that is not blocked.
const OPEN: u32 = u32::MAX;

/// The number of accounts by key number, and the keys that have too many accounts.
fn count(latest: &Latest, max_accounts_per_key: u32) -> (Vec<u32>, Vec<Blocked>) {
    let mut counts = vec![0u32; latest.others.nodes.len()];
    for star in latest.stars() {
        // The node of an `always` correction is no match key, so any number of accounts may share it.
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

/// By root, the number of the smallest node of each set. Nodes instead of numbers would take four times the memory.
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

/// The edges of a shard without old versions, and the reference of each star. Each node is stored once, and an edge is
/// two numbers: 8 bytes instead of 32.
#[derive(Debug, Default)]
pub struct Spread {
    references: Vec<Node>,
    others: Vec<Node>,
    /// The reference of each star.
    stars: Vec<u32>,
    /// Pairs (match key or customer, reference).
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

    /// The reference of each star, in the order in which the stars came.
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

    /// The edge at an index, (match key or customer, reference). It goes to the shard that owns the first node.
    pub fn edge(&self, number: usize) -> Edge {
        let (other, reference) = self.edges[number];
        Edge(self.others[other as usize], self.references[reference as usize])
    }
}

/// Collects the edges that a shard will contract.
///
/// The counts are complete only if every edge comes in whose first node this shard owns.
#[derive(Debug, Default)]
pub struct Contraction {
    nodes: Interner,
    edges: Vec<(u32, u32)>,
}

impl Contraction {
    /// An empty collection with room for so many edges.
    pub fn with_capacity(edges: usize) -> Self {
        // The worst case: every edge has a key and an account of its own.
        Self { nodes: Interner::with_capacity(edges, edges * 2), edges: Vec::with_capacity(edges) }
    }

    /// Adds edges (match key or customer, reference).
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

    /// Counts the accounts per match key and drops the edges of keys that have too many. It contracts the other edges
    /// to stars around the smallest node of each local component (Łącki, Mirrokni and Włodarczyk, "Connected
    /// Components at Scale via Local Contractions", 2018).
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

/// The edges of a shard after local contraction.
#[derive(Debug, Default)]
pub struct Contracted {
    nodes: Vec<Node>,
    edges: Vec<(u32, u32)>,
    /// Keys that link nothing, sorted.
    pub blocked: Vec<Blocked>,
    /// Pairs (blocked key, reference of an account that has it).
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

    /// The edge at an index, (larger, smaller): a node and the smallest node of its local component.
    pub fn edge(&self, number: usize) -> Edge {
        let (larger, smaller) = self.edges[number];
        Edge(self.nodes[larger as usize], self.nodes[smaller as usize])
    }

    /// The number of pairs of an account and a blocked key that it has.
    pub fn bearers(&self) -> usize {
        self.bearers.len()
    }

    /// The pair at an index, (reference, blocked key). It goes to the shard that owns the reference.
    pub fn bearer(&self, number: usize) -> Edge {
        let (key, reference) = self.bearers[number];
        Edge(self.nodes[reference as usize], self.nodes[key as usize])
    }
}

/// Where a star's account is: the invocation of Partition that reads it, and its line there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Number of the Partition invocation.
    pub mapper: u32,
    /// Line among all lines of this invocation, from 0.
    pub line: u32,
}

/// The labels of nodes, from the edges of the last round.
#[derive(Debug)]
pub struct NodeLabels {
    /// (node, label), sorted.
    edges: Vec<Edge>,
}

impl NodeLabels {
    /// Keeps the edges that are labels (see [`Self::is_label`]) and sorts them.
    pub fn new(mut edges: Vec<Edge>) -> Self {
        edges.retain(Self::is_label);
        edges.sort_unstable();
        Self { edges }
    }

    /// Whether the second node of an edge is the label of its first node.
    pub fn is_label(edge: &Edge) -> bool {
        edge.0 > edge.1
    }

    /// The label of a node. A node without an edge is a component of its own and its own label.
    pub fn of(&self, node: Node) -> Node {
        let at = self.edges.partition_point(|edge| edge.0 < node);
        self.edges.get(at).filter(|edge| edge.0 == node).map_or(node, |edge| edge.1)
    }
}
