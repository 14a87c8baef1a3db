//! A model as text.

use onefold_lake::RunId;
use onefold_scoring::ScoredFields;
use onefold_scoring::curve::Point;
use onefold_scoring::model::RunModel;
use onefold_scoring::weights::{BIT, Score, Weights};

use super::fields;
use crate::table::{TextTable, count};

/// Around the threshold, for which thresholds it is said what is expected, in bits.
const AROUND: [Score; 7] = [-8, -4, -2, 0, 2, 4, 8];

/// What is expected of a version's scores, and what each comparison level says. `known` are the model's fields, if this
/// program knows what their levels mean.
pub(super) fn of(model: &RunModel, run: &RunId, known: &ScoredFields) -> String {
    let weights = Weights::new(&model.model, &model.counts);
    let parts = [origin(model, run), totals(model), curve(model), fields::of(model, &weights, known)];
    parts.join("\n")
}

/// Where the model comes from.
fn origin(RunModel { model, .. }: &RunModel, run: &RunId) -> String {
    let learnt_in =
        if model.learnt_in == run.as_str() { "this run".to_owned() } else { format!("the run {}", model.learnt_in) };
    let warning = if model.is_prior {
        "There was little to learn from, so it is mostly what holds for people's data in general.\n"
    } else {
        ""
    };
    format!("The model of the version of {run} was learnt in {learnt_in}.\n{warning}")
}

/// How many pairs there are, and what is expected of the links.
fn totals(RunModel { model, counts, curve, threshold, .. }: &RunModel) -> String {
    let accounts = counts.accounts as f64;
    let at = curve.at(*threshold);
    let mut table = TextTable::default();
    let mut row = |name: &str, value: String| table.row([name.to_owned(), value]);
    row("accounts", count(counts.accounts));
    row("expected pairs of one person", rounded(model.matches_per_account * accounts));
    row("expected pairs of relatives", rounded(model.relatives_per_account * accounts));
    row("of one person, compared", rounded(curve.found));
    row("missed, at least", rounded(curve.missed));
    row("threshold in bits", bits(*threshold));
    row("expected precision", share(at.map(|point| point.precision)));
    row("expected recall", share(at.map(|point| point.recall)));
    table.text()
}

/// What is expected at thresholds near the version's own.
fn curve(RunModel { curve, threshold, .. }: &RunModel) -> String {
    let around = AROUND.iter().filter_map(|bits| curve.at(threshold + bits * BIT));
    let mut points: Vec<Point> = around.collect();
    points.dedup_by_key(|point| point.threshold);
    let mut table = TextTable::default();
    table.row(["threshold", "links", "precision", "recall"].map(str::to_owned));
    for Point { threshold, links, precision, recall } in points {
        table.row([bits(threshold), count(links), share(Some(precision)), share(Some(recall))]);
    }
    format!("What is expected by threshold:\n{}", table.text())
}

/// The blocking passes, with the most accounts of a block, and the links that each found first.
pub(super) fn passes(RunModel { passes, .. }: &RunModel) -> String {
    let mut table = TextTable::default();
    for pass in passes {
        let cap = if pass.cap == 0 { "left out".to_owned() } else { count(pass.cap.into()) };
        let dropped = if pass.is_dropped { "not used from now on" } else { "" };
        table.row([pass.name.clone(), cap, count(pass.first_found), dropped.to_owned()]);
    }
    format!("\nPasses, with the most accounts of a block, and the links that no cheaper pass found:\n{}", table.text())
}

/// A score in bits.
pub(super) fn bits(score: Score) -> String {
    format!("{:.1}", score as f64 / BIT as f64)
}

fn share(of: Option<f64>) -> String {
    of.map_or_else(|| "?".to_owned(), |share| format!("{share:.4}"))
}

fn rounded(number: f64) -> String {
    count(number.max(0.0).round() as u64)
}
