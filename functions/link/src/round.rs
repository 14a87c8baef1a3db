//! One shard's part of a round.

use onefold_graph::node::Node;
use onefold_graph::{
    Blocked, Components, Contraction, Edge, Labels, Latest, NodeLabels, Position, ReferenceLabels, Spread, large_star,
    one_shard, small_star,
};
use onefold_lake::calls::{RoundResult, RoundWork};
use onefold_lake::data::edges as lake_edges;
use onefold_lake::data::{blocked, labels};
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::layout::Layout;
use onefold_lake::run::receipt::Moved;
use onefold_lake::{FormatError, RunId};
use onefold_shell::{Context, Receipts, StageError, Work};

use crate::edges::{self, BEARERS, EDGES, LabelEdges, Outbox, Receivers, RoundPlace};
use crate::scores::ShardScores;
use crate::stars::{self, ShardAccounts};

/// The results of all shards of a round.
pub(crate) async fn receipts(
    run: &RunId,
    round: u32,
    shards: u32,
    context: &Context,
) -> Result<Vec<RoundResult>, StageError> {
    let name = |shard: &u32| keys::round_receipt_name(round, *shard);
    let receipts = Receipts::read::<RoundResult, _>(context, run, Stage::Link, 0..shards, name).await?;
    Ok(receipts.into_iter().map(|(_, receipt)| receipt.result).collect())
}

pub(crate) async fn round(
    run: &RunId,
    round: u32,
    work: RoundWork,
    shard: u32,
    context: &Context,
) -> Result<RoundResult, StageError> {
    let receipt = Work { run: run.clone(), stage: Stage::Link, name: keys::round_receipt_name(round, shard) };
    receipt
        .once(context, async |moved| {
            let layout: Layout = context.json(&keys::layout(run)).await?;
            if shard >= layout.shards {
                return Err(StageError::internal(format!("there is no shard {shard} of {}", layout.shards)));
            }
            // A retry may have less memory than the run was divided for.
            context.memory.check_shard(layout.accounts(), layout.nodes, layout.shards)?;
            let part = ShardRound { run, round, shard, layout, context };
            match work {
                RoundWork::OneShard => part.one_shard(moved).await,
                RoundWork::Spread => part.spread(moved).await,
                RoundWork::Contract => part.contract(moved).await,
                RoundWork::LargeStar => part.star(large_star, Receivers::First, moved).await,
                RoundWork::SmallStar => part.star(small_star, Receivers::Both, moved).await,
                RoundWork::Label => part.label(moved).await,
            }
        })
        .await
}

/// The number of the contract round. Only runs with several shards have it.
pub(crate) const CONTRACT: u32 = 2;

struct ShardRound<'p> {
    run: &'p RunId,
    round: u32,
    shard: u32,
    layout: Layout,
    context: &'p Context,
}

/// What a shard sent to Merge: links, and accounts' frequency classes.
#[derive(Default)]
struct Scored {
    links: u64,
    scored: u64,
}

impl ShardRound<'_> {
    fn key(&self, what: &str) -> String {
        keys::link_round(self.run, self.round, self.shard, what)
    }

    /// The most accounts that may share a key in a run with `accounts` accounts.
    async fn max_accounts_per_key(&self, accounts: u64) -> Result<u32, StageError> {
        let pinned = self.context.pinned(self.run).await?;
        Ok(pinned.config.guard.link_limit(&pinned.config.matches, accounts))
    }

    fn place(&self) -> RoundPlace<'_> {
        RoundPlace { run: self.run, round: self.round, shard: self.shard, shards: self.layout.shards }
    }

    async fn one_shard(&self, moved: &mut Moved) -> Result<RoundResult, StageError> {
        let found = stars::read(self.run, &self.layout, |_| true, self.context, moved).await?;
        let superseded = found.latest.superseded() as u64;
        let accounts = found.latest.living() as u64;
        let limit = self.max_accounts_per_key(accounts).await?;
        let scores = ShardScores::read(self.run, &self.layout, self.shard, self.context, moved).await?;
        let (labels, of_references) = self.components(found.latest, limit, scores.as_ref())?;
        let scored = match scores.zip(of_references) {
            Some((scores, mut labels)) => self.write_scores(&scores, |account| labels.of(account), moved).await?,
            None => Scored::default(),
        };
        self.write_list(&keys::link_blocked(self.run), &labels.blocked, moved).await?;
        let mut of_partitions = labels.bearers;
        for (star, _) in &mut of_partitions {
            *star = self.partition(labels.labels[*star as usize]);
        }
        // Blocked keys are sorted, so their indexes sort in the same order.
        of_partitions.sort_unstable();
        of_partitions.dedup();
        let blocked = labels.blocked;
        let of_partitions = of_partitions.into_iter().map(|(partition, key)| (partition, blocked[key as usize].node));
        self.write_blocked(of_partitions, moved).await?;
        let slices = self.layout.all_slices();
        let labels = labels.labels.into_iter().map(|label| label.slice(slices));
        self.write_labels(found.positions.into_iter().zip(labels), moved).await?;
        let Scored { links, scored } = scored;
        Ok(RoundResult { superseded, accounts, links_read: links, links, scored, ..RoundResult::default() })
    }

    /// The labels of one shard; those by reference only where links join components.
    fn components(
        &self,
        latest: Latest,
        limit: u32,
        scores: Option<&ShardScores>,
    ) -> Result<(Labels, Option<ReferenceLabels>), StageError> {
        let Some(scores) = scores else { return Ok((one_shard(latest, limit), None)) };
        let mut components = Components::new(latest, limit);
        scores.each_link(|key, link| match components.join(link.accounts[0], link.accounts[1]) {
            true => Ok(()),
            false => Err(FormatError::new(key, "it has a link of an account that the run does not have")),
        })?;
        let (labels, of_references) = components.labels();
        Ok((labels, Some(of_references)))
    }

    async fn spread(&self, moved: &mut Moved) -> Result<RoundResult, StageError> {
        let shards = self.layout.shards;
        let belongs = |reference: Node| reference.shard(shards) == self.shard;
        let ShardAccounts { latest, positions } =
            stars::read(self.run, &self.layout, belongs, self.context, moved).await?;
        let superseded = latest.superseded() as u64;
        let accounts = latest.living() as u64;
        let spread = Spread::new(latest);
        let positions = lake_edges::format_positions(spread.references().zip(positions));
        moved.bytes_out += positions.len() as u64;
        self.context.put(&self.key("positions"), positions).await?;
        let edge = |number| spread.edge(number);
        let outbox = Outbox { what: EDGES, edges: spread.len(), edge, to: Receivers::First };
        outbox.write(self.place(), self.context, moved).await?;
        Ok(RoundResult { superseded, accounts, ..RoundResult::default() })
    }

    async fn contract(&self, moved: &mut Moved) -> Result<RoundResult, StageError> {
        let spread = receipts(self.run, self.round - 1, self.layout.shards, self.context).await?;
        let limit = self.max_accounts_per_key(spread.iter().map(|done| done.accounts).sum()).await?;
        let mut inbox: Contraction = edges::read(self.place(), self.context, moved).await?;
        let scores = ShardScores::read(self.run, &self.layout, self.shard, self.context, moved).await?;
        let links_read = scores.as_ref().map_or(0, ShardScores::links);
        if let Some(scores) = scores {
            scores.each_link(|_, link| {
                inbox.extend([Edge(link.accounts[0], link.accounts[1])]);
                Ok(())
            })?;
        }
        let contracted = inbox.contract(limit);
        self.write_list(&self.key("blocked"), &contracted.blocked, moved).await?;
        let edge = |number| contracted.bearer(number);
        let bearers = Outbox { what: BEARERS, edges: contracted.bearers(), edge, to: Receivers::First };
        bearers.write(self.place(), self.context, moved).await?;
        let edge = |number| contracted.edge(number);
        let outbox = Outbox { what: EDGES, edges: contracted.len(), edge, to: Receivers::Both };
        outbox.write(self.place(), self.context, moved).await?;
        Ok(RoundResult { links_read, ..RoundResult::default() })
    }

    /// A large-star or small-star round. `connect` makes the new edges.
    async fn star(
        &self,
        connect: fn(Vec<Edge>) -> (Vec<Edge>, u64),
        to: Receivers,
        moved: &mut Moved,
    ) -> Result<RoundResult, StageError> {
        let (mut connected, new) = connect(edges::read(self.place(), self.context, moved).await?);
        connected.shrink_to_fit();
        let edge = |number: usize| connected[number];
        let outbox = Outbox { what: EDGES, edges: connected.len(), edge, to };
        outbox.write(self.place(), self.context, moved).await?;
        Ok(RoundResult { moved: new, ..RoundResult::default() })
    }

    async fn label(&self, moved: &mut Moved) -> Result<RoundResult, StageError> {
        let LabelEdges(edges) = edges::read(self.place(), self.context, moved).await?;
        let labels = NodeLabels::new(edges);
        let scored = match ShardScores::read(self.run, &self.layout, self.shard, self.context, moved).await? {
            Some(scores) => self.write_scores(&scores, |account| Some(labels.of(account)), moved).await?,
            None => Scored::default(),
        };
        let bearers: Vec<Edge> = edges::read_sent(self.place(), CONTRACT, BEARERS, self.context, moved).await?;
        let of_partition = |Edge(reference, key)| (self.partition(labels.of(reference)), key);
        let mut of_partitions: Vec<(u32, Node)> = bearers.into_iter().map(of_partition).collect();
        of_partitions.sort_unstable();
        of_partitions.dedup();
        self.write_blocked(of_partitions.into_iter(), moved).await?;
        let key = keys::link_round(self.run, 1, self.shard, "positions");
        let (bytes, _) = self.context.get(&key).await?;
        moved.bytes_in += bytes.len() as u64;
        let slices = self.layout.all_slices();
        let placed = lake_edges::parse_positions(&key, &bytes).map_err(StageError::damaged)?;
        let mut placed: Vec<(Position, u32)> =
            placed.map(|(reference, position)| (position, labels.of(reference).slice(slices))).collect();
        drop((labels, bytes));
        placed.sort_unstable();
        self.write_labels(placed.into_iter(), moved).await?;
        let Scored { links, scored } = scored;
        Ok(RoundResult { links, scored, ..RoundResult::default() })
    }

    /// Sends scores on to the slices of Merge. `label` gives the label of an account.
    async fn write_scores(
        &self,
        scores: &ShardScores,
        mut label: impl FnMut(Node) -> Option<Node>,
        moved: &mut Moved,
    ) -> Result<Scored, StageError> {
        let slices = self.layout.all_slices();
        let by_slice = scores.by_slice(slices, self.context, |account| Some(label(account)?.slice(slices)))?;
        moved.bytes_out += by_slice.bytes.len() as u64;
        self.context.put(&keys::scores_of_slices(self.run, self.round, self.shard), by_slice.bytes).await?;
        Ok(Scored { links: by_slice.links, scored: by_slice.accounts })
    }

    /// The partition that gets the component with this label.
    fn partition(&self, label: Node) -> u32 {
        self.layout.partition(label.slice(self.layout.all_slices()))
    }

    /// Writes a list of blocked keys and counts its bytes in `moved`.
    async fn write_list(&self, key: &str, list: &[Blocked], moved: &mut Moved) -> Result<(), StageError> {
        let bytes = blocked::format(list).map_err(StageError::compressing)?;
        moved.bytes_out += bytes.len() as u64;
        self.context.put(key, bytes).await
    }

    /// Writes, by partition, the blocked keys that its accounts have.
    async fn write_blocked(
        &self,
        of_partitions: impl ExactSizeIterator<Item = (u32, Node)>,
        moved: &mut Moved,
    ) -> Result<(), StageError> {
        let bytes =
            blocked::format_by_partition(of_partitions, self.layout.partitions).map_err(StageError::compressing)?;
        moved.bytes_out += bytes.len() as u64;
        let key = keys::blocked_of_partitions(self.run, self.round, self.shard);
        self.context.put(&key, bytes).await
    }

    /// Writes the slice of each account, sorted by position, in one frame for each invocation of Partition.
    async fn write_labels(
        &self,
        slices: impl Iterator<Item = (Position, u32)>,
        moved: &mut Moved,
    ) -> Result<(), StageError> {
        let mut written = 0;
        let slices = slices.inspect(|_| written += 1);
        let bytes = labels::format(slices, self.layout.mappers.len() as u32).map_err(StageError::compressing)?;
        moved.bytes_out += bytes.len() as u64;
        moved.records_out += written;
        self.context.put(&self.key("labels"), bytes).await?;
        Ok(())
    }
}
