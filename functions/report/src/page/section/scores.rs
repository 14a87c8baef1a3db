//! What scoring pairs came to.

mod distribution;
mod expected;
mod measured;
mod passes;
mod weights;

use maud::{Markup, html};

use crate::page::number::{count, plural, score, share};
use crate::page::part::{Section, nothing};
use crate::{Report, Scores};

pub fn section(report: &Report) -> Section {
    Section {
        id: "scores",
        title: "Keys and scores",
        look: "A good model has two hills with a valley between them, and the threshold stands in the valley.",
        body: report.scores.as_ref().map_or_else(
            || nothing("No pair was scored: the configuration has rules only. A section [score] adds scores."),
            body,
        ),
    }
}

fn body(scores: &Scores) -> Markup {
    html! {
        (summary(scores))
        div.parts { (distribution::draw(scores)) (expected::draw(scores)) }
        (measured::draw(scores))
        h3 { "Match weights by field and level" }
        (weights::draw(scores))
        h3 { "Pairs by blocking pass" }
        (passes::draw(scores))
    }
}

fn summary(scores: &Scores) -> Markup {
    let or_unknown = |expected: Option<f64>| expected.map_or_else(|| "unknown".to_owned(), share);
    html! {
        dl.tiles {
            div { dt { "Pairs compared" } dd { (count(scores.pairs)) } dd { "of " (plural(scores.accounts, "account")) } }
            div { dt { "Links" } dd { (count(scores.links)) } dd { "of at least " (score(scores.threshold)) " bits" } }
            div { dt { "Expected precision" } dd { (or_unknown(scores.precision)) } dd { "of the links are right" } }
            div { dt { "Expected recall" } dd { (or_unknown(scores.recall)) } dd { "of the pairs of one person" } }
            @if let Some(of_answers) = &scores.measured { (measured::tiles(of_answers)) }
        }
        p.note {
            "Learnt in the run " code { (scores.learnt_in) } "."
            @if scores.is_prior { " There was little to learn from, so what holds for people's data in general weighs more." }
            @if scores.missed >= 1.0 { " At least " (plural(scores.missed as u64, "pair")) " of one person are expected not to have been compared." }
            @if scores.dropped_rows > 0 { " " (plural(scores.dropped_rows, "account")) " of blocks that could not be made small enough met only their neighbours there." }
        }
    }
}
