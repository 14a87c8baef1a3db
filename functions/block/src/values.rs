//! The values of a record, as they are counted.

use onefold_scoring::record;

/// A value: its field and its hash.
pub(crate) type HashedValue = (usize, u64);

/// The hashes of a record's values, kept from one record to the next.
#[derive(Default)]
pub(crate) struct HashedValues(Vec<HashedValue>);

impl HashedValues {
    /// Reads the values of a record. `addresses` says which fields are addresses.
    pub(crate) fn read(&mut self, record: &[u8], addresses: &[bool]) -> &Self {
        self.0.clear();
        self.0.extend(record::values(record).map(|(field, value)| {
            let is_address = addresses.get(field).copied().unwrap_or_default();
            (field, value.hash(is_address))
        }));
        self
    }

    /// Each value in its order; with the place of the same value before it, if there is one. An account has a value once.
    pub(crate) fn each(&self) -> impl Iterator<Item = (HashedValue, Option<usize>)> {
        let before = |place: usize| self.0[..place].iter().position(|known| *known == self.0[place]);
        (0..self.0.len()).map(move |place| (self.0[place], before(place)))
    }
}

#[cfg(test)]
mod tests {
    use onefold_scoring::record::{Value, push};

    use super::*;

    #[test]
    fn a_repeated_value_is_known() {
        let mut record = Vec::new();
        for (field, text, extra) in [(0, "a", ""), (1, "a", "1"), (1, "a", "2"), (2, "a", "1"), (2, "a", "2")] {
            push(&mut record, field, Value { text: text.as_bytes(), extra: extra.as_bytes() });
        }
        let mut values = HashedValues::default();
        let found: Vec<_> = values.read(&record, &[false, true, false]).each().map(|(_, before)| before).collect();
        // A number makes another address, and other extras do not make another value.
        assert_eq!(found, [None, None, None, None, Some(3)]);
    }
}
