//! What scoring pairs came to.

use std::collections::BTreeMap;

use onefold_config::Config;
use onefold_lake::calls::ScoredPairs;
use onefold_lake::keys;
use onefold_lake::run::matching::{Blocking, PassBlocks};
use onefold_lake::version::manifest::{Manifest, ScoreSummary};
use onefold_lake::version::review::Calibration;
use onefold_report::{CurvePoint, FieldWeights, LevelWeight, PassPairs, ScoreCount, Scores};
use onefold_scoring::counts::FieldCounts;
use onefold_scoring::curve::Point;
use onefold_scoring::levels::meaning;
use onefold_scoring::model::RunModel;
use onefold_scoring::weights::{self, BIT, Score, Weights};
use onefold_scoring::{DIFFER, EQUAL, FieldKind, LEVELS, Level, ScoredFields};
use onefold_shell::{Context, StageError};

use super::calibrated::of_calibration;

/// A score in bits. A 1024th of a bit is exact.
pub(super) fn bits(score: Score) -> f64 {
    score as f64 / BIT as f64
}

/// What scoring came to in a run; `None` if its manifest has no scores.
pub(super) async fn scores(
    manifest: &Manifest,
    distribution: BTreeMap<i64, ScoredPairs>,
    config: &Config,
    context: &Context,
) -> Result<Option<Scores>, StageError> {
    let Some(summary) = &manifest.scores else { return Ok(None) };
    let model: RunModel = context.json(&keys::match_model(&manifest.run)).await?;
    let blocking: Blocking = context.json(&keys::match_blocking(&manifest.run)).await?;
    let scores = of_model(summary, &model, &blocking, distribution, &ScoredFields::of(config));
    let Some(found) = &summary.measured else { return Ok(Some(scores)) };
    let calibration: Calibration = context.json(&keys::review_calibration(&manifest.run)).await?;
    Ok(Some(Scores { measured: Some(of_calibration(calibration, found.notes.clone())), ..scores }))
}

fn of_model(
    summary: &ScoreSummary,
    model: &RunModel,
    blocking: &Blocking,
    distribution: BTreeMap<i64, ScoredPairs>,
    scored: &ScoredFields,
) -> Scores {
    let weights = Weights::new(&model.model, &model.counts);
    let fields = scored.iter().zip(&weights.fields).zip(&model.counts.fields);
    Scores {
        learnt_in: summary.learnt_in.clone(),
        is_prior: summary.is_prior,
        accounts: model.counts.accounts,
        pairs: summary.pairs,
        links: summary.links,
        threshold: bits(summary.threshold),
        precision: summary.precision,
        recall: summary.recall,
        missed: summary.missed,
        dropped_rows: summary.dropped_rows,
        measured: None,
        strangers_prior: bits(weights.strangers_prior),
        relatives_prior: bits(weights.relatives_prior),
        fields: fields
            .map(|((field, weights), counts)| FieldWeights {
                field: field.name.to_owned(),
                known: counts.known,
                levels: levels(field.kind, weights, counts),
            })
            .collect(),
        distribution: distribution.into_iter().map(score_count).collect(),
        curve: model.curve.points.iter().map(curve_point).collect(),
        passes: blocking.passes.iter().map(pass_pairs).collect(),
    }
}

/// The levels of a field that say something. Of equal values, those of the frequencies that are there.
fn levels(kind: FieldKind, weights: &weights::FieldWeights, counts: &FieldCounts) -> Vec<LevelWeight> {
    let weight = |level: Level| {
        let class = level.checked_sub(EQUAL);
        if class.is_some_and(|class| counts.equal_pairs[usize::from(class)] == 0) {
            return None;
        }
        Some(LevelWeight {
            level: meaning(kind, level)?.to_owned(),
            // A frequency class is a logarithm to base 2. A value that is equal to another has two accounts at least.
            accounts_from: class.map(|class| 1 << class),
            strangers: bits(weights.strangers[usize::from(level)]),
            relatives: bits(weights.relatives[usize::from(level)]),
        })
    };
    (DIFFER..LEVELS as Level).filter_map(weight).collect()
}

fn score_count((bits, ScoredPairs { pairs, links }): (i64, ScoredPairs)) -> ScoreCount {
    ScoreCount { bits, pairs, links }
}

fn curve_point(point: &Point) -> CurvePoint {
    let Point { threshold, links, precision, recall } = *point;
    CurvePoint { threshold: bits(threshold), links, precision, recall }
}

fn pass_pairs(pass: &PassBlocks) -> PassPairs {
    PassPairs {
        pass: pass.name.clone(),
        largest_block: pass.cap,
        pairs: pass.sizes.pairs(pass.cap),
        accounts_of_greater: pass.sizes.accounts_beyond(pass.cap),
    }
}

#[cfg(test)]
mod tests {
    use onefold_scoring::FREQUENCIES;

    use super::*;

    #[test]
    fn levels_are_told_with_their_meaning_and_their_weights() {
        let mut weights = weights::FieldWeights { strangers: [0; LEVELS], relatives: [0; LEVELS] };
        weights.strangers[usize::from(DIFFER)] = -3 * BIT - BIT / 2;
        weights.relatives[usize::from(EQUAL) + 3] = 7 * BIT;
        let mut equal_pairs = [0; FREQUENCIES];
        equal_pairs[3] = 9;
        let found = levels(FieldKind::City, &weights, &FieldCounts { equal_pairs, ..FieldCounts::default() });
        let told: Vec<_> = found
            .iter()
            .map(|level| (level.level.as_str(), level.accounts_from, level.strangers, level.relatives))
            .collect();
        assert_eq!(
            told,
            [("different", None, -3.5, 0.0), ("nearly equal", None, 0.0, 0.0), ("equal", Some(8), 0.0, 7.0)]
        );
    }
}
