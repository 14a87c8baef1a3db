//! Edges between rounds: a shuffle object a shard, with a frame for each shard that gets them.

use onefold_core::link::Edge;
use onefold_lake::edges::{self, EDGE_BYTES};
use onefold_lake::receipt::Moved;
use onefold_lake::shuffle::{self, ShuffleWriter};
use onefold_lake::{RunId, keys};
use onefold_shell::{Context, StageError};
use onefold_store::Condition;

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
        edges::push(&mut self.frames[shard], edge);
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
    let edges = edges::parse(&bytes);
    moved.records_in += edges.len() as u64;
    Ok(edges)
}
