//! What Link's rounds hand on, little-endian: edges of 32 bytes (both nodes), and the positions of
//! references, 24 bytes each (reference, Partition invocation, line).

use onefold_core::link::{Edge, Position};
use onefold_core::node::Node;

use crate::links::array;

/// Bytes of an edge.
pub const EDGE_BYTES: usize = 32;
/// Bytes of a reference's position.
const POSITION_BYTES: usize = 24;

/// Appends an edge.
pub fn push(out: &mut Vec<u8>, edge: Edge) {
    out.extend_from_slice(&edge.0.bits().to_le_bytes());
    out.extend_from_slice(&edge.1.bits().to_le_bytes());
}

/// Parses edges.
pub fn parse(bytes: &[u8]) -> Vec<Edge> {
    bytes.chunks_exact(EDGE_BYTES).map(|edge| Edge(node(&edge[..16]), node(&edge[16..]))).collect()
}

/// Formats where references are.
pub fn format_positions(references: &[Node], positions: &[Position]) -> Vec<u8> {
    let mut out = Vec::with_capacity(references.len() * POSITION_BYTES);
    for (reference, position) in references.iter().zip(positions) {
        out.extend_from_slice(&reference.bits().to_le_bytes());
        out.extend_from_slice(&position.mapper.to_le_bytes());
        out.extend_from_slice(&position.line.to_le_bytes());
    }
    out
}

/// Parses where references are.
pub fn parse_positions(bytes: &[u8]) -> Vec<(Node, Position)> {
    let number = |bytes: &[u8]| u32::from_le_bytes(array(bytes));
    let position = |entry: &[u8]| Position { mapper: number(&entry[16..20]), line: number(&entry[20..]) };
    bytes.chunks_exact(POSITION_BYTES).map(|entry| (node(&entry[..16]), position(entry))).collect()
}

fn node(bytes: &[u8]) -> Node {
    Node::from_bits(u128::from_le_bytes(array(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODES: [Node; 2] = [Node::from_bits(u128::MAX - 5), Node::from_bits(7)];

    #[test]
    fn edges_are_read_back() {
        let edges = [Edge(NODES[0], NODES[1]), Edge(NODES[1], NODES[1])];
        let mut out = Vec::new();
        edges.iter().for_each(|edge| push(&mut out, *edge));
        assert_eq!(parse(&out), edges);
    }

    #[test]
    fn positions_are_read_back() {
        let positions = [Position { mapper: 1, line: 70_000 }, Position { mapper: u32::MAX, line: 0 }];
        let expected: Vec<(Node, Position)> = NODES.into_iter().zip(positions).collect();
        assert_eq!(parse_positions(&format_positions(&NODES, &positions)), expected);
    }
}
