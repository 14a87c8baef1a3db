//! The last versions.

use maud::{Markup, html};

use crate::page::chart::{Axis, Curve, Curves, Label};
use crate::page::number::{count, dollars, duration, moment, percent, share, short};
use crate::page::part::{Section, figure, folded, nothing, numbers};
use crate::page::scale::Scale;
use crate::page::date;
use crate::{Report, TrendPoint};

pub fn section(report: &Report) -> Section {
    Section {
        id: "trend",
        title: "The last versions",
        look: "Look for steps: a number that jumps from one version to the next wants an explanation.",
        body: body(&report.trend),
    }
}

fn body(trend: &[TrendPoint]) -> Markup {
    if trend.len() < 2 {
        return nothing("A trend needs two versions; so far there is one.");
    }
    let ratio = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
    let charts = [
        chart(trend, "customers", "Customers", "customers", short, |point| Some(point.customers as f64)),
        chart(trend, "per-customer", "Accounts for each customer", "accounts", |value| format!("{value:.1}"), |point| {
            Some(ratio(point.members, point.customers))
        }),
        chart(trend, "rejected", "Rows rejected as wrong", "share of rows", share, |point| {
            Some(ratio(point.rejected, point.rows_read))
        }),
        chart(trend, "elapsed", "Run time", "time", |value| moment(value as u64), |point| point.elapsed_ms.map(|ms| ms as f64)),
        chart(trend, "dollars", "List price", "dollars", dollars, |point| point.dollars),
    ];
    html! {
        div.parts { @for chart in charts.into_iter().flatten() { (chart) } }
        (folded("All versions", &table(trend)))
    }
}

/// A chart of one number of each version, unless fewer than two versions have it.
fn chart(
    trend: &[TrendPoint],
    id: &str,
    name: &str,
    unit: &str,
    text: impl Fn(f64) -> String,
    number: impl Fn(&TrendPoint) -> Option<f64>,
) -> Option<Markup> {
    let known: Vec<(&TrendPoint, f64)> = trend.iter().filter_map(|point| Some((point, number(point)?))).collect();
    if known.len() < 2 {
        return None;
    }
    let times = times(known.iter().map(|(point, _)| point.started_at.as_str()));
    let most = known.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let rows: Vec<[String; 2]> = known.iter().map(|(point, value)| [date::short(&point.started_at), text(*value)]).collect();
    let told: Vec<String> = rows.iter().map(|[time, value]| format!("{time}: {value}")).collect();
    let points = known.iter().enumerate().map(|(position, (_, value))| (position as f64, *value)).collect();
    let curves = Curves {
        label: Label { id: &format!("trend-{id}"), title: name, description: &told.join(", ") },
        across: Axis::of_names("start of the run", times.iter().map(String::as_str), 4),
        up: Axis::new(unit, Scale::linear_to(most), 4, &text),
        curves: vec![Curve { name: name.to_owned(), style: "one", points, has_dots: true }],
        markers: Vec::new(),
    };
    Some(figure(name, &curves.draw(), &numbers(["Run", unit], rows.into_iter())))
}

/// Days, or days and hours if there are several runs on one.
fn times<'t>(started: impl Iterator<Item = &'t str> + Clone) -> Vec<String> {
    let days: Vec<String> = started.clone().map(date::day).collect();
    let is_unique = days.windows(2).all(|pair| pair[0] != pair[1]);
    if is_unique { days } else { started.map(date::short).collect() }
}

fn table(trend: &[TrendPoint]) -> Markup {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let rows = trend.iter().map(|point| {
        [
            date::short(&point.started_at),
            count(point.customers),
            count(point.members),
            count(point.rows_read),
            percent(point.rejected, point.rows_read),
            or_dash(point.changes.map(|changes| count(changes.created))),
            or_dash(point.changes.map(|changes| count(changes.merged))),
            or_dash(point.changes.map(|changes| count(changes.split))),
            or_dash(point.links.map(count)),
            or_dash(point.elapsed_ms.map(duration)),
            or_dash(point.dollars.map(dollars)),
        ]
    });
    let heads = ["Run", "customers", "accounts", "rows", "rejected", "created", "merged", "split", "links", "time", "price"];
    numbers(heads, rows)
}
