//! Edges between rounds: a shuffle object a shard, with a frame for each shard that gets them.

use onefold_core::link::{Edge, Position};
use onefold_core::node::Node;
use onefold_lake::receipt::Moved;
use onefold_lake::shuffle::{self, ShuffleWriter};
use onefold_lake::{Condition, RunId, keys};
use onefold_shell::{Context, StageError};

const EDGE_BYTES: usize = 32;
const POSITION_BYTES: usize = 24;

/// Edges on their way to the shards that get them.
pub(crate) struct Outbox {
    frames: Vec<Vec<u8>>,
}

impl Outbox {
    pub(crate) fn new(shards: u32) -> Self {
        Self { frames: vec![Vec::new(); shards as usize] }
    }

    /// Sends an edge to the shard that owns its first node.
    pub(crate) fn send(&mut self, edge: Edge) {
        let shard = edge.0.shard(self.frames.len() as u32) as usize;
        self.frames[shard].extend_from_slice(&edge.0.bits().to_le_bytes());
        self.frames[shard].extend_from_slice(&edge.1.bits().to_le_bytes());
    }

    /// Sends an edge to the shards of both nodes, seen from each.
    pub(crate) fn send_to_both(&mut self, edge: Edge) {
        self.send(edge);
        self.send(Edge(edge.1, edge.0));
    }

    /// Writes the frames of one shard.
    pub(crate) async fn write(
        self,
        run: &RunId,
        round: u32,
        shard: u32,
        context: &Context,
        moved: &mut Moved,
    ) -> Result<(), StageError> {
        let mut writer = ShuffleWriter::new()?;
        for frame in &self.frames {
            moved.records_out += (frame.len() / EDGE_BYTES) as u64;
            writer.frame(frame)?;
        }
        let bytes = writer.finish()?;
        moved.bytes_out += bytes.len() as u64;
        context.store.put(&keys::link_round(run, round, shard, "edges"), bytes.into(), Condition::Always).await?;
        Ok(())
    }
}

/// Reads the edges that all shards sent to one in a round.
pub(crate) async fn read(
    run: &RunId,
    round: u32,
    shard: u32,
    shards: u32,
    context: &Context,
    moved: &mut Moved,
) -> Result<Vec<Edge>, StageError> {
    let mut bytes = Vec::new();
    for sender in 0..shards {
        let key = keys::link_round(run, round, sender, "edges");
        moved.bytes_in += shuffle::read(context.store.as_ref(), &key, shard, shards, &mut bytes).await?;
    }
    let edges: Vec<Edge> =
        bytes.chunks_exact(EDGE_BYTES).map(|edge| Edge(node(&edge[..16]), node(&edge[16..]))).collect();
    moved.records_in += edges.len() as u64;
    Ok(edges)
}

/// Formats where the references of a shard are.
pub(crate) fn format_positions(references: &[Node], positions: &[Position]) -> Vec<u8> {
    let mut out = Vec::with_capacity(references.len() * POSITION_BYTES);
    for (reference, position) in references.iter().zip(positions) {
        out.extend_from_slice(&reference.bits().to_le_bytes());
        out.extend_from_slice(&position.mapper.to_le_bytes());
        out.extend_from_slice(&position.line.to_le_bytes());
    }
    out
}

/// Parses where the references of a shard are.
pub(crate) fn parse_positions(bytes: &[u8]) -> Vec<(Node, Position)> {
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0u32, |number, byte| number << 8 | u32::from(*byte));
    bytes
        .chunks_exact(POSITION_BYTES)
        .map(|entry| (node(&entry[..16]), Position { mapper: number(&entry[16..20]), line: number(&entry[20..]) }))
        .collect()
}

fn node(bytes: &[u8]) -> Node {
    Node::from_bits(bytes.iter().rev().fold(0u128, |bits, byte| bits << 8 | u128::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_back() {
        let references = [Node::from_bits(u128::MAX - 5), Node::from_bits(7)];
        let positions = [Position { mapper: 1, line: 70_000 }, Position { mapper: u32::MAX, line: 0 }];
        let expected: Vec<(Node, Position)> = references.into_iter().zip(positions).collect();
        assert_eq!(parse_positions(&format_positions(&references, &positions)), expected);
    }
}
