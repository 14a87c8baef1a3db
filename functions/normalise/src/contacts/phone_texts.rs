//! The phone numbers in a text.

use std::borrow::Cow;

use super::Parts;
use crate::phone_text::with_extension;

/// The digits of a whole number, of one that begins with `+` or `0`, and of the shortest number in a list.
const WHOLE_DIGITS: usize = 9;
const CALLED_DIGITS: usize = 7;
const LISTED_DIGITS: usize = 5;

/// The words between two numbers, in the languages that the sample's countries speak and some more.
const WORDS: [&str; 13] = ["oder", "or", "und", "and", "ou", "o", "y", "e", "et", "u", "of", "en", "&"];

/// The phone numbers that stand in a text, as they are written there.
///
/// `;`, `|` and line ends separate them; commas, `/` and words such as `oder` do so between texts that can be numbers by
/// themselves: `030/1234567` is one number. Other words do so between whole numbers: `… Fax …`. A `+` behind digits begins
/// another number.
#[inline]
pub fn phone_numbers(text: Cow<'_, str>) -> Parts<'_> {
    if is_one(&text) { Parts::one(text) } else { parts(text) }
}

/// Whether a text is surely one number at most.
#[inline]
fn is_one(text: &str) -> bool {
    // Without an early exit, so that many bytes are compared at once.
    let behind = text.as_bytes().get(1..).unwrap_or_default();
    let is_usual = behind.iter().fold(true, |all, byte| all & USUAL[usize::from(*byte)]);
    (is_usual && text.starts_with(['+', '(', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']))
        || is_one_of_signs(text)
}

/// The bytes that never begin another number.
static USUAL: [bool; 256] = {
    let mut usual = [false; 256];
    let bytes = b"0123456789 ()-.";
    let mut place = 0;
    while place < bytes.len() {
        usual[bytes[place] as usize] = true;
        place += 1;
    }
    usual
};

fn is_one_of_signs(text: &str) -> bool {
    let mut digits = 0;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b' ' | b'(' | b')' | b'-' | b'.' => {}
            b'+' | b'/' if digits < CALLED_DIGITS => {}
            _ => return false,
        }
    }
    true
}

#[cold]
fn parts(text: Cow<'_, str>) -> Parts<'_> {
    let mut found = Vec::new();
    for line in text.split(['\n', '\r', '|']) {
        for listed in between_semicolons(line) {
            add_numbers(listed, &mut found);
        }
    }
    // Words around one number are for its normaliser.
    if found.len() < 2 && !text.contains([';', '|', '\n', '\r']) {
        return Parts::one(text);
    }
    Parts::of(found, text)
}

/// The texts between semicolons, but for those of a parameter (RFC 3966): `;ext=12`.
fn between_semicolons(line: &str) -> Vec<&str> {
    let mut texts = Vec::new();
    let mut start = 0;
    for (place, _) in line.match_indices(';') {
        let behind = line[place + 1..].split(';').next().unwrap_or_default();
        let is_parameter = behind.contains('=') || with_extension(&line[start..place + 1 + behind.len()]).is_some();
        if !is_parameter {
            texts.push(&line[start..place]);
            start = place + 1;
        }
    }
    texts.push(&line[start..]);
    texts.retain(|text| text.bytes().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()));
    texts
}

/// Adds the numbers of a text that has no certain separator.
fn add_numbers(text: &str, found: &mut Vec<String>) {
    let has_extension = with_extension(text).is_some();
    let split = places(text).into_iter().find_map(|(start, end)| {
        let (before, separator, behind) = (text[..start].trim(), text[start..end].trim(), text[end..].trim());
        let is_split = match Separator::of(separator) {
            Separator::Word => !has_extension && are_whole(before, behind),
            separator => is_between(before, separator, behind),
        };
        is_split.then_some((before, behind))
    });
    match split {
        Some((before, behind)) => {
            found.push(before.to_owned());
            add_numbers(behind, found);
        }
        None => found.push(text.trim().to_owned()),
    }
}

/// The places of everything that may separate two numbers.
fn places(text: &str) -> Vec<(usize, usize)> {
    let mut places: Vec<(usize, usize)> =
        text.match_indices(['/', ',', '／']).map(|(start, mark)| (start, start + mark.len())).collect();
    places.extend(text.match_indices('+').map(|(start, _)| (start, start)));
    let mut word_start = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        if bare == "&" || bare.contains(char::is_alphabetic) {
            places.push((word_start, word_start + bare.len()));
        }
        word_start += word.len();
    }
    places.sort_unstable();
    places
}

/// What may separate two numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    Mark,
    /// One of [`WORDS`].
    And,
    /// Any other word: of the number behind it, or of the one before.
    Word,
}

impl Separator {
    fn of(text: &str) -> Self {
        match text {
            "/" | "／" | "," | "" => Self::Mark,
            _ if WORDS.iter().any(|known| text.eq_ignore_ascii_case(known)) => Self::And,
            _ => Self::Word,
        }
    }
}

/// Whether two texts are whole numbers.
fn are_whole(before: &str, behind: &str) -> bool {
    let (left, right) = (digits(before), digits(first_of(behind)));
    left >= WHOLE_DIGITS && right >= WHOLE_DIGITS
}

/// Whether a separator stands between two numbers.
fn is_between(before: &str, separator: Separator, behind: &str) -> bool {
    let (left, right) = (digits(before), digits(first_of(behind)));
    let begins = behind.trim_start_matches(|letter: char| !letter.is_ascii_digit() && letter != '+');
    let is_called = begins.starts_with(['+', '0']) && right >= CALLED_DIGITS;
    match separator {
        Separator::And => left >= LISTED_DIGITS && right >= LISTED_DIGITS,
        _ => left >= CALLED_DIGITS && is_called || left >= WHOLE_DIGITS && right >= WHOLE_DIGITS,
    }
}

/// The text up to the next separator.
fn first_of(text: &str) -> &str {
    text.split(['/', ',', ';']).find(|part| digits(part) > 0).map_or(text, |part| {
        let is_area = digits(part) < LISTED_DIGITS;
        if is_area { text } else { part }
    })
}

fn digits(text: &str) -> usize {
    text.chars().filter(|letter| letter.is_numeric()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        phone_numbers(Cow::Borrowed(text)).into_iter().map(Cow::into_owned).collect()
    }

    #[test]
    fn several_numbers_are_taken_apart() {
        for (text, expected) in [
            ("030 1234567 / 0151 23456788", ["030 1234567", "0151 23456788"]),
            ("030 1234567/0151 23456788", ["030 1234567", "0151 23456788"]),
            ("030/1234567 / 0151/23456788", ["030/1234567", "0151/23456788"]),
            ("0151 23456770; 030 7654321", ["0151 23456770", "030 7654321"]),
            ("0151 23456770;030/7654321;", ["0151 23456770", "030/7654321"]),
            ("0151 23456771 oder 030 7654322", ["0151 23456771", "030 7654322"]),
            ("0151 23456771 UND 030 7654322", ["0151 23456771", "030 7654322"]),
            ("01 23 45 67 89 ou 06 12 34 56 78", ["01 23 45 67 89", "06 12 34 56 78"]),
            ("0151 23456771, 030 7654322", ["0151 23456771", "030 7654322"]),
            ("212-555-0100 / 212-555-0101", ["212-555-0100", "212-555-0101"]),
            ("+49 151 23456771 +49 30 7654322", ["+49 151 23456771", "+49 30 7654322"]),
            ("privat: 0151 23456771 | Büro: 030 7654322", ["privat: 0151 23456771", "Büro: 030 7654322"]),
            ("0151 23456771\n030 7654322", ["0151 23456771", "030 7654322"]),
            ("+1 212 555 0123;ext=45; +1 212 555 0199", ["+1 212 555 0123;ext=45", "+1 212 555 0199"]),
            ("n/a; 030 7654322", ["n/a", "030 7654322"]),
            ("0151 23456762 bzw. 030 7654322", ["0151 23456762", "030 7654322"]),
            ("212-555-0159 (h) 917-555-0160 (c)", ["212-555-0159", "917-555-0160 (c)"]),
            ("Tel 030 7654321 Fax 030 7654322", ["Tel 030 7654321", "030 7654322"]),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
        assert_eq!(of("030 1234567 / 0151 23456788 / 0151 23456789").len(), 3);
        assert_eq!(of("030 1234567; 030 1234567"), ["030 1234567"]);
    }

    #[test]
    fn one_number_stays_as_it_is() {
        for text in [
            "",
            "030/1234567",
            "0123/456 7890",
            "06131/123456",
            "+49 6131/123456",
            "+49 (0)151/23456782",
            "Mobil: 0151/23456782",
            "0151 23456781 (privat)",
            "0151,12345678",
            "4,9E+11",
            "4.91512E+12",
            "4915123456789,0",
            "+1-905-222-3333;ext=555",
            "+1 905 222 3333; ext 555",
            "+1 905 222 3333, ext. 555",
            "tel:03-331-6005;phone-context=+64",
            "1-800-FLOWERS",
            "n/a",
            "unknown",
            "+49 30 1234567-8",
            "0151 23456781 ab 01.01.2024",
            "030 123456789 Durchwahl 0123456",
        ] {
            assert_eq!(of(text), [text], "{text}");
        }
        assert!(matches!(phone_numbers(Cow::Borrowed("030/1234567")).first, Cow::Borrowed(_)));
    }
}
