//! Identifiers as people ask for them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use onefold_graph::node::NodeHasher;
use onefold_normalise::contacts::{emails, phone_numbers};
use onefold_normalise::field::TextField;
use onefold_normalise::{self as normalise, Surroundings, trim};

use super::{Identifiers, number_of};

/// The fewest digits of a text that is asked for as a phone number, if nobody says that it is one.
const PHONE_DIGITS_LEAST: usize = 3;

/// An identifier that somebody asks for, normalised.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AskedIdentifier {
    /// The field.
    pub field: TextField,
    /// The value, as accounts' values are compared.
    pub(super) value: String,
}

/// What is asked for is somebody's value, and is not shown.
impl std::fmt::Debug for AskedIdentifier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("AskedIdentifier").field("field", &self.field).finish_non_exhaustive()
    }
}

impl Identifiers<'_> {
    /// What a text can be as a value of one field, or of any field. It is normalised as the configuration says, a phone
    /// number by the regions of all sources. It also stands for itself, as accounts may have been normalised otherwise.
    pub fn asked(&self, text: &str, only: Option<TextField>) -> Vec<AskedIdentifier> {
        let mut asked = BTreeSet::new();
        for field in self.fields().filter(|field| only.is_none_or(|only| only == *field)) {
            let values = match field {
                TextField::Email => self.asked_emails(text),
                TextField::PhoneNumber => self.asked_phone_numbers(text, only.is_some()),
                _ => self.readings(field, &trim(Cow::Borrowed(text)), &[Surroundings::default()]),
            };
            let with_value = values.into_iter().filter(|value| !value.is_empty());
            asked.extend(with_value.map(|value| AskedIdentifier { field, value }));
        }
        asked.into_iter().collect()
    }

    /// The [`place`](crate::reference::place) of an identifier in an index.
    pub fn place(&self, asked: &AskedIdentifier, hasher: &NodeHasher) -> Option<u64> {
        let identifier = self.fields.iter().find(|identifier| identifier.field == asked.field)?;
        Some(identifier.place(number_of(&asked.value), hasher, &mut Vec::new()))
    }

    fn asked_emails(&self, text: &str) -> Vec<String> {
        let addresses = emails(Cow::Borrowed(text)).into_iter().filter(|part| part.contains('@'));
        addresses.flat_map(|part| self.readings(TextField::Email, &part, &[Surroundings::default()])).collect()
    }

    /// `is_sure` says that the text is a phone number, whatever it looks like.
    fn asked_phone_numbers(&self, text: &str, is_sure: bool) -> Vec<String> {
        let digits = text.chars().filter(char::is_ascii_digit).count();
        if !is_sure && (digits < PHONE_DIGITS_LEAST || text.contains('@')) {
            return Vec::new();
        }
        let regions: BTreeSet<Option<&str>> =
            self.config.sources.iter().map(|source| source.region.as_deref()).chain([None]).collect();
        let regions: Vec<Surroundings<'_>> =
            regions.into_iter().map(|region| Surroundings { country: None, region }).collect();
        let parts = phone_numbers(Cow::Borrowed(text)).into_iter();
        parts.flat_map(|part| self.readings(TextField::PhoneNumber, &part, &regions)).collect()
    }

    /// What a value can be: by the configuration's normalisers, and without them.
    fn readings(&self, field: TextField, value: &str, regions: &[Surroundings<'_>]) -> Vec<String> {
        let chain = self.config.normalise.get(field.index()).map(Vec::as_slice).unwrap_or_default();
        let mut readings = Vec::new();
        for surroundings in regions {
            let normal = normalise::run(chain, Cow::Borrowed(value), *surroundings);
            for reading in normal.iter().map(AsRef::as_ref).chain([value]) {
                readings.push(self.compared(field, reading, || *surroundings).into_owned());
            }
        }
        readings
    }
}
