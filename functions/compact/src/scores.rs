//! What scoring pairs came to, and the model that did it.

use onefold_lake::calls::{CompareResult, ScoreResult};
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::matching::{PairList, Tile};
use onefold_lake::version::manifest::{ScoreSummary, VersionFile, model_digest};
use onefold_lake::{RunId, calls::TrainResult};
use onefold_scoring::model::RunModel;
use onefold_shell::{Context, Pinned, Receipts, StageError, Work};

use crate::file;
use crate::report::Observed;

/// What the stages that score pairs counted. All of it is 0 where no pair is scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScoreCounts {
    /// Accounts that Block counted.
    pub(crate) accounts: u64,
    /// Accounts whose frequency classes Score sent to Link, and those that Merge read.
    pub(crate) described: [u64; 2],
    /// Pairs that Compare compared, that Train counted, and that Score scored.
    pub(crate) pairs: [u64; 3],
    /// Links that Score sent to Link, and those that Merge read.
    pub(crate) links: [u64; 2],
}

/// Adds up what the tiles counted. What Merge counted is added later.
pub(crate) async fn gather(
    run: &RunId,
    pinned: &Pinned,
    observed: &mut Observed,
    context: &Context,
) -> Result<ScoreCounts, StageError> {
    let mut counts = ScoreCounts::default();
    if pinned.config.score.is_none() {
        return Ok(counts);
    }
    let tiles: Vec<Tile> = context.json_lines(&keys::match_tiles(run)).await?;
    for (_, receipt) in
        Receipts::read::<CompareResult, _>(context, run, Stage::Compare, tiles.clone(), Tile::receipt_name).await?
    {
        observed.measured.add(Stage::Compare, &receipt.cost);
        counts.pairs[0] += receipt.result.compared;
    }
    let train = Work { run: run.clone(), stage: Stage::Train, name: Stage::Train.name().to_owned() };
    if let Some(receipt) = train.receipt::<TrainResult>(context).await? {
        observed.measured.add(Stage::Train, &receipt.cost);
        counts.accounts = receipt.result.accounts;
        counts.pairs[1] = receipt.result.pairs;
    }
    for (_, receipt) in Receipts::read::<ScoreResult, _>(context, run, Stage::Score, tiles, Tile::receipt_name).await? {
        observed.measured.add(Stage::Score, &receipt.cost);
        let ScoreResult { pairs, links, accounts, distribution, .. } = receipt.result;
        observed.scored(distribution);
        counts.pairs[2] += pairs;
        counts.links[0] += links;
        counts.described[0] += accounts;
    }
    Ok(counts)
}

/// Writes the model into the version, and says what it came to; nothing where no pair is scored.
pub(crate) async fn write(
    run: &RunId,
    pinned: &Pinned,
    counts: &ScoreCounts,
    context: &Context,
) -> Result<Option<(VersionFile, ScoreSummary)>, StageError> {
    if pinned.config.score.is_none() {
        return Ok(None);
    }
    let key = keys::match_model(run);
    let (bytes, _) = context.get(&key).await?;
    let model: RunModel = context.json(&key).await?;
    let list: PairList = context.json(&keys::match_pairs(run)).await?;
    let expected = model.curve.at(model.threshold);
    let summary = ScoreSummary {
        model: model_digest(&bytes),
        learnt_in: model.model.learnt_in,
        is_prior: model.model.is_prior,
        pairs: counts.pairs[0],
        links: counts.links[0],
        threshold: model.threshold,
        precision: expected.map(|point| point.precision),
        recall: expected.map(|point| point.recall),
        missed: model.curve.missed,
        dropped_rows: list.dropped_rows,
        measured: None,
    };
    let file = file::put(keys::processed_model(run), bytes, 1, context).await?;
    Ok(Some((file, summary)))
}
