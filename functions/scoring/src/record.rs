//! An account as it is compared: values without what does not tell persons apart (case, accents, titles), as ASCII.
//!
//! A record is bytes. Each value is `field` (one byte, its place in [`ScoredFields`](crate::ScoredFields)), the length of its
//! text (one byte), the text, the length of its extra (one byte), and the extra. Values come in the order of the fields, and
//! a field's first value is the account's own.

/// The most bytes of a text or an extra. What is longer is cut.
pub const TEXT_BYTES_MAX: usize = 63;
/// The most values of a field that are compared.
pub const VALUES_MAX: usize = 8;

/// A value of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value<'r> {
    /// What is compared: ASCII. Of an address it is the street, of an e-mail address all of it, of a phone number the
    /// digits, with `;ext=` before an extension, of a birth date `YYYYMMDD`.
    pub text: &'r [u8],
    /// What goes with it. Of a given name: the name that its first word is a nickname of, a zero byte, and the sound of
    /// that name. Of a family name: its sound. Of an address: the house number. Of a unit: the places of its addresses among
    /// the account's, a digit each; nothing is the first. Of any other field: nothing.
    pub extra: &'r [u8],
}

impl Value<'_> {
    /// The XXH3 (64 bits) of the value: two values of a field are equal if these are.
    pub fn hash(&self, is_address: bool) -> u64 {
        let text = xxhash_rust::xxh3::xxh3_64(self.text);
        if is_address { xxhash_rust::xxh3::xxh3_64_with_seed(self.extra, text) } else { text }
    }
}

/// Appends a value to a record.
pub fn push(record: &mut Vec<u8>, field: usize, value: Value<'_>) {
    let cut = |text: &'_ [u8]| text.len().min(TEXT_BYTES_MAX);
    record.push(field as u8);
    for part in [value.text, value.extra] {
        record.push(cut(part) as u8);
        record.extend_from_slice(&part[..cut(part)]);
    }
}

/// The values of a record, each with the place of its field. It ends where the bytes are no record any more.
pub fn values(record: &[u8]) -> impl Iterator<Item = (usize, Value<'_>)> {
    let mut rest = record;
    std::iter::from_fn(move || {
        let (field, behind) = rest.split_first()?;
        let (text, behind) = part(behind)?;
        let (extra, behind) = part(behind)?;
        rest = behind;
        Some((usize::from(*field), Value { text, extra }))
    })
}

fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, behind) = bytes.split_first()?;
    behind.split_at_checked(usize::from(*length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_back() {
        let mut record = Vec::new();
        let anna = Value { text: b"anna", extra: b"anne\0AN" };
        let long = Value { text: &[b'x'; 100], extra: b"" };
        push(&mut record, 0, anna);
        push(&mut record, 7, long);
        let read: Vec<_> = values(&record).collect();
        assert_eq!(read, [(0, anna), (7, Value { text: &[b'x'; TEXT_BYTES_MAX], extra: b"" })]);
        assert_eq!(values(&record[..record.len() - 1]).count(), 1);
    }
}
