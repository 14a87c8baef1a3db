//! [guard]: limits against wrong merges.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::mapping::flatten;
use super::text_field;
use crate::config::toml_reader::{Notes, Section, texts};
use crate::config::{BlockedValues, Guard};
use crate::field::{TEXT_FIELDS, TextField};

pub(super) fn guard(root: &Section<'_>, notes: &mut Notes<'_>) -> Guard {
    let mut guard = Guard {
        max_accounts_per_key: 25,
        max_share_per_key: None,
        blocked_values: BlockedValues::default(),
        max_distinct: BTreeMap::new(),
        max_accounts_per_customer: None,
    };
    let Some(section) = root.section("guard", notes) else { return guard };
    section.only(
        &[
            "max_accounts_per_key",
            "max_share_per_key",
            "max_accounts_per_customer",
            "max_distinct",
            "blocked_values",
            "allowed_values",
            "builtin_blocked_values",
        ],
        notes,
    );
    let mut number = |name, least| section.integer(name, least, notes).and_then(|number| u32::try_from(number).ok());
    guard.max_accounts_per_key = number("max_accounts_per_key", 2).unwrap_or(guard.max_accounts_per_key);
    guard.max_accounts_per_customer = number("max_accounts_per_customer", 1);
    guard.max_share_per_key = section.ratio("max_share_per_key", notes);
    guard.blocked_values = BlockedValues {
        builtin: section.boolean("builtin_blocked_values", notes).unwrap_or(true),
        blocked: patterns(&section, "blocked_values", notes),
        allowed: patterns(&section, "allowed_values", notes),
    };
    if let Some(limits) = section.section("max_distinct", notes) {
        for (name, span, placed) in flatten(limits.table, "") {
            let field = text_field(&name, span.clone(), notes);
            let limit = match placed.0 {
                DeValue::Integer(number) => number.as_str().parse().ok().filter(|number| *number > 0),
                _ => None,
            };
            match (field, limit) {
                (Some(field), Some(limit)) => _ = guard.max_distinct.insert(field, limit),
                (_, None) => notes.fault(placed.1, format!("max_distinct.{name} must be a whole number from 1 on")),
                (None, Some(_)) => {}
            }
        }
    }
    guard
}

/// Patterns by field, in lower case.
fn patterns(section: &Section<'_>, name: &str, notes: &mut Notes<'_>) -> [Vec<String>; TEXT_FIELDS] {
    let mut patterns = [const { Vec::new() }; TEXT_FIELDS];
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
