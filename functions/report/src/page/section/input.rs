//! What came in, by source.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::page::chart::bar;
use crate::page::number::{count, percent};
use crate::page::part::{Section, bar_head, folded, name, nothing, numbers};
use crate::{Report, SourceInput};

/// How many reasons or fields are shown at once.
const SHOWN: usize = 12;

pub fn section(report: &Report) -> Section {
    Section {
        id: "input",
        title: "What came in",
        look: "Look for a source that gave far fewer rows than usual, and for a reason that rejects many of them.",
        body: body(&report.input),
    }
}

fn body(input: &[SourceInput]) -> Markup {
    if input.is_empty() {
        return nothing("No source gave a row in this run: there was nothing new, or nothing but corrections.");
    }
    html! {
        (by_source(input))
        div.parts { (rejects(input)) (dropped(input)) }
    }
}

fn by_source(input: &[SourceInput]) -> Markup {
    let most = input.iter().map(|source| source.rows_read).max().unwrap_or_default();
    html! {
        table {
            thead { tr {
                th scope="col" { "Source" } (bar_head()) th.number scope="col" { "rows" }
                th.number.wide scope="col" { "became accounts" } th.number scope="col" { "rejected" } th.number.wide scope="col" { "share" }
            } }
            tbody { @for source in input {
                tr {
                    th scope="row" { (name(&source.source)) }
                    td.bars { (bar(part(source.rows_read, most), "one")) }
                    td.number { (count(source.rows_read)) } td.number.wide { (count(source.accounts)) }
                    td.number { (count(source.rejected)) } td.number.wide { (percent(source.rejected, source.rows_read)) }
                }
            } }
        }
    }
}

fn rejects(input: &[SourceInput]) -> Markup {
    let rejects = input.iter().flat_map(|source| source.rejects.iter().map(move |reject| (source, reject)));
    let rejects =
        rejects.map(|(source, reject)| Loss { what: &reject.reason, source: &source.source, number: reject.rows });
    let rejects: Vec<Loss<'_>> = rejects.collect();
    html! {
        div {
            h3 { "Rejected rows by reason" }
            @if rejects.is_empty() { (nothing("No row was rejected.")) } @else { (losses("Reason", "rows", &rejects)) }
        }
    }
}

fn dropped(input: &[SourceInput]) -> Markup {
    let dropped = input.iter().flat_map(|source| source.dropped_values.iter().map(move |dropped| (source, dropped)));
    let dropped =
        dropped.map(|(source, dropped)| Loss { what: &dropped.field, source: &source.source, number: dropped.values });
    let dropped: Vec<Loss<'_>> = dropped.collect();
    let kept = input.iter().map(|source| source.kept_values).sum();
    html! {
        div {
            h3 { "Dropped values by field" }
            @if dropped.is_empty() {
                (nothing("Every value could be used as it is."))
            } @else {
                (losses("Field", "values", &dropped))
                @if kept > 0 { p.note { (count(kept)) " values were kept." } }
            }
        }
    }
}

/// What a source lost for a reason.
struct Loss<'r> {
    what: &'r str,
    source: &'r str,
    number: u64,
}

/// What was lost by reason, then by source and reason.
fn losses(head: &str, unit: &str, losses: &[Loss<'_>]) -> Markup {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for loss in losses {
        *sums.entry(loss.what).or_default() += loss.number;
    }
    let mut sums: Vec<(&str, u64)> = sums.into_iter().collect();
    sums.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let most = sums.first().map_or(0, |(_, number)| *number);
    let (first, rest) = sums.split_at(sums.len().min(SHOWN));
    let by_source = losses.iter().map(|loss| [format!("{}, {}", loss.source, loss.what), count(loss.number)]);
    html! {
        table {
            thead { tr { th scope="col" { (head) } (bar_head()) th.number scope="col" { (unit) } } }
            tbody {
                @for (what, number) in first {
                    tr { th scope="row" { (name(what)) } td.bars { (bar(part(*number, most), "two")) } td.number { (count(*number)) } }
                }
                @if !rest.is_empty() {
                    tr { th scope="row" { (rest.len()) " more" } td {} td.number { (count(rest.iter().map(|(_, number)| number).sum())) } }
                }
            }
        }
        (folded("By source", &numbers(["Source", unit], by_source)))
    }
}

fn part(number: u64, most: u64) -> f64 {
    number as f64 / most.max(1) as f64
}
