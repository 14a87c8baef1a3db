//! What is found in a field and belongs to another one.

use onefold_normalise::push_plain_words;

use super::FieldValues;
use crate::FieldKind;

/// What is found in the fields of an account before it is its turn.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// In plain words: the first given name goes on with it.
    pub middle_name: String,
    /// The last that was found: of names, or else of a suffix.
    pub generation: Option<&'static str>,
    units: Vec<Unit>,
}

/// A flat, and the places of its addresses among the account's, as digits.
#[derive(Debug)]
struct Unit {
    name: String,
    addresses: String,
}

impl Found {
    /// The first middle name.
    pub(super) fn take_middle_name(&mut self, name: &str) {
        if self.middle_name.is_empty() {
            push_plain_words(name, &mut self.middle_name);
        }
    }

    /// A flat, and the place of its address.
    pub(super) fn take_unit(&mut self, name: String, address: usize) {
        if name.is_empty() {
            return;
        }
        let address = address.to_string();
        match self.units.iter_mut().find(|unit| unit.name == name) {
            Some(unit) => unit.addresses.push_str(&address),
            None => self.units.push(Unit { name, addresses: address }),
        }
    }

    /// Adds what belongs to a field.
    pub(super) fn push(&mut self, kind: FieldKind, values: &mut FieldValues<'_>) {
        match kind {
            FieldKind::Generation => {
                values.push(self.generation.unwrap_or_default().as_bytes(), b"");
            }
            FieldKind::Unit => self.units.iter().for_each(|unit| {
                values.push(unit.name.as_bytes(), unit.extra());
            }),
            _ => {}
        }
    }
}

impl Unit {
    /// Most flats are in the first address, for which nothing stands.
    fn extra(&self) -> &[u8] {
        if self.addresses == "0" { b"" } else { self.addresses.as_bytes() }
    }
}
