//! Charts as inline SVG. They need no script: what lies along a chart is placed in percent and what lies across it in
//! pixels, so a chart is as wide as its column and its letters keep their size.

mod bar;
mod columns;
mod curves;
mod frame;
mod intervals;
mod pair;
mod timeline;
mod upset;
mod weights;

pub use bar::bar;
pub use columns::{Column, Columns};
pub use curves::{Curve, Curves};
pub use frame::{Axis, Label, Marker};
pub use intervals::{Interval, Intervals};
pub use pair::before_and_after;
pub use timeline::{Lane, Timeline};
pub use upset::{Combination, UpSet};
pub use weights::weight;

/// A place between 0 and 1 in percent.
fn percent(place: f64) -> String {
    format!("{:.2}%", place * 100.0)
}
