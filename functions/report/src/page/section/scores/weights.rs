//! What each comparison level says.

use maud::{Markup, html};

use crate::page::chart::weight;
use crate::page::number::{bits, count, plural};
use crate::page::part::nothing;
use crate::{FieldWeights, LevelWeight, Scores};

pub fn draw(scores: &Scores) -> Markup {
    if scores.fields.is_empty() {
        return nothing("The model is for other fields than this program compares.");
    }
    let all = scores.fields.iter().flat_map(|field| &field.levels).map(|level| level.strangers);
    let most = all.chain([scores.strangers_prior]).map(f64::abs).fold(0.0, f64::max);
    html! {
        p.key aria-hidden="true" { span.one { "speaks for one person" } span.two { "speaks against it" } }
        table {
            thead { tr {
                th scope="col" { "Field and level" } th.bars scope="col" { span.unseen { "Chart" } }
                th.number scope="col" { "bits" } th.number.wide scope="col" { "against relatives" }
            } }
            tbody {
                tr.group { th colspan="4" scope="colgroup" { "Before any field is compared" } }
                (row("two accounts of a block", scores.strangers_prior, scores.relatives_prior, most))
                @for field in &scores.fields {
                    tr.group { th colspan="4" scope="colgroup" { (field.field) " " span.note { (known(field)) } } }
                    @for level in &field.levels { (row(&name(level), level.strangers, level.relatives, most)) }
                }
            }
        }
    }
}

fn row(name: &str, strangers: f64, relatives: f64, most: f64) -> Markup {
    html! {
        tr.of-group {
            th scope="row" { (name) } td.bars { (weight(strangers, most)) }
            td.number { (bits(strangers)) } td.number.wide { (bits(relatives)) }
        }
    }
}

fn name(level: &LevelWeight) -> String {
    match level.accounts_from {
        Some(from @ 2..) => format!("{}, a value of {} accounts or more", level.level, count(from)),
        _ => level.level.clone(),
    }
}

fn known(field: &FieldWeights) -> String {
    format!("of {}", plural(field.known, "account"))
}
