//! Phone numbers by calling code and digits, without a numbering plan.

use std::borrow::Cow;

use memchr::memchr_iter;

use super::Surroundings;
use super::calling_codes::calling_code;
use super::spreadsheet::{without_formula, without_mark};
use super::text::{has_graphic_ends, is_invisible};

/// Digits of a number, the calling code's among them; ITU-T E.164 allows 15.
const DIGITS_MIN: usize = 8;
const DIGITS_MAX: usize = 15;

/// The marks between a number and its extension.
const EXTENSIONS: [&str; 6] = [";ext", "extension", "extn", "ext", "x", "#"];

/// `+`, calling code and digits.
///
/// A number that starts with `+` or `00` has its calling code; one that starts with `0` gets the country's
/// in its place, any other gets it put before. A `(0)` is left out. `None` unless there are 8 to 15 digits
/// (ITU-T E.164 allows 15), or if the number is a national one and no country is known, or if anything else is in it
/// than digits, blanks, `+ ( ) - / .` and the mark of an extension: `4.91511E+11` is no number any more.
///
/// Invisible characters, `tel:`, and a spreadsheet's marks around the number are ignored.
pub(super) fn digits(value: &str, surroundings: Surroundings<'_>) -> Option<String> {
    let value = if has_graphic_ends(value) { value } else { value.trim() };
    plain(value, surroundings).or_else(|| plain(&usual(value)?, surroundings))
}

/// The number of a text that has only digits and the usual signs.
fn plain(value: &str, surroundings: Surroundings<'_>) -> Option<String> {
    let (value, is_float) = match value.strip_suffix(".0") {
        Some(whole) if whole.bytes().all(|byte| byte.is_ascii_digit()) => (whole, true),
        _ => (value, false),
    };
    let mut digits = [0; DIGITS_MAX + 2];
    let (mut count, mut has_plus) = (0, false);
    let (before, after) = without_zero(value.as_bytes());
    for byte in before.iter().chain(after) {
        match byte {
            b'0'..=b'9' => {
                // More digits than any number has with what stands before it.
                *digits.get_mut(count)? = *byte;
                count += 1;
            }
            b' ' | b'(' | b')' | b'-' | b'/' | b'.' => {}
            b'+' if count == 0 && !has_plus => has_plus = true,
            _ => return None,
        }
    }
    let (code, digits) = match &digits[..count] {
        digits if has_plus => ("", digits),
        [b'0', b'0', digits @ ..] => ("", digits),
        digits => {
            let code =
                surroundings.country.and_then(calling_code).or_else(|| surroundings.region.and_then(calling_code))?;
            if is_float && digits.starts_with(code.as_bytes()) {
                // A number for arithmetic has no `+`: this may be the calling code, or not.
                return None;
            }
            (code, digits.strip_prefix(b"0").unwrap_or(digits))
        }
    };
    let length = code.len() + digits.len();
    if !(DIGITS_MIN..=DIGITS_MAX).contains(&length) {
        return None;
    }
    let mut number = String::with_capacity(1 + length);
    number.push('+');
    number.push_str(code);
    number.push_str(std::str::from_utf8(digits).ok()?);
    Some(number)
}

/// The text before the first `(0)` and the text behind it.
fn without_zero(value: &[u8]) -> (&[u8], &[u8]) {
    let place = memchr_iter(b'(', value).find(|place| value[*place..].starts_with(b"(0)"));
    place.map_or((value, &[]), |place| (&value[..place], &value[place + 3..]))
}

/// The number with usual signs in place of others that mean the same; `None` if there are none.
#[cold]
fn usual(value: &str) -> Option<String> {
    let seen: String = value.chars().filter(|letter| !is_invisible(*letter)).map(usual_letter).collect();
    let text = without_mark(without_formula(Cow::Borrowed(seen.trim())));
    let text = text.trim().trim_end_matches('\'');
    let text = match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &text[4..],
        _ => text,
    };
    let number = without_extension_mark(text);
    (number != value).then_some(number)
}

/// The ASCII letter that a letter stands for in a number.
fn usual_letter(letter: char) -> char {
    match letter {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' => '-',
        '０'..='９' => char::from_digit(letter as u32 - '０' as u32, 10).unwrap_or(letter),
        '＋' => '+',
        '（' => '(',
        '）' => ')',
        _ if letter.is_whitespace() => ' ',
        _ => letter,
    }
}

/// The number and its extension with a blank between them.
fn without_extension_mark(text: &str) -> String {
    let before = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let marked = before.trim_end_matches([' ', '.', ':', '=']).to_ascii_lowercase();
    let mark = EXTENSIONS.iter().find_map(|mark| marked.strip_suffix(mark)).filter(|_| before.len() < text.len());
    mark.map_or_else(|| text.to_owned(), |number| [number, " ", &text[before.len()..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_calling_code() {
        let cases = [
            ("+49 143 8055090", None, Some("+491438055090")),
            ("0143/805 5090", Some("DE"), Some("+491438055090")),
            ("0049 143 8055090", Some("FR"), Some("+491438055090")),
            ("+49 (0)1438-055090", None, Some("+491438055090")),
            ("(+49) 1438 055090", None, Some("+491438055090")),
            ("(212) 345-6789", Some("US"), Some("+12123456789")),
            ("0143 805 509", Some("XX"), Some("+1143805509")),
            ("12 34", Some("DE"), None),
            ("n/a", Some("DE"), None),
            ("1234567890123456", Some("DE"), None),
        ];
        check(&cases);
    }

    fn check(cases: &[(&str, Option<&str>, Option<&str>)]) {
        for (text, country, expected) in cases {
            let surroundings = Surroundings { country: *country, region: Some("US") };
            assert_eq!(digits(text, surroundings).as_deref(), *expected, "{text}");
        }
    }

    #[test]
    fn a_number_that_lost_its_digits_is_none() {
        let cases = [
            ("4.91511E+11", Some("DE"), None),
            ("4,91511E+11", Some("DE"), None),
            ("4.91512e+12", Some("DE"), None),
            ("4915157300111.0", Some("DE"), None),
            ("1 800 FLOWERS 1", Some("US"), None),
            ("0151 1234567 or 0152 12", Some("DE"), None),
            ("#NAME?", Some("DE"), None),
            ("########", Some("DE"), None),
            ("0151,12345678", Some("DE"), None),
            ("+49+151 12345678", Some("DE"), None),
            ("+49 143 805509é", Some("DE"), None),
            ("٠١٥١١٢٣٤٥٦٧", Some("DE"), None),
        ];
        check(&cases);
    }

    #[test]
    fn what_is_around_a_number_does_not_count() {
        let cases = [
            ("'+4915157300118", Some("DE"), Some("+4915157300118")),
            ("=\"+49 1515 7300111\"", Some("DE"), Some("+4915157300111")),
            ("\u{202a}+4915157300122\u{202c}", Some("DE"), Some("+4915157300122")),
            ("+49 1515 7300121\u{200b}", Some("DE"), Some("+4915157300121")),
            ("\u{feff}+49\u{a0}1515\u{2009}7300121\t", Some("DE"), Some("+4915157300121")),
            ("+49\u{2013}1515\u{2011}7300121", Some("DE"), Some("+4915157300121")),
            ("＋４９１５１５７３００１２１", Some("DE"), Some("+4915157300121")),
            ("tel:+49-151-57300121", Some("DE"), Some("+4915157300121")),
            ("15157300119.0", Some("DE"), Some("+4915157300119")),
            ("212 345 6789 ext. 12", Some("US"), Some("+1212345678912")),
            ("212 345 6789 X12", Some("US"), Some("+1212345678912")),
            ("'", Some("DE"), None),
            ("=\"\"", Some("DE"), None),
            ("tel:", Some("DE"), None),
            ("ext", Some("DE"), None),
        ];
        check(&cases);
    }

    #[test]
    fn a_national_number_without_country_is_none() {
        assert_eq!(digits("0143 805 5090", Surroundings::default()), None);
        assert_eq!(digits("+49 143 8055090", Surroundings::default()).as_deref(), Some("+491438055090"));
    }
}
