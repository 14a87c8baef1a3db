//! How many pairs have which score.

use maud::{Markup, html};

use crate::page::chart::{Axis, Column, Columns, Label, Marker};
use crate::page::number::{count, plural, score, short, short_score};
use crate::page::part::{figure, nothing, numbers};
use crate::page::scale::Scale;
use crate::{ScoreCount, Scores};

pub fn draw(scores: &Scores) -> Markup {
    let name = "Compared pairs by score";
    let Some((first, last)) = scores.distribution.first().zip(scores.distribution.last()) else {
        return html! { div { h3 { (name) } (nothing("No pair was compared.")) } };
    };
    let rows = scores.distribution.iter().map(|of| [range(of), count(of.pairs), count(of.links)]);
    let table = numbers(["Bits", "pairs", "links"], rows);
    let description = format!(
        "Scores go from {} to {} bits. {} score at least the threshold of {} bits.",
        score(first.bits as f64),
        score(last.bits as f64 + 1.0),
        plural(scores.links, "pair"),
        score(scores.threshold),
    );
    let most = scores.distribution.iter().map(|of| of.pairs).max().unwrap_or_default();
    let ends = Scale::Linear { from: first.bits as f64, to: last.bits as f64 + 1.0 };
    let chart = Columns {
        label: Label { id: "scores-chart", title: name, description: &description },
        across: Axis::new("score in bits", ends, 6, short_score),
        up: Axis::new("pairs", Scale::log_to(most as f64), 4, short),
        columns: scores.distribution.iter().map(column).collect(),
        markers: vec![Marker { at: scores.threshold, text: format!("threshold {}", score(scores.threshold)) }],
    };
    let chart = html! {
        p.key aria-hidden="true" { span.one { "links" } span.rest { "pairs that are not linked" } }
        (chart.draw())
    };
    figure(name, &chart, &table)
}

fn column(of: &ScoreCount) -> Column {
    Column {
        from: of.bits as f64,
        to: of.bits as f64 + 1.0,
        bars: vec![(of.pairs as f64, "rest"), (of.links as f64, "one")],
        told: format!("{} bits: {}, {}", range(of), plural(of.pairs, "pair"), plural(of.links, "link")),
    }
}

fn range(of: &ScoreCount) -> String {
    let whole = |bits: i64| if bits < 0 { format!("−{}", bits.unsigned_abs()) } else { bits.to_string() };
    format!("{} to {}", whole(of.bits), whole(of.bits.saturating_add(1)))
}
