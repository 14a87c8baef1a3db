//! [[match]]: match keys.

use super::{text_field, text_field_name};
use crate::config::MatchRule;
use crate::config::schema::Key;
use crate::config::toml_reader::{Notes, Section, texts};
use crate::field::TextField;

pub(super) fn keys() -> Vec<Key> {
    let doc = "A text field, or several that must all agree.";
    vec![Key::new("key", text_field_name().or_several(), doc).required()]
}

pub(super) fn matches(root: &Section<'_>, notes: &mut Notes<'_>) -> Vec<MatchRule> {
    let sections = root.sections("match", notes);
    if sections.is_empty() && root.get("match").is_none() {
        notes.fault(0..0, "there is no match key, so nothing could be merged; add a [[match]] with key = [\"email\"]");
    }
    let mut rules: Vec<MatchRule> = Vec::new();
    for section in sections {
        section.only(&keys(), notes);
        let Some(placed) = section.get("key") else {
            notes.fault(section.span.clone(), "[[match]] needs key = [\"field\", …]");
            continue;
        };
        let span = placed.1.clone();
        let names = texts(placed, "key", notes);
        if names.is_empty() {
            notes.fault(span.clone(), "key needs at least one field");
            continue;
        }
        let wanted = names.len();
        let mut key: Vec<TextField> =
            names.into_iter().filter_map(|(name, span)| text_field(name, span, notes)).collect();
        if key.len() < wanted {
            continue;
        }
        // The order in which a key's fields are written must not matter for what it matches.
        key.sort();
        key.dedup();
        if key.len() < wanted {
            notes.fault(span.clone(), "the key names a field twice");
        }
        let rule = MatchRule { key };
        if rules.contains(&rule) {
            notes.fault(span, format!("the key {} is there twice", rule.name()));
        } else {
            rules.push(rule);
        }
    }
    rules
}
