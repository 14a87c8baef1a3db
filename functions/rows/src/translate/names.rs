//! Names: what a full name, and the fields of a name, hold goes to the fields where it belongs.

use std::borrow::Cow;

use onefold_normalise::field::{TEXT_FIELDS, TextField};
use onefold_normalise::person_name::{PersonName, full_name, in_family_name, in_given_name};

use super::values::DroppedValues;

/// The values of the standard text fields before their normalisers, by number.
pub(super) type RawTexts<'a> = [Option<Cow<'a, str>>; TEXT_FIELDS];

/// Sets the fields of a full name.
pub(super) fn put_full_name<'a>(text: Cow<'a, str>, values: &mut RawTexts<'a>, dropped: &mut DroppedValues) {
    match text {
        Cow::Borrowed(text) => put("full_name", full_name(text), values, dropped),
        Cow::Owned(text) => put("full_name", owned(full_name(&text)), values, dropped),
    }
}

/// Moves what is no name out of the given and the family name.
pub(super) fn part_names(values: &mut RawTexts<'_>, dropped: &mut DroppedValues) {
    for field in [TextField::GivenName, TextField::FamilyName] {
        let Some(text) = values[field.index()].as_deref() else { continue };
        let found = if field == TextField::GivenName { in_given_name(text) } else { in_family_name(text) };
        if let Some(found) = found {
            values[field.index()] = None;
            put(field.name(), found, values, dropped);
        }
    }
}

/// Sets the fields of a name that have no value yet.
fn put<'a>(from: &str, name: PersonName<'a>, values: &mut RawTexts<'a>, dropped: &mut DroppedValues) {
    if let Some(reason) = name.dropped {
        dropped.note(from, reason);
    }
    let mut set = |field: TextField, part: Option<Cow<'a, str>>| {
        let value = &mut values[field.index()];
        if part.is_some() && value.is_none() {
            *value = part;
        }
    };
    set(TextField::GivenName, name.given_name);
    set(TextField::FamilyName, name.family_name);
    set(TextField::MiddleName, name.middle_name);
    set(TextField::HonorificPrefix, name.honorific_prefix);
    set(TextField::HonorificSuffix, name.honorific_suffix);
    set(TextField::Organization, name.organization);
}

fn owned(name: PersonName<'_>) -> PersonName<'static> {
    let owned = |part: Option<Cow<'_, str>>| part.map(|text| Cow::Owned(text.into_owned()));
    PersonName {
        honorific_prefix: owned(name.honorific_prefix),
        given_name: owned(name.given_name),
        middle_name: owned(name.middle_name),
        family_name: owned(name.family_name),
        honorific_suffix: owned(name.honorific_suffix),
        organization: owned(name.organization),
        dropped: name.dropped,
    }
}
