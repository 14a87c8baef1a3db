//! Whether the version may be relied on: what the gate found, in one sentence.

use maud::{Markup, html};

use super::section::problems;
use crate::Health;

struct Verdict {
    /// `good`, `warn` or `bad`.
    style: &'static str,
    /// What says the same without a colour.
    sign: &'static str,
    words: &'static str,
}

/// The verdict on the version of a run, with the limits that are broken.
pub fn draw(run: &str, health: &Health) -> Markup {
    let Verdict { style, sign, words } = verdict(health);
    let limits = if health.gated.is_empty() { &health.published_over } else { &health.gated };
    html! {
        div.verdict.(style) {
            span.sign aria-hidden="true" { (sign) }
            div {
                p {
                    strong { (words) }
                    @if !problems::is_sound(health) { " " a href="#problems" { "See the problems" } "." }
                }
                @if !limits.is_empty() { ul { @for limit in limits { li { (limit) } } } }
                @if health.dry_run || !health.gated.is_empty() { (advice(run, health)) }
            }
        }
    }
}

fn verdict(health: &Health) -> Verdict {
    let (style, sign, words) = match health {
        Health { dry_run: false, gated, .. } if !gated.is_empty() => {
            ("bad", "✕", "The publish gate holds this version back.")
        }
        Health { gated, .. } if !gated.is_empty() => {
            ("bad", "✕", "A dry run: nothing is published. The publish gate would hold this version back.")
        }
        Health { dry_run: true, .. } => {
            ("warn", "!", "A dry run: nothing is published. The version passes the publish gate.")
        }
        Health { published_over, .. } if !published_over.is_empty() => {
            ("warn", "!", "Somebody published this version, which the publish gate had held back.")
        }
        _ if problems::is_sound(health) => ("good", "✓", "This version passes the publish gate."),
        _ => ("warn", "!", "This version passes the publish gate, with problems."),
    };
    Verdict { style, sign, words }
}

/// What to do about a version that is not published.
fn advice(run: &str, health: &Health) -> Markup {
    html! {
        p {
            @if !health.gated.is_empty() { "Correct the sources, or change the limits under " code { "[publish]" } ". " }
            code { "onefold publish " (run) } " publishes the version as it is."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_is_said_first() {
        let held = vec!["too many rows were rejected".to_owned()];
        let skipped = vec![crate::SkippedSource { source: "crm".to_owned(), reason: "no answer".to_owned() }];
        let sound = Health::default();
        let said = [
            sound.clone(),
            Health { skipped, ..sound.clone() },
            Health { dry_run: true, ..sound.clone() },
            Health { published_over: held.clone(), ..sound.clone() },
            Health { gated: held.clone(), ..sound.clone() },
            Health { dry_run: true, gated: held, ..sound },
        ]
        .map(|health| verdict(&health).style);
        assert_eq!(said, ["good", "warn", "warn", "warn", "bad", "bad"]);
    }
}
