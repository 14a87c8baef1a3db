//! [guard]: limits against wrong merges.

use std::collections::BTreeMap;

use onefold_normalise::birthdate::FIRST_YEAR;
use onefold_normalise::field::TextField;

use super::mapping::flatten;
use super::{of_text_fields, text_field};
use crate::schema::{Key, Kind};
use crate::toml_reader::{Notes, Section, integer, texts};
use crate::{BlockedValues, Guard};

pub(super) fn keys() -> Vec<Key> {
    let by_field = |kind: Kind, doc| {
        let key = |name| Key::new(name, kind.clone(), doc);
        of_text_fields(|field| key(field.name()), key("<name>"))
    };
    let patterns = || {
        by_field(Kind::Text(None).or_several(), "A pattern in which `*` stands for any text, or a list of patterns.")
    };
    let numbers = by_field(Kind::Integer(1), "How many different values a customer may have.");
    vec![
        Key::integer("max_accounts_per_key", 2, "A key that more accounts share is blocked: it links nothing.")
            .or(MAX_ACCOUNTS_PER_KEY),
        Key::ratio(
            "max_share_per_key",
            "A key that a greater share of all accounts has is blocked, but never a key of 3 accounts or fewer.",
        ),
        Key::integer(
            "max_accounts_per_customer",
            1,
            "A customer with more accounts is taken apart at its weakest keys.",
        ),
        Key::table(
            "max_distinct",
            numbers,
            "A customer with more different values of a text field is taken apart likewise.",
        ),
        Key::table(
            "blocked_values",
            patterns(),
            "Patterns of values that are nobody's: they make no key and do not survive.",
        ),
        Key::table("allowed_values", patterns(), "Values that are somebody's, although a pattern blocks them."),
        Key::new(
            "min_birth_year",
            Kind::Range(1, 9999),
            "Birth dates before this year, and after the day of the run, are none.",
        )
        .or(FIRST_YEAR),
        Key::boolean("builtin_blocked_values", "Whether the built-in list of values that are nobody's counts.")
            .or(true),
    ]
}

/// How many accounts may share a key if nothing is said.
const MAX_ACCOUNTS_PER_KEY: u32 = 25;

pub(super) fn guard(root: &Section<'_>, notes: &mut Notes<'_>) -> Guard {
    let mut guard = Guard {
        max_accounts_per_key: MAX_ACCOUNTS_PER_KEY,
        max_share_per_key: None,
        blocked_values: BlockedValues::builtin(notes.text_fields().len()),
        max_distinct: BTreeMap::new(),
        max_accounts_per_customer: None,
        min_birth_year: FIRST_YEAR,
    };
    let Some(section) = root.section("guard", notes) else { return guard };
    section.only(&keys(), notes);
    let mut number = |name, least| section.integer(name, least, notes).and_then(|number| u32::try_from(number).ok());
    guard.max_accounts_per_key = number("max_accounts_per_key", 2).unwrap_or(guard.max_accounts_per_key);
    guard.max_accounts_per_customer = number("max_accounts_per_customer", 1);
    if let Some(year) = section.get("min_birth_year") {
        let year = integer(year, "min_birth_year", 1, notes).and_then(|year| i16::try_from(year).ok());
        guard.min_birth_year = year.unwrap_or(FIRST_YEAR);
    }
    guard.max_share_per_key = section.ratio("max_share_per_key", notes);
    guard.blocked_values = BlockedValues {
        builtin: section.boolean("builtin_blocked_values", notes).unwrap_or(true),
        blocked: patterns(&section, "blocked_values", notes),
        allowed: patterns(&section, "allowed_values", notes),
    };
    if let Some(limits) = section.section("max_distinct", notes) {
        for (name, span, placed) in flatten(limits.table, "") {
            let field = text_field(&name, span.clone(), notes);
            let limit = integer(placed, &format!("max_distinct.{name}"), 1, notes);
            if let (Some(field), Some(limit)) = (field, limit.and_then(|limit| u32::try_from(limit).ok())) {
                guard.max_distinct.insert(field, limit);
            }
        }
    }
    guard
}

/// Patterns by field, in lower case.
fn patterns(section: &Section<'_>, name: &str, notes: &mut Notes<'_>) -> Vec<Vec<String>> {
    let mut patterns = vec![Vec::new(); notes.text_fields().len()];
    let Some(section) = section.section(name, notes) else { return patterns };
    for (field_name, span, placed) in flatten(section.table, "") {
        let field: Option<TextField> = text_field(&field_name, span, notes);
        for (pattern, span) in texts(placed, &field_name, notes) {
            if pattern.trim_matches('*').trim().is_empty() {
                notes.fault(span, format!("the pattern {pattern:?} in {name} would match every value"));
            } else if let Some(field) = field {
                patterns[field.index()].push(pattern.to_lowercase());
            }
        }
    }
    patterns
}
