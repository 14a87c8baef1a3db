//! A bar in a cell of a table: the number beside it says the same, so it is decoration.

use maud::{Markup, html};

use super::percent;

/// A bar of this share of its cell, in a style: `one`, `two` or `rest`.
pub fn bar(share: f64, style: &str) -> Markup {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    html! {
        svg.bar width="100%" height="12" aria-hidden="true" {
            rect.track width="100%" height="12" rx="2" {}
            @if share > 0.0 { rect.(style) width=(percent(share.max(0.004))) height="12" rx="2" {} }
        }
    }
}
