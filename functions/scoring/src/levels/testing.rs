//! Records for tests.

use crate::record::{self, Value};
use crate::{FieldKind, ScoredField, ScoredFields};

/// Fields of these kinds, in the order of their kinds.
pub(super) fn fields(kinds: &[FieldKind]) -> ScoredFields {
    const NAMES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    ScoredFields::new(kinds.iter().zip(NAMES).map(|(kind, name)| ScoredField { kind: *kind, name }).collect())
}

/// A record of these values: field, text, extra.
pub(super) fn record(values: &[(usize, &str, &str)]) -> Vec<u8> {
    let mut record = Vec::new();
    for (field, text, extra) in values {
        record::push(&mut record, *field, Value { text: text.as_bytes(), extra: extra.as_bytes() });
    }
    record
}
