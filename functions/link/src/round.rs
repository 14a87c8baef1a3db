//! One shard's part of a round.

use onefold_graph::node::Node;
use onefold_graph::{Contraction, Edge, NodeLabels, Position, Spread, large_star, one_shard, small_star};
use onefold_lake::RunId;
use onefold_lake::data::edges as lake_edges;
use onefold_lake::data::labels;
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::layout::{BlockedKeys, Layout};
use onefold_lake::run::receipt::Moved;
use onefold_shell::{Context, StageError, Work, json_object};
use onefold_store::Condition;

use crate::divide::check_shard;
use crate::edges::{self, LabelEdges, Outbox, Place, Receivers};
use crate::stars::{self, Belonging};
use crate::{RoundDone, RoundWork};

/// The receipts of all shards of a round.
pub(crate) async fn receipts(
    run: &RunId,
    round: u32,
    shards: u32,
    context: &Context,
) -> Result<Vec<RoundDone>, StageError> {
    let mut receipts = Vec::with_capacity(shards as usize);
    for shard in 0..shards {
        let work = Work { run: run.clone(), stage: Stage::Link, name: name(round, shard) };
        let receipt = work.receipt::<RoundDone>(context).await?;
        let receipt = receipt
            .ok_or_else(|| StageError::corrupt(format!("round {round} of Link has no receipt of shard {shard}")))?;
        receipts.push(receipt.result);
    }
    Ok(receipts)
}

/// The name of a shard's receipt.
fn name(round: u32, shard: u32) -> String {
    format!("{round:05}-{shard:05}")
}

pub(crate) async fn round(
    run: &RunId,
    round: u32,
    work: RoundWork,
    shard: u32,
    context: &Context,
) -> Result<RoundDone, StageError> {
    let receipt = Work { run: run.clone(), stage: Stage::Link, name: name(round, shard) };
    receipt
        .once(context, async |moved| {
            let layout: Layout = context.json(&keys::link_layout(run)).await?;
            if shard >= layout.shards {
                return Err(StageError::internal(format!("there is no shard {shard} of {}", layout.shards)));
            }
            if layout.nodes == 0 && layout.shards > 1 && layout.accounts() > 0 {
                return Err(StageError::invalid_input(
                    "the run was divided into shards by an earlier program, which did it otherwise; start a new run",
                ));
            }
            // The round may be a retry with less memory than the run was divided for.
            check_shard(layout.accounts(), layout.nodes, layout.shards, context.memory)?;
            let part = Part { run, round, shard, layout, context };
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

struct Part<'p> {
    run: &'p RunId,
    round: u32,
    shard: u32,
    layout: Layout,
    context: &'p Context,
}

impl Part<'_> {
    fn key(&self, what: &str) -> String {
        keys::link_round(self.run, self.round, self.shard, what)
    }

    /// How many accounts may share a key where there are `accounts` in all.
    async fn max_accounts_per_key(&self, accounts: u64) -> Result<u32, StageError> {
        let pinned = self.context.pinned(self.run).await?;
        Ok(pinned.config.guard.link_limit(&pinned.config.matches, accounts))
    }

    fn place(&self) -> Place<'_> {
        Place { run: self.run, round: self.round, shard: self.shard, shards: self.layout.shards }
    }

    async fn one_shard(&self, moved: &mut Moved) -> Result<RoundDone, StageError> {
        let found = stars::read(self.run, &self.layout, |_| true, self.context, moved).await?;
        let superseded = found.latest.superseded() as u64;
        let accounts = found.latest.living() as u64;
        let labels = one_shard(found.latest, self.max_accounts_per_key(accounts).await?);
        let blocked = json_object(&BlockedKeys::new(labels.blocked))?;
        self.context.store.put(&keys::link_blocked(self.run), blocked, Condition::Always).await?;
        let slices = self.layout.all_slices();
        let labels = labels.labels.into_iter().map(|label| label.slice(slices));
        self.write_labels(found.positions.into_iter().zip(labels), moved).await?;
        Ok(RoundDone { superseded, accounts, ..RoundDone::default() })
    }

    async fn spread(&self, moved: &mut Moved) -> Result<RoundDone, StageError> {
        let shards = self.layout.shards;
        let belongs = |reference: Node| reference.shard(shards) == self.shard;
        let Belonging { latest, positions } = stars::read(self.run, &self.layout, belongs, self.context, moved).await?;
        let superseded = latest.superseded() as u64;
        let accounts = latest.living() as u64;
        let spread = Spread::new(latest);
        let positions = lake_edges::format_positions(spread.references().zip(positions));
        moved.bytes_out += positions.len() as u64;
        self.context.store.put(&self.key("positions"), positions.into(), Condition::Always).await?;
        let outbox = Outbox { edges: spread.len(), edge: |number| spread.edge(number), to: Receivers::First };
        outbox.write(self.place(), self.context, moved).await?;
        Ok(RoundDone { superseded, accounts, ..RoundDone::default() })
    }

    async fn contract(&self, moved: &mut Moved) -> Result<RoundDone, StageError> {
        let spread = receipts(self.run, self.round - 1, self.layout.shards, self.context).await?;
        let limit = self.max_accounts_per_key(spread.iter().map(|done| done.accounts).sum()).await?;
        let inbox: Contraction = edges::read(self.place(), self.context, moved).await?;
        let contracted = inbox.contract(limit);
        let blocked = json_object(&BlockedKeys::new(contracted.blocked.iter().copied()))?;
        self.context.store.put(&self.key("blocked"), blocked, Condition::Always).await?;
        let edge = |number| contracted.edge(number);
        let outbox = Outbox { edges: contracted.len(), edge, to: Receivers::Both };
        outbox.write(self.place(), self.context, moved).await?;
        Ok(RoundDone::default())
    }

    /// A large-star or small-star: `connect` makes the edges, for these shards.
    async fn star(
        &self,
        connect: fn(Vec<Edge>) -> (Vec<Edge>, u64),
        to: Receivers,
        moved: &mut Moved,
    ) -> Result<RoundDone, StageError> {
        let (mut connected, new) = connect(edges::read(self.place(), self.context, moved).await?);
        connected.shrink_to_fit();
        let outbox = Outbox { edges: connected.len(), edge: |number: usize| connected[number], to };
        outbox.write(self.place(), self.context, moved).await?;
        Ok(RoundDone { moved: new, ..RoundDone::default() })
    }

    async fn label(&self, moved: &mut Moved) -> Result<RoundDone, StageError> {
        let LabelEdges(edges) = edges::read(self.place(), self.context, moved).await?;
        let labels = NodeLabels::new(edges);
        let key = keys::link_round(self.run, 1, self.shard, "positions");
        let (bytes, _) = self.context.store.get(&key).await?;
        moved.bytes_in += bytes.len() as u64;
        let slices = self.layout.all_slices();
        let placed = lake_edges::parse_positions(&key, &bytes)?;
        let mut placed: Vec<(Position, u32)> =
            placed.map(|(reference, position)| (position, labels.of(reference).slice(slices))).collect();
        drop((labels, bytes));
        placed.sort_unstable();
        self.write_labels(placed.into_iter(), moved).await?;
        Ok(RoundDone::default())
    }

    /// Writes the slices of accounts, sorted by position, as a frame for each Partition invocation.
    async fn write_labels(
        &self,
        slices: impl Iterator<Item = (Position, u32)>,
        moved: &mut Moved,
    ) -> Result<(), StageError> {
        let mut written = 0;
        let slices = slices.inspect(|_| written += 1);
        let bytes = labels::format(slices, self.layout.mappers.len() as u32)?;
        moved.bytes_out += bytes.len() as u64;
        moved.records_out += written;
        self.context.store.put(&self.key("labels"), bytes.into(), Condition::Always).await?;
        Ok(())
    }
}
