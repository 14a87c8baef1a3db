//! One worker's part of a round.

use std::sync::Arc;

use onefold_lake::RunId;
use onefold_lake::calls::{BlockRoundResult, BlockWork};
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::layout::{Layout, MatchLayout};
use onefold_lake::run::matching::SliceRows;
use onefold_lake::run::receipt::Moved;
use onefold_scoring::blocking::Passes;
use onefold_scoring::model::RunModel;
use onefold_scoring::{FieldKind, ScoredFields};
use onefold_shell::{Context, Function, Pinned, StageError, Work};

use crate::{count, gather, pair, refine};

/// The round that gathers, and those that follow.
pub(crate) const GATHER: u32 = 1;
pub(crate) const COUNT: u32 = 2;
pub(crate) const PAIR: u32 = 3;
pub(crate) const REFINE: u32 = 4;
pub(crate) const COUNT_REFINED: u32 = 5;
pub(crate) const PAIR_REFINED: u32 = 6;
pub(crate) const REFINE_BY_BIRTHDATE: u32 = 7;
pub(crate) const COUNT_LAST: u32 = 8;
pub(crate) const PAIR_LAST: u32 = 9;
/// The rounds that give pairs.
pub(crate) const PAIRS: [u32; 3] = [PAIR, PAIR_REFINED, PAIR_LAST];
/// The rounds that divide blocks.
pub(crate) const REFINES: [u32; 2] = [REFINE, REFINE_BY_BIRTHDATE];

/// How the pairs of a run are divided.
pub(crate) fn match_layout(layout: &Layout) -> Result<MatchLayout, StageError> {
    layout.matching.ok_or_else(|| StageError::internal("the run was divided without scored pairs"))
}

pub(crate) async fn round(
    run: &RunId,
    round: u32,
    work: BlockWork,
    number: u32,
    context: &Context,
) -> Result<BlockRoundResult, StageError> {
    let receipt = Work { run: run.clone(), stage: Stage::Block, name: keys::round_receipt_name(round, number) };
    receipt
        .once(context, async |moved| {
            let worker = Worker::new(run, round, number, work, context).await?;
            match work {
                BlockWork::Gather => gather::gather(&worker, moved).await,
                BlockWork::Count => count::count(&worker, moved).await,
                BlockWork::Pair => pair::pair(&worker, moved).await,
                BlockWork::Refine | BlockWork::RefineByBirthdate => refine::refine(&worker, work, moved).await,
                BlockWork::CountRefined => count::count_refined(&worker, moved).await,
            }
        })
        .await
}

/// The passes that the run's pinned model does without; none if it has none.
pub(crate) async fn dropped_passes(run: &RunId, context: &Context) -> Result<Vec<String>, StageError> {
    if context.pinned(run).await?.plan.model.is_none() {
        return Ok(Vec::new());
    }
    Ok(context.json::<RunModel>(&keys::run_model(run)).await?.dropped_passes())
}

/// A slice or a shard in a round.
pub(crate) struct Worker<'p> {
    pub(crate) run: &'p RunId,
    pub(crate) round: u32,
    /// The number of the slice or the shard.
    pub(crate) number: u32,
    pub(crate) mappers: u32,
    /// How many lines all mappers read.
    pub(crate) lines: u64,
    pub(crate) matching: MatchLayout,
    pub(crate) fields: ScoredFields,
    pub(crate) passes: Passes,
    pub(crate) context: &'p Context,
}

impl<'p> Worker<'p> {
    async fn new(
        run: &'p RunId,
        round: u32,
        number: u32,
        work: BlockWork,
        context: &'p Context,
    ) -> Result<Self, StageError> {
        let layout: Layout = context.json(&keys::layout(run)).await?;
        let matching = match_layout(&layout)?;
        let workers = if work.is_by_slice() { matching.slices } else { matching.shards };
        if number >= workers {
            return Err(StageError::internal(format!("there is no worker {number} of {workers}")));
        }
        let pinned: Arc<Pinned> = context.pinned(run).await?;
        let fields = ScoredFields::of(&pinned.config);
        let passes = Passes::of(&fields);
        let mappers = layout.mappers.len() as u32;
        let lines = layout.accounts();
        Ok(Self { run, round, number, mappers, lines, matching, fields, passes, context })
    }

    /// The key of an object that the worker writes in this round.
    pub(crate) fn key(&self, what: &str) -> String {
        keys::match_round(self.run, self.round, self.number, what)
    }

    /// Writes an object and counts its bytes.
    pub(crate) async fn put(&self, key: &str, bytes: Vec<u8>, moved: &mut Moved) -> Result<(), StageError> {
        moved.bytes_out += bytes.len() as u64;
        self.context.put(key, bytes).await
    }

    /// The passes, where those that the run does without make no keys.
    pub(crate) async fn used_passes(&self) -> Result<Passes, StageError> {
        let dropped = dropped_passes(self.run, self.context).await?;
        Ok(self.passes.clone().without(&dropped))
    }

    /// How many fields are compared.
    pub(crate) fn field_count(&self) -> u32 {
        self.fields.len() as u32
    }

    /// How many passes there are.
    pub(crate) fn pass_count(&self) -> u32 {
        self.passes.len() as u32
    }

    /// Which fields are addresses.
    pub(crate) fn addresses(&self) -> Vec<bool> {
        self.fields.iter().map(|field| field.kind == FieldKind::Address).collect()
    }

    /// The key of an object that the worker wrote in the round before.
    pub(crate) fn key_before(&self, what: &str) -> String {
        keys::match_round(self.run, self.round - 1, self.number, what)
    }

    /// The rows of all slices.
    pub(crate) async fn slice_rows(&self) -> Result<SliceRows, StageError> {
        self.context.json(&keys::match_slices(self.run)).await
    }

    /// Rejects work that does not fit into the memory.
    pub(crate) fn check_memory(&self, bytes: u64, what: String) -> Result<(), StageError> {
        self.context.memory.check(Function::Other("block"), bytes, what)
    }
}

/// The shard of a hash.
#[inline]
pub(crate) fn shard_of(hash: u64, shards: u32) -> u32 {
    // Multiplying by the golden ratio mixes all bits into the high ones (Knuth, *TAOCP* 3, 6.4).
    let mixed = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((u128::from(mixed) * u128::from(shards)) >> 64) as u32
}
