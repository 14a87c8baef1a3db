//! Identifiers: the values of accounts by which people ask for a customer.
//!
//! They are e-mail addresses, phone numbers, and the fields that a configuration declares as identifiers. A version's index
//! finds an account by all of its values, also by those that do not survive and those that are blocked. It holds keyed
//! hashes of them, so it gives no value away.
//!
//! Values are compared as accounts have them, apart from what people do not see: the letter case of e-mail addresses, and
//! how phone numbers are written that no normaliser changed.

mod asked;

use std::borrow::Cow;

use onefold_config::Config;
use onefold_graph::node::{NodeHasher, NodeKind};
use onefold_normalise::field::TextField;
use onefold_normalise::{Step, Surroundings, comparable, split_extension};

use crate::account::Account;
use crate::reference;

pub use asked::AskedIdentifier;

/// The identifiers of a configuration.
pub struct Identifiers<'c> {
    config: &'c Config,
    fields: Vec<IdentifierField>,
    /// Whether accounts have phone numbers in their normal form.
    has_normal_phones: bool,
}

struct IdentifierField {
    field: TextField,
    /// What is hashed before a value. No field's name is the start of another's, with the byte that ends it.
    start: Vec<u8>,
}

impl<'c> Identifiers<'c> {
    /// The identifiers of a configuration.
    pub fn new(config: &'c Config) -> Self {
        let own = config.identifiers();
        let with_start = |field: TextField| IdentifierField {
            field,
            start: ["identifier\0", field.name(), "\0"].concat().into_bytes(),
        };
        let fields = [TextField::Email, TextField::PhoneNumber].into_iter().chain(own).map(with_start).collect();
        let chain = config.normalise.get(TextField::PhoneNumber.index());
        let has_normal_phones =
            chain.is_some_and(|chain| chain.iter().any(|step| matches!(step, Step::E164 | Step::Digits)));
        Self { config, fields, has_normal_phones }
    }

    /// The fields, the standard ones first.
    pub fn fields(&self) -> impl Iterator<Item = TextField> {
        self.fields.iter().map(|identifier| identifier.field)
    }

    /// Appends the [`place`](crate::reference::place)s of an account's identifiers in an index. `bytes` is memory that is
    /// used again.
    pub fn places(&self, account: &Account<'_>, hasher: &NodeHasher, bytes: &mut Vec<u8>, places: &mut Vec<u64>) {
        for identifier in &self.fields {
            for value in account.values(identifier.field) {
                let value = self.compared(identifier.field, value, || self.surroundings(account));
                places.push(identifier.place(number_of(&value), hasher, bytes));
            }
        }
    }

    /// Whether an account has an identifier that was asked for.
    pub fn has(&self, account: &Account<'_>, asked: &AskedIdentifier) -> bool {
        account.values(asked.field).any(|value| {
            let value = self.compared(asked.field, value, || self.surroundings(account));
            // Who names no extension asks for all of them.
            let is_of_all = split_extension(&asked.value).is_none();
            asked.value == if is_of_all { number_of(&value) } else { &*value }
        })
    }

    fn surroundings<'a>(&'a self, account: &'a Account<'_>) -> Surroundings<'a> {
        let (source, _) = reference::split(&account.reference);
        let region = self.config.source(source).and_then(|source| source.region.as_deref());
        Surroundings { country: account.text(TextField::Country), region }
    }

    /// A value as it is compared. Nearly all stay as they are, and then nobody asks for the surroundings.
    fn compared<'v, 's>(
        &self,
        field: TextField,
        value: &'v str,
        surroundings: impl FnOnce() -> Surroundings<'s>,
    ) -> Cow<'v, str> {
        let step = match field {
            TextField::Email if value.bytes().any(|byte| !byte.is_ascii() || byte.is_ascii_uppercase()) => {
                Step::Casefold
            }
            TextField::PhoneNumber if !self.has_normal_phones || !is_international(number_of(value)) => Step::Digits,
            TextField::Email | TextField::PhoneNumber => return Cow::Borrowed(value),
            _ => return comparable(value),
        };
        step.apply(Cow::Borrowed(value), surroundings()).unwrap_or_else(|| comparable(value))
    }
}

impl IdentifierField {
    /// The place of a value in an index.
    fn place(&self, value: &str, hasher: &NodeHasher, bytes: &mut Vec<u8>) -> u64 {
        bytes.clear();
        bytes.extend_from_slice(&self.start);
        bytes.extend_from_slice(value.as_bytes());
        hasher.node(NodeKind::MatchKey, bytes).spread()
    }
}

/// A phone number without its extension. Other values have none.
fn number_of(value: &str) -> &str {
    split_extension(value).map_or(value, |(number, _)| number)
}

/// Whether a text is `+` and digits.
fn is_international(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
