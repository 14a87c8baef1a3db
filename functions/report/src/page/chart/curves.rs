//! Curves: how one number, or a few, change with another one.

use maud::{Markup, html};

use super::frame::{Axis, HEIGHT, Label, Marker, framed};
use super::percent;

/// One curve.
#[derive(Clone, Debug)]
pub struct Curve {
    /// What it shows.
    pub name: String,
    /// Its style: `one`, `two` or `rest`.
    pub style: &'static str,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
    /// Whether each point has a dot: where there are few.
    pub has_dots: bool,
}

/// The chart.
#[derive(Debug)]
pub struct Curves<'t> {
    /// Its words.
    pub label: Label<'t>,
    /// The horizontal axis.
    pub across: Axis,
    /// The vertical axis.
    pub up: Axis,
    /// The curves.
    pub curves: Vec<Curve>,
    /// Vertical lines.
    pub markers: Vec<Marker>,
}

impl Curves<'_> {
    /// The chart as SVG, below its key if there are several curves.
    pub fn draw(&self) -> Markup {
        let marks = html! {
            svg width="100%" height=(HEIGHT) viewBox="0 0 1000 1000" preserveAspectRatio="none" {
                @for curve in &self.curves { polyline.curve.(curve.style) points=(self.path(curve)) {} }
            }
            @for curve in self.curves.iter().filter(|curve| curve.has_dots) { (self.dots(curve)) }
        };
        html! {
            @if self.curves.len() > 1 {
                p.key aria-hidden="true" {
                    @for curve in &self.curves { span.(curve.style) { (curve.name) } }
                }
            }
            (framed(&self.label, &self.across, &self.up, &self.markers, &marks))
        }
    }

    /// The points in a square of 1000, which is stretched to the plot.
    fn path(&self, curve: &Curve) -> String {
        let points = curve.points.iter().map(|(x, y)| {
            let (across, up) = (self.across.scale.place(*x), self.up.scale.place(*y));
            format!("{:.1},{:.1}", across * 1000.0, (1.0 - up) * 1000.0)
        });
        points.collect::<Vec<_>>().join(" ")
    }

    fn dots(&self, curve: &Curve) -> Markup {
        html! {
            @for (x, y) in &curve.points {
                circle.dot.(curve.style) cx=(percent(self.across.scale.place(*x)))
                    cy=(format!("{:.1}", (1.0 - self.up.scale.place(*y)) * f64::from(HEIGHT))) r="3" {}
            }
        }
    }
}
