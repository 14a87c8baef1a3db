//! A difference as text.

use crate::documents::{ChangedCustomer, DiffCounts, DiffDocument, OtherCustomer, WhatBecame};
use crate::table::{TextTable, count, plural};

/// How many other customers of a customer are named.
const OTHERS_MAX: usize = 3;

/// The difference as text.
pub fn of(document: &DiffDocument) -> String {
    let DiffDocument { before, after, settings, counts, most_changed } = document;
    let mut out = format!("The version of {after} beside that of {before}\n\n{}", table(counts));
    if !settings.is_empty() {
        out.push_str(&format!("  other settings: {}\n", settings.join(", ").replace('_', " ")));
    }
    if !most_changed.is_empty() {
        out.push_str("\nThe customers that changed most, with their accounts before and after:\n");
        out.push_str(&most_changed.iter().map(customer).collect::<String>());
    }
    out
}

fn table(counts: &DiffCounts) -> String {
    let mut table = TextTable::default();
    table.row(["", "before", "after"].map(str::to_owned));
    for (name, totals) in [("customers", counts.customers), ("accounts", counts.accounts)] {
        table.row([name.to_owned(), count(totals.before), count(totals.after)]);
    }
    for (name, number) in [
        ("created", counts.created),
        ("changed", counts.changed),
        ("merged", counts.merged),
        ("split", counts.split),
        ("retired", counts.retired),
        ("deleted", counts.deleted),
        ("accounts moved", counts.moved),
        ("accounts added", counts.added),
        ("accounts gone", counts.gone),
    ] {
        table.row([name.to_owned(), String::new(), count(number)]);
    }
    table.text()
}

/// A customer's line, and one for each way in which its accounts changed.
fn customer(customer: &ChangedCustomer) -> String {
    let ChangedCustomer { customer_id, became, before, after, from, to, added, gone } = customer;
    let became = match became {
        WhatBecame::Changed => "",
        WhatBecame::Split => "  new, split off",
        WhatBecame::Retired => "  ended, divided",
    };
    let mut out = format!("  {customer_id}  {} > {}{became}\n", count(*before), count(*after));
    for (way, others) in [("from", from), ("to", to)] {
        let named = others.iter().take(OTHERS_MAX);
        let line = |OtherCustomer { customer_id, accounts }: &OtherCustomer| {
            format!("    {} {way} {customer_id}\n", plural(*accounts, "account"))
        };
        out.push_str(&named.map(line).collect::<String>());
        let more = others.len().saturating_sub(OTHERS_MAX);
        if more > 0 {
            out.push_str(&format!("    and {way} {}\n", plural(more, "more customer")));
        }
    }
    for (number, how) in [(added, "added"), (gone, "gone")] {
        if *number > 0 {
            out.push_str(&format!("    {} {how}\n", plural(*number, "account")));
        }
    }
    out
}
