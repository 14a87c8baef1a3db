//! Adds up what the tiles counted.

use onefold_lake::RunId;
use onefold_lake::calls::CompareResult;
use onefold_lake::data::vectors;
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::matching::{PairList, Tile};
use onefold_lake::run::receipt::Moved;
use onefold_scoring::blocking::FirstFound;
use onefold_scoring::counts::Histogram;
use onefold_shell::{Context, Receipts, StageError};

/// The pairs of all tiles by pattern, and who found them first. They are those that Block gave, each once.
pub(crate) async fn patterns(
    run: &RunId,
    context: &Context,
    moved: &mut Moved,
) -> Result<(Histogram, FirstFound), StageError> {
    let tiles: Vec<Tile> = context.json_lines(&keys::match_tiles(run)).await?;
    let (mut histogram, mut first_found) = (Histogram::default(), FirstFound::default());
    for tile in &tiles {
        let key = keys::match_vectors(run, tile.tile);
        let read = vectors::add_patterns(context.store.as_ref(), &key, &mut histogram, &mut first_found).await;
        moved.bytes_in += read.map_err(StageError::reading_part)?;
    }
    let receipts = Receipts::read::<CompareResult, _>(context, run, Stage::Compare, tiles, Tile::receipt_name).await?;
    let compared: Vec<CompareResult> = receipts.into_iter().map(|(_, receipt)| receipt.result).collect();
    let list: PairList = context.json(&keys::match_pairs(run)).await?;
    balance(&compared, list.pairs, histogram.pairs(), first_found.pairs())?;
    Ok((histogram, first_found))
}

/// Checks that every pair is accounted for (invariant 2). `given` are those that Block gave, `counted` those that have a
/// pattern, and `first_found` those that a pass found first.
fn balance(compared: &[CompareResult], given: u64, counted: u64, first_found: u64) -> Result<(), StageError> {
    let sum = |of: fn(&CompareResult) -> u64| compared.iter().map(of).sum::<u64>();
    let balances = [
        ("pairs found", given, "pairs given to tiles", sum(|tile| tile.given)),
        (
            "pairs given to tiles",
            sum(|tile| tile.given),
            "pairs compared and repeated",
            sum(|tile| tile.compared + tile.repeated),
        ),
        ("pairs compared", sum(|tile| tile.compared), "pairs with a pattern", counted),
        ("pairs with a pattern", counted, "pairs that a pass found first", first_found),
    ];
    match balances.iter().find(|(_, left, _, right)| left != right) {
        None => Ok(()),
        Some((left_name, left, right_name, right)) => Err(StageError::internal(format!(
            "the counts of pairs do not balance: {left} {left_name}, but {right} {right_name}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_must_balance() {
        let tile = |given, repeated, compared| CompareResult { given, repeated, compared };
        let tiles = [tile(5, 2, 3), tile(1, 0, 1)];
        assert!(balance(&tiles, 6, 4, 4).is_ok());
        let message = |given, counted| balance(&tiles, given, counted, 4).unwrap_err().text();
        assert!(message(7, 4).contains("7 pairs found, but 6 pairs given to tiles"));
        assert!(message(6, 5).contains("4 pairs compared, but 5 pairs with a pattern"));
        assert!(balance(&tiles, 6, 4, 3).unwrap_err().text().contains("but 3 pairs that a pass found first"));
        assert!(balance(&[tile(5, 2, 2)], 5, 2, 2).unwrap_err().text().contains("but 4 pairs compared and repeated"));
    }
}
