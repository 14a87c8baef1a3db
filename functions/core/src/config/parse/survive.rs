//! [survive]: how values survive into a customer.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::de::DeValue;

use crate::config::Survive;
use crate::config::toml_reader::{Notes, Section, one_of, texts};
use crate::field::{Field, TextField};

pub(super) fn survive(root: &Section<'_>, notes: &mut Notes<'_>) -> Survive {
    let address_and_location: Vec<Field> =
        TextField::ADDRESS.into_iter().map(Field::Text).chain([Field::Location]).collect();
    let default = Survive { units: vec![address_and_location] };
    let Some(section) = root.section("survive", notes) else {
        return default;
    };
    section.only(&["default", "interests", "units"], notes);
    for (name, only_rule) in [("default", "latest"), ("interests", "union")] {
        if let Some((rule, span)) = section.text(name, notes)
            && rule != only_rule
        {
            notes.fault(span, format!("unknown rule {rule:?} for {name}; {}", one_of(&[only_rule])));
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
            notes.fault(span, "units must be an array of arrays of fields, as [[\"address\", \"location\"]]");
            default
        }
    }
}

/// The fields that a name in a unit stands for: `address` stands for all its members.
fn unit_fields(name: &str, span: Range<usize>, seen: &mut BTreeSet<Field>, notes: &mut Notes<'_>) -> Vec<Field> {
    let fields = match name {
        "address" => TextField::ADDRESS.into_iter().map(Field::Text).collect(),
        "interests" | "attributes" => Vec::new(),
        _ => Field::from_name(name).into_iter().collect::<Vec<_>>(),
    };
    if fields.is_empty() {
        notes.fault(span, format!("{name:?} cannot be part of a unit; use address, location, salary or a text field"));
        return fields;
    }
    if !fields.iter().all(|field| seen.insert(*field)) {
        notes.fault(span, format!("{name:?} is in two units"));
    }
    fields
}
