//! One shard's part of a round.

use onefold_core::link::{Edge, Position, contract, label_positions, large_star, one_shard, small_star, spread};
use onefold_core::node::Node;
use onefold_lake::RunId;
use onefold_lake::edges as lake_edges;
use onefold_lake::keys::{self, Stage};
use onefold_lake::labels;
use onefold_lake::layout::{BlockedKeys, Layout};
use onefold_lake::receipt::Moved;
use onefold_shell::{Context, StageError, Work, json_object};
use onefold_store::Condition;

use crate::edges::{self, Outbox};
use crate::{RoundDone, RoundWork, stars};

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
            let part = Part { run, round, shard, layout, context };
            match work {
                RoundWork::OneShard => part.one_shard(moved).await,
                RoundWork::Spread => part.spread(moved).await,
                RoundWork::Contract => part.contract(moved).await,
                RoundWork::LargeStar => part.star(large_star, Outbox::send, moved).await,
                RoundWork::SmallStar => part.star(small_star, Outbox::send_to_both, moved).await,
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

    async fn inbox(&self, moved: &mut Moved) -> Result<Vec<Edge>, StageError> {
        edges::read(self.run, self.round - 1, self.shard, self.layout.shards, self.context, moved).await
    }

    async fn one_shard(&self, moved: &mut Moved) -> Result<RoundDone, StageError> {
        let found = stars::read(self.run, &self.layout, |_| true, self.context, moved).await?;
        let superseded = found.latest.superseded() as u64;
        let accounts = found.latest.living() as u64;
        let labels = one_shard(&found.latest, self.max_accounts_per_key(accounts).await?);
        drop(found.latest);
        let blocked = json_object(&BlockedKeys::new(labels.blocked))?;
        self.context.store.put(&keys::link_blocked(self.run), blocked, Condition::Always).await?;
        self.write_labels(found.positions.into_iter().zip(labels.labels), moved).await?;
        Ok(RoundDone { superseded, accounts, ..RoundDone::default() })
    }

    async fn spread(&self, moved: &mut Moved) -> Result<RoundDone, StageError> {
        let shards = self.layout.shards;
        let belongs = |reference: Node| reference.shard(shards) == self.shard;
        let found = stars::read(self.run, &self.layout, belongs, self.context, moved).await?;
        let superseded = found.latest.superseded() as u64;
        let spread = spread(&found.latest);
        let positions = lake_edges::format_positions(&spread.references, &found.positions);
        moved.bytes_out += positions.len() as u64;
        self.context.store.put(&self.key("positions"), positions.into(), Condition::Always).await?;
        self.send_all(spread.edges, Outbox::send, moved).await?;
        Ok(RoundDone { superseded, accounts: found.latest.living() as u64, ..RoundDone::default() })
    }

    async fn contract(&self, moved: &mut Moved) -> Result<RoundDone, StageError> {
        let spread = receipts(self.run, self.round - 1, self.layout.shards, self.context).await?;
        let limit = self.max_accounts_per_key(spread.iter().map(|done| done.accounts).sum()).await?;
        let contracted = contract(&self.inbox(moved).await?, limit);
        let blocked = json_object(&BlockedKeys::new(contracted.blocked))?;
        self.context.store.put(&self.key("blocked"), blocked, Condition::Always).await?;
        self.send_all(contracted.edges, Outbox::send_to_both, moved).await?;
        Ok(RoundDone::default())
    }

    /// A large-star or small-star: `connect` makes the edges, `send` says who gets them.
    async fn star(
        &self,
        connect: fn(Vec<Edge>) -> (Vec<Edge>, u64),
        send: fn(&mut Outbox, Edge),
        moved: &mut Moved,
    ) -> Result<RoundDone, StageError> {
        let (connected, new) = connect(self.inbox(moved).await?);
        self.send_all(connected, send, moved).await?;
        Ok(RoundDone { moved: new, ..RoundDone::default() })
    }

    async fn send_all(
        &self,
        edges: Vec<Edge>,
        send: fn(&mut Outbox, Edge),
        moved: &mut Moved,
    ) -> Result<(), StageError> {
        let mut outbox = Outbox::new(self.layout.shards);
        edges.into_iter().for_each(|edge| send(&mut outbox, edge));
        outbox.write(self.run, self.round, self.shard, self.context, moved).await
    }

    async fn label(&self, moved: &mut Moved) -> Result<RoundDone, StageError> {
        let edges = self.inbox(moved).await?;
        let (bytes, _) = self.context.store.get(&keys::link_round(self.run, 1, self.shard, "positions")).await?;
        moved.bytes_in += bytes.len() as u64;
        let labels = label_positions(&edges, &lake_edges::parse_positions(&bytes));
        self.write_labels(labels.into_iter(), moved).await?;
        Ok(RoundDone::default())
    }

    /// Writes the labels, sorted by position, as a frame for each Partition invocation.
    async fn write_labels(
        &self,
        labels: impl Iterator<Item = (Position, Node)>,
        moved: &mut Moved,
    ) -> Result<(), StageError> {
        let mut written = 0;
        let labels = labels.map(|(position, label)| {
            written += 1;
            (position, label.slice(self.layout.all_slices()))
        });
        let bytes = labels::format(labels, self.layout.mappers.len() as u32)?;
        moved.bytes_out += bytes.len() as u64;
        moved.records_out += written;
        self.context.store.put(&self.key("labels"), bytes.into(), Condition::Always).await?;
        Ok(())
    }
}
