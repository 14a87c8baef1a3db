//! Names with the name that their first word stands for, and how they sound.

use std::borrow::Cow;

use onefold_normalise::{Step, Surroundings};

use super::FieldValues;

/// Names sound alike only if they have more letters.
const SHORTEST_WITH_SOUND: usize = 3;
/// So much of a sound counts.
const SOUND_LENGTH: usize = 6;

/// Adds a given name of plain words.
pub(super) fn push_given(words: &str, values: &mut FieldValues<'_>) {
    let first = words.split(' ').next().unwrap_or_default();
    let known_as = apply(Step::Nickname, first);
    let mut extra = Vec::with_capacity(known_as.len() + 1 + SOUND_LENGTH);
    extra.extend_from_slice(known_as.as_bytes());
    extra.push(0);
    extra.extend_from_slice(sound(&known_as).as_bytes());
    values.push(words.as_bytes(), &extra);
}

/// Adds a family name of plain words.
pub(super) fn push_family(words: &str, values: &mut FieldValues<'_>) {
    let letters = if words.contains(' ') { Cow::Owned(words.replace(' ', "")) } else { Cow::Borrowed(words) };
    values.push(words.as_bytes(), sound(&letters).as_bytes());
}

fn sound(name: &str) -> String {
    let mut sound =
        if name.len() < SHORTEST_WITH_SOUND { String::new() } else { apply(Step::Metaphone, name).into_owned() };
    sound.truncate(SOUND_LENGTH);
    sound
}

fn apply(step: Step, text: &str) -> Cow<'_, str> {
    step.apply(Cow::Borrowed(text), Surroundings::default()).unwrap_or_default()
}
