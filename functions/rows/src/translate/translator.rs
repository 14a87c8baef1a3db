//! One row: from slots to an account.

use std::borrow::Cow;

use memchr::memchr;
use onefold_config::TextMapping;
use onefold_identity::account::Account;
use onefold_identity::reference;
use onefold_normalise::field::{TEXT_FIELDS, TextField};
use onefold_normalise::spreadsheet::{is_error, without_mark};
use onefold_normalise::timestamp::{TimeFormat, Timestamp, is_date};
use onefold_normalise::{self as normalise, Surroundings, is_email, trim};

use super::Translator;
use super::enrich::enrich;
use super::id::id;
use super::items::{sorted, split_items};
use super::values::{Dropped, NOT_A_LIST, Row, unmarked};
use crate::enrich::{location, number};
use crate::mapping::Slot;

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
    /// The account of a row, unless its person was erased. Counts values that had to be dropped or changed.
    pub(super) fn account<'a>(
        &self,
        row: Row<'_, 'a>,
        received_at: Timestamp,
        dropped: &mut Dropped,
    ) -> Result<Account<'a>, Reject>
    where
        'c: 'a,
    {
        let Some(suppression) = self.suppression else {
            return self.mapped(row, received_at, dropped);
        };
        // What counts for them is not told, either.
        let mut of_row = Dropped::default();
        let mapped = self.mapped(row, received_at, &mut of_row);
        let is_suppressed = match &mapped {
            Ok(account) => suppression.covers(account, self.config),
            // A row can be refused for its time, say, and still tell whose it is.
            Err(_) => suppression.covers(&self.identified(row, received_at), self.config),
        };
        if is_suppressed {
            return Err(Reject::suppressed());
        }
        dropped.add(of_row);
        mapped
    }

    /// As much of a refused row's account as tells whose it is.
    fn identified<'a>(&self, row: Row<'_, 'a>, received_at: Timestamp) -> Account<'a>
    where
        'c: 'a,
    {
        let id = id(row.slots, &self.plan.id).unwrap_or_default();
        let mut account = Account::new(reference::join(&self.source.name, &id), None, received_at);
        for field in [TextField::Country, TextField::Email, TextField::PhoneNumber] {
            let mut texts =
                self.source.mapping.texts.iter().zip(&self.plan.texts).filter(|(text, _)| text.field == field);
            let found = texts.find_map(|(_, choice)| row.text(field.name(), choice, &mut Dropped::default()));
            let normal = found.and_then(|value| self.normal(&account, field, unmarked_in(row, field, value), None));
            account.set_text(field, normal);
        }
        account
    }

    /// The value of a field of an account after its normalisers; `None` if it cannot be one.
    fn normal<'a>(
        &self,
        account: &Account<'_>,
        field: TextField,
        value: Cow<'a, str>,
        birthdate: Option<&TimeFormat>,
    ) -> Option<Cow<'a, str>> {
        if is_error(value.trim_ascii()) {
            return None;
        }
        let surroundings =
            Surroundings { country: account.text(TextField::Country), region: self.source.region.as_deref() };
        let normal = normalise::run(&self.config.normalise[field.index()], value, surroundings)?;
        check(field, normal, birthdate)
    }

    /// The account that the mapping makes of a row.
    fn mapped<'a>(&self, row: Row<'_, 'a>, received_at: Timestamp, dropped: &mut Dropped) -> Result<Account<'a>, Reject>
    where
        'c: 'a,
    {
        let id = id(row.slots, &self.plan.id)?;
        let updated_at = self.updated_at(row)?;
        let mut account = Account::new(reference::join(&self.source.name, &id), updated_at, received_at);
        if self.is_deleted(row.slots)? {
            account.deleted = true;
            return Ok(account);
        }
        self.texts(row, &mut account, dropped);
        self.location_and_salary(row, &mut account, dropped);
        let mapping = &self.source.mapping;
        let split = mapping.interests.as_ref().and_then(|list| list.split.as_deref());
        account.interests = list(row, &self.plan.interests, split, dropped);
        account.attributes = mapping
            .attributes
            .iter()
            .zip(&self.plan.attributes)
            .filter_map(|((name, _), choice)| Some((Cow::Borrowed(name.as_str()), row.raw(name, choice, dropped)?)))
            .collect();
        enrich(self.config, self.tables, &mut account);
        Ok(account)
    }

    /// Fills the text fields of an account.
    fn texts<'a>(&self, row: Row<'_, 'a>, account: &mut Account<'a>, dropped: &mut Dropped)
    where
        'c: 'a,
    {
        let mut values: [Option<Cow<'a, str>>; TEXT_FIELDS] = Default::default();
        if let Some(full_name) = row.text("full_name", &self.plan.full_name, dropped) {
            let [given_name, family_name] = split_full_name(full_name);
            values[TextField::GivenName.index()] = given_name;
            values[TextField::FamilyName.index()] = family_name;
        }
        let mut birthdate_format = None;
        for (text, choice) in self.source.mapping.texts.iter().zip(&self.plan.texts) {
            let found = row.text(text.field.name(), choice, dropped).map(|value| unmarked_in(row, text.field, value));
            let found = found.or_else(|| default(text));
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
            let normal = self.normal(account, field, value, birthdate_format);
            if normal.is_none() {
                dropped.unusable(field);
            }
            account.set_text(field, normal);
        }
    }

    fn location_and_salary<'a>(&self, row: Row<'_, 'a>, account: &mut Account<'a>, dropped: &mut Dropped)
    where
        'c: 'a,
    {
        let degrees = [&self.plan.latitude, &self.plan.longitude].map(|choice| row.text("location", choice, dropped));
        if let [Some(latitude), Some(longitude)] = &degrees {
            account.location = location(latitude, longitude).map(Cow::Owned);
            if account.location.is_none() {
                dropped.note("location", NO_NUMBER);
            }
        }
        if let Some(salary) = row.text("salary", &self.plan.salary, dropped) {
            account.salary = number(&salary).map(Cow::Owned);
            if account.salary.is_none() {
                dropped.note("salary", NO_NUMBER);
            }
        }
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

    fn updated_at(&self, row: Row<'_, '_>) -> Result<Option<Timestamp>, Reject> {
        let Some(time) = &self.source.mapping.updated_at else {
            return Ok(None);
        };
        let text = row.value(&self.plan.updated_at);
        match text.map(|text| if row.is_csv { without_mark(row.without_formula(text)) } else { text }) {
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

/// Why a value is not used.
const NO_NUMBER: &str = "no number of its kind";

/// A text as [`unmarked`], if a spreadsheet can have written it.
fn unmarked_in<'a>(row: Row<'_, '_>, field: TextField, text: Cow<'a, str>) -> Cow<'a, str> {
    if row.is_csv { unmarked(field, text) } else { text }
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

/// The first of some slots that has items: sorted, without repetition.
fn list<'a>(row: Row<'_, 'a>, choice: &[usize], separator: Option<&str>, dropped: &mut Dropped) -> Vec<Cow<'a, str>> {
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
