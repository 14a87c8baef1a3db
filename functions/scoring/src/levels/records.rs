//! The records of a slice, laid out for being compared.
//!
//! A row is one run of bytes, so that comparing two rows touches few cache lines: by field, where its values begin from the
//! row's start (a `u16`, 0 if there is none), then the values. A value is a head of six bytes, its text and its extra.

use super::value::{HEAD_BYTES, Values};
use crate::record::{self, VALUES_MAX};
use crate::{FieldKind, ScoredFields};

/// About so many digits of e-mail addresses are kept for an account.
const EMAIL_DIGITS: usize = 8;
/// Few rows take more.
const ROW_BYTES: usize = 1_024;
/// Bytes of a line of the processor's cache.
const LINE_BYTES: usize = 64;
/// Most rows have no more lines.
const ROW_LINES: usize = 4;

/// The records of some accounts, each with the frequency classes of its values.
#[derive(Clone, Debug, Default)]
pub struct Records {
    kinds: Vec<FieldKind>,
    starts: Vec<usize>,
    bytes: Vec<u8>,
}

impl Records {
    /// Of no account yet.
    pub fn new(fields: &ScoredFields) -> Self {
        Self { kinds: fields.iter().map(|field| field.kind).collect(), ..Self::default() }
    }

    /// Adds an account: its record, and the frequency class of each of its values, in the order of
    /// [`record::values`]. A value without a class is taken for the only one of its kind.
    pub fn push(&mut self, record: &[u8], frequencies: &[u8]) {
        self.make_room(2 * self.kinds.len() + 4 * record.len());
        let start = self.bytes.len();
        self.starts.push(start);
        self.bytes.resize(start + 2 * self.kinds.len(), 0);
        let classes = frequencies.iter().copied().chain(std::iter::repeat(0));
        let (mut field_before, mut values, mut head_before) = (0, 0, start);
        for ((field, value), frequency) in record::values(record).zip(classes) {
            values = if field == field_before { values + 1 } else { 1 };
            let is_in_order = field >= field_before && field < self.kinds.len();
            if !is_in_order || values > VALUES_MAX || value.text.is_empty() {
                continue;
            }
            let head = self.bytes.len();
            let begin = &mut self.bytes[start + 2 * field..][..2];
            if begin == [0, 0] {
                begin.copy_from_slice(&((head - start) as u16).to_le_bytes());
            } else {
                super::value::mark_followed(&mut self.bytes[head_before..]);
            }
            super::value::push(&mut self.bytes, self.kinds[field], value, frequency);
            (field_before, head_before) = (field, head);
        }
    }

    /// Makes room for so many accounts more, whose records have so many bytes together.
    pub fn reserve(&mut self, accounts: usize, record_bytes: usize) {
        // A value's head is three bytes longer than that of a record, and most fields have one value or none.
        let head_bytes = (2 + HEAD_BYTES - 3) * self.kinds.len();
        self.starts.reserve_exact(accounts);
        self.bytes.reserve_exact(record_bytes + accounts * (head_bytes + EMAIL_DIGITS) + ROW_BYTES);
    }

    /// Doubling would take up to twice the memory.
    fn make_room(&mut self, bytes: usize) {
        if self.bytes.capacity() - self.bytes.len() < bytes {
            self.bytes.reserve_exact(bytes.max(self.bytes.len() / 8));
        }
    }

    /// How many accounts there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// How many bytes of memory they take.
    pub fn memory_bytes(&self) -> usize {
        self.bytes.capacity() + self.starts.capacity() * size_of::<usize>()
    }

    /// Reads a row without looking at it, so that it is in the processor's cache when it is compared. Where the rows of many
    /// pairs are read one behind the other, the processor waits for all of them at once.
    #[inline]
    pub fn touch(&self, row: usize) {
        let start = self.starts[row];
        for line in 0..ROW_LINES {
            std::hint::black_box(self.bytes.get(start + line * LINE_BYTES).copied());
        }
    }

    pub(super) fn row(&self, row: usize) -> Row<'_> {
        Row(&self.bytes[self.starts[row]..])
    }
}

/// An account's values.
#[derive(Clone, Copy)]
pub(super) struct Row<'r>(&'r [u8]);

impl<'r> Row<'r> {
    /// The values of a field.
    #[inline]
    pub(super) fn values(self, field: usize) -> Values<'r> {
        match u16::from_le_bytes([self.0[2 * field], self.0[2 * field + 1]]) {
            0 => Values::none(),
            begin => Values::at(&self.0[usize::from(begin)..]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fields, record};
    use super::*;

    #[test]
    fn rows_are_read_back() {
        let fields = fields(&[FieldKind::GivenName, FieldKind::Email, FieldKind::City]);
        let mut records = Records::new(&fields);
        let is_empty = records.is_empty();
        records.reserve(3, 60);
        let room = records.memory_bytes();
        records.push(&record(&[(0, "anna", "anne\0AN"), (1, "a1@x.y", ""), (1, "b@x.y", "")]), &[3, 15]);
        records.push(&record(&[(2, "ulm", "")]), &[200]);
        records.push(&[], &[]);
        let read = |row, field| -> Vec<_> {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let values = records.row(row).values(field);
            values.map(|value| (text(value.text.bytes()), text(value.extra), value.frequency)).collect()
        };
        assert_eq!((is_empty, records.len(), records.is_empty()), (true, 3, false));
        assert_eq!(records.memory_bytes(), room);
        assert_eq!(read(0, 0), [("anna".to_owned(), "anne\0AN".to_owned(), 3)]);
        assert_eq!(read(0, 1), [("a1@x.y".to_owned(), "1".to_owned(), 15), ("b@x.y".to_owned(), String::new(), 0)]);
        assert_eq!(read(0, 2), []);
        assert_eq!(read(1, 2), [("ulm".to_owned(), String::new(), 15)]);
        assert_eq!(read(1, 0), []);
        assert_eq!(read(2, 0), []);
    }

    #[test]
    fn values_that_have_no_place_are_left_out() {
        let fields = fields(&[FieldKind::Email, FieldKind::City]);
        let mut records = Records::new(&fields);
        let texts: Vec<String> = (0..20).map(|n| format!("city {n}")).collect();
        let cities = texts.iter().map(|text| (1, text.as_str(), ""));
        let values: Vec<_> = [(0, "", "")].into_iter().chain(cities).chain([(0, "a@b.c", ""), (9, "x", "")]).collect();
        records.push(&record(&values), &[]);
        assert_eq!(records.row(0).values(0).count(), 0);
        assert_eq!(records.row(0).values(1).count(), VALUES_MAX);
        assert!(records.memory_bytes() > VALUES_MAX * (HEAD_BYTES + "city 0".len()));
    }
}
