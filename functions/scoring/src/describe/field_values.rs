//! The values of one field of a record.

use crate::record::{self, VALUES_MAX, Value};

/// Takes the values of a field.
#[derive(Debug)]
pub(super) struct FieldValues<'o> {
    out: &'o mut Vec<u8>,
    field: usize,
    start: usize,
    count: usize,
}

impl<'o> FieldValues<'o> {
    pub(super) const fn new(out: &'o mut Vec<u8>, field: usize) -> Self {
        let start = out.len();
        Self { out, field, start, count: 0 }
    }

    /// Adds a value, unless it is empty, the field has it, or there are [`VALUES_MAX`]. Gives its place among the field's.
    pub(super) fn push(&mut self, text: &[u8], extra: &[u8]) -> Option<usize> {
        if text.is_empty() {
            return None;
        }
        let start = self.out.len();
        record::push(self.out, self.field, Value { text, extra });
        let (known, pushed) = self.out[self.start..].split_at(start - self.start);
        let pushed = record::values(pushed).next();
        let known = record::values(known).position(|value| Some(value) == pushed);
        if known.is_some() || self.count == VALUES_MAX {
            self.out.truncate(start);
            return known;
        }
        self.count += 1;
        Some(self.count - 1)
    }
}
