//! An UpSet plot, its combinations as rows: which sets a number belongs to, and how large it is
//! (Lex, Gehlenborg, Strobelt, Vuillemot and Pfister, "UpSet: Visualization of Intersecting Sets", 2014).

use maud::{Markup, html};

use super::bar;
use crate::page::number::{count, percent};

/// The width of a set's column, in pixels.
const COLUMN: usize = 24;
/// The height of a row, in pixels.
const ROW: usize = 24;
/// The most height of names, in pixels. Longer ones are cut off.
const NAMES_MAX: usize = 92;

/// What belongs to exactly these sets.
#[derive(Clone, Debug)]
pub struct Combination {
    /// The positions of the sets, in rising order.
    pub sets: Vec<usize>,
    /// How much it is.
    pub amount: u64,
}

/// The plot: a table, each row with the dots of its sets.
#[derive(Debug)]
pub struct UpSet<'t> {
    /// The names of the sets.
    pub sets: Vec<&'t str>,
    /// The combinations, the greatest first.
    pub combinations: Vec<Combination>,
    /// All there is, for percentages.
    pub whole: u64,
    /// What is counted.
    pub unit: &'t str,
}

impl UpSet<'_> {
    /// The plot as a table.
    pub fn draw(&self) -> Markup {
        let most = self.combinations.iter().map(|combination| combination.amount).max().unwrap_or_default();
        let longest = self.sets.iter().map(|name| name.chars().count()).max().unwrap_or_default();
        // Letters are about 7 pixels wide, and names stand at an angle.
        let height = (longest * 6 + 16).min(NAMES_MAX);
        html! {
            table.upset {
                thead { tr {
                    th scope="col" { span.names style={ "height:" (height) "px" } aria-hidden="true" {
                        @for (position, name) in self.sets.iter().enumerate() {
                            span style={ "left:" (position * COLUMN + COLUMN / 2) "px" } { (name) }
                        }
                    } span.unseen { "Sources" } }
                    th scope="col" { span.unseen { "Bar" } }
                    th.number scope="col" { (self.unit) }
                    th.number.wide scope="col" { "share" }
                } }
                tbody { @for combination in &self.combinations { (self.row(combination, most)) } }
            }
        }
    }

    fn row(&self, combination: &Combination, most: u64) -> Markup {
        let names: Vec<&str> = combination.sets.iter().filter_map(|set| self.sets.get(*set).copied()).collect();
        let names = if names.len() == 1 { format!("{} only", names[0]) } else { names.join(" + ") };
        html! {
            tr {
                th scope="row" title=(names) { (self.dots(combination)) span.unseen { (names) } }
                td.bars { (bar(combination.amount as f64 / most.max(1) as f64, "one")) }
                td.number { (count(combination.amount)) }
                td.number.wide { (percent(combination.amount, self.whole)) }
            }
        }
    }

    fn dots(&self, combination: &Combination) -> Markup {
        let centre = |set: usize| set * COLUMN + COLUMN / 2;
        let ends = combination.sets.first().zip(combination.sets.last());
        html! {
            svg width=(self.sets.len() * COLUMN) height=(ROW) aria-hidden="true" {
                @for set in 0..self.sets.len() { circle.off cx=(centre(set)) cy=(ROW / 2) r="5" {} }
                @if let Some((first, last)) = ends {
                    line.way x1=(centre(*first)) x2=(centre(*last)) y1=(ROW / 2) y2=(ROW / 2) {}
                }
                @for set in &combination.sets { circle.one cx=(centre(*set)) cy=(ROW / 2) r="6" {} }
            }
        }
    }
}
