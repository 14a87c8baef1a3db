//! One row of a source: from its values to an account.

use std::borrow::Cow;

use onefold_config::{Config, Source, TextMapping};
use onefold_identity::account::Account;
use onefold_identity::blocked_set::BlockedSet;
use onefold_identity::match_keys::Matcher;
use onefold_identity::reference;
use onefold_identity::suppression::Suppression;
use onefold_normalise::birthdate::{BirthDates, is_no_time, is_zeros, written_date};
use onefold_normalise::contacts::{Parts, emails, phone_numbers};
use onefold_normalise::field::{TEXT_FIELDS, TextField};
use onefold_normalise::placeholder::{NoValue, is_ambiguous_name, is_placeholder, is_plain_value};
use onefold_normalise::spreadsheet::{is_error, without_mark};
use onefold_normalise::timestamp::{TimeFormat, Timestamp};
use onefold_normalise::{self as normalise, Surroundings};

use super::enrich::enrich;
use super::field_values::{
    BirthDateReading, NO_NUMBER, NO_TIME, checked, default, drop_nobodys_names, format_name, list, unmarked_in,
};
use super::id::id;
use super::items::split_text;
use super::names::{RawTexts, part_names, put_full_name};
use super::rejects::Reject;
use super::tables::Tables;
use super::values::{DroppedValues, PLACEHOLDER, RowValues, TOO_MANY, TOO_MANY_KEYS, whole};
use crate::enrich::{location, number};
use crate::mapping::{MappingPlan, Slot};

/// Turns the rows of one source into accounts.
pub struct Translator<'c> {
    pub(super) config: &'c Config,
    pub(super) source: &'c Source,
    tables: &'c Tables,
    pub(super) plan: MappingPlan,
    pub(super) matcher: Matcher,
    /// The persons who were erased: their rows are refused without a trace. `None` if nobody was.
    suppression: Option<&'c Suppression>,
    birthdates: BirthDates,
    /// The standard text fields in the order in which they are normalised.
    order: [TextField; TEXT_FIELDS],
}

impl<'c> Translator<'c> {
    /// A translator for one source of the configuration.
    pub fn new(config: &'c Config, source: &'c Source, tables: &'c Tables, matcher: Matcher) -> Self {
        let mut order = TextField::ALL;
        // The phone normaliser looks at the country.
        order.sort_by_key(|field| *field != TextField::Country);
        let birthdates = BirthDates::from_year(config.guard.min_birth_year);
        let plan = MappingPlan::new(&source.mapping);
        Self { config, source, tables, plan, matcher, suppression: None, birthdates, order }
    }

    /// Takes dates after the day of this time, the run's start, for no birth dates. Without it, any day counts.
    #[must_use]
    pub fn at(self, started_at: impl Into<Option<Timestamp>>) -> Self {
        let birthdates = started_at.into().map_or(self.birthdates, |time| self.birthdates.up_to(time));
        Self { birthdates, ..self }
    }

    /// Refuses the rows of persons who were erased.
    #[must_use]
    pub fn suppressing(self, suppression: &'c Suppression) -> Self {
        Self { suppression: Some(suppression).filter(|list| !list.is_empty()), ..self }
    }

    /// Whether anybody was erased.
    pub(super) fn suppresses(&self) -> bool {
        self.suppression.is_some()
    }

    /// The account of a row. A row of a person who was erased is refused. Counts the values that were dropped or
    /// changed.
    pub(super) fn account<'a>(
        &self,
        row: RowValues<'_, 'a>,
        received_at: Timestamp,
        dropped: &mut DroppedValues,
    ) -> Result<Account<'a>, Reject>
    where
        'c: 'a,
    {
        let Some(suppression) = self.suppression else {
            return self.mapped(row, received_at, dropped);
        };
        // The counts must not tell of erased persons either.
        let mut of_row = DroppedValues::default();
        let mapped = self.mapped(row, received_at, &mut of_row);
        let is_suppressed = match &mapped {
            // A row that marks its account as deleted has nothing else.
            Ok(account) if account.deleted => suppression.lists(&account.reference),
            Ok(account) => {
                suppression.lists(&account.reference)
                    || self.names_erased(row, account.text(TextField::Country), suppression)
            }
            // A row that is refused, for its time say, can still tell whose it is.
            Err(_) => {
                let id = id(row.slots, &self.plan.id).unwrap_or_default();
                suppression.lists(&reference::join(&self.source.name, &id))
                    || self.names_erased(row, self.country(row, received_at).as_deref(), suppression)
            }
        };
        if is_suppressed {
            return Err(Reject::suppressed());
        }
        dropped.add(of_row);
        mapped
    }

    /// Whether a row has an address or a number of somebody who was erased, at any pointer of these fields and however it
    /// is written there, also where the account would not take it.
    fn names_erased(&self, row: RowValues<'_, '_>, country: Option<&str>, suppression: &Suppression) -> bool {
        let surroundings = Surroundings { country, region: self.source.region.as_deref() };
        let mapped = self.source.mapping.texts.iter().zip(&self.plan.texts);
        mapped.into_iter().any(|(text, choice)| {
            let mut written = choice.iter().filter_map(|slot| row.slots.get(*slot)).flat_map(Slot::texts);
            match text.field {
                TextField::Email => written.any(|text| suppression.has_email(text)),
                TextField::PhoneNumber => written.any(|text| suppression.has_phone_number(text, surroundings)),
                _ => false,
            }
        })
    }

    /// The country of a row that is refused.
    fn country<'a>(&self, row: RowValues<'_, 'a>, received_at: Timestamp) -> Option<Cow<'a, str>>
    where
        'c: 'a,
    {
        let nobody = Account::new(String::new(), None, received_at);
        let mut texts = self.source.mapping.texts.iter().zip(&self.plan.texts);
        let (_, choice) = texts.find(|(text, _)| text.field == TextField::Country)?;
        let found = row.text(TextField::Country.name(), choice, &mut DroppedValues::default())?;
        let reading = BirthDateReading { dates: self.birthdates, format: None };
        self.normal(&nobody, TextField::Country, found, reading).ok()
    }

    /// The value of a field of an account after its normalisers.
    // Called for every value.
    #[inline(always)]
    fn normal<'a>(
        &self,
        account: &Account<'_>,
        field: TextField,
        value: Cow<'a, str>,
        birthdate: BirthDateReading<'_>,
    ) -> Result<Cow<'a, str>, NoValue> {
        if is_error(&value) {
            return Err(NoValue::Unusable);
        }
        let chain = &self.config.normalise[field.index()];
        if chain.is_empty() && !value.is_empty() {
            return checked(field, value, birthdate);
        }
        let surroundings =
            Surroundings { country: account.text(TextField::Country), region: self.source.region.as_deref() };
        let normal = normalise::run(chain, value, surroundings);
        checked(field, normal.ok_or(NoValue::Unusable)?, birthdate)
    }

    /// The account that the mapping makes of a row.
    fn mapped<'a>(
        &self,
        row: RowValues<'_, 'a>,
        received_at: Timestamp,
        dropped: &mut DroppedValues,
    ) -> Result<Account<'a>, Reject>
    where
        'c: 'a,
    {
        let id = id(row.slots, &self.plan.id)?;
        let updated_at = self.updated_at(row, dropped)?;
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

    /// Fills the text fields of an account, the country first.
    fn texts<'a>(&self, row: RowValues<'_, 'a>, account: &mut Account<'a>, dropped: &mut DroppedValues)
    where
        'c: 'a,
    {
        let mut values: RawTexts<'a> = Default::default();
        let mut of_own: Vec<(TextField, Cow<'a, str>)> = Vec::new();
        if let Some(full_name) = self.full_name(row, dropped) {
            put_full_name(full_name, &mut values, dropped);
        }
        let mut birthdate_format = None;
        // Behind the first values of their fields.
        let mut others: Vec<(TextField, Vec<Cow<'a, str>>)> = Vec::new();
        for (text, choice) in self.source.mapping.texts.iter().zip(&self.plan.texts) {
            if text.field == TextField::Birthdate {
                birthdate_format = text.format.as_ref();
            }
            if let Some(plain) = plain_value(row, text, choice)
                && let Some(value) = values.get_mut(text.field.index())
            {
                *value = Some(Cow::Borrowed(plain));
                continue;
            }
            let (found, behind) = self.raw_texts(row, text, choice, dropped);
            if !behind.is_empty() {
                others.push((text.field, behind));
            }
            let found = found.or_else(|| default(text));
            match (found, values.get_mut(text.field.index())) {
                (Some(found), Some(value)) => *value = Some(found),
                (Some(found), None) => of_own.push((text.field, found)),
                (None, _) => {}
            }
        }
        part_names(&mut values, dropped);
        drop_nobodys_names(&mut values, self.matcher.blocklist(), dropped);
        let reading = BirthDateReading { dates: self.birthdates, format: birthdate_format };
        for field in &self.order {
            if let Some(value) = values[field.index()].take() {
                self.push_values(account, *field, value, reading, dropped);
            }
        }
        let behind = others.into_iter().flat_map(|(field, texts)| texts.into_iter().map(move |text| (field, text)));
        for (field, value) in of_own.into_iter().chain(behind) {
            self.push_values(account, field, value, reading, dropped);
        }
        self.note_limits(account, dropped);
    }

    /// The texts of a field as the row has them: the first, and those behind it if the field has several values.
    fn raw_texts<'a>(
        &self,
        row: RowValues<'_, 'a>,
        text: &TextMapping,
        choice: &[usize],
        dropped: &mut DroppedValues,
    ) -> (Option<Cow<'a, str>>, Vec<Cow<'a, str>>) {
        let field = text.field;
        if !text.takes_several || (text.split.is_none() && row.is_single(choice)) {
            return (self.found(row, field, choice, dropped), Vec::new());
        }
        let texts = row.texts(&self.plan.rows, field.name(), choice, dropped).into_iter();
        let texts = texts.map(|text| unmarked_in(row, field, text));
        let parts: Vec<Cow<'a, str>> = match text.split.as_deref() {
            Some(separator) => texts.flat_map(|text| split_text(text, Some(separator))).collect(),
            None => texts.collect(),
        };
        let mut all = Vec::with_capacity(parts.len());
        for part in parts.into_iter().map(|part| whole(field, part)) {
            match self.is_missing(field, &part) {
                true => dropped.count(field, Err(NoValue::Placeholder)),
                false => all.push(part),
            }
        }
        let mut all = all.into_iter();
        (all.next(), all.collect())
    }

    /// Adds what stands in a text to the values that the account has of a field, after its normalisers.
    #[inline(always)]
    fn push_values<'a>(
        &self,
        account: &mut Account<'a>,
        field: TextField,
        text: Cow<'a, str>,
        reading: BirthDateReading<'_>,
        dropped: &mut DroppedValues,
    ) where
        'c: 'a,
    {
        match field {
            TextField::Birthdate if self.config.score.is_some() => {
                self.push_birthdate(account, text, reading, dropped);
            }
            TextField::Email => self.push_parts(account, field, emails(text), reading, dropped),
            TextField::PhoneNumber => self.push_parts(account, field, phone_numbers(text), reading, dropped),
            _ => self.push_value(account, field, text, reading, dropped),
        }
    }

    fn push_parts<'a>(
        &self,
        account: &mut Account<'a>,
        field: TextField,
        parts: Parts<'a>,
        reading: BirthDateReading<'_>,
        dropped: &mut DroppedValues,
    ) where
        'c: 'a,
    {
        parts.for_each(|text| self.push_value(account, field, text, reading, dropped));
    }

    /// Adds a text to the values that the account has of a field, after its normalisers.
    fn push_value<'a>(
        &self,
        account: &mut Account<'a>,
        field: TextField,
        text: Cow<'a, str>,
        reading: BirthDateReading<'_>,
        dropped: &mut DroppedValues,
    ) where
        'c: 'a,
    {
        match self.normal(account, field, text, reading) {
            Err(reason) => dropped.count(field, Err(reason)),
            Ok(normal) => {
                dropped.count(field, Ok(()));
                if let Err(other) = account.set_missing(field, normal) {
                    push_other(account, field, other, dropped);
                }
            }
        }
    }

    /// Adds a birth date. One that no calendar has is kept as it is written, for scored pairs.
    fn push_birthdate<'a>(
        &self,
        account: &mut Account<'a>,
        text: Cow<'a, str>,
        reading: BirthDateReading<'_>,
        dropped: &mut DroppedValues,
    ) where
        'c: 'a,
    {
        self.push_value(account, TextField::Birthdate, text.clone(), reading, dropped);
        if account.text(TextField::Birthdate).is_none() {
            let date = written_date(&text, reading.format);
            date.into_iter().for_each(|date| account.set_written_birthdate(Cow::Owned(date)));
        }
    }

    /// Counts the rules of which the account would have too many keys.
    #[inline]
    fn note_limits(&self, account: &Account<'_>, dropped: &mut DroppedValues) {
        if account.has_other_values() {
            for rule in self.matcher.rules_over_limit(account) {
                dropped.note(rule, TOO_MANY_KEYS);
            }
        }
    }

    /// The text of a field where it is first found, and does not stand for a missing value.
    fn found<'a>(
        &self,
        row: RowValues<'_, 'a>,
        field: TextField,
        choice: &[usize],
        dropped: &mut DroppedValues,
    ) -> Option<Cow<'a, str>> {
        let first = text_of(row, field, choice, dropped)?;
        if !self.is_missing(field, &first) {
            return Some(first);
        }
        dropped.count(field, Err(NoValue::Placeholder));
        self.found_behind(row, field, choice)
    }

    /// The text of a field where it is found behind one that stands for a missing value.
    #[cold]
    fn found_behind<'a>(&self, row: RowValues<'_, 'a>, field: TextField, choice: &[usize]) -> Option<Cow<'a, str>> {
        let text = |from: usize| text_of(row, field, &choice[from..], &mut DroppedValues::default());
        (1..choice.len()).filter_map(text).find(|value| !self.is_missing(field, value))
    }

    /// Whether a text stands for a missing value. Of names that can be one, [`drop_nobodys_names`] decides; the errors
    /// of spreadsheets are values that are lost.
    fn is_missing(&self, field: TextField, value: &str) -> bool {
        let is_name = || matches!(field, TextField::GivenName | TextField::FamilyName) && is_ambiguous_name(value);
        self.matcher.blocklist().is_missing(field, value) && !is_name() && !is_error(value)
    }

    /// The full name, unless it stands for a missing one.
    fn full_name<'a>(&self, row: RowValues<'_, 'a>, dropped: &mut DroppedValues) -> Option<Cow<'a, str>> {
        let full_name = row.text("full_name", &self.plan.full_name, dropped)?;
        if !is_placeholder(&full_name) {
            return Some(full_name);
        }
        dropped.note("full_name", PLACEHOLDER);
        None
    }

    fn location_and_salary<'a>(&self, row: RowValues<'_, 'a>, account: &mut Account<'a>, dropped: &mut DroppedValues)
    where
        'c: 'a,
    {
        if [&self.plan.latitude, &self.plan.longitude, &self.plan.salary].into_iter().all(|choice| choice.is_empty()) {
            return;
        }
        let degrees = [&self.plan.latitude, &self.plan.longitude].map(|choice| row.text("location", choice, dropped));
        if let [Some(latitude), Some(longitude)] = &degrees {
            account.location = location(latitude, longitude).map(Cow::Owned);
            if account.location.is_none() {
                dropped.note("location", NO_NUMBER);
            }
        }
        let salary = row.text("salary", &self.plan.salary, dropped);
        if salary.as_deref().is_some_and(is_placeholder) {
            dropped.note("salary", PLACEHOLDER);
        } else if let Some(salary) = salary {
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
                Some(Slot::List(_) | Slot::Mixed(_) | Slot::WrongShape) => return Err(unreadable()),
                _ => {}
            }
        }
        Ok(false)
    }

    fn updated_at(&self, row: RowValues<'_, '_>, dropped: &mut DroppedValues) -> Result<Option<Timestamp>, Reject> {
        let Some(time) = &self.source.mapping.updated_at else {
            return Ok(None);
        };
        let Some(text) = row.value(&self.plan.updated_at) else { return Ok(time.default) };
        let text = if row.is_csv { without_mark(row.without_formula(text)) } else { text };
        // Zero is a time where seconds are counted.
        let is_count = matches!(time.format, TimeFormat::UnixSeconds | TimeFormat::UnixMilliseconds);
        if is_no_time(&text) && !(is_count && is_zeros(&text)) {
            dropped.note("updated_at", PLACEHOLDER);
            return Ok(time.default);
        }
        match time.format.parse(&text) {
            Some(found) => Ok(Some(found)),
            None if time.unreadable_is_none => {
                dropped.note("updated_at", NO_TIME);
                Ok(time.default)
            }
            None => Err(Reject::field("updated_at", "the time cannot be read").because(format!(
                "the time is not written as {}; see as = … of updated_at, and unreadable = \"none\"",
                format_name(&time.format)
            ))),
        }
    }
}

/// The value of a field that nothing has to be taken off or looked at, as most are.
#[inline]
fn plain_value<'a>(row: RowValues<'_, 'a>, text: &TextMapping, choice: &[usize]) -> Option<&'a str> {
    row.plain_text(choice).filter(|value| text.split.is_none() && is_plain_value(text.field, value))
}

/// The text of a field where it is first found, without the marks that spreadsheets and data frames put on its values.
fn text_of<'a>(
    row: RowValues<'_, 'a>,
    field: TextField,
    choice: &[usize],
    dropped: &mut DroppedValues,
) -> Option<Cow<'a, str>> {
    Some(whole(field, unmarked_in(row, field, row.text(field.name(), choice, dropped)?)))
}

/// Adds a value behind those that an account has of a field, unless it has enough.
#[cold]
fn push_other<'a>(account: &mut Account<'a>, field: TextField, value: Cow<'a, str>, dropped: &mut DroppedValues) {
    let is_new = account.values(field).all(|known| known != value);
    if is_new && account.other_values().count() == BlockedSet::OTHERS_MAX {
        return dropped.note(field.name(), TOO_MANY);
    }
    account.push_value(field, value);
}
