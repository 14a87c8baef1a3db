//! From rows to accounts to customers.

use maud::{Markup, html};

use crate::page::chart::bar;
use crate::page::number::count;
use crate::page::part::{Section, bar_head, nothing};
use crate::{Funnel, Report};

pub fn section(report: &Report) -> Section {
    Section {
        id: "funnel",
        title: "From rows to customers",
        look: "Each step says what was taken off or added; a sudden change in one of them tells where to search.",
        body: body(&report.funnel),
    }
}

fn body(funnel: &Funnel) -> Markup {
    let steps = steps(funnel);
    let most = steps.iter().filter(|step| step.sign.is_empty()).map(|step| step.number).max().unwrap_or_default();
    if most == 0 {
        return nothing("There are no rows and no accounts.");
    }
    html! {
        table {
            thead { tr { th scope="col" { "Step" } (bar_head()) th.number scope="col" { "number" } } }
            tbody { @for step in steps.iter().filter(|step| step.number > 0 || step.sign.is_empty()) {
                @let is_level = step.sign.is_empty();
                tr.of-group[!is_level] {
                    th scope="row" { @if is_level { strong { (step.name) } } @else { (step.name) } }
                    td.bars { (bar(step.number as f64 / most as f64, if is_level { "one" } else { "rest" })) }
                    td.number { (step.sign) (count(step.number)) }
                }
            } }
        }
    }
}

/// A level of the funnel, or what is taken off or added between two levels.
struct Step {
    name: &'static str,
    /// `−` or `+`, empty for a level.
    sign: &'static str,
    number: u64,
}

fn steps(funnel: &Funnel) -> Vec<Step> {
    let step = |sign, number, name| Step { name, sign, number };
    let faulty = funnel.rejected.saturating_sub(funnel.repeated + funnel.suppressed);
    let joined = funnel.members.saturating_sub(funnel.customers);
    vec![
        step("", funnel.rows_read, "Rows read"),
        step("−", faulty, "rejected as wrong"),
        step("−", funnel.repeated, "older rows of the same account"),
        step("−", funnel.suppressed, "rows of erased persons"),
        step("", funnel.accounts, "Accounts that were read"),
        step("+", funnel.previous_members, "accounts of the version before"),
        step("−", funnel.superseded, "replaced by a later row of the account"),
        step("−", funnel.deleted, "deleted by their source"),
        step("", funnel.members, "Accounts of this version"),
        step("−", joined, "joined with another account"),
        step("", funnel.customers, "Customers"),
    ]
}
