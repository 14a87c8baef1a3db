//! What changed since the version before.

use maud::{Markup, html};

use crate::page::chart::bar;
use crate::page::number::{count, percent};
use crate::page::part::{Section, bar_head, nothing};
use crate::{Changes, Report};

pub fn section(report: &Report) -> Section {
    Section {
        id: "changes",
        title: "Since the version before",
        look: "Few customers should split or end in another one from run to run, unless rules or corrections changed.",
        body: report
            .changes
            .as_ref()
            .map_or_else(|| nothing("This is a first version: there is none before it."), body),
    }
}

fn body(changes: &Changes) -> Markup {
    let rows = [
        ("Created", "customers with a new id, also those that were split off", changes.created),
        ("Updated", "kept their id, with other values or accounts", changes.updated),
        ("Merged", "ids that ended in another customer", changes.merged),
        ("Split", "customers that left another one", changes.split),
        ("Accounts moved", "accounts that are in another customer than before", changes.accounts_moved),
        ("Retired", "ids that ended, their accounts now in several customers", changes.retired),
        ("Deleted", "customers without any account left", changes.deleted),
    ];
    let most = rows.iter().map(|(_, _, number)| *number).max().unwrap_or_default();
    if most == 0 {
        return nothing("Nothing changed.");
    }
    html! {
        table {
            thead { tr {
                th scope="col" { "Change" } (bar_head()) th.number scope="col" { "number" } th.number.wide scope="col" { "share" }
            } }
            tbody { @for (name, meaning, number) in rows {
                tr {
                    th scope="row" { strong { (name) } " " (meaning) }
                    td.bars { (bar(number as f64 / most as f64, "one")) }
                    td.number { (count(number)) }
                    td.number.wide { @if name != "Accounts moved" { (percent(number, changes.customers_before)) } }
                }
            } }
        }
        p.note { "Shares are of the " (count(changes.customers_before)) " customers of the version before." }
    }
}
