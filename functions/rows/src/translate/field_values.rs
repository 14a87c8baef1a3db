//! The values of single fields: from how rows write them to how accounts have them.

use std::borrow::Cow;

use memchr::memchr;
use onefold_config::TextMapping;
use onefold_normalise::contacts::{Parts, emails, phone_numbers};
use onefold_normalise::field::TextField;
use onefold_normalise::timestamp::{TimeFormat, is_date};
use onefold_normalise::{is_email, trim};

use super::items::{sorted, split_items};
use super::values::{DroppedValues, NOT_A_LIST, RowValues, unmarked};
use crate::mapping::Slot;

/// Why a number is not used.
pub(super) const NO_NUMBER: &str = "no number of its kind";

/// A text as [`unmarked`], if a spreadsheet can have written it.
pub(super) fn unmarked_in<'a>(row: RowValues<'_, '_>, field: TextField, text: Cow<'a, str>) -> Cow<'a, str> {
    if row.is_csv { unmarked(field, text) } else { text }
}

/// The addresses or numbers in the text of a field that takes such, or else the text.
pub(super) fn contacts_in(field: TextField, text: Cow<'_, str>) -> Parts<'_> {
    match field {
        TextField::Email => emails(text),
        TextField::PhoneNumber => phone_numbers(text),
        _ => Parts::one(text),
    }
}

/// The value of rows that have none.
pub(super) fn default(text: &TextMapping) -> Option<Cow<'static, str>> {
    text.default.clone().map(Cow::Owned)
}

/// How the configuration names a time format, as messages show it.
pub(super) fn format_name(format: &TimeFormat) -> &str {
    match format {
        TimeFormat::Rfc3339 => "rfc3339",
        TimeFormat::Date => "date (YYYY-MM-DD)",
        TimeFormat::UnixSeconds => "unix_s",
        TimeFormat::UnixMilliseconds => "unix_ms",
        TimeFormat::Strptime(format) => format,
    }
}

/// Given and family name of `First Last` or `Last, First`.
pub(super) fn split_full_name(full_name: Cow<'_, str>) -> [Option<Cow<'_, str>>; 2] {
    match full_name {
        Cow::Borrowed(full_name) => name_parts(full_name).map(|part| part.map(Cow::Borrowed)),
        Cow::Owned(full_name) => name_parts(&full_name).map(|part| part.map(|part| Cow::Owned(part.to_owned()))),
    }
}

/// Given and family name, without blanks around them; `None` for the one that is missing.
fn name_parts(full_name: &str) -> [Option<&str>; 2] {
    let full_name = full_name.trim();
    let parts = match memchr(b',', full_name.as_bytes()) {
        Some(comma) => [&full_name[comma + 1..], &full_name[..comma]],
        None => match memchr(b' ', full_name.as_bytes()) {
            Some(blank) => [&full_name[..blank], &full_name[blank + 1..]],
            None => [full_name, ""],
        },
    };
    parts.map(|part| Some(part.trim()).filter(|part| !part.is_empty()))
}

/// The value, if it can be one of the field. Birth dates become `YYYY-MM-DD`.
pub(super) fn checked<'a>(
    field: TextField,
    value: Cow<'a, str>,
    birthdate: Option<&TimeFormat>,
) -> Option<Cow<'a, str>> {
    match field {
        TextField::Email => is_email(&value).then_some(value),
        TextField::Birthdate => match birthdate {
            None | Some(TimeFormat::Date) if is_date(&value) => Some(value),
            None | Some(TimeFormat::Date) => {
                let date = value.parse::<jiff::civil::Date>().ok()?.to_string();
                Some(if date == value { value } else { Cow::Owned(date) })
            }
            Some(format) => format.parse(&value).map(|time| {
                let date = time.to_string();
                Cow::Owned(date.split('T').next().unwrap_or_default().to_owned())
            }),
        },
        _ => Some(value),
    }
}

/// The items of the first slot that has any: in the order of their bytes, each once.
pub(super) fn list<'a>(
    row: RowValues<'_, 'a>,
    choice: &[usize],
    separator: Option<&str>,
    dropped: &mut DroppedValues,
) -> Vec<Cow<'a, str>> {
    let mut is_object = false;
    let items_of = |slot: &usize| {
        let items: Vec<Cow<'a, str>> = match row.slots.get(*slot)? {
            Slot::List(items) => items.iter().cloned().map(trim).filter(|item| !item.is_empty()).collect(),
            Slot::Text(text) => match row.without_formula(text.clone()) {
                Cow::Borrowed(text) => split_items(text, separator),
                Cow::Owned(text) => {
                    split_items(&text, separator).into_iter().map(|item| Cow::Owned(item.into_owned())).collect()
                }
            },
            other => {
                is_object |= matches!(other, Slot::WrongShape);
                return None;
            }
        };
        (!items.is_empty()).then_some(items)
    };
    let items = choice.iter().find_map(items_of);
    if items.is_none() && is_object {
        dropped.note("interests", NOT_A_LIST);
    }
    let items = items.unwrap_or_default();
    if row.is_clean {
        return sorted(items);
    }
    let cleaned = items.into_iter().filter_map(|item| row.cleaned(item, "interests", dropped));
    sorted(cleaned.map(trim).collect())
}
