//! A weight for or against, from a line in the middle.

use maud::{Markup, html};

use super::percent;

/// A bar of this weight, to the right if it is above zero and to the left otherwise, where `most` is the greatest weight of
/// the table. The number stands beside it, so it is decoration.
pub fn weight(amount: f64, most: f64) -> Markup {
    let half = if most > 0.0 { (amount.abs() / most).min(1.0) / 2.0 } else { 0.0 };
    let (from, style) = if amount >= 0.0 { (0.5, "one") } else { (0.5 - half, "two") };
    html! {
        svg.bar width="100%" height="12" aria-hidden="true" {
            rect.(style) x=(percent(from)) width=(percent(half)) height="12" rx="1" {}
            line.base x1="50%" x2="50%" y1="0" y2="12" {}
        }
    }
}
