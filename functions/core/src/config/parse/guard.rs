//! [guard]: limits against wrong merges.

use crate::config::Guard;
use crate::config::schema::Key;
use crate::config::toml_reader::{Notes, Section};

pub(super) fn keys() -> Vec<Key> {
    vec![Key::integer("max_accounts_per_key", 2, "A key that more accounts share links nothing.").or(25)]
}

pub(super) fn guard(root: &Section<'_>, notes: &mut Notes<'_>) -> Guard {
    let section = root.section("guard", notes);
    if let Some(section) = &section {
        section.only(&keys(), notes);
    }
    let max = section.and_then(|section| section.integer("max_accounts_per_key", 2, notes));
    Guard { max_accounts_per_key: max.and_then(|max| u32::try_from(max).ok()).unwrap_or(25) }
}
