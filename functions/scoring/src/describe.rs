//! From an account's values to its record.

mod address;
mod field_values;
mod found;
mod generation;
mod name;

use onefold_config::Config;
use onefold_normalise::field::TextField;
use onefold_normalise::{push_plain_letters, push_plain_words};

use crate::{FieldKind, ScoredFields};
use address::Address;
use field_values::FieldValues;
use found::Found;

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
        if self.has_middle_name {
            account.each_value(TextField::MiddleName, &mut |name| found.take_middle_name(name));
        }
        let mut text = String::new();
        for ((place, field), from) in self.fields.iter().enumerate().zip(&self.from) {
            let mut values = FieldValues::new(out, place);
            if let Some(from) = *from {
                account.each_value(from, &mut |value| {
                    text.clear();
                    push_value(field.kind, value, &mut text, &mut found, &mut values);
                });
            }
            found.push(field.kind, &mut values);
        }
    }
}

/// Adds a value of an account as a field is compared; `text` is empty.
fn push_value(kind: FieldKind, value: &str, text: &mut String, found: &mut Found, values: &mut FieldValues<'_>) {
    match kind {
        FieldKind::GivenName => return push_given_name(value, text, found, values),
        FieldKind::FamilyName => return push_family_name(value, text, found, values),
        FieldKind::Address => return push_address(value, found, values),
        FieldKind::Generation => {
            push_plain_words(value, text);
            found.generation = generation::of_suffix(text).or(found.generation);
            return;
        }
        FieldKind::Phone => push_phone(value, text),
        FieldKind::Email => push_email(value, text),
        FieldKind::Birthdate | FieldKind::PostalCode | FieldKind::Identifier => push_plain_letters(value, text),
        FieldKind::City | FieldKind::Text | FieldKind::Unit => push_plain_words(value, text),
    }
    values.push(text.as_bytes(), b"");
}

fn push_given_name(value: &str, text: &mut String, found: &mut Found, values: &mut FieldValues<'_>) {
    push_plain_words(value, text);
    let middle = std::mem::take(&mut found.middle_name);
    if !middle.is_empty() && !text.is_empty() {
        text.push(' ');
        text.push_str(&middle);
    }
    found.generation = generation::cut_off(text).or(found.generation);
    name::push_given(text, values);
}

fn push_family_name(value: &str, text: &mut String, found: &mut Found, values: &mut FieldValues<'_>) {
    push_plain_words(value, text);
    found.generation = generation::cut_off(text).or(found.generation);
    name::push_family(text, values);
}

fn push_address(value: &str, found: &mut Found, values: &mut FieldValues<'_>) {
    let address = Address::of(value);
    let place = values.push(address.street.as_bytes(), address.number.as_bytes());
    found.take_unit(address.unit, place.unwrap_or_default());
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
