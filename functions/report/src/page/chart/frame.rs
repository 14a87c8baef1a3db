//! What charts with two axes have in common: title and description, grid, ticks, and the names of the axes.

use maud::{Markup, html};

use super::percent;
use crate::page::scale::Scale;

/// The pixels above the plot for the name of the vertical axis.
const NAME: u32 = 22;
/// The pixels between that and the plot for the words of vertical lines.
const MARKERS: u32 = 14;
/// The pixels below the plot for the values and the name of the horizontal axis.
const BOTTOM: u32 = 42;
/// The height of a plot in pixels.
pub const HEIGHT: u32 = 190;

/// The words of a chart.
#[derive(Clone, Copy, Debug)]
pub struct Label<'t> {
    /// Unique on the page.
    pub id: &'t str,
    /// What the chart shows.
    pub title: &'t str,
    /// What one sees in it, for those who cannot.
    pub description: &'t str,
}

impl Label<'_> {
    /// The chart as a picture of the page, with the padding of its `kind`.
    pub fn picture(&self, kind: &str, height: u32, content: &Markup) -> Markup {
        let (title, description) = (format!("{}-title", self.id), format!("{}-description", self.id));
        html! {
            svg.chart.(kind) width="100%" height=(height) role="img" aria-labelledby={ (title) " " (description) } {
                title id=(title) { (self.title) }
                desc id=(description) { (self.description) }
                (content)
            }
        }
    }
}

/// An axis.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What its values are.
    pub name: String,
    /// Where values are.
    pub scale: Scale,
    /// Values with a text at their place.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// An axis with about `ticks` values, written by `text`.
    pub fn new(name: &str, scale: Scale, ticks: usize, text: impl Fn(f64) -> String) -> Self {
        let ticks = scale.ticks(ticks).into_iter().map(|value| (value, text(value))).collect();
        Self { name: name.to_owned(), scale, ticks }
    }

    /// An axis of things in a row, each as wide as the others, of which about `ticks` are named.
    pub fn of_names<'n>(name: &str, names: impl ExactSizeIterator<Item = &'n str>, ticks: usize) -> Self {
        let number = names.len();
        let every = number.div_ceil(ticks.max(1)).max(1);
        let ticks = names.enumerate().step_by(every);
        Self {
            name: name.to_owned(),
            scale: Scale::Linear { from: -0.5, to: (number as f64 - 0.5).max(0.5) },
            ticks: ticks.map(|(position, name)| (position as f64, name.to_owned())).collect(),
        }
    }
}

/// A vertical line with a word.
#[derive(Clone, Debug)]
pub struct Marker {
    /// Where it is on the horizontal axis.
    pub at: f64,
    /// What it is.
    pub text: String,
}

/// A chart with two axes. `marks` is drawn in the plot, where 100% is its width and [`HEIGHT`] its height. What stands left of
/// the plot has room in the picture's padding.
pub fn framed(label: &Label, across: &Axis, up: &Axis, markers: &[Marker], marks: &Markup) -> Markup {
    let top = NAME + if markers.is_empty() { 0 } else { MARKERS };
    let content = html! {
        text.axis x="-46" y="11" { (up.name) }
        g transform={ "translate(0 " (top) ")" } {
            @for (value, text) in &up.ticks {
                @let y = height_of(up.scale, *value);
                line.grid x1="0" x2="100%" y1=(y) y2=(y) {}
                text.tick x="-8" y=(y + 4) text-anchor="end" { (text) }
            }
            (marks)
            line.base x1="0" x2="100%" y1=(HEIGHT) y2=(HEIGHT) {}
            @for (value, text) in &across.ticks {
                text.tick x=(percent(across.scale.place(*value))) y=(HEIGHT + 16) text-anchor="middle" { (text) }
            }
            text.axis x="100%" y=(HEIGHT + 36) text-anchor="end" { (across.name) }
            @for marker in markers { (marked(marker, across.scale)) }
        }
    };
    label.picture("two-axes", top + HEIGHT + BOTTOM, &content)
}

/// A value's distance from the top of the plot, in pixels.
pub fn height_of(scale: Scale, value: f64) -> u32 {
    HEIGHT - (scale.place(value) * f64::from(HEIGHT)).round() as u32
}

fn marked(marker: &Marker, scale: Scale) -> Markup {
    let place = scale.place(marker.at);
    let anchor = if place < 0.5 { "start" } else { "end" };
    html! {
        line.marker x1=(percent(place)) x2=(percent(place)) y1="-14" y2=(HEIGHT) {}
        text.marker-text x=(percent(place)) dx=(if place < 0.5 { 6 } else { -6 }) y="-5" text-anchor=(anchor) { (marker.text) }
    }
}
