//! Data between the rounds of Link, little-endian. An edge has 32 bytes: both nodes. The position of a reference has 24
//! bytes: reference, Partition invocation and line.

use std::slice::ChunksExact;

use onefold_graph::node::Node;
use onefold_graph::{Edge, Position};

use crate::compress::FormatError;
use crate::data::links::array;

/// Bytes of an edge.
pub const EDGE_BYTES: usize = 32;
/// Bytes of a reference's position.
const POSITION_BYTES: usize = 24;

/// Appends an edge.
pub fn push(out: &mut Vec<u8>, edge: Edge) {
    out.extend_from_slice(&edge.0.bits().to_le_bytes());
    out.extend_from_slice(&edge.1.bits().to_le_bytes());
}

/// Parses edges. `key` is for the error.
///
/// # Errors
/// The bytes end inside an edge.
pub fn parse<'b>(key: &str, bytes: &'b [u8]) -> Result<impl Iterator<Item = Edge> + use<'b>, FormatError> {
    let edge = |edge: &[u8]| Edge(node(&edge[..16]), node(&edge[16..]));
    Ok(entries(key, bytes, EDGE_BYTES)?.map(edge))
}

/// Formats the positions of references.
pub fn format_positions(references: impl ExactSizeIterator<Item = (Node, Position)>) -> Vec<u8> {
    let mut out = Vec::with_capacity(references.len() * POSITION_BYTES);
    for (reference, position) in references {
        out.extend_from_slice(&reference.bits().to_le_bytes());
        out.extend_from_slice(&position.mapper.to_le_bytes());
        out.extend_from_slice(&position.line.to_le_bytes());
    }
    out
}

/// Parses the positions of references. `key` is for the error.
///
/// # Errors
/// The bytes end inside an entry.
pub fn parse_positions<'b>(
    key: &str,
    bytes: &'b [u8],
) -> Result<impl ExactSizeIterator<Item = (Node, Position)> + use<'b>, FormatError> {
    let number = |bytes: &[u8]| u32::from_le_bytes(array(bytes));
    let position = move |entry: &[u8]| Position { mapper: number(&entry[16..20]), line: number(&entry[20..]) };
    Ok(entries(key, bytes, POSITION_BYTES)?.map(move |entry| (node(&entry[..16]), position(entry))))
}

/// The entries of an object, with `entry_bytes` each.
fn entries<'b>(key: &str, bytes: &'b [u8], entry_bytes: usize) -> Result<ChunksExact<'b, u8>, FormatError> {
    let entries = bytes.chunks_exact(entry_bytes);
    if entries.remainder().is_empty() { Ok(entries) } else { Err(FormatError::new(key, "it ends within an entry")) }
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
        assert_eq!(parse("k", &out).unwrap().collect::<Vec<_>>(), edges);
    }

    #[test]
    fn positions_are_read_back() {
        let positions = [Position { mapper: 1, line: 70_000 }, Position { mapper: u32::MAX, line: 0 }];
        let expected: Vec<(Node, Position)> = NODES.into_iter().zip(positions).collect();
        let bytes = format_positions(expected.iter().copied());
        assert_eq!(parse_positions("k", &bytes).unwrap().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_cut_off_entry_is_an_error() {
        let mut edges = Vec::new();
        push(&mut edges, Edge(NODES[0], NODES[1]));
        let positions = format_positions([(NODES[0], Position { mapper: 1, line: 2 })].into_iter());
        for missing in 1..EDGE_BYTES {
            assert!(parse("k", &edges[..EDGE_BYTES - missing]).is_err(), "an edge that lacks {missing} bytes");
        }
        for missing in 1..POSITION_BYTES {
            assert!(parse_positions("k", &positions[..POSITION_BYTES - missing]).is_err(), "{missing} bytes");
        }
    }
}
