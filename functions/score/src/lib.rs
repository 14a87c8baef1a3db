//! Score: scores the compared pairs of a tile, and sends those that are one person's to Link.
//!
//! All pairs of a pattern have the same score, so each pattern is scored once. In a tile of one slice it also sends how
//! frequent the values of its accounts are: Merge scores pairs again. And it passes on the pairs that people are asked about.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod asked;
mod slice;

use std::collections::BTreeMap;

use onefold_lake::calls::{ScoreRequest, ScoreResult, ScoredPairs};
use onefold_lake::data::scores::{ReferenceLink, ScoresCollector};
use onefold_lake::data::vectors::{PatternPairs, Vectors};
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::layout::Layout;
use onefold_lake::run::matching::{RunDraw, Tile};
use onefold_lake::run::receipt::Moved;
use onefold_lake::{FormatError, RunId};
use onefold_scoring::model::RunModel;
use onefold_scoring::review::{Draw, Lot};
use onefold_scoring::weights::{BIT, Score, Weights};
use onefold_shell::{Context, StageError, Work};

use crate::asked::AskedPairs;
use crate::slice::SliceAccounts;

/// Scores the pairs of a tile.
///
/// # Errors
/// `Corrupt` if an object is damaged; `Transient` if the store failed.
pub async fn run(request: ScoreRequest, context: &Context) -> Result<ScoreResult, StageError> {
    let ScoreRequest { run, tile } = request;
    let work = Work { run: run.clone(), stage: Stage::Score, name: tile.receipt_name() };
    work.once(context, async |moved| score(&run, tile, context, moved).await).await
}

async fn score(run: &RunId, tile: Tile, context: &Context, moved: &mut Moved) -> Result<ScoreResult, StageError> {
    let shards = context.json::<Layout>(&keys::layout(run)).await?.shards;
    let first = SliceAccounts::read(run, tile.first, context, moved).await?;
    let second = match tile.first == tile.second {
        true => None,
        false => Some(SliceAccounts::read(run, tile.second, context, moved).await?),
    };
    let slices = [&first, second.as_ref().unwrap_or(&first)];
    // An earlier program may have trained the model: then nothing is drawn.
    let draw = context.json_if_there::<RunDraw>(&keys::match_draw(run)).await?.map(|(draw, _)| draw);
    let nothing = RunDraw::default();
    let mut asked = AskedPairs::new(draw.as_ref().unwrap_or(&nothing), slices);
    let TileScores { links, pairs, distribution } =
        score_pairs(run, tile, slices, draw.as_ref(), &mut asked, context, moved).await?;
    let mut collector =
        ScoresCollector::new(shards, context.memory.shuffle_text_bytes()).map_err(StageError::compressing)?;
    for link in links {
        let shard = link.accounts[0].shard(shards);
        collector.link(shard, link).map_err(StageError::compressing)?;
    }
    if second.is_none() {
        for frequencies in first.frequencies() {
            let shard = frequencies.account.shard(shards);
            collector.frequencies(shard, frequencies).map_err(StageError::compressing)?;
        }
    }
    let (links, accounts) = (collector.links, collector.accounts);
    let bytes = collector.finish().map_err(StageError::compressing)?;
    moved.records_in = pairs;
    moved.records_out = links;
    moved.bytes_out += bytes.len() as u64;
    context.put(&keys::match_links(run, tile.tile), bytes).await?;
    let asked = asked.taken;
    if !asked.is_empty() {
        let bytes = onefold_lake::data::asked::format(&asked).map_err(StageError::compressing)?;
        moved.bytes_out += bytes.len() as u64;
        context.put(&keys::match_asked(run, tile.tile), bytes).await?;
    }
    Ok(ScoreResult { pairs, links, accounts, distribution, asked: draw.map(|_| asked.len() as u64) })
}

/// What the pairs of a tile score.
struct TileScores {
    /// Those whose score is at or above the threshold.
    links: Vec<ReferenceLink>,
    /// The number of all pairs.
    pairs: u64,
    /// See [`ScoreResult::distribution`].
    distribution: BTreeMap<i64, ScoredPairs>,
}

/// What follows from a pattern's score.
struct Scored {
    bits: Score,
    /// The score of a link; `None` if it is none.
    link: Option<i32>,
    lot: Lot,
}

impl Scored {
    fn new(bits: Score, threshold: Score, draw: Option<&Draw>) -> Self {
        let link = (bits >= threshold).then(|| i32::try_from(bits).unwrap_or(i32::MAX));
        Self { bits, link, lot: draw.map(|draw| draw.lot(bits)).unwrap_or_default() }
    }
}

/// Scores the pairs of a tile. Offers to `asked` all that people may be asked about.
async fn score_pairs(
    run: &RunId,
    tile: Tile,
    slices: [&SliceAccounts; 2],
    draw: Option<&RunDraw>,
    asked: &mut AskedPairs<'_>,
    context: &Context,
    moved: &mut Moved,
) -> Result<TileScores, StageError> {
    let RunModel { model, counts, threshold, .. } = context.json(&keys::match_model(run)).await?;
    let weights = Weights::new(&model, &counts);
    let key = keys::match_vectors(run, tile.tile);
    let vectors = Vectors::read(context.store.as_ref(), &key).await.map_err(StageError::reading_part)?;
    moved.bytes_in += vectors.bytes_in();
    let scored = |(pattern, _): &PatternPairs| {
        Scored::new(weights.pair(*pattern).bits(), threshold, draw.map(|draw| &draw.draw))
    };
    let scores: Vec<Scored> = vectors.patterns().iter().map(scored).collect();
    let distribution = distribution(vectors.patterns(), scores.iter().map(|scored| scored.bits), threshold);
    let mut links = Vec::new();
    let mut pairs = 0;
    let read = vectors.each_pair(|place, [first, second]| {
        pairs += 1;
        let Scored { bits, link, lot } = &scores[place];
        if link.is_none() && !lot.draws() && !asked.may_be_labelled([first, second]) {
            return Ok(());
        }
        let [Some(left), Some(right)] = [slices[0].reference(first), slices[1].reference(second)] else {
            return Err(FormatError::new(&key, "a pair is not of its slices"));
        };
        let accounts = [left.min(right), left.max(right)];
        if let Some(score) = *link {
            links.push(ReferenceLink { accounts, score });
        }
        asked.offer(accounts, vectors.patterns()[place].0, *bits, *lot);
        Ok(())
    });
    read.map_err(StageError::damaged)?;
    Ok(TileScores { links, pairs, distribution })
}

/// The pairs of patterns with these scores, by whole bits.
fn distribution(
    patterns: &[PatternPairs],
    bits: impl IntoIterator<Item = Score>,
    threshold: Score,
) -> BTreeMap<i64, ScoredPairs> {
    let mut distribution: BTreeMap<i64, ScoredPairs> = BTreeMap::new();
    for ((_, by_passes), bits) in patterns.iter().zip(bits) {
        let pairs = by_passes.iter().sum();
        let count = distribution.entry(bits.div_euclid(BIT)).or_default();
        count.pairs += pairs;
        count.links += if bits >= threshold { pairs } else { 0 };
    }
    distribution
}

#[cfg(test)]
mod tests {
    use onefold_scoring::Pattern;

    use super::*;

    #[test]
    fn pairs_are_counted_by_whole_bits() {
        let pattern = |pairs| (Pattern::default(), [pairs, 1, 0]);
        let patterns = [pattern(1), pattern(2), pattern(3), pattern(4)];
        let found = distribution(&patterns, [-1, 4 * BIT, 4 * BIT + 511, 5 * BIT - 1], 4 * BIT + 511);
        let expected = [(-1, ScoredPairs { pairs: 2, links: 0 }), (4, ScoredPairs { pairs: 12, links: 9 })];
        assert_eq!(found, expected.into());
    }
}
