//! How many accounts customers have.

use maud::{Markup, html};

use crate::page::chart::{Axis, Column, Columns, Label};
use crate::page::number::{count, percent, plural, short};
use crate::page::part::{Section, figure, nothing, numbers};
use crate::page::scale::Scale;
use crate::{Report, SizeCount};

/// From how many customers on the axis is logarithmic.
const LOG_FROM: u64 = 50;

pub fn section(report: &Report) -> Section {
    Section {
        id: "sizes",
        title: "Sizes of customers",
        look: "Look at the right end: very large customers are often several people behind a shared phone number or mailbox.",
        body: body(&report.sizes),
    }
}

fn body(sizes: &[SizeCount]) -> Markup {
    if sizes.is_empty() {
        return nothing("There are no customers.");
    }
    let customers: u64 = sizes.iter().map(|size| size.customers).sum();
    let single: u64 = sizes.iter().filter(|size| size.to == 1).map(|size| size.customers).sum();
    let rows = sizes
        .iter()
        .map(|size| [name(size), count(size.customers), percent(size.customers, customers), count(size.accounts)]);
    let table = numbers(["Accounts", "customers", "share", "accounts together"], rows);
    html! {
        (figure("Customers by number of accounts", &chart(sizes), &table))
        p.note {
            (percent(single, customers)) " of the customers have one account only."
            @if most_customers(sizes) >= LOG_FROM { " The axis is logarithmic, so that single customers can be seen." }
        }
    }
}

fn chart(sizes: &[SizeCount]) -> Markup {
    let names: Vec<String> = sizes.iter().map(name).collect();
    let most = most_customers(sizes);
    let scale = if most >= LOG_FROM { Scale::log_to(most as f64) } else { Scale::linear_to(most as f64) };
    let told: Vec<String> =
        sizes.iter().map(|size| format!("{} of {}", plural(size.customers, "customer"), of(size))).collect();
    let columns = sizes.iter().zip(&told).enumerate().map(|(position, (size, told))| Column {
        from: position as f64 - 0.5,
        to: position as f64 + 0.5,
        bars: vec![(size.customers as f64, "one")],
        told: told.clone(),
    });
    Columns {
        label: Label { id: "sizes-chart", title: "Customers by number of accounts", description: &told.join(", ") },
        across: Axis::of_names("accounts of a customer", names.iter().map(String::as_str), 8),
        up: Axis::new("customers", scale, 4, short),
        columns: columns.collect(),
        markers: Vec::new(),
    }
    .draw()
}

fn most_customers(sizes: &[SizeCount]) -> u64 {
    sizes.iter().map(|size| size.customers).max().unwrap_or_default()
}

fn name(size: &SizeCount) -> String {
    if size.from == size.to { count(size.from) } else { format!("{}–{}", count(size.from), count(size.to)) }
}

fn of(size: &SizeCount) -> String {
    if size.to == 1 { "1 account".to_owned() } else { format!("{} accounts", name(size)) }
}
