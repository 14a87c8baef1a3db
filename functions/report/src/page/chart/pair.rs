//! Two shares on one line, and the way between them.

use maud::{Markup, html};

use super::percent;

/// A line from the share before to the share after, each with a dot. The numbers stand beside it, so it is decoration.
pub fn before_and_after(before: f64, after: f64) -> Markup {
    // Dots at the ends are not cut off.
    let place = |share: f64| percent(0.03 + 0.94 * share.clamp(0.0, 1.0));
    html! {
        svg.bar width="100%" height="16" aria-hidden="true" {
            line.grid x1="3%" x2="97%" y1="8" y2="8" {}
            line.way x1=(place(before)) x2=(place(after)) y1="8" y2="8" {}
            circle.rest cx=(place(before)) cy="8" r="4" {}
            circle.one cx=(place(after)) cy="8" r="5" {}
        }
    }
}
