//! How many pairs have which score.

use maud::{Markup, html};

use crate::page::chart::{Axis, Column, Columns, Label, Marker};
use crate::page::number::{bits, count, plural, short};
use crate::page::part::{figure, nothing, numbers};
use crate::page::scale::Scale;
use crate::{ScoreCount, Scores};

pub fn draw(scores: &Scores) -> Markup {
    let name = "Compared pairs by score";
    let Some((first, last)) = scores.distribution.first().zip(scores.distribution.last()) else {
        return html! { div { h3 { (name) } (nothing("No pair was compared.")) } };
    };
    let rows = scores.distribution.iter().map(|score| [range(score), count(score.pairs), count(score.links)]);
    let table = numbers(["Bits", "pairs", "links"], rows);
    let description = format!(
        "Scores go from {} to {} bits. {} score at least the threshold of {} bits.",
        bits(first.bits as f64),
        bits(last.bits as f64 + 1.0),
        plural(scores.links, "pair"),
        bits(scores.threshold),
    );
    let most = scores.distribution.iter().map(|score| score.pairs).max().unwrap_or_default();
    let ends = Scale::Linear { from: first.bits as f64, to: last.bits as f64 + 1.0 };
    let chart = Columns {
        label: Label { id: "scores-chart", title: name, description: &description },
        across: Axis::new("score in bits", ends, 6, |value| bits(value).replace(".0", "")),
        up: Axis::new("pairs", Scale::log_to(most as f64), 4, short),
        columns: scores.distribution.iter().map(column).collect(),
        markers: vec![Marker { at: scores.threshold, text: format!("threshold {}", bits(scores.threshold)) }],
    };
    let chart = html! {
        p.key aria-hidden="true" { span.one { "links" } span.rest { "pairs that are not linked" } }
        (chart.draw())
    };
    figure(name, &chart, &table)
}

fn column(score: &ScoreCount) -> Column {
    Column {
        from: score.bits as f64,
        to: score.bits as f64 + 1.0,
        bars: vec![(score.pairs as f64, "rest"), (score.links as f64, "one")],
        told: format!("{} bits: {}, {}", range(score), plural(score.pairs, "pair"), plural(score.links, "link")),
    }
}

fn range(score: &ScoreCount) -> String {
    let whole = |bits: i64| if bits < 0 { format!("−{}", bits.unsigned_abs()) } else { bits.to_string() };
    format!("{} to {}", whole(score.bits), whole(score.bits.saturating_add(1)))
}
