//! Edges between rounds: a shuffle object a shard, with the frames of each shard that gets them.

use onefold_graph::{Contraction, Edge, NodeLabels};
use onefold_lake::data::edges::{self, EDGE_BYTES};
use onefold_lake::data::shuffle::{self, ShuffleWriter};
use onefold_lake::run::receipt::Moved;
use onefold_lake::{RunId, keys};
use onefold_shell::{Context, Function, MemoryBudget, StageError};

/// Edges of a frame: 128 KiB of them stay in a processor's cache.
const FRAME_EDGES: usize = (128 << 10) / EDGE_BYTES;

/// What shards send each other: edges for the next round.
pub(crate) const EDGES: &str = "edges";
/// Who has blocked keys: edges of references and keys, which Label reads.
pub(crate) const BEARERS: &str = "bearers";

/// A shard's part of a round: where it reads and writes.
#[derive(Clone, Copy)]
pub(crate) struct RoundPlace<'p> {
    pub(crate) run: &'p RunId,
    pub(crate) round: u32,
    pub(crate) shard: u32,
    pub(crate) shards: u32,
}

/// Edges that a shard sends, by their numbers. They need not be made before they are written.
pub(crate) struct Outbox<F> {
    /// Under which name.
    pub(crate) what: &'static str,
    pub(crate) edges: usize,
    pub(crate) edge: F,
    pub(crate) to: Receivers,
}

/// Who gets an edge.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receivers {
    /// The shard that owns its first node.
    First,
    /// The shards of both nodes, each seen from its own.
    Both,
}

impl<F: Fn(usize) -> Edge> Outbox<F> {
    /// Writes the edges, in frames for each shard.
    pub(crate) async fn write(
        &self,
        place: RoundPlace<'_>,
        context: &Context,
        moved: &mut Moved,
    ) -> Result<(), StageError> {
        let (order, starts) = self.order(place.shards)?;
        moved.records_out += order.len() as u64;
        // Hashes are hardly compressed. A frame adds some bytes at most.
        let mut writer =
            ShuffleWriter::with_capacity(order.len() * EDGE_BYTES * 101 / 100).map_err(StageError::compressing)?;
        let mut frame = Vec::with_capacity(FRAME_EDGES.min(order.len()) * EDGE_BYTES);
        for of_shard in starts.windows(2) {
            for sent in order[of_shard[0]..of_shard[1]].chunks(FRAME_EDGES) {
                frame.clear();
                sent.iter().for_each(|seen| edges::push(&mut frame, self.seen(*seen)));
                writer.append(&frame).map_err(StageError::compressing)?;
            }
            writer.end_reader();
        }
        drop(order);
        let bytes = writer.finish().map_err(StageError::compressing)?;
        moved.bytes_out += bytes.len() as u64;
        let key = keys::link_round(place.run, place.round, place.shard, self.what);
        context.put(&key, bytes).await?;
        Ok(())
    }

    /// Edges in the order of the shards that get them, and where each shard's begin and end. An edge is its number,
    /// doubled, and one more if it is seen from its second node: 4 bytes, and not 32.
    fn order(&self, shards: u32) -> Result<(Vec<u32>, Vec<usize>), StageError> {
        let ends = if self.to == Receivers::Both { 2 } else { 1 };
        let too_many =
            |_| StageError::internal(format!("a shard has {} edges, too many for their numbers", self.edges));
        let end = u32::try_from(self.edges * 2).map_err(too_many)?;
        // All, or every other one: those that are seen from their first node.
        let all = || (0..end).step_by(if ends == 2 { 1 } else { 2 });
        let mut starts = vec![0usize; shards as usize + 1];
        for seen in all() {
            starts[self.seen(seen).0.shard(shards) as usize + 1] += 1;
        }
        for shard in 0..shards as usize {
            starts[shard + 1] += starts[shard];
        }
        let mut next = starts.clone();
        let mut order = vec![0u32; self.edges * ends];
        for seen in all() {
            let place = &mut next[self.seen(seen).0.shard(shards) as usize];
            order[*place] = seen;
            *place += 1;
        }
        Ok((order, starts))
    }

    /// An edge as it is seen from one of its nodes.
    fn seen(&self, seen: u32) -> Edge {
        let edge = (self.edge)(seen as usize / 2);
        if seen.is_multiple_of(2) { edge } else { Edge(edge.1, edge.0) }
    }
}

/// What takes the edges that come to a shard.
pub(crate) trait Inbox {
    /// An empty one with room for so many edges.
    fn with_room(edges: usize) -> Self;

    /// Takes more edges.
    fn take(&mut self, edges: impl Iterator<Item = Edge>);
}

impl Inbox for Vec<Edge> {
    fn with_room(edges: usize) -> Self {
        Self::with_capacity(edges)
    }

    fn take(&mut self, edges: impl Iterator<Item = Edge>) {
        self.extend(edges);
    }
}

impl Inbox for Contraction {
    fn with_room(edges: usize) -> Self {
        Self::with_capacity(edges)
    }

    fn take(&mut self, edges: impl Iterator<Item = Edge>) {
        self.extend(edges);
    }
}

/// The edges that say labels: half of those that come.
pub(crate) struct LabelEdges(pub(crate) Vec<Edge>);

impl Inbox for LabelEdges {
    fn with_room(edges: usize) -> Self {
        Self(Vec::with_capacity(edges / 2))
    }

    fn take(&mut self, edges: impl Iterator<Item = Edge>) {
        self.0.extend(edges.filter(NodeLabels::is_label));
    }
}

/// Reads the edges that all shards sent to one in the round before, frame by frame.
pub(crate) async fn read<I: Inbox>(
    place: RoundPlace<'_>,
    context: &Context,
    moved: &mut Moved,
) -> Result<I, StageError> {
    read_sent(place, place.round - 1, EDGES, context, moved).await
}

/// Reads what all shards sent to one in a round, frame by frame.
pub(crate) async fn read_sent<I: Inbox>(
    place: RoundPlace<'_>,
    round: u32,
    what: &str,
    context: &Context,
    moved: &mut Moved,
) -> Result<I, StageError> {
    let RoundPlace { run, shard, shards, .. } = place;
    let store = context.store.as_ref();
    let mut sent = Vec::with_capacity(shards as usize);
    for sender in 0..shards {
        let key = keys::link_round(run, round, sender, what);
        let object = shuffle::open(store, &key, shard..shard + 1, shards).await.map_err(StageError::reading_part)?;
        sent.push((object, key));
    }
    let edges = sent.iter().map(|(object, _)| object.text_bytes(0)).sum::<usize>() / EDGE_BYTES;
    // All edges of a node come to its shard, and a node can have very many.
    let met = format!("{edges} edges that meet in shard {shard} of {shards}");
    context.memory.check(Function::Link, MemoryBudget::round_bytes(edges as u64), met)?;
    let mut inbox = I::with_room(edges);
    for (object, key) in sent {
        let frames = object.fetch(store).await.map_err(StageError::reading_part)?;
        moved.bytes_in += frames.bytes_in;
        let take = |text: &[u8]| {
            moved.records_in += (text.len() / EDGE_BYTES) as u64;
            inbox.take(edges::parse(&key, text)?);
            Ok(())
        };
        frames.each_frame(0, take).map_err(StageError::damaged)?;
    }
    Ok(inbox)
}
