//! [[match]]: keys that bring accounts together, and conditions that decide pair by pair.

use std::ops::Range;

use toml::de::DeValue;

use super::text_field;
use crate::config::toml_reader::{Notes, Placed, Section, one_of, texts};
use crate::config::{Condition, Demand, Likeness, MatchRule, Part};
use crate::normalise::Step;

pub(super) fn matches(root: &Section<'_>, notes: &mut Notes<'_>) -> Vec<MatchRule> {
    let sections = root.sections("match", notes);
    if sections.is_empty() && root.get("match").is_none() {
        notes.fault(0..0, "there is no match key, so nothing could be merged; add a [[match]] with key = [\"email\"]");
    }
    let mut rules: Vec<MatchRule> = Vec::new();
    for section in sections {
        section.only(&["key", "if_agree", "unless_differ", "max_accounts_per_key"], notes);
        let conditions =
            [Demand::Agree, Demand::NotDiffer].into_iter().flat_map(|demand| conditions(&section, demand, notes));
        let conditions: Vec<Condition> = conditions.collect();
        let max = section.integer("max_accounts_per_key", 2, notes).and_then(|max| u32::try_from(max).ok());
        let Some((key, span)) = key(&section, notes) else { continue };
        let rule = MatchRule { key, conditions, max_accounts_per_key: max };
        if rules.iter().any(|other| other.key == rule.key && other.conditions == rule.conditions) {
            notes.fault(span, format!("the key {} is there twice", rule.name()));
        } else {
            rules.push(rule);
        }
    }
    rules
}

/// The parts of a key, and where it stands.
fn key(section: &Section<'_>, notes: &mut Notes<'_>) -> Option<(Vec<Part>, Range<usize>)> {
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
    let mut key: Vec<Part> =
        items.into_iter().filter_map(|item| part(item, &[], notes).map(|(part, _)| part)).collect();
    if key.len() < wanted {
        return None;
    }
    // The order in which a key's fields are written must not matter for what it matches.
    key.sort_by_key(|part| part.field);
    key.dedup_by_key(|part| part.field);
    if key.len() < wanted {
        notes.fault(span.clone(), "the key names a field twice");
    }
    Some((key, span))
}

fn conditions(section: &Section<'_>, demand: Demand, notes: &mut Notes<'_>) -> Vec<Condition> {
    let Some(placed) = section.get(demand.name()) else { return Vec::new() };
    let mut conditions = Vec::new();
    for item in items(placed, demand.name(), notes) {
        let Some((part, section)) = part(item, &["jaro_winkler", "edit_distance"], notes) else { continue };
        let likeness = section.map_or(Likeness::Equal, |section| likeness(&section, notes));
        conditions.push(Condition { demand, part, likeness });
    }
    conditions
}

fn likeness(section: &Section<'_>, notes: &mut Notes<'_>) -> Likeness {
    let similarity = section.ratio("jaro_winkler", notes);
    let distance = section.integer("edit_distance", 1, notes).and_then(|distance| usize::try_from(distance).ok());
    match (similarity, distance) {
        (Some(_), Some(_)) => {
            notes.fault(section.span.clone(), "give either jaro_winkler or edit_distance, not both");
            Likeness::Equal
        }
        (Some(similarity), None) => Likeness::JaroWinkler(similarity),
        (None, Some(distance)) => Likeness::EditDistance(distance),
        (None, None) => Likeness::Equal,
    }
}

/// One item or an array of items, each a field's name or a table.
fn items<'t>((value, span): Placed<'t>, name: &str, notes: &mut Notes<'_>) -> Vec<Placed<'t>> {
    let items: Vec<Placed<'t>> = match value {
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

/// A field's name, or a table of a field, the steps before comparing, and more that the caller knows.
fn part<'t>((value, span): Placed<'t>, more: &[&str], notes: &mut Notes<'_>) -> Option<(Part, Option<Section<'t>>)> {
    match value {
        DeValue::String(name) => Some((Part { field: text_field(name, span, notes)?, steps: Vec::new() }, None)),
        DeValue::Table(table) => {
            let section = Section { table, span, title: "a field of [[match]]".to_owned() };
            let known: Vec<&str> = ["field", "as"].into_iter().chain(more.iter().copied()).collect();
            section.only(&known, notes);
            let field = section.required_text("field", notes).and_then(|(name, span)| text_field(name, span, notes));
            let names = section.get("as").map(|placed| texts(placed, "as", notes)).unwrap_or_default();
            let mut steps = Vec::new();
            for (name, span) in names {
                match Step::from_name(name) {
                    Some(step) => steps.push(step),
                    None => notes
                        .fault(span, format!("unknown normaliser {name:?}; {}", one_of(&Step::ALL.map(Step::name)))),
                }
            }
            Some((Part { field: field?, steps }, Some(section)))
        }
        _ => None,
    }
}
