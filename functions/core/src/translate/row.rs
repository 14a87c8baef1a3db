//! One row: from slots to an account.

use std::borrow::Cow;

use memchr::memchr;

use super::Translator;
use super::enrich::enrich;
use crate::account::Account;
use crate::config::TextMapping;
use crate::enrich::{location, number};
use crate::field::{TEXT_FIELDS, TextField};
use crate::json;
use crate::mapping::Slot;
use crate::normalise::{self, Surroundings, is_email, trim};
use crate::reference;
use crate::timestamp::{TimeFormat, Timestamp, is_date};

/// Why a row was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The field at fault, if it is one.
    pub field: Option<&'static str>,
    /// What is wrong and what to do.
    pub reason: String,
    /// Whose row it is, as far as that matters for what may be kept of it.
    pub whose: Whose,
}

/// Whose row a refused one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// It could not be taken apart, so it may be anybody's.
    Unknown,
    /// Somebody's who was not erased.
    Known,
    /// Somebody's who was erased.
    Suppressed,
}

impl Reject {
    pub(super) fn row(reason: impl Into<String>) -> Self {
        Self { field: None, reason: reason.into(), whose: Whose::Unknown }
    }

    pub(super) fn field(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field: Some(field), reason: reason.into(), whose: Whose::Known }
    }

    fn suppressed() -> Self {
        let reason = "the person was erased, so nothing of this row is kept";
        Self { field: None, reason: reason.to_owned(), whose: Whose::Suppressed }
    }
}

impl<'c> Translator<'c> {
    /// The account of a row, unless its person was erased. Counts values that had to be dropped in `dropped`, by the
    /// field's number.
    pub(super) fn account<'a>(
        &self,
        slots: &[Slot<'a>],
        received_at: Timestamp,
        dropped: &mut [u64; TEXT_FIELDS],
    ) -> Result<Account<'a>, Reject>
    where
        'c: 'a,
    {
        let Some(suppression) = self.suppression else {
            return self.mapped(slots, received_at, dropped);
        };
        // What counts for them is not told, either.
        let mut of_row = [0; TEXT_FIELDS];
        let mapped = self.mapped(slots, received_at, &mut of_row);
        let is_suppressed = match &mapped {
            Ok(account) => suppression.covers(account, self.config),
            // A row can be refused for its time, say, and still tell whose it is.
            Err(_) => suppression.covers(&self.identified(slots, received_at), self.config),
        };
        if is_suppressed {
            return Err(Reject::suppressed());
        }
        for (all, of_row) in dropped.iter_mut().zip(of_row) {
            *all += of_row;
        }
        mapped
    }

    /// As much of a refused row's account as tells whose it is.
    fn identified<'a>(&self, slots: &[Slot<'a>], received_at: Timestamp) -> Account<'a>
    where
        'c: 'a,
    {
        let id = id(slots, &self.plan.id).unwrap_or_default();
        let mut account = Account::new(reference::join(&self.source.name, &id), None, received_at);
        for field in [TextField::Country, TextField::Email, TextField::PhoneNumber] {
            let texts = self.source.mapping.texts.iter().zip(&self.plan.texts);
            let found = texts.filter(|(text, _)| text.field == field).find_map(|(_, choice)| value(slots, choice));
            let surroundings =
                Surroundings { country: account.text(TextField::Country), region: self.source.region.as_deref() };
            let normal = found
                .and_then(|value| normalise::run(&self.config.normalise[field.index()], value, surroundings))
                .and_then(|value| check(field, value, None));
            account.set_text(field, normal);
        }
        account
    }

    /// The account that the mapping makes of a row.
    fn mapped<'a>(
        &self,
        slots: &[Slot<'a>],
        received_at: Timestamp,
        dropped: &mut [u64; TEXT_FIELDS],
    ) -> Result<Account<'a>, Reject>
    where
        'c: 'a,
    {
        let mapping = &self.source.mapping;
        let id = id(slots, &self.plan.id)?;
        let updated_at = self.updated_at(slots)?;
        let mut account = Account::new(reference::join(&self.source.name, &id), updated_at, received_at);
        if self.is_deleted(slots)? {
            account.deleted = true;
            return Ok(account);
        }

        let mut values: [Option<Cow<'a, str>>; TEXT_FIELDS] = Default::default();
        if let Some(full_name) = value(slots, &self.plan.full_name) {
            let [given_name, family_name] = split_full_name(full_name);
            values[TextField::GivenName.index()] = given_name;
            values[TextField::FamilyName.index()] = family_name;
        }
        let mut birthdate_format = None;
        for (text, choice) in mapping.texts.iter().zip(&self.plan.texts) {
            let found = value(slots, choice).or_else(|| default(text));
            if found.is_some() {
                values[text.field.index()] = found;
            }
            if text.field == TextField::Birthdate {
                birthdate_format = text.format.as_ref();
            }
        }
        for field in self.order {
            let Some(value) = values[field.index()].take() else {
                continue;
            };
            let surroundings =
                Surroundings { country: account.text(TextField::Country), region: self.source.region.as_deref() };
            let normal = normalise::run(&self.config.normalise[field.index()], value, surroundings);
            let normal = normal.and_then(|value| check(field, value, birthdate_format));
            if normal.is_none() {
                dropped[field.index()] += 1;
            }
            account.set_text(field, normal);
        }

        if let (Some(latitude), Some(longitude)) =
            (value(slots, &self.plan.latitude), value(slots, &self.plan.longitude))
        {
            account.location = location(&latitude, &longitude).map(Cow::Owned);
        }
        account.salary = value(slots, &self.plan.salary).and_then(|salary| number(&salary)).map(Cow::Owned);
        let split = mapping.interests.as_ref().and_then(|list| list.split.as_deref());
        account.interests = list(slots, &self.plan.interests, split);
        account.attributes = mapping
            .attributes
            .iter()
            .zip(&self.plan.attributes)
            .filter_map(|((name, _), choice)| Some((Cow::Borrowed(name.as_str()), raw(slots, choice)?)))
            .collect();
        enrich(self.config, self.tables, &mut account);
        Ok(account)
    }

    /// Whether the row is marked as deleted. A row without a mark is not.
    fn is_deleted(&self, slots: &[Slot<'_>]) -> Result<bool, Reject> {
        let Some(mark) = &self.source.mapping.deleted else {
            return Ok(false);
        };
        let unreadable = || {
            Reject::field(
                "deleted",
                "the mark is neither true (true, yes, 1) nor false (false, no, 0); if another text marks a deleted \
                 account, write deleted = { at = …, equals = … }",
            )
        };
        for slot in &self.plan.deleted {
            match slots.get(*slot) {
                Some(Slot::Text(text)) if !text.trim().is_empty() => {
                    return mark.is_deleted(text).ok_or_else(unreadable);
                }
                Some(Slot::List(_) | Slot::WrongShape) => return Err(unreadable()),
                _ => {}
            }
        }
        Ok(false)
    }

    fn updated_at(&self, slots: &[Slot<'_>]) -> Result<Option<Timestamp>, Reject> {
        let Some(time) = &self.source.mapping.updated_at else {
            return Ok(None);
        };
        match value(slots, &self.plan.updated_at) {
            None => Ok(time.default),
            Some(text) => time.format.parse(&text).map(Some).ok_or_else(|| {
                Reject::field(
                    "updated_at",
                    format!("the time is not written as {}; see as = … of updated_at", format_name(&time.format)),
                )
            }),
        }
    }
}

fn format_name(format: &TimeFormat) -> &str {
    match format {
        TimeFormat::Rfc3339 => "rfc3339",
        TimeFormat::Date => "date (YYYY-MM-DD)",
        TimeFormat::UnixSeconds => "unix_s",
        TimeFormat::UnixMilliseconds => "unix_ms",
        TimeFormat::Strptime(format) => format,
    }
}

/// The first of some slots that holds a value that is not blank.
fn value<'a>(slots: &[Slot<'a>], choice: &[usize]) -> Option<Cow<'a, str>> {
    choice.iter().find_map(|slot| match slots.get(*slot) {
        Some(Slot::Text(text)) if !text.trim_ascii().is_empty() => Some(text.clone()),
        _ => None,
    })
}

/// The id: text, or a number or boolean as it is written.
fn id<'a>(slots: &[Slot<'a>], choice: &[usize]) -> Result<Cow<'a, str>, Reject> {
    let mut fault = Reject::field("id", "the id is missing; every row needs one");
    for slot in choice {
        let id = match slots.get(*slot) {
            None | Some(Slot::Absent) => continue,
            Some(Slot::Text(text)) => text.clone(),
            Some(Slot::Raw(json)) => match json.as_bytes().first() {
                Some(b'"') => match serde_json::from_str::<String>(json) {
                    Ok(text) => Cow::Owned(text),
                    Err(error) => return Err(Reject::field("id", format!("the id cannot be read: {error}"))),
                },
                Some(b'{' | b'[') => {
                    fault = Reject::field("id", "the id is a list or an object; it must be text or a number");
                    continue;
                }
                _ => Cow::Borrowed(*json),
            },
            Some(Slot::List(_) | Slot::WrongShape) => continue,
        };
        let id = trim(id);
        if !id.is_empty() {
            return Ok(id);
        }
        fault = Reject::field("id", "the id is empty; every row needs one");
    }
    Err(fault)
}

fn default(text: &TextMapping) -> Option<Cow<'static, str>> {
    text.default.clone().map(Cow::Owned)
}

/// `First Last` or `Last, First`.
fn split_full_name(full_name: Cow<'_, str>) -> [Option<Cow<'_, str>>; 2] {
    match full_name {
        Cow::Borrowed(full_name) => name_parts(full_name).map(|part| part.map(Cow::Borrowed)),
        Cow::Owned(full_name) => name_parts(&full_name).map(|part| part.map(|part| Cow::Owned(part.to_owned()))),
    }
}

/// Given and family name, those that are there.
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

/// Drops what cannot be a value of the field; writes birth dates in one way.
fn check<'a>(field: TextField, value: Cow<'a, str>, birthdate: Option<&TimeFormat>) -> Option<Cow<'a, str>> {
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

/// The items of a text, without blanks around them; one item if nothing separates them.
pub(super) fn split_items<'a>(text: &'a str, separator: Option<&str>) -> Vec<Cow<'a, str>> {
    let item = |text: &'a str| Some(text.trim()).filter(|item| !item.is_empty()).map(Cow::Borrowed);
    let Some(separator) = separator else {
        return item(text).into_iter().collect();
    };
    match separator.as_bytes() {
        // A single letter is found without what the search for a longer text prepares.
        [letter] if letter.is_ascii() => text.split(char::from(*letter)).filter_map(item).collect(),
        _ => text.split(separator).filter_map(item).collect(),
    }
}

/// The first of some slots that has items: sorted, without repetition.
fn list<'a>(slots: &[Slot<'a>], choice: &[usize], separator: Option<&str>) -> Vec<Cow<'a, str>> {
    let items_of = |slot: &usize| {
        let items: Vec<Cow<'a, str>> = match slots.get(*slot)? {
            Slot::List(items) => items.iter().cloned().map(trim).filter(|item| !item.is_empty()).collect(),
            Slot::Text(Cow::Borrowed(text)) => split_items(text, separator),
            Slot::Text(Cow::Owned(text)) => {
                split_items(text, separator).into_iter().map(|item| Cow::Owned(item.into_owned())).collect()
            }
            _ => return None,
        };
        (!items.is_empty()).then_some(items)
    };
    sorted(choice.iter().find_map(items_of).unwrap_or_default())
}

pub(super) fn sorted(mut items: Vec<Cow<'_, str>>) -> Vec<Cow<'_, str>> {
    items.sort_unstable();
    items.dedup();
    items
}

/// The JSON text of the first of some slots that has one.
fn raw<'a>(slots: &[Slot<'a>], choice: &[usize]) -> Option<Cow<'a, str>> {
    choice.iter().find_map(|slot| match slots.get(*slot)? {
        Slot::Raw(text) => Some(Cow::Borrowed(*text)),
        Slot::Text(text) if !text.is_empty() => {
            let mut out = Vec::new();
            json::push_string(&mut out, text);
            String::from_utf8(out).ok().map(Cow::Owned)
        }
        _ => None,
    })
}
