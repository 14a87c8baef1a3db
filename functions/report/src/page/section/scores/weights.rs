//! What each comparison level says.

use maud::{Markup, html};

use crate::page::chart::weight;
use crate::page::number::{bits, count, plural};
use crate::page::part::{self, nothing, without};
use crate::{FieldWeights, LevelWeight, Scores};

pub fn draw(scores: &Scores) -> Markup {
    if scores.fields.is_empty() {
        return nothing("The model is for other fields than this program compares.");
    }
    let (known, unknown): (Vec<&FieldWeights>, Vec<&FieldWeights>) =
        scores.fields.iter().partition(|field| field.known > 0);
    let all = known.iter().flat_map(|field| &field.levels).map(|level| level.strangers);
    let most = all.map(f64::abs).fold(0.0, f64::max);
    html! {
        p.note {
            "In bits: one bit doubles the odds that two accounts are one person's rather than strangers', or relatives'. "
            "Before any field is compared there are " (bits(scores.strangers_prior)) " and " (bits(scores.relatives_prior))
            ". A value that many accounts have says less: " em { "100+" } " is a value of 100 accounts or more."
        }
        p.key aria-hidden="true" { span.one { "speaks for one person" } span.two { "speaks against it" } }
        div.weights { @for field in known { (table(field, most)) } }
        (without("No account has a value of these", unknown.into_iter().map(|field| field.field.as_str())))
    }
}

fn table(field: &FieldWeights, most: f64) -> Markup {
    html! {
        table {
            caption { (part::name(&field.field)) span.note { " of " (plural(field.known, "account")) } }
            thead { tr {
                th scope="col" { "Level" } th.bars scope="col" { span.unseen { "Chart" } }
                th.number scope="col" { "strangers" } th.number scope="col" { "relatives" }
            } }
            tbody { @for level in &field.levels {
                tr {
                    th scope="row" { (name(level)) } td.bars { (weight(level.strangers, most)) }
                    td.number { (bits(level.strangers)) } td.number { (bits(level.relatives)) }
                }
            } }
        }
    }
}

fn name(level: &LevelWeight) -> String {
    match level.accounts_from {
        Some(from @ 2..) => format!("{}, {}+", level.level, count(from)),
        _ => level.level.clone(),
    }
}
