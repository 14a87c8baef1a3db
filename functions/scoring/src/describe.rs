//! From an account's values to its record.

mod address;
mod field_values;
mod generation;
mod name;

use onefold_config::Config;
use onefold_normalise::field::TextField;
use onefold_normalise::{push_plain_letters, push_plain_words};

use crate::{FieldKind, ScoredFields};
use address::Address;
use field_values::FieldValues;

/// The values of an account.
pub trait AccountTexts {
    /// Calls `take` with each value of a text field, the account's own first. Blocked values are left out.
    fn each_value(&self, field: TextField, take: &mut dyn FnMut(&str));
}

/// Makes records of accounts.
#[derive(Clone, Debug)]
pub struct Describer {
    fields: ScoredFields,
    /// For each field that is compared, what is read of an account. A flat and a generation are found in other fields, too.
    from: Vec<Option<TextField>>,
    has_middle_name: bool,
}

/// What is found in a field and belongs to a later one.
#[derive(Debug, Default)]
struct Found {
    generation: Option<&'static str>,
    units: Vec<Unit>,
}

/// A flat, and the places of its addresses among the account's, as digits.
#[derive(Debug)]
struct Unit {
    name: String,
    addresses: String,
}

impl Found {
    fn push_unit(&mut self, name: String, address: usize) {
        let address = address.to_string();
        match self.units.iter_mut().find(|unit| unit.name == name) {
            Some(unit) => unit.addresses.push_str(&address),
            None => self.units.push(Unit { name, addresses: address }),
        }
    }
}

impl Unit {
    /// Most flats are in the first address, for which nothing stands.
    fn extra(&self) -> &[u8] {
        if self.addresses == "0" { b"" } else { self.addresses.as_bytes() }
    }
}

impl Describer {
    /// For the fields that a configuration compares.
    pub fn new(config: &Config) -> Self {
        let fields = ScoredFields::of(config);
        let from = fields.iter().map(|field| source(field.kind, field.name, config)).collect();
        let is_left_out = config.score.as_ref().is_some_and(|score| score.without.contains(&TextField::MiddleName));
        let is_filled = config.filled_fields().any(|field| field == TextField::MiddleName);
        Self { fields, from, has_middle_name: is_filled && !is_left_out }
    }

    /// The fields that are compared.
    pub const fn fields(&self) -> &ScoredFields {
        &self.fields
    }

    /// Appends the record of an account.
    pub fn record(&self, account: &impl AccountTexts, out: &mut Vec<u8>) {
        let mut found = Found::default();
        let mut text = String::new();
        for ((place, field), from) in self.fields.iter().enumerate().zip(&self.from) {
            let mut values = FieldValues::new(out, place);
            if field.kind == FieldKind::Unit {
                for unit in found.units.drain(..) {
                    values.push(unit.name.as_bytes(), unit.extra());
                }
                continue;
            }
            let Some(from) = *from else { continue };
            account.each_value(from, &mut |value| {
                text.clear();
                match field.kind {
                    FieldKind::GivenName => {
                        push_plain_words(value, &mut text);
                        if self.has_middle_name && values.is_empty() {
                            push_middle_name(account, &mut text);
                        }
                        found.generation = generation::cut_off(&mut text).or(found.generation);
                        name::push_given(&text, &mut values);
                    }
                    FieldKind::FamilyName => {
                        push_plain_words(value, &mut text);
                        found.generation = generation::cut_off(&mut text).or(found.generation);
                        name::push_family(&text, &mut values);
                    }
                    FieldKind::Generation => {
                        push_plain_words(value, &mut text);
                        found.generation = generation::of_suffix(&text).or(found.generation);
                    }
                    FieldKind::Address => {
                        let address = Address::of(value);
                        let place = values.push(address.street.as_bytes(), address.number.as_bytes());
                        found.push_unit(address.unit, place.unwrap_or_default());
                    }
                    FieldKind::Phone => {
                        push_phone(value, &mut text);
                        values.push(text.as_bytes(), b"");
                    }
                    FieldKind::Email => {
                        push_email(value, &mut text);
                        values.push(text.as_bytes(), b"");
                    }
                    FieldKind::Birthdate | FieldKind::PostalCode | FieldKind::Identifier => {
                        push_plain_letters(value, &mut text);
                        values.push(text.as_bytes(), b"");
                    }
                    FieldKind::City | FieldKind::Text | FieldKind::Unit => {
                        push_plain_words(value, &mut text);
                        values.push(text.as_bytes(), b"");
                    }
                }
            });
            if field.kind == FieldKind::Generation {
                values.push(found.generation.unwrap_or_default().as_bytes(), b"");
            }
        }
    }
}

/// The field of an account that a compared field is read from.
fn source(kind: FieldKind, name: &str, config: &Config) -> Option<TextField> {
    match kind {
        FieldKind::Generation => Some(TextField::HonorificSuffix),
        FieldKind::Address => Some(TextField::StreetAddress),
        FieldKind::Unit => None,
        _ => config.text_field(name),
    }
}

/// Appends a middle name as a further word.
fn push_middle_name(account: &impl AccountTexts, given: &mut String) {
    let mut is_first = true;
    account.each_value(TextField::MiddleName, &mut |middle| {
        if std::mem::take(&mut is_first) {
            given.push(' ');
            push_plain_words(middle, given);
        }
    });
    given.truncate(given.trim_end().len());
}

/// Appends the digits of a phone number, and behind them those of its extension.
fn push_phone(value: &str, text: &mut String) {
    let (number, extension) = value.split_once(';').unwrap_or((value, ""));
    text.extend(number.chars().filter(char::is_ascii_digit));
    let is_digit = |letter: char| letter.is_ascii_digit();
    if extension.contains(is_digit) {
        text.push_str(";ext=");
        text.extend(extension.chars().filter(char::is_ascii_digit));
    }
}

/// Appends an e-mail address in lower case ASCII.
fn push_email(value: &str, text: &mut String) {
    if value.is_ascii() {
        text.extend(value.chars().map(|letter| letter.to_ascii_lowercase()));
        return;
    }
    let (local, domain) = value.split_once('@').unwrap_or((value, ""));
    push_plain_letters(local, text);
    text.push('@');
    text.extend(domain.chars().filter(char::is_ascii).map(|letter| letter.to_ascii_lowercase()));
}

#[cfg(test)]
mod tests;
