//! The head of the page: what the version is, whether it passed the gate, and the numbers that people ask for first.

use maud::{Markup, html};

use super::{date, number, verdict};
use crate::Report;

/// The head.
pub fn draw(report: &Report) -> Markup {
    let funnel = &report.funnel;
    html! {
        header {
            p.over { "Onefold · " (date::long(&report.started_at)) }
            h1 { (number::plural(funnel.customers, "customer")) " from " (number::plural(funnel.members, "account")) }
            p.lead {
                "The version of run " code { (report.run) } ", which "
                @match &report.previous {
                    Some(previous) => { "builds on the version of run " code { (previous) } "." }
                    None => { "builds on no version before it." }
                }
            }
            (verdict::draw(&report.run, &report.health))
            (tiles(report))
        }
    }
}

fn tiles(report: &Report) -> Markup {
    let funnel = &report.funnel;
    let elapsed = report.timeline.stages.iter().filter_map(|stage| stage.end_ms).max();
    let before = report.changes.as_ref().map(|changes| changes.customers_before);
    let more = before.map(|before| since(funnel.customers, before));
    let faulty = funnel.rejected.saturating_sub(funnel.repeated + funnel.suppressed);
    html! {
        dl.tiles {
            (tile("Customers", number::count(funnel.customers), more))
            (tile("Accounts", number::count(funnel.members), Some(per_customer(funnel.members, funnel.customers))))
            (tile("Largest customer", number::count(funnel.largest_customer), Some("accounts".to_owned())))
            (tile("Rows read", number::count(funnel.rows_read), Some("in this run".to_owned())))
            (tile("Rejected rows", number::count(faulty), Some(format!("{} of the rows", number::percent(faulty, funnel.rows_read)))))
            @if let Some(elapsed) = elapsed { (tile("Run time", number::duration(elapsed), Some("until the version was written".to_owned()))) }
            @if report.cost.dollars.total > 0.0 { (tile("List price", number::dollars(report.cost.dollars.total), Some("of this run".to_owned()))) }
        }
    }
}

fn tile(name: &str, value: String, note: Option<String>) -> Markup {
    html! { div { dt { (name) } dd { (value) } @if let Some(note) = note { dd { (note) } } } }
}

fn since(customers: u64, before: u64) -> String {
    if customers == before {
        return "as many as before".to_owned();
    }
    format!("{} since the version before", number::difference(customers as i64 - before as i64))
}

fn per_customer(members: u64, customers: u64) -> String {
    if customers == 0 {
        return "no customer".to_owned();
    }
    format!("{:.2} for each customer", members as f64 / customers as f64)
}
