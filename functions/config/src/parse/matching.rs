//! [[match]]: keys that bring accounts together, and conditions that decide pair by pair.

use std::ops::Range;

use onefold_normalise::Step;
use toml::de::DeValue;

use crate::schema::{Key, Kind};
use crate::toml_reader::{Notes, Section, SpannedValue, texts};
use crate::{ComparedField, Comparer, ComparisonLevel, Condition, FULL_NAME, MatchRule, Requirement};

pub(super) fn keys() -> Vec<Key> {
    let compared = || part_kind(compared_keys());
    let agree = "Keeps two accounts with one key apart unless both have a value here and the values agree.";
    let differ = "Keeps two accounts with one key apart if both have a value here and the values do not agree.";
    vec![
        Key::new("key", part_kind(part_keys()), "A text field, or a list of fields that must all agree.").required(),
        Key::new(Requirement::Agree.name(), compared(), agree),
        Key::new(Requirement::NotDisagree.name(), compared(), differ),
        Key::integer(
            "max_accounts_per_key",
            2,
            "The guard's limit for keys of this rule. If not given, the guard's own.",
        ),
        Key::new(
            "between",
            Kind::Array(Box::new(Kind::Text(None))),
            "Two sources or more. The rule links accounts of two of them, and no two accounts of one source.",
        ),
    ]
}

/// A field's name or a table with these keys, or several of either.
fn part_kind(keys: Vec<Key>) -> Kind {
    Kind::AnyOf(vec![Kind::TextFieldOr(vec![FULL_NAME]), Kind::Table(keys)]).or_several()
}

/// The keys of a field that is compared as steps leave it.
fn part_keys() -> Vec<Key> {
    let steps = Kind::OneOf(step_names()).or_several();
    vec![
        Key::new(
            "field",
            Kind::TextFieldOr(vec![FULL_NAME]),
            "The field that is compared. `full_name` is the given and the family name as one value.",
        )
        .required(),
        Key::new(
            "as",
            steps,
            "A normaliser or a list, run in order. It is for the comparison only: the account keeps its value.",
        ),
    ]
}

/// The keys of a field whose values need not be equal to agree.
pub(super) fn compared_keys() -> Vec<Key> {
    let similarity = Key::ratio("jaro_winkler", "In conditions: values agree from this Jaro-Winkler similarity on.");
    let distance = Key::integer(
        "edit_distance",
        1,
        "In conditions: values agree if at most so many letters are inserted, deleted, replaced or swapped.",
    );
    let exact = Key::boolean(
        "exact",
        "In conditions: whether names get no special treatment. If not, `R.` agrees with `Robert`, and names agree if \
         given and family name are swapped.",
    )
    .or(false);
    part_keys().into_iter().chain([similarity, distance, exact]).collect()
}

/// The names of all steps, each prefix too.
fn step_names() -> Vec<&'static str> {
    let steps = Step::ALL.into_iter().filter(|step| !matches!(step, Step::Prefix(_)));
    steps.chain((1..=9).map(Step::Prefix)).map(Step::name).collect()
}

pub(super) fn matches(root: &Section<'_>, sources: &[&str], notes: &mut Notes<'_>) -> Vec<MatchRule> {
    let sections = root.sections("match", notes);
    let mut rules: Vec<MatchRule> = Vec::new();
    for section in sections {
        section.only(&keys(), notes);
        let conditions = [Requirement::Agree, Requirement::NotDisagree]
            .into_iter()
            .flat_map(|requirement| conditions(&section, requirement, notes));
        let conditions: Vec<Condition> = conditions.collect();
        let max = section.integer("max_accounts_per_key", 2, notes).and_then(|max| u32::try_from(max).ok());
        let between = between(&section, sources, notes);
        let Some((key, span)) = key(&section, notes) else { continue };
        let rule = MatchRule { key, conditions, max_accounts_per_key: max, between };
        let is_same = |other: &MatchRule| other.key == rule.key && other.conditions == rule.conditions;
        if rules.iter().any(|other| is_same(other) && other.between == rule.between) {
            notes.fault(span, format!("the key {} is there twice", rule.name()));
        } else {
            rules.push(rule);
        }
    }
    rules
}

/// The sources between which a rule links, sorted.
fn between(section: &Section<'_>, sources: &[&str], notes: &mut Notes<'_>) -> Vec<String> {
    let Some(placed) = section.get("between") else { return Vec::new() };
    let span = placed.1.clone();
    let mut names: Vec<String> = Vec::new();
    for (name, span) in texts(placed, "between", notes) {
        if !sources.contains(&name) {
            notes.unknown(span.clone(), "source", name, sources);
        }
        if names.iter().any(|known| known == name) {
            notes.fault(span, format!("between names the source {name:?} twice"));
        }
        names.push(name.to_owned());
    }
    if names.len() < 2 {
        notes.fault(span, "between needs two sources or more: the rule links accounts of two of them");
    }
    names.sort_unstable();
    names
}

/// The parts of a key, and where it stands.
fn key(section: &Section<'_>, notes: &mut Notes<'_>) -> Option<(Vec<ComparedField>, Range<usize>)> {
    let Some(placed) = section.get("key") else {
        notes.fault(section.span.clone(), "[[match]] needs key = [\"field\", …]");
        return None;
    };
    let span = placed.1.clone();
    let items = items(placed, "key", notes);
    if items.is_empty() {
        notes.fault(span, "key needs at least one field");
        return None;
    }
    let wanted = items.len();
    let mut key: Vec<ComparedField> =
        items.into_iter().filter_map(|item| part(item, &part_keys(), IN_MATCH, notes)).collect();
    if key.len() < wanted {
        return None;
    }
    // The order in which a key's fields are written must not matter for what it matches.
    key.sort_by_key(|part| (part.field, part.is_full_name()));
    key.dedup_by_key(|part| (part.field, part.is_full_name()));
    if key.len() < wanted {
        notes.fault(span.clone(), "the key names a field twice");
    }
    Some((key, span))
}

fn conditions(section: &Section<'_>, requirement: Requirement, notes: &mut Notes<'_>) -> Vec<Condition> {
    let Some(placed) = section.get(requirement.name()) else { return Vec::new() };
    let items = items(placed, requirement.name(), notes);
    let comparers = items.into_iter().filter_map(|item| comparer(item, &compared_keys(), IN_MATCH, notes));
    comparers.map(|comparer| Condition { requirement, comparer }).collect()
}

/// A field's name, or a table of a field and when two values of it agree; `place` is where it is, for messages.
pub(super) fn comparer(item: SpannedValue<'_>, keys: &[Key], place: &str, notes: &mut Notes<'_>) -> Option<Comparer> {
    let section = part_section(&item, place);
    let level = section.as_ref().map_or(ComparisonLevel::Equal, |section| level(section, notes));
    let exact = section.and_then(|section| section.boolean("exact", notes)).unwrap_or(false);
    Some(Comparer { part: part(item, keys, place, notes)?, level, exact })
}

fn level(section: &Section<'_>, notes: &mut Notes<'_>) -> ComparisonLevel {
    let similarity = section.ratio("jaro_winkler", notes);
    let distance = section.integer("edit_distance", 1, notes).and_then(|distance| usize::try_from(distance).ok());
    match (similarity, distance) {
        (Some(_), Some(_)) => {
            notes.fault(section.span.clone(), "give either jaro_winkler or edit_distance, not both");
            ComparisonLevel::Equal
        }
        (Some(similarity), None) => ComparisonLevel::JaroWinkler(similarity),
        (None, Some(distance)) => ComparisonLevel::EditDistance(distance),
        (None, None) => ComparisonLevel::Equal,
    }
}

/// One item or an array of items, each a field's name or a table.
fn items<'t>((value, span): SpannedValue<'t>, name: &str, notes: &mut Notes<'_>) -> Vec<SpannedValue<'t>> {
    let items: Vec<SpannedValue<'t>> = match value {
        DeValue::Array(items) => items.iter().map(|item| (item.get_ref(), item.span())).collect(),
        _ => vec![(value, span)],
    };
    let mut fitting = Vec::new();
    for (value, span) in items {
        match value {
            DeValue::String(_) | DeValue::Table(_) => fitting.push((value, span)),
            _ => notes.fault(
                span,
                format!("{name} takes fields: \"email\", or {{ field = \"given_name\", as = [\"lowercase\"] }}"),
            ),
        }
    }
    fitting
}

/// Where the parts of keys and conditions are.
const IN_MATCH: &str = "[[match]]";

/// A part that is written as a table.
fn part_section<'t>((value, span): &SpannedValue<'t>, place: &str) -> Option<Section<'t>> {
    match value {
        DeValue::Table(table) => Some(Section { table, span: span.clone(), title: format!("a field of {place}") }),
        _ => None,
    }
}

/// A field's name, or a table of a field, the steps before comparing, and what else is among the keys.
fn part(item: SpannedValue<'_>, keys: &[Key], place: &str, notes: &mut Notes<'_>) -> Option<ComparedField> {
    let Some(section) = part_section(&item, place) else {
        let (DeValue::String(name), span) = item else { return None };
        return compared_field(name, span, Vec::new(), notes);
    };
    section.only(keys, notes);
    let field = section.required_text("field", notes);
    let names = section.get("as").map(|placed| texts(placed, "as", notes)).unwrap_or_default();
    let mut steps = Vec::new();
    for (name, span) in names {
        match Step::from_name(name) {
            Some(step) => steps.push(step),
            None => notes.unknown(span, "normaliser", name, &step_names()),
        }
    }
    let (name, span) = field?;
    compared_field(name, span, steps, notes)
}

fn compared_field(name: &str, span: Range<usize>, steps: Vec<Step>, notes: &mut Notes<'_>) -> Option<ComparedField> {
    if name == FULL_NAME {
        return Some(ComparedField::full_name(steps));
    }
    let Some(field) = notes.text_field(name) else {
        let names: Vec<&str> = notes.text_field_names().into_iter().chain([FULL_NAME]).collect();
        notes.unknown(span, "field", name, &names);
        return None;
    };
    Some(ComparedField { field, steps })
}
