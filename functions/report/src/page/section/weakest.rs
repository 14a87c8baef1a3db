//! The merges with the least evidence.

use maud::{Markup, html};

use crate::page::number::{plural, score};
use crate::page::part::{Section, folded, nothing};
use crate::{Report, WeakMerge};

/// How many are shown at once.
const SHOWN: usize = 15;

pub fn section(report: &Report) -> Section {
    Section {
        id: "weakest",
        title: "Weakest links",
        look: "If something was merged wrongly, it is most likely here: look the first ones up with onefold explain.",
        body: body(report),
    }
}

fn body(report: &Report) -> Markup {
    if report.scores.is_none() {
        return nothing("No pair was scored: the configuration has rules only, and a rule holds or does not.");
    }
    if report.weakest.is_empty() {
        return nothing("No customer was joined by a score.");
    }
    let (first, rest) = report.weakest.split_at(report.weakest.len().min(SHOWN));
    html! {
        div.scroll { (table(first)) }
        p.note { "A bridge is the only link between two parts of a customer: without it, the customer falls apart." }
        @if !rest.is_empty() { (folded(&format!("{} more", rest.len()), &table(rest))) }
    }
}

fn table(merges: &[WeakMerge]) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { "Accounts" }
                th scope="col" { "Parts" }
                th.wide scope="col" { "Customer" }
                th.number.wide scope="col" { "score of these two" }
                th.number scope="col" { "score in bits" }
            } }
            tbody { @for merge in merges { (row(merge)) } }
        }
    }
}

fn row(merge: &WeakMerge) -> Markup {
    html! {
        tr {
            th scope="row" { code { (merge.accounts[0]) } " and " code { (merge.accounts[1]) } }
            td { (merge.parts[0]) " + " (merge.parts[1]) @if merge.is_bridge { ", a bridge" } }
            td.wide title=(plural(merge.members, "account")) { code { (merge.customer) } }
            td.number.wide { (score(merge.link)) }
            td.number { (score(merge.score)) }
        }
    }
}
