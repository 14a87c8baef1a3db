//! The values of single fields: from how rows write them to how accounts have them.

use std::borrow::Cow;

use onefold_config::TextMapping;
use onefold_identity::blocked_values::Blocklist;
use onefold_normalise::birthdate::BirthDates;
use onefold_normalise::field::{TEXT_FIELDS, TextField};
use onefold_normalise::placeholder::{NoValue, is_ambiguous_name, is_nobodys_name, is_placeholder_of_attribute};
use onefold_normalise::timestamp::TimeFormat;
use onefold_normalise::{is_email, trim};

use super::items::{sorted, split_text};
use super::values::{DroppedValues, NOT_A_LIST, NOT_TEXT, PLACEHOLDER, RowValues, unmarked};
use crate::mapping::Slot;

/// Why a time is not used.
pub(super) const NO_TIME: &str = "no time as the source writes them";
/// Why a number is not used.
pub(super) const NO_NUMBER: &str = "no number of its kind";

/// A text as [`unmarked`], if a spreadsheet can have written it.
#[inline]
pub(super) fn unmarked_in<'a>(row: RowValues<'_, '_>, field: TextField, text: Cow<'a, str>) -> Cow<'a, str> {
    if row.is_csv { unmarked(field, text) } else { text }
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

/// How the birth dates of a source are read.
#[derive(Clone, Copy)]
pub(super) struct BirthDateReading<'c> {
    pub dates: BirthDates,
    /// `YYYY-MM-DD` if not given.
    pub format: Option<&'c TimeFormat>,
}

/// The value, if it can be one of the field. Birth dates become `YYYY-MM-DD`.
// Called for every value.
#[inline(always)]
pub(super) fn checked<'a>(
    field: TextField,
    value: Cow<'a, str>,
    birthdate: BirthDateReading<'_>,
) -> Result<Cow<'a, str>, NoValue> {
    match field {
        TextField::Email if !is_email(&value) => Err(NoValue::Unusable),
        TextField::Birthdate => birthdate.dates.read(value, birthdate.format),
        _ => Ok(value),
    }
}

/// Drops names that stand for missing ones, though they are names of people too: see [`is_nobodys_name`].
pub(super) fn drop_nobodys_names(
    values: &mut [Option<Cow<'_, str>>; TEXT_FIELDS],
    blocklist: &Blocklist,
    dropped: &mut DroppedValues,
) {
    const NAMES: [TextField; 2] = [TextField::GivenName, TextField::FamilyName];
    let names = NAMES.map(|field| values[field.index()].as_deref());
    let is_nobodys = |at: usize| {
        names[at].is_some_and(|name| {
            is_ambiguous_name(name) && is_nobodys_name(name, names[1 - at]) && !blocklist.allows(NAMES[at], name)
        })
    };
    let are_nobodys = [is_nobodys(0), is_nobodys(1)];
    for (field, _) in NAMES.into_iter().zip(are_nobodys).filter(|(_, is_nobodys)| *is_nobodys) {
        values[field.index()] = None;
        dropped.count(field, Err(NoValue::Placeholder));
    }
}

/// The items of the first slot that has any: in the order of their bytes, each once.
pub(super) fn list<'a>(
    row: RowValues<'_, 'a>,
    choice: &[usize],
    separator: Option<&str>,
    dropped: &mut DroppedValues,
) -> Vec<Cow<'a, str>> {
    let (mut is_object, mut is_mixed) = (false, false);
    let items_of = |slot: &usize| {
        let slot = row.slots.get(*slot)?;
        is_mixed |= matches!(slot, Slot::Mixed(_));
        let items: Vec<Cow<'a, str>> = match slot {
            Slot::List(items) | Slot::Mixed(items) => {
                items.iter().cloned().map(trim).filter(|item| !item.is_empty()).collect()
            }
            Slot::Text(text) => split_text(row.without_formula(text.clone()), separator),
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
    if is_mixed {
        dropped.note("interests", NOT_TEXT);
    }
    let mut items = items.unwrap_or_default();
    items.retain(|item| {
        let is_placeholder = is_placeholder_of_attribute(item);
        if is_placeholder {
            dropped.note("interests", PLACEHOLDER);
        }
        !is_placeholder
    });
    if row.is_clean {
        return sorted(items);
    }
    let cleaned = items.into_iter().filter_map(|item| row.cleaned(item, "interests", dropped));
    sorted(cleaned.map(trim).collect())
}
