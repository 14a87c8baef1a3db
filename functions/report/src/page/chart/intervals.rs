//! What was expected of ranges of values, beside what was observed of them with its interval.

use maud::{Markup, html};

use super::frame::{Axis, HEIGHT, Label, Marker, framed, height_of};
use super::percent;

/// A range of values.
#[derive(Clone, Debug)]
pub struct Interval {
    /// Where it begins on the horizontal axis.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// What was expected: a bar from the base line.
    pub expected: f64,
    /// What was observed, and the two ends of its interval: a dot on a line.
    pub observed: Option<(f64, [f64; 2])>,
    /// What a pointer that rests on it is told.
    pub told: String,
}

/// The chart.
#[derive(Debug)]
pub struct Intervals<'t> {
    /// Its words.
    pub label: Label<'t>,
    /// The horizontal axis.
    pub across: Axis,
    /// The vertical axis.
    pub up: Axis,
    /// The ranges.
    pub intervals: Vec<Interval>,
    /// Vertical lines.
    pub markers: Vec<Marker>,
}

impl Intervals<'_> {
    /// The chart as SVG, below its key.
    pub fn draw(&self) -> Markup {
        let marks = html! { @for interval in &self.intervals { (self.interval(interval)) } };
        html! {
            p.key aria-hidden="true" { span.one { "observed, with its interval" } span.expected { "expected" } }
            (framed(&self.label, &self.across, &self.up, &self.markers, &marks))
        }
    }

    fn interval(&self, interval: &Interval) -> Markup {
        let (from, to) = (self.across.scale.place(interval.from), self.across.scale.place(interval.to));
        // A gap between neighbours.
        let gap = (to - from) * 0.08;
        let width = percent((to - from - 2.0 * gap).max(0.001));
        let top = self.height_of(interval.expected);
        html! {
            g {
                title { (interval.told) }
                rect.expected x=(percent(from + gap)) width=(width) y=(top) height=(HEIGHT - top) {}
                @if let Some((share, ends)) = interval.observed { (self.observed(percent(f64::midpoint(from, to)), share, ends)) }
            }
        }
    }

    fn observed(&self, place: String, share: f64, [low, high]: [f64; 2]) -> Markup {
        html! {
            line.interval x1=(place) x2=(place) y1=(self.height_of(high)) y2=(self.height_of(low)) {}
            circle.dot.one cx=(place) cy=(self.height_of(share)) r="4" {}
        }
    }

    fn height_of(&self, value: f64) -> u32 {
        height_of(self.up.scale, value)
    }
}
