//! What the run used, and what that costs.

use maud::{Markup, html};

use crate::page::chart::bar;
use crate::page::number::{amount, count, dollars, duration};
use crate::page::part::{Section, bar_head, nothing};
use crate::{Cost, Prices, Report};

pub fn section(report: &Report) -> Section {
    Section {
        id: "cost",
        title: "What the run used",
        look: "The list price is what AWS would charge without discounts; the longest bar is the stage that costs most.",
        body: body(&report.cost),
    }
}

fn body(cost: &Cost) -> Markup {
    if cost.invocations == 0 {
        return nothing("No invocation left a receipt.");
    }
    html! { div.parts { (stages(cost)) (price(cost)) } }
}

fn stages(cost: &Cost) -> Markup {
    let most = cost.stages.iter().map(|stage| stage.gb_seconds).fold(0.0, f64::max);
    html! {
        table {
            caption { "By stage" }
            thead { tr {
                th scope="col" { "Stage" } (bar_head()) th.number scope="col" { "GB-seconds" }
                th.number scope="col" { "CPU time" } th.number.wide scope="col" { "requests" }
            } }
            tbody {
                @for stage in &cost.stages {
                    tr {
                        th scope="row" { (stage.stage) } td.bars { (bar(stage.gb_seconds / most, "one")) }
                        td.number { (amount(stage.gb_seconds)) } td.number { (duration(stage.cpu_ms)) }
                        td.number.wide { (count(stage.s3_requests)) }
                    }
                }
                tr.chosen {
                    th scope="row" { "Together" } td {} td.number { (amount(cost.gb_seconds)) }
                    td.number { (duration(cost.cpu_ms)) } td.number.wide { (count(cost.s3_requests)) }
                }
            }
        }
    }
}

fn price(cost: &Cost) -> Markup {
    let spent = &cost.dollars;
    let rows = [
        ("Time of functions", format!("{} GB-seconds", amount(cost.gb_seconds)), spent.lambda_seconds),
        ("Invocations", count(cost.invocations), spent.lambda_requests),
        ("Requests to the bucket", count(cost.s3_requests), spent.s3_requests),
        ("State transitions", format!("about {}", count(cost.state_transitions)), spent.state_transitions),
    ];
    html! {
        div {
            table {
                caption { "By list price" }
                thead { tr { th scope="col" { "Used" } th.number scope="col" { "amount" } th.number scope="col" { "dollars" } } }
                tbody {
                    @for (name, used, price) in rows {
                        tr { th scope="row" { (name) } td.number { (used) } td.number { (dollars(price)) } }
                    }
                    tr.chosen { th scope="row" { "Together" } td {} td.number { (dollars(spent.total)) } }
                }
            }
            p.note { (basis(&cost.prices, &cost.architecture)) }
        }
    }
}

fn basis(prices: &Prices, architecture: &str) -> String {
    format!(
        "Prices of {} for {architecture}, looked up on {} ({}). Failed invocations, logs, stored bytes and the last stages are not in it.",
        prices.region, prices.date, prices.source,
    )
}
