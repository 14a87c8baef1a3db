//! Decides what follows a round.

use onefold_lake::RunId;
use onefold_lake::calls::{AdvanceResult, DivideResult, LinkShard, RoundWork, ScoreResult};
use onefold_lake::data::blocked;
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::layout::Layout;
use onefold_lake::run::matching::Tile;
use onefold_lake::run::receipt::Moved;
use onefold_shell::{Context, Function, MemoryBudget, Receipts, StageError, Work};

use crate::asked;
use crate::round::CONTRACT;

pub(crate) async fn advance(run: &RunId, round: u32, context: &Context) -> Result<AdvanceResult, StageError> {
    let name = format!("advance-{round:05}");
    let work = Work { run: run.clone(), stage: Stage::Link, name };
    work.once(context, async |moved| {
        let shards = shards(run, context).await?;
        Ok(match next(run, round, shards, context, moved).await? {
            Some(work) => AdvanceResult {
                converged: false,
                round: round + 1,
                work,
                shards: (0..shards).map(|shard| LinkShard { shard }).collect(),
            },
            None => {
                end_scores(run, round, shards, context, moved).await?;
                AdvanceResult { converged: true, round, work: RoundWork::Label, shards: Vec::new() }
            }
        })
    })
    .await
}

/// The number of shards that Divide chose for the run.
async fn shards(run: &RunId, context: &Context) -> Result<u32, StageError> {
    let divide = Work { run: run.clone(), stage: Stage::Divide, name: Stage::Divide.name().to_owned() };
    let receipt = divide.receipt::<DivideResult>(context).await?;
    // The states and lists of earlier programs do not fit this program.
    receipt.map(|receipt| receipt.result.shards).ok_or_else(|| {
        StageError::invalid_input(format!(
            "the run {run} was not divided; an execution that an earlier program began cannot go on, start one with \
             {{\"resume\":\"{run}\"}}"
        ))
    })
}

/// The work of the next round; `None` if the labels are written. It depends on the number of the last round and on
/// whether that round moved an edge.
async fn next(
    run: &RunId,
    round: u32,
    shards: u32,
    context: &Context,
    moved: &mut Moved,
) -> Result<Option<RoundWork>, StageError> {
    if shards == 1 {
        return Ok((round == 0).then_some(RoundWork::OneShard));
    }
    if round == CONTRACT {
        gather_blocked(run, shards, context, moved).await?;
    }
    let has_moved = async |large_star: u32| -> Result<bool, StageError> {
        Ok(new_edges(run, large_star, shards, context).await? + new_edges(run, large_star + 1, shards, context).await?
            > 0)
    };
    Ok(match round {
        0 => Some(RoundWork::Spread),
        1 => Some(RoundWork::Contract),
        2 => Some(RoundWork::LargeStar),
        3 => Some(RoundWork::SmallStar),
        // Even rounds are small-stars. Labels follow if neither this round nor the large-star before it moved an edge.
        _ if round.is_multiple_of(2) => {
            Some(if has_moved(round - 1).await? { RoundWork::LargeStar } else { RoundWork::Label })
        }
        _ => has_moved(round - 2).await?.then_some(RoundWork::SmallStar),
    })
}

/// Checks that each link that Score found joined components and was sent to Merge, and the frequency classes of each account
/// were. `round` wrote the labels. Then gathers the pairs that people are asked about.
async fn end_scores(
    run: &RunId,
    round: u32,
    shards: u32,
    context: &Context,
    moved: &mut Moved,
) -> Result<(), StageError> {
    if context.json::<Layout>(&keys::layout(run)).await?.matching.is_none() {
        return Ok(());
    }
    let tiles: Vec<Tile> = context.json_lines(&keys::match_tiles(run)).await?;
    let tiles = Receipts::read::<ScoreResult, _>(context, run, Stage::Score, tiles, Tile::receipt_name).await?;
    let tiles: Vec<(Tile, ScoreResult)> = tiles.into_iter().map(|(tile, receipt)| (tile, receipt.result)).collect();
    let scored = |of: fn(&ScoreResult) -> u64| tiles.iter().map(|(_, result)| of(result)).sum::<u64>();
    let reading = if shards == 1 { round } else { CONTRACT };
    let read = crate::round::receipts(run, reading, shards, context).await?;
    let sent = crate::round::receipts(run, round, shards, context).await?;
    let read: u64 = read.iter().map(|shard| shard.links_read).sum();
    let sent_links: u64 = sent.iter().map(|shard| shard.links).sum();
    let sent_accounts: u64 = sent.iter().map(|shard| shard.scored).sum();
    let balances = [
        ("links scored", scored(|tile| tile.links), "links read", read),
        ("links scored", scored(|tile| tile.links), "links sent on", sent_links),
        ("accounts scored", scored(|tile| tile.accounts), "accounts sent on", sent_accounts),
    ];
    match balances.iter().find(|(_, left, _, right)| left != right) {
        None => asked::gather(run, &tiles, context, moved).await,
        Some((left_name, left, right_name, right)) => Err(StageError::internal(format!(
            "the counts of scores do not balance: {left} {left_name}, but {right} {right_name}"
        ))),
    }
}

/// The number of new edges that all shards made in a round.
async fn new_edges(run: &RunId, round: u32, shards: u32, context: &Context) -> Result<u64, StageError> {
    let receipts = crate::round::receipts(run, round, shards, context).await?;
    Ok(receipts.iter().map(|done| done.moved).sum())
}

/// Joins the lists of blocked keys of all shards into one object.
async fn gather_blocked(run: &RunId, shards: u32, context: &Context, moved: &mut Moved) -> Result<(), StageError> {
    let store = context.store.as_ref();
    let lists: Vec<String> = (0..shards).map(|shard| keys::link_round(run, CONTRACT, shard, "blocked")).collect();
    let mut blocked_keys = 0;
    for list in &lists {
        blocked_keys += blocked::open(store, list).await.map_err(StageError::reading_part)?.keys();
    }
    let what = format!("the list of {blocked_keys} blocked keys");
    context.memory.check(Function::Link, MemoryBudget::blocked_list_bytes(blocked_keys), what)?;
    let mut all = Vec::with_capacity(usize::try_from(blocked_keys).unwrap_or_default());
    for list in &lists {
        let (blocked, bytes_in) = blocked::read(store, list).await.map_err(StageError::reading_part)?;
        moved.bytes_in += bytes_in;
        all.extend(blocked);
    }
    all.sort_unstable();
    let joined = blocked::format(&all).map_err(StageError::compressing)?;
    moved.bytes_out += joined.len() as u64;
    context.put(&keys::link_blocked(run), joined).await
}
