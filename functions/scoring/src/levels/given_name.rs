//! Given names: 6 one is a nickname of the other or a word of it, 5 a typing error, 4 an initial, 3 alike by letters or
//! by sound, 2 remotely alike, or near but both usual names.
//!
//! A middle name is a further word. Where both have one and it agrees, the first words alone may be nearer. A name that is
//! near but has no second word is mostly another one: Andrea is not Andreas Karl.

use super::nearness::{Nearness, nearness};
use super::value::Value;
use crate::similarity::{Text, contains_word, words};
use crate::{DIFFER, Level};

const TYPO: Level = 5;
const REMOTE: Level = 2;

pub(super) fn level(a: Value<'_>, b: Value<'_>) -> Level {
    let (name_a, name_b) = (Name::of(a), Name::of(b));
    if name_a.canonical() == name_b.canonical() || contains_word(a.text, b.text) {
        return 6;
    }
    let level = level_of_letters(a.text, b.text, name_a.sounds_like(&name_b));
    let level = match name_a.has_second_of(&name_b) {
        true => level.max(level_of_letters(Text::new(name_a.first), Text::new(name_b.first), false)),
        false => level,
    };
    if level == TYPO && a.are_both_usual(b) { REMOTE } else { level }
}

fn level_of_letters(a: Text<'_>, b: Text<'_>, sounds_alike: bool) -> Level {
    if is_initial(a.bytes(), b.bytes()) {
        return 4;
    }
    match nearness(a, b) {
        Nearness::Typo => TYPO,
        Nearness::Alike => 3,
        _ if sounds_alike => 3,
        Nearness::Remote => REMOTE,
        Nearness::No => DIFFER,
    }
}

/// What tells of a given name.
struct Name<'r> {
    first: &'r [u8],
    second: Option<&'r [u8]>,
    /// The name that the first word is a nickname of.
    known_as: &'r [u8],
    sound: &'r [u8],
}

impl<'r> Name<'r> {
    fn of(value: Value<'r>) -> Self {
        let mut words = words(value.text.bytes());
        let end = value.extra.iter().position(|byte| *byte == 0).unwrap_or(value.extra.len());
        Self {
            first: words.next().unwrap_or_default(),
            second: words.next(),
            known_as: &value.extra[..end],
            sound: value.extra.get(end + 1..).unwrap_or_default(),
        }
    }

    fn canonical(&self) -> &'r [u8] {
        if self.known_as.is_empty() { self.first } else { self.known_as }
    }

    /// Whether the second words are equal, or one is the initial of the other.
    fn has_second_of(&self, other: &Self) -> bool {
        self.second.zip(other.second).is_some_and(|(a, b)| a == b || is_initial(a, b))
    }

    fn sounds_like(&self, other: &Self) -> bool {
        !self.sound.is_empty() && self.sound == other.sound
    }
}

/// Whether one is the initial of the other.
fn is_initial(a: &[u8], b: &[u8]) -> bool {
    (a.len() == 1 || b.len() == 1) && a.first() == b.first()
}
