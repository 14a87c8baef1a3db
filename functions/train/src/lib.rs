//! Train: makes the model that the run scores with.
//!
//! It adds up what the tiles counted, and learns the probabilities of comparison levels from it. If the run has a pinned
//! model, it takes that one; how many accounts there are and how frequent their values are comes from this run all the same.
//! It also decides which pairs people are asked about.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod gathered;
mod passes;
mod sample;

use onefold_config::{ScoreSettings, ScoreThreshold};
use onefold_lake::RunId;
use onefold_lake::calls::{TrainRequest, TrainResult};
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::matching::{Blocking, Labels, RunDraw};
use onefold_lake::run::receipt::Moved;
use onefold_scoring::counts::{Counts, digest};
use onefold_scoring::curve::Curve;
use onefold_scoring::model::RunModel;
use onefold_scoring::review::Draw;
use onefold_scoring::weights::{BIT, Score, Weights};
use onefold_scoring::{ScoredFields, train};
use onefold_shell::{Context, StageError, Work, json_object};

/// Makes the model of a run.
///
/// # Errors
/// `Corrupt` if an object is damaged; `Internal` if the tiles did not compare all pairs; `Transient` if the store failed.
pub async fn run(request: TrainRequest, context: &Context) -> Result<TrainResult, StageError> {
    let TrainRequest { run } = request;
    let work = Work { run: run.clone(), stage: Stage::Train, name: Stage::Train.name().to_owned() };
    work.once(context, async |moved| make(&run, context, moved).await).await
}

async fn make(run: &RunId, context: &Context, moved: &mut Moved) -> Result<TrainResult, StageError> {
    let pinned = context.pinned(run).await?;
    let fields = ScoredFields::of(&pinned.config);
    let mut counts: Counts = context.json(&keys::match_counts(run)).await?;
    sample::count(run, &fields, &mut counts, context, moved).await?;
    let (histogram, first_found) = gathered::patterns(run, context, moved).await?;
    let before: Option<RunModel> = match &pinned.plan.model {
        Some(_) => Some(context.json(&keys::run_model(run)).await?),
        None => None,
    };
    let model = match &before {
        Some(before) => before.model.clone(),
        None => train::train(&fields, &counts, &histogram, run.as_str()),
    };
    let weights = Weights::new(&model, &counts);
    let curve = Curve::new(&weights, &histogram, before.as_ref().map(|before| &before.curve));
    let threshold = threshold(pinned.config.score.as_ref(), &curve);
    let links = first_found.links(|pattern| weights.pair(pattern).bits() >= threshold);
    let blocking: Blocking = context.json(&keys::match_blocking(run)).await?;
    let passes = passes::of(blocking, &links, before.as_ref());
    let result = TrainResult {
        learnt_in: model.learnt_in.clone(),
        accounts: counts.accounts,
        pairs: histogram.pairs(),
        patterns: histogram.len() as u64,
        threshold,
    };
    let digest = digest(&counts, &histogram);
    write_draw(run, Draw::new(&weights, &histogram, threshold, curve.missed), context).await?;
    let made = RunModel { model, counts, passes, curve, threshold, digest };
    let bytes = json_object(&made)?;
    moved.records_in = result.pairs;
    moved.records_out = 1;
    moved.bytes_out += bytes.len() as u64;
    context.put(&keys::match_model(run), bytes).await?;
    Ok(result)
}

/// Writes which pairs Score passes on: those that are drawn, and those of which people said something.
async fn write_draw(run: &RunId, draw: Draw, context: &Context) -> Result<(), StageError> {
    let labels = context.json_if_there::<Labels>(&keys::match_labels(run)).await?;
    let labels = labels.map(|(labels, _)| labels).unwrap_or_default();
    context.put_json(&keys::match_draw(run), &RunDraw { draw, labels }).await
}

/// From where on a pair is linked.
fn threshold(settings: Option<&ScoreSettings>, curve: &Curve) -> Score {
    match settings.map(|settings| settings.threshold).unwrap_or_default() {
        ScoreThreshold::Bits(bits) => (bits * BIT as f64).round() as Score,
        ScoreThreshold::Precision(least) => curve.threshold(least),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_in_bits() {
        let settings = |bits| ScoreSettings { threshold: ScoreThreshold::Bits(bits), ..ScoreSettings::default() };
        let found = [0.0, 1.0, -2.5, 0.0004].map(|bits| threshold(Some(&settings(bits)), &Curve::default()));
        assert_eq!(found, [0, 1024, -2560, 0]);
        assert_eq!(threshold(None, &Curve::default()), 0);
    }
}
