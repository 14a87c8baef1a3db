//! The pairs that people are asked about, from all tiles. Merge says of their accounts whose they are.

use std::collections::BTreeMap;

use onefold_lake::RunId;
use onefold_lake::calls::ScoreResult;
use onefold_lake::data::asked::{self, AskedPair, SAMPLED};
use onefold_lake::keys;
use onefold_lake::run::matching::{RunDraw, Tile};
use onefold_lake::run::receipt::Moved;
use onefold_scoring::review::{Draw, SAMPLED_MAX, pair_hash};
use onefold_shell::{Context, StageError, in_order};

/// The number of tiles whose objects are read at once.
const READ_AHEAD: usize = 8;

/// Gathers what the tiles drew. Nothing is written if an earlier program scored one of them: then the sample would lack
/// its pairs.
pub(crate) async fn gather(
    run: &RunId,
    scored: &[(Tile, ScoreResult)],
    context: &Context,
    moved: &mut Moved,
) -> Result<(), StageError> {
    if scored.iter().any(|(_, result)| result.asked.is_none()) {
        return Ok(());
    }
    let draw: RunDraw = context.json(&keys::match_draw(run)).await?;
    let with_pairs = scored.iter().filter(|(_, result)| result.asked != Some(0)).map(|(tile, _)| tile.tile);
    let read = |tile: u32| async move {
        let key = keys::match_asked(run, tile);
        let (bytes, _) = context.get(&key).await?;
        Ok((key, bytes))
    };
    let mut pairs = Vec::new();
    in_order(with_pairs, READ_AHEAD, read, |(key, bytes)| {
        moved.bytes_in += bytes.len() as u64;
        pairs.extend(asked::parse(&key, &bytes).map_err(StageError::damaged)?);
        Ok(())
    })
    .await?;
    let bytes = asked::format(&chosen(pairs, &draw.draw)).map_err(StageError::compressing)?;
    moved.bytes_out += bytes.len() as u64;
    context.put(&keys::link_asked(run), bytes).await
}

/// The pairs in the order of their accounts. Of each stratum, those of the least hashes are the sample.
fn chosen(mut pairs: Vec<AskedPair>, draw: &Draw) -> Vec<AskedPair> {
    pairs.sort_unstable_by_key(|pair| pair.accounts);
    let mut strata: BTreeMap<Option<u32>, Vec<(u64, usize)>> = BTreeMap::new();
    for (place, pair) in pairs.iter().enumerate().filter(|(_, pair)| pair.is(SAMPLED)) {
        strata.entry(draw.lot(pair.score.into()).stratum).or_default().push((pair_hash(pair.accounts), place));
    }
    for of_stratum in strata.values_mut() {
        of_stratum.sort_unstable();
        for (_, place) in of_stratum.iter().skip(SAMPLED_MAX as usize) {
            pairs[*place].reasons &= !SAMPLED;
        }
    }
    pairs.retain(|pair| pair.reasons != 0);
    pairs
}

#[cfg(test)]
mod tests {
    use onefold_graph::node::Node;
    use onefold_lake::data::asked::{DOUBTFUL, LABELLED};
    use onefold_scoring::Pattern;
    use onefold_scoring::counts::Histogram;
    use onefold_scoring::weights::{BIT, Weights};

    use super::*;

    fn pair(number: u128, bits: i32, reasons: u8) -> AskedPair {
        let accounts = [number, number + 1_000_000].map(Node::from_bits);
        AskedPair { accounts, pattern: Pattern::default(), score: bits * BIT as i32, reasons }
    }

    #[test]
    fn the_sample_of_a_stratum_is_of_the_least_hashes() {
        let weights = Weights { strangers_prior: 0, relatives_prior: 0, fields: Vec::new() };
        let draw = Draw::new(&weights, &Histogram::default(), 0, 0.0);
        let more = SAMPLED_MAX + 20;
        let mut pairs: Vec<AskedPair> = (0..u128::from(more)).map(|number| pair(number, 3, SAMPLED)).collect();
        pairs.extend([pair(7_000, 4, SAMPLED), pair(8_000, 3, LABELLED), pair(9_000, -1, DOUBTFUL | SAMPLED)]);
        let mut by_hash: Vec<u64> = pairs[..more as usize].iter().map(|pair| pair_hash(pair.accounts)).collect();
        by_hash.sort_unstable();
        let found = chosen(pairs.clone(), &draw);
        assert_eq!(found.len() as u64, SAMPLED_MAX + 3, "other strata and other reasons stay");
        let in_stratum = found.iter().filter(|pair| pair.score == 3 * BIT as i32 && pair.is(SAMPLED));
        let most = by_hash[SAMPLED_MAX as usize - 1];
        assert!(in_stratum.map(|pair| pair_hash(pair.accounts)).all(|hash| hash <= most));
        pairs.reverse();
        assert_eq!(chosen(pairs, &draw), found);
    }
}
