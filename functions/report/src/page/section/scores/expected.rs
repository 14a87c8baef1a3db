//! Precision and recall that are expected at each threshold.

use maud::{Markup, html};

use crate::page::chart::{Axis, Curve, Curves, Label, Marker};
use crate::page::number::{count, score, share, short_score, whole_percent};
use crate::page::part::{figure, nothing, numbers};
use crate::page::scale::Scale;
use crate::{CurvePoint, Scores};

pub fn draw(scores: &Scores) -> Markup {
    let name = "Expected precision and recall by threshold";
    let Some((first, last)) = scores.curve.first().zip(scores.curve.last()) else {
        return html! { div { h3 { (name) } (nothing("The thresholds are too low to say what is expected.")) } };
    };
    let least = scores.curve.iter().map(|point| point.precision.min(point.recall)).fold(1.0, f64::min);
    let chart = Curves {
        label: Label { id: "expected-chart", title: name, description: &description(scores) },
        across: Axis::new(
            "threshold in bits",
            Scale::Linear { from: first.threshold, to: last.threshold },
            6,
            short_score,
        ),
        up: Axis::new(
            "expected share",
            Scale::Linear { from: (least * 10.0).floor() / 10.0, to: 1.0 },
            5,
            whole_percent,
        ),
        curves: vec![
            curve("precision", "one", scores, |point| point.precision),
            curve("recall", "two", scores, |point| point.recall),
        ],
        markers: vec![Marker { at: scores.threshold, text: format!("threshold {}", score(scores.threshold)) }],
    };
    figure(name, &chart.draw(), &table(scores))
}

fn curve(name: &str, style: &'static str, scores: &Scores, number: impl Fn(&CurvePoint) -> f64) -> Curve {
    let points = scores.curve.iter().map(|point| (point.threshold, number(point))).collect();
    Curve { name: name.to_owned(), style, points, has_dots: false }
}

fn description(scores: &Scores) -> String {
    match scores.precision.zip(scores.recall) {
        Some((precision, recall)) => format!(
            "At the threshold of {} bits, a precision of {} and a recall of {} are expected. A higher threshold raises \
             precision and lowers recall.",
            score(scores.threshold),
            share(precision),
            share(recall),
        ),
        None => {
            "At the threshold nothing can be said. A higher threshold raises precision and lowers recall.".to_owned()
        }
    }
}

/// The points at whole bits.
fn table(scores: &Scores) -> Markup {
    let whole = scores.curve.iter().filter(|point| point.threshold.fract() == 0.0);
    let rows =
        whole.map(|point| [score(point.threshold), count(point.links), share(point.precision), share(point.recall)]);
    numbers(["Threshold", "links", "precision", "recall"], rows)
}
