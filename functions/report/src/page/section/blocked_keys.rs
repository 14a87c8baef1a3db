//! Match keys that linked nothing, and what guards did.

use maud::{Markup, html};

use crate::page::chart::bar;
use crate::page::number::{count, plural};
use crate::page::part::{self, Section, bar_head, folded, nothing};
use crate::{BlockedKey, BlockedKeys, GuardCount, Report};

/// How many keys are shown at once.
const SHOWN: usize = 12;

pub fn section(report: &Report) -> Section {
    Section {
        id: "blocked",
        title: "Blocked keys and guards",
        look: "A key that many accounts share is rarely a person's own; if it is, raise the limit of its rule.",
        body: html! { div.parts { (keys(&report.blocked_keys)) (guards(&report.guards)) } },
    }
}

fn keys(blocked: &BlockedKeys) -> Markup {
    let (first, rest) = blocked.most_shared.split_at(blocked.most_shared.len().min(SHOWN));
    let most = first.iter().map(|key| key.accounts).max().unwrap_or_default();
    html! {
        div {
            h3 { "Blocked keys" }
            @if blocked.keys == 0 {
                (nothing("No key is shared by so many accounts that it was blocked."))
            } @else {
                (table(first, most))
                @if !rest.is_empty() { (folded(&format!("{} more", rest.len()), &table(rest, most))) }
                p.note { (plural(blocked.keys, "key")) " in all. Their values are not shown." }
            }
        }
    }
}

fn table(keys: &[BlockedKey], most: u64) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "Key of" } (bar_head()) th.number scope="col" { "accounts" } } }
            tbody { @for key in keys {
                tr {
                    th scope="row" { (part::name(&key.fields.join(" + "))) ": ••••" }
                    td.bars { (bar(key.accounts as f64 / most.max(1) as f64, "two")) }
                    td.number { (count(key.accounts)) }
                }
            } }
        }
    }
}

fn guards(guards: &[GuardCount]) -> Markup {
    html! {
        div {
            h3 { "Guards" }
            @if guards.iter().all(|guard| guard.count == 0) {
                (nothing("No guard acted: no value is blocked, no limit was reached, and nothing was kept apart."))
            } @else {
                table {
                    thead { tr { th scope="col" { "Guard" } th.number scope="col" { "times" } } }
                    tbody { @for guard in guards.iter().filter(|guard| guard.count > 0) {
                        tr { th scope="row" { (name(&guard.guard)) " " code { (guard.guard) } } td.number { (count(guard.count)) } }
                    } }
                }
            }
        }
    }
}

/// What a guard did, in words.
fn name(guard: &str) -> &'static str {
    match guard.split('.').next().unwrap_or_default() {
        "blocked_values" => "a value that may form no key",
        "ambiguous_keys" => "a key that points to several customers",
        "never" => "kept apart by a correction",
        "refused" => "kept apart by a rule",
        "max_distinct" => "too many different values",
        "max_per_source" => "too many accounts of a source",
        "max_accounts_per_customer" => "too many accounts",
        _ => "",
    }
}
