//! A Gantt chart: when each lane was at work.

use maud::{Markup, html};

use super::frame::Label;
use super::percent;
use crate::page::number::{short, unit_of_time};
use crate::page::scale::Scale;

/// The height of a lane's name and its bar, in pixels.
const LANE: u32 = 34;

/// A bar with a name.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Its name.
    pub name: String,
    /// What stands behind the name.
    pub note: String,
    /// From when to when, in milliseconds of the whole.
    pub from: u64,
    /// The end.
    pub to: u64,
    /// Whether it is marked as slow to start.
    pub is_cold: bool,
}

/// The chart.
#[derive(Debug)]
pub struct Timeline<'t> {
    /// Its words.
    pub label: Label<'t>,
    /// The lanes, from top to bottom.
    pub lanes: Vec<Lane>,
}

impl Timeline<'_> {
    /// The chart as SVG.
    pub fn draw(&self) -> Markup {
        let whole = self.lanes.iter().map(|lane| lane.to).max().unwrap_or_default();
        let (unit, unit_name) = unit_of_time(whole);
        let scale = Scale::linear_to(whole as f64 / unit);
        let bottom = LANE * self.lanes.len() as u32;
        let content = html! {
                @for tick in scale.ticks(4) {
                    @let at = percent(scale.place(tick));
                    line.grid x1=(at) x2=(at) y1="0" y2=(bottom) {}
                    @let anchor = if tick > 0.0 { "middle" } else { "start" };
                    text.tick x=(at) y=(bottom + 16) text-anchor=(anchor) { (short(tick)) @if tick > 0.0 { " " (unit_name) } }
                }
                @for (position, lane) in self.lanes.iter().enumerate() { (drawn(lane, position as u32 * LANE, |time| scale.place(time as f64 / unit))) }
        };
        self.label.picture("lanes", bottom + 24, &content)
    }
}

fn drawn(lane: &Lane, top: u32, place: impl Fn(u64) -> f64) -> Markup {
    let (from, to) = (place(lane.from), place(lane.to));
    // The name stands where there is more room for it.
    let (x, anchor) = if from > 1.0 - to { (to.max(from + 0.005), "end") } else { (from, "start") };
    html! {
        text.lane x=(percent(x)) y=(top + 13) text-anchor=(anchor) {
            (lane.name) " " tspan.note { (lane.note) }
        }
        rect.one x=(percent(from)) width=(percent((to - from).max(0.004))) y=(top + 18) height="11" rx="2" {}
        @if lane.is_cold { circle.cold cx=(percent(from)) cy=(top + 23) r="4" {} }
    }
}
