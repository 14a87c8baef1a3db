//! Given names: 6 one is a nickname of the other or a word of it, 5 a typing error, 4 an initial, 3 alike by letters or
//! by sound, 2 remotely alike.

use super::nearness::{Nearness, nearness};
use super::value::Value;
use crate::similarity::{contains_word, first_word};
use crate::{DIFFER, Level};

pub(super) fn level(a: Value<'_>, b: Value<'_>) -> Level {
    let (parts_a, parts_b) = (Parts::of(a), Parts::of(b));
    if parts_a.canonical == parts_b.canonical || contains_word(a.text.bytes(), b.text.bytes()) {
        return 6;
    }
    if is_initial(a.text.bytes(), b.text.bytes()) {
        return 4;
    }
    match nearness(a.text, b.text) {
        Nearness::Typo => 5,
        Nearness::Alike => 3,
        _ if !parts_a.sound.is_empty() && parts_a.sound == parts_b.sound => 3,
        Nearness::Remote => 2,
        Nearness::No => DIFFER,
    }
}

/// What goes with a given name.
struct Parts<'r> {
    /// The name that the first word is a nickname of, or the first word.
    canonical: &'r [u8],
    sound: &'r [u8],
}

impl<'r> Parts<'r> {
    fn of(value: Value<'r>) -> Self {
        let end = value.extra.iter().position(|byte| *byte == 0).unwrap_or(value.extra.len());
        let (canonical, sound) = (&value.extra[..end], value.extra.get(end + 1..).unwrap_or_default());
        Self { canonical: if canonical.is_empty() { first_word(value.text.bytes()) } else { canonical }, sound }
    }
}

/// Whether one is the initial of the other.
fn is_initial(a: &[u8], b: &[u8]) -> bool {
    (a.len() == 1 || b.len() == 1) && a.first() == b.first()
}
