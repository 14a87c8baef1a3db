//! [publish]: what must hold before a version is published.

use crate::config::Publish;
use crate::config::schema::Key;
use crate::config::toml_reader::{Notes, Section};

pub(super) fn keys() -> Vec<Key> {
    vec![
        Key::ratio("max_reject_ratio", "A greater share of rejected rows fails the run.").or(0.01),
        Key::ratio("max_customer_drop_ratio", "Fewer customers than before, by a greater share, fail the run.").or(0.2),
    ]
}

pub(super) fn publish(root: &Section<'_>, notes: &mut Notes<'_>) -> Publish {
    let section = root.section("publish", notes);
    if let Some(section) = &section {
        section.only(&keys(), notes);
    }
    let mut ratio = |name, default| section.as_ref().and_then(|section| section.ratio(name, notes)).unwrap_or(default);
    Publish {
        max_reject_ratio: ratio("max_reject_ratio", 0.01),
        max_customer_drop_ratio: ratio("max_customer_drop_ratio", 0.2),
    }
}
