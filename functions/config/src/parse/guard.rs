//! [guard]: limits against wrong merges.

use onefold_normalise::birthdate::FIRST_YEAR;
use onefold_normalise::field::TextField;
use toml::de::{DeTable, DeValue};

use super::mapping::flatten;
use super::{matching, of_text_fields, text_field};
use crate::schema::{Key, Kind};
use crate::toml_reader::{Notes, Section, SpannedValue, integer, texts};
use crate::{BlockedValues, Comparer, DistinctLimit, Guard, Source, SourceLimits};

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
        Key::new(
            "max_distinct",
            Kind::AnyOf(vec![Kind::Table(numbers), Kind::Table(distinct_keys()).or_several()]),
            "A customer with more different values of a text field is taken apart likewise.",
        ),
        Key::new(
            "max_per_source",
            Kind::AnyOf(vec![Kind::Integer(1), Kind::Named(Box::new(Kind::Integer(1)))]),
            "A customer with more accounts of a source is taken apart likewise. A number is for every source; a table \
             has a number for each source that it names.",
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

/// The keys of a limit of values that need not be equal to be one.
fn distinct_keys() -> Vec<Key> {
    let most = Key::integer("most", 1, "In `max_distinct`: how many values a customer may have that do not agree.");
    matching::compared_keys().into_iter().chain([most.required()]).collect()
}

/// How many accounts may share a key if nothing is said.
const MAX_ACCOUNTS_PER_KEY: u32 = 25;

/// Reads the section; `names` are those of all sources, also of those with faults.
pub(super) fn guard(root: &Section<'_>, sources: &[Source], names: &[&str], notes: &mut Notes<'_>) -> Guard {
    let unique = sources.iter().filter(|source| source.unique_persons);
    let max_per_source = SourceLimits { every: None, named: unique.map(|source| (source.name.clone(), 1)).collect() };
    let mut guard = Guard {
        max_accounts_per_key: MAX_ACCOUNTS_PER_KEY,
        max_share_per_key: None,
        blocked_values: BlockedValues::builtin(notes.text_fields().len()),
        max_distinct: Vec::new(),
        max_per_source,
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
    guard.max_distinct = section.get("max_distinct").map(|placed| max_distinct(placed, notes)).unwrap_or_default();
    if let Some(placed) = section.get("max_per_source") {
        source_limits(placed, names, &mut guard.max_per_source, notes);
    }
    guard
}

/// Limits by field, or a table of a field with when its values agree, or several of these.
fn max_distinct((value, span): SpannedValue<'_>, notes: &mut Notes<'_>) -> Vec<DistinctLimit> {
    let mut limits = match value {
        DeValue::Array(items) => {
            let items = items.iter().map(|item| (item.get_ref(), item.span()));
            items.filter_map(|item| distinct_limit(item, notes)).collect()
        }
        DeValue::Table(table) if is_by_field(table, notes) => {
            let section = Section { table, span, title: "max_distinct".to_owned() };
            distinct_by_field(&section, notes)
        }
        _ => distinct_limit((value, span), notes).into_iter().collect(),
    };
    limits.sort_by_key(|limit| limit.comparer.part.field);
    limits
}

/// Whether limits are by field: a table of one field has other keys, which no text field is named like.
fn is_by_field(table: &DeTable<'_>, notes: &Notes<'_>) -> bool {
    let is_key = |key: &Key| table.contains_key(key.name) && notes.text_field(key.name).is_none();
    !distinct_keys().iter().any(is_key)
}

fn distinct_by_field(section: &Section<'_>, notes: &mut Notes<'_>) -> Vec<DistinctLimit> {
    let mut limits = Vec::new();
    for (name, span, placed) in flatten(section.table, "") {
        let field = text_field(&name, span, notes);
        let most = integer(placed, &format!("max_distinct.{name}"), 1, notes);
        if let (Some(field), Some(most)) = (field, most.and_then(|most| u32::try_from(most).ok())) {
            limits.push(DistinctLimit { comparer: Comparer::exact(field), most });
        }
    }
    limits
}

fn distinct_limit((value, span): SpannedValue<'_>, notes: &mut Notes<'_>) -> Option<DistinctLimit> {
    let DeValue::Table(table) = value else {
        notes.wrong(span, "max_distinct", "{ birthdate = 1 }, or tables as { field = \"given_name\", most = 1 }");
        return None;
    };
    let section = Section { table, span: span.clone(), title: "a field of max_distinct".to_owned() };
    if section.get("most").is_none() {
        notes.fault(span.clone(), "a field of max_distinct needs most = 1, or how many values a customer may have");
    }
    let most = section.integer("most", 1, notes).and_then(|most| u32::try_from(most).ok());
    let comparer = matching::comparer((value, span), &distinct_keys(), "max_distinct", notes)?;
    Some(DistinctLimit { comparer, most: most? })
}

/// Reads a number for every source, or one for each source that is named, and adds it to the limits of `unique_persons`.
fn source_limits((value, span): SpannedValue<'_>, sources: &[&str], limits: &mut SourceLimits, notes: &mut Notes<'_>) {
    let number = |placed, name: &str, notes: &mut Notes<'_>| {
        integer(placed, name, 1, notes).and_then(|most| u32::try_from(most).ok())
    };
    match value {
        DeValue::Integer(_) => limits.every = number((value, span), "max_per_source", notes),
        DeValue::Table(table) => {
            for (name, value) in table.iter() {
                let (source, span) = (name.get_ref().as_ref(), name.span());
                if !sources.contains(&source) {
                    notes.unknown(span.clone(), "source", source, sources);
                }
                let placed = (value.get_ref(), value.span());
                let Some(most) = number(placed, &format!("max_per_source.{source}"), notes) else { continue };
                if limits.named.insert(source.to_owned(), most).is_some_and(|known| known != most) {
                    notes.fault(span, format!("the source {source:?} has unique_persons = true, which says 1"));
                }
            }
        }
        _ => notes.wrong(span, "max_per_source", "a whole number from 1 on, or a table such as { crm = 1 }"),
    }
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
