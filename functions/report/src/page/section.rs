//! The sections of the page, from top to bottom.

mod blocked_keys;
mod changes;
mod cost;
mod fill;
mod funnel;
mod input;
pub mod problems;
mod scores;
mod sizes;
mod source_sets;
mod timeline;
mod trend;
mod weakest;

use super::part::Section;
use crate::Report;

/// All sections. None is left out: an empty one says why it is.
pub fn all(report: &Report) -> Vec<Section> {
    vec![
        problems::section(report),
        input::section(report),
        funnel::section(report),
        sizes::section(report),
        source_sets::section(report),
        fill::section(report),
        scores::section(report),
        weakest::section(report),
        blocked_keys::section(report),
        changes::section(report),
        trend::section(report),
        timeline::section(report),
        cost::section(report),
    ]
}
