//! Which pass found how many pairs.

use maud::{Markup, html};

use crate::page::chart::bar;
use crate::page::number::count;
use crate::page::part::{bar_head, folded, name, nothing, without};
use crate::{PassPairs, Scores};

/// How many passes are shown at once.
const SHOWN: usize = 12;

pub fn draw(scores: &Scores) -> Markup {
    if scores.passes.is_empty() {
        return nothing("No blocking pass is known of this version.");
    }
    let most = scores.passes.iter().map(|pass| pass.pairs).max().unwrap_or_default();
    let is_empty = |pass: &&PassPairs| pass.pairs == 0 && pass.accounts_of_greater == 0;
    let (empty, mut found): (Vec<&PassPairs>, Vec<&PassPairs>) = scores.passes.iter().partition(is_empty);
    found.sort_by_key(|pass| std::cmp::Reverse(pass.pairs));
    let (first, rest) = found.split_at(found.len().min(SHOWN));
    html! {
        (table(first, most))
        @if !rest.is_empty() { (folded(&format!("{} more", rest.len()), &table(rest, most))) }
        (without("No two accounts share these", empty.into_iter().map(|pass| pass.pass.as_str())))
        p.note { "A pair can be found by several passes. A pass that finds very many pairs costs time and adds little." }
    }
}

fn table(passes: &[&PassPairs], most: u64) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { "Accounts with the same" } (bar_head()) th.number scope="col" { "pairs" }
                th.number.wide scope="col" { "largest block" } th.number.wide scope="col" { "accounts of larger blocks" }
            } }
            tbody { @for pass in passes { (row(pass, most)) } }
        }
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
