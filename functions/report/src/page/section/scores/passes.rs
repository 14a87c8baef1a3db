//! Which pass found how many pairs.

use maud::{Markup, html};

use crate::page::chart::bar;
use crate::page::number::count;
use crate::page::part::{bar_head, name, nothing};
use crate::{PassPairs, Scores};

pub fn draw(scores: &Scores) -> Markup {
    if scores.passes.is_empty() {
        return nothing("No blocking pass is known of this version.");
    }
    let most = scores.passes.iter().map(|pass| pass.pairs).max().unwrap_or_default();
    html! {
        table {
            thead { tr {
                th scope="col" { "Accounts with the same" } (bar_head()) th.number scope="col" { "pairs" }
                th.number.wide scope="col" { "largest block" } th.number.wide scope="col" { "accounts of larger blocks" }
            } }
            tbody { @for pass in &scores.passes { (row(pass, most)) } }
        }
        p.note { "A pair can be found by several passes. A pass that finds very many pairs costs time and adds little." }
    }
}

fn row(pass: &PassPairs, most: u64) -> Markup {
    let largest = if pass.largest_block == 0 { "not used".to_owned() } else { count(u64::from(pass.largest_block)) };
    html! {
        tr {
            th scope="row" { (name(&pass.pass)) }
            td.bars { (bar(pass.pairs as f64 / most.max(1) as f64, "one")) }
            td.number { (count(pass.pairs)) } td.number.wide { (largest) }
            td.number.wide { (count(pass.accounts_of_greater)) }
        }
    }
}
