//! Columns side by side: how often each value or range of values is there.

use maud::{Markup, html};

use super::frame::{Axis, HEIGHT, Label, Marker, framed, height_of};
use super::percent;

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Where it begins on the horizontal axis.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Its bars, all from the base line, each over the ones before it, with its style: `one`, `two` or `rest`.
    pub bars: Vec<(f64, &'static str)>,
    /// What a pointer that rests on it is told.
    pub told: String,
}

/// The chart.
#[derive(Debug)]
pub struct Columns<'t> {
    /// Its words.
    pub label: Label<'t>,
    /// The horizontal axis.
    pub across: Axis,
    /// The vertical axis.
    pub up: Axis,
    /// The columns.
    pub columns: Vec<Column>,
    /// Vertical lines.
    pub markers: Vec<Marker>,
}

impl Columns<'_> {
    /// The chart as SVG.
    pub fn draw(&self) -> Markup {
        let marks = html! { @for column in &self.columns { (self.column(column)) } };
        framed(&self.label, &self.across, &self.up, &self.markers, &marks)
    }

    fn column(&self, column: &Column) -> Markup {
        let (from, to) = (self.across.scale.place(column.from), self.across.scale.place(column.to));
        // A gap between neighbours.
        let gap = (to - from) * 0.08;
        let width = percent((to - from - 2.0 * gap).max(0.001));
        html! {
            g {
                title { (column.told) }
                @for (amount, style) in column.bars.iter().filter(|(amount, _)| *amount > 0.0) {
                    // What is there at all can be seen.
                    @let top = height_of(self.up.scale, *amount).min(HEIGHT - 1);
                    rect.(style) x=(percent(from + gap)) width=(width) y=(top) height=(HEIGHT - top) {}
                }
            }
        }
    }
}
