//! [survive]: how values survive into a customer.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::json;
use toml::de::DeValue;

use crate::config::Survive;
use crate::config::schema::{Key, Kind};
use crate::config::toml_reader::{Notes, Section, texts};
use crate::field::{Field, TextField};

pub(super) fn keys() -> Vec<Key> {
    let unit = Kind::OneOf(unit_names()).or_several();
    vec![
        Key::one_of("default", ["latest"], "The rule of fields without one of their own.").or("latest"),
        Key::one_of("interests", ["union"], "The rule of interests.").or("union"),
        Key::new("units", Kind::Array(Box::new(unit)), "Fields that survive together, from one account.")
            .or(json!([["address", "location"]])),
    ]
}

pub(super) fn survive(root: &Section<'_>, notes: &mut Notes<'_>) -> Survive {
    let address_and_location: Vec<Field> =
        TextField::ADDRESS.into_iter().map(Field::Text).chain([Field::Location]).collect();
    let default = Survive { units: vec![address_and_location] };
    let Some(section) = root.section("survive", notes) else {
        return default;
    };
    section.only(&keys(), notes);
    for (name, only_rule) in [("default", "latest"), ("interests", "union")] {
        if let Some((rule, span)) = section.text(name, notes)
            && rule != only_rule
        {
            notes.unknown_in(span, "rule", rule, name, &[only_rule]);
        }
    }
    match section.get("units") {
        None => default,
        Some((DeValue::Array(units), _)) => {
            let mut seen = BTreeSet::new();
            let units = units
                .iter()
                .map(|unit| {
                    let names = texts((unit.get_ref(), unit.span()), "units", notes);
                    names.into_iter().flat_map(|(name, span)| unit_fields(name, span, &mut seen, notes)).collect()
                })
                .collect();
            Survive { units }
        }
        Some((_, span)) => {
            notes.wrong(span, "units", "an array of arrays of fields, as [[\"address\", \"location\"]]");
            default
        }
    }
}

/// What can be part of a unit.
fn unit_names() -> Vec<&'static str> {
    let single = Field::all().map(Field::name).filter(|name| !matches!(*name, "interests" | "attributes"));
    ["address"].into_iter().chain(single).collect()
}

/// The fields that a name in a unit stands for: `address` stands for all its members.
fn unit_fields(name: &str, span: Range<usize>, seen: &mut BTreeSet<Field>, notes: &mut Notes<'_>) -> Vec<Field> {
    let fields = match name {
        "address" => TextField::ADDRESS.into_iter().map(Field::Text).collect(),
        "interests" | "attributes" => Vec::new(),
        _ => Field::from_name(name).into_iter().collect::<Vec<_>>(),
    };
    if fields.is_empty() {
        let known = unit_names();
        notes.unknown_in(span, "field", name, "a unit", &known);
        return fields;
    }
    if !fields.iter().all(|field| seen.insert(*field)) {
        notes.fault(span, format!("{name:?} is in two units"));
    }
    fields
}
