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

    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds a value, unless it is empty, the field has it, or there are [`VALUES_MAX`].
    pub(super) fn push(&mut self, text: &[u8], extra: &[u8]) {
        if text.is_empty() || self.count == VALUES_MAX {
            return;
        }
        let start = self.out.len();
        record::push(self.out, self.field, Value { text, extra });
        let (known, pushed) = self.out[self.start..].split_at(start - self.start);
        if is_among(known, pushed) {
            self.out.truncate(start);
        } else {
            self.count += 1;
        }
    }
}

fn is_among(known: &[u8], pushed: &[u8]) -> bool {
    let pushed = record::values(pushed).next();
    record::values(known).any(|value| Some(value) == pushed)
}
