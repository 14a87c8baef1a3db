//! How many accounts and customers have each field.

use maud::{Markup, html};

use crate::page::chart::before_and_after;
use crate::page::number::{count, percent};
use crate::page::part::{Section, folded, name, nothing, numbers, without};
use crate::{FieldFill, Funnel, Report};

pub fn section(report: &Report) -> Section {
    Section {
        id: "fill",
        title: "Fields before and after",
        look: "Merging should fill fields: one that is no fuller for customers than for accounts gains nothing from it.",
        body: body(&report.fill, &report.funnel),
    }
}

fn body(fill: &[FieldFill], funnel: &Funnel) -> Markup {
    if fill.is_empty() || funnel.members == 0 {
        return nothing("No account has a value.");
    }
    let (filled, empty): (Vec<&FieldFill>, Vec<&FieldFill>) = fill.iter().partition(|field| field.accounts > 0);
    let rows = filled.iter().map(|field| [field.field.clone(), count(field.accounts), count(field.customers)]);
    html! {
        p.key aria-hidden="true" { span.rest { "accounts with a value" } span.one { "customers with a value" } }
        table {
            thead { tr {
                th scope="col" { "Field" } th.bars scope="col" { span.unseen { "Chart" } }
                th.number scope="col" { "accounts" } th.number scope="col" { "customers" }
            } }
            tbody { @for field in &filled {
                tr {
                    th scope="row" { (name(&field.field)) }
                    td.bars { (before_and_after(part(field.accounts, funnel.members), part(field.customers, funnel.customers))) }
                    td.number { (percent(field.accounts, funnel.members)) }
                    td.number { (percent(field.customers, funnel.customers)) }
                }
            } }
        }
        (without("No account has these", empty.into_iter().map(|field| field.field.as_str())))
        (folded("The numbers", &numbers(["Field", "accounts", "customers"], rows)))
    }
}

fn part(number: u64, whole: u64) -> f64 {
    number as f64 / whole.max(1) as f64
}
