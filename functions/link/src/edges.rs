//! The edges that shards exchange between rounds. Each shard writes one shuffle object, with frames for each receiver.

use onefold_graph::{Contraction, Edge, NodeLabels};
use onefold_lake::data::edges::{self, EDGE_BYTES};
use onefold_lake::data::shuffle::{self, ShuffleWriter};
use onefold_lake::run::receipt::Moved;
use onefold_lake::{RunId, keys};
use onefold_shell::{Context, Function, MemoryBudget, StageError};

/// The number of edges in a frame. Together they are 128 KiB, which fits into a processor's cache.
const FRAME_EDGES: usize = (128 << 10) / EDGE_BYTES;

/// The name of the objects with the edges for the next round.
pub(crate) const EDGES: &str = "edges";
/// The name of the objects with the accounts that have blocked keys: edges (reference, key), which Label reads.
pub(crate) const BEARERS: &str = "bearers";

/// A shard's part of a round. It decides where the shard reads and writes.
#[derive(Clone, Copy)]
pub(crate) struct RoundPlace<'p> {
    pub(crate) run: &'p RunId,
    pub(crate) round: u32,
    pub(crate) shard: u32,
    pub(crate) shards: u32,
}

/// The edges that a shard sends. Each edge is computed from its index when it is written.
pub(crate) struct Outbox<F> {
    /// The name of the object: [`EDGES`] or [`BEARERS`].
    pub(crate) what: &'static str,
    pub(crate) edges: usize,
    pub(crate) edge: F,
    pub(crate) to: Receivers,
}

/// The shards that receive an edge.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receivers {
    /// The shard that owns its first node.
    First,
    /// The shards of both nodes. Each gets the edge with its own node first.
    Both,
}

impl<F: Fn(usize) -> Edge> Outbox<F> {
    /// Writes one shuffle object, with frames for each receiving shard.
    pub(crate) async fn write(
        &self,
        place: RoundPlace<'_>,
        context: &Context,
        moved: &mut Moved,
    ) -> Result<(), StageError> {
        let (order, starts) = self.order(place.shards)?;
        moved.records_out += order.len() as u64;
        // Hashes hardly compress, and a frame adds only a few bytes.
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

    /// The edges in the order of their receiving shards, and where the edges of each shard begin and end.
    ///
    /// An edge is stored as twice its index, plus 1 if its second node comes first: 4 bytes instead of 32.
    fn order(&self, shards: u32) -> Result<(Vec<u32>, Vec<usize>), StageError> {
        let ends = if self.to == Receivers::Both { 2 } else { 1 };
        let too_many =
            |_| StageError::internal(format!("a shard has {} edges, too many for their numbers", self.edges));
        let end = u32::try_from(self.edges * 2).map_err(too_many)?;
        // Only even numbers, those with the first node first, unless both shards get the edge.
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

    /// The edge of such a number, with the receiver's node first.
    fn seen(&self, seen: u32) -> Edge {
        let edge = (self.edge)(seen as usize / 2);
        if seen.is_multiple_of(2) { edge } else { Edge(edge.1, edge.0) }
    }
}

/// A collection for the edges that a shard receives.
pub(crate) trait Inbox {
    /// An empty collection with room for so many edges.
    fn with_room(edges: usize) -> Self;

    /// Adds edges.
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

/// Keeps only the edges that are labels, half of the edges that come.
pub(crate) struct LabelEdges(pub(crate) Vec<Edge>);

impl Inbox for LabelEdges {
    fn with_room(edges: usize) -> Self {
        Self(Vec::with_capacity(edges / 2))
    }

    fn take(&mut self, edges: impl Iterator<Item = Edge>) {
        self.0.extend(edges.filter(NodeLabels::is_label));
    }
}

/// Reads the edges that all shards sent to this shard in the previous round, frame by frame.
pub(crate) async fn read<I: Inbox>(
    place: RoundPlace<'_>,
    context: &Context,
    moved: &mut Moved,
) -> Result<I, StageError> {
    read_sent(place, place.round - 1, EDGES, context, moved).await
}

/// Reads the edges that all shards sent to this shard in a given round, frame by frame.
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
    // One shard receives all edges of a node, and a node can have very many.
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
