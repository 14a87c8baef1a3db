//! Numbers that a slash or a hyphen joins.

use std::borrow::Cow;

use super::part::{is_house_number, starts_with_digit};

/// A part of a line in which a `#` stands before a flat's number that a slash separates, and a range of house numbers is its
/// first: `12/3` is house 12, flat 3, where it stands behind the street, and house 3 of flat 12 before it.
pub(super) fn with_marked_units(part: &str) -> Cow<'_, str> {
    let is_joint = |pair: &[u8]| pair[0].is_ascii_alphanumeric() && matches!(pair[1], b'/' | b'-');
    let has_digits = part.bytes().any(|byte| byte.is_ascii_digit());
    let has_signs = part.contains(['º', 'ª', '½']);
    if !has_digits || !(has_signs || part.as_bytes().windows(2).any(is_joint)) {
        return Cow::Borrowed(part);
    }
    let plain = part.replace('½', " ");
    let mut marked = String::with_capacity(part.len() + 4);
    let mut words = plain.split_whitespace();
    while let Some(word) = words.next() {
        let is_before_street = words.clone().any(|word| word.bytes().filter(u8::is_ascii_alphabetic).nth(1).is_some());
        if !marked.is_empty() {
            marked.push(' ');
        }
        push_joined(&without_ordinal_sign(word), is_before_street, &mut marked);
    }
    Cow::Owned(marked)
}

/// `3º` is `3`.
fn without_ordinal_sign(word: &str) -> Cow<'_, str> {
    if starts_with_digit(word) && word.contains(['º', 'ª']) {
        return Cow::Owned(word.replace(['º', 'ª'], " "));
    }
    Cow::Borrowed(word)
}

/// Appends a word between blanks: numbers that a slash or a hyphen joins, or any other as it is.
fn push_joined(word: &str, is_before_street: bool, marked: &mut String) {
    // Half a house: `12 1/2 High St`.
    if word == "1/2" && !marked.is_empty() {
        return;
    }
    if let Some((number, behind)) = split_number(word, '/') {
        return match (is_letter(behind), is_before_street) {
            (true, _) => marked.extend([number, behind]),
            (false, true) => marked.extend(["# ", number, " ", behind]),
            (false, false) => marked.extend([number, " # ", &behind.replace('/', " # ")]),
        };
    }
    match split_number(word, '-') {
        Some((from, to)) if is_range(from, to) => marked.push_str(from),
        Some((number, behind)) => marked.extend([number, behind]),
        None => push_with_storey(word, marked),
    }
}

/// Appends `123-II` as house 123, flat ii, and any other word as it is.
fn push_with_storey(word: &str, marked: &mut String) {
    let is_storey = |behind: &str| matches!(behind, "I" | "II" | "III" | "IV" | "hs");
    match word.split_once('-').filter(|(number, behind)| is_number(number) && is_storey(behind)) {
        Some((number, storey)) => marked.extend([number, " # ", storey]),
        None => marked.push_str(word),
    }
}

/// The number before a joint, and what is behind it: a number or a letter.
fn split_number(word: &str, joint: char) -> Option<(&str, &str)> {
    let (number, behind) = word.split_once(joint)?;
    let are_numbers = behind.split(joint).all(is_number);
    (is_number(number) && (is_letter(behind) || are_numbers)).then_some((number, behind))
}

fn is_number(text: &str) -> bool {
    is_house_number(&text.to_ascii_lowercase())
}

fn is_letter(text: &str) -> bool {
    text.len() == 1 && text.starts_with(|letter: char| letter.is_ascii_alphabetic())
}

/// Whether two numbers are the first and the last of a few houses.
fn is_range(from: &str, to: &str) -> bool {
    const MOST: u32 = 40;
    let number = |text: &str| {
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        digits.parse::<u32>().ok()
    };
    let (Some(from), Some(to)) = (number(from), number(to)) else { return false };
    (from..=from.saturating_add(MOST)).contains(&to)
}
