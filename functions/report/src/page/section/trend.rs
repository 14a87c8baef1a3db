//! The last versions.

use maud::{Markup, html};

use crate::page::chart::{Axis, Curve, Curves, Label};
use crate::page::date;
use crate::page::number::{count, dollars, duration, percent, short, unit_of_time};
use crate::page::part::{Section, folded, nothing, numbers};
use crate::page::scale::Scale;
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
    html! {
        div.parts { @for measure in measures(trend).iter().filter(|measure| measure.values.len() > 1) { (measure.draw()) } }
        p.note { "So that differences can be seen, not every axis begins at 0." }
        (folded("All versions", &table(trend)))
    }
}

/// A number of each version that has it.
struct Measure<'r> {
    id: &'static str,
    name: &'static str,
    unit: &'static str,
    /// With the start of the version's run.
    values: Vec<(&'r str, f64)>,
}

fn measures(trend: &[TrendPoint]) -> Vec<Measure<'_>> {
    let ratio = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
    let longest = trend.iter().filter_map(|point| point.elapsed_ms).max().unwrap_or_default();
    let (unit, unit_name) = unit_of_time(longest);
    let measure = |id, name, unit, number: &dyn Fn(&TrendPoint) -> Option<f64>| {
        let values = trend.iter().filter_map(|point| Some((point.started_at.as_str(), number(point)?)));
        Measure { id, name, unit, values: values.collect() }
    };
    vec![
        measure("trend-customers", "Customers", "customers", &|point| Some(point.customers as f64)),
        measure("trend-accounts", "Accounts for each customer", "accounts", &|point| {
            Some(ratio(point.members, point.customers))
        }),
        measure("trend-rejected", "Rows rejected as wrong", "% of the rows", &|point| {
            Some(100.0 * ratio(point.rejected, point.rows_read))
        }),
        measure("trend-time", "Run time", unit_name, &|point| Some(point.elapsed_ms? as f64 / unit)),
        measure("trend-price", "List price", "dollars", &|point| point.dollars),
    ]
}

impl Measure<'_> {
    fn draw(&self) -> Markup {
        let values = || self.values.iter().map(|(_, value)| *value);
        let scale = Scale::linear_around(values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
        let times = times(self.values.iter().map(|(time, _)| *time));
        let told: Vec<String> =
            self.values.iter().map(|(time, value)| format!("{}: {}", date::short(time), short(*value))).collect();
        let points = values().enumerate().map(|(position, value)| (position as f64, value)).collect();
        let curves = Curves {
            label: Label { id: self.id, title: self.name, description: &told.join(", ") },
            across: Axis::of_names("start of the run", times.iter().map(String::as_str), 4),
            up: Axis::new(self.unit, scale, 4, short),
            curves: vec![Curve { name: self.name.to_owned(), style: "one", points, has_dots: true }],
            markers: Vec::new(),
        };
        html! { figure { figcaption { (self.name) } (curves.draw()) } }
    }
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
    let heads =
        ["Run", "customers", "accounts", "rows", "rejected", "created", "merged", "split", "links", "time", "price"];
    numbers(heads, rows)
}
