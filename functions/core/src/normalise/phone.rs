//! Phone numbers by calling code and digits, without a numbering plan.

use memchr::memchr_iter;

use super::Surroundings;
use super::calling_codes::calling_code;
use super::text::has_graphic_ends;

/// Digits of a number, the calling code's among them; ITU-T E.164 allows 15.
const DIGITS_MIN: usize = 8;
const DIGITS_MAX: usize = 15;

/// `+`, calling code and digits.
///
/// A number that starts with `+` or `00` has its calling code; one that starts with `0` gets the country's
/// in its place, any other gets it put before. A `(0)` is left out. `None` unless there are 8 to 15 digits
/// (ITU-T E.164 allows 15), or if the number is a national one and no country is known.
pub(super) fn digits(value: &str, surroundings: Surroundings<'_>) -> Option<String> {
    let value = if has_graphic_ends(value) { value } else { value.trim() };
    let mut digits = [0; DIGITS_MAX + 2];
    let mut count = 0;
    let (before, after) = without_zero(value.as_bytes());
    for digit in before.iter().chain(after).filter(|byte| byte.is_ascii_digit()) {
        // More digits than any number has with what stands before it.
        *digits.get_mut(count)? = *digit;
        count += 1;
    }
    let (code, digits) = match &digits[..count] {
        digits if value.starts_with('+') => ("", digits),
        [b'0', b'0', digits @ ..] => ("", digits),
        digits => {
            let code =
                surroundings.country.and_then(calling_code).or_else(|| surroundings.region.and_then(calling_code))?;
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

/// What stands before the first `(0)` and what behind it.
fn without_zero(value: &[u8]) -> (&[u8], &[u8]) {
    let place = memchr_iter(b'(', value).find(|place| value[*place..].starts_with(b"(0)"));
    place.map_or((value, &[]), |place| (&value[..place], &value[place + 3..]))
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
            ("(212) 345-6789", Some("US"), Some("+12123456789")),
            ("0143 805 509", Some("XX"), Some("+1143805509")),
            ("12 34", Some("DE"), None),
            ("n/a", Some("DE"), None),
            ("1234567890123456", Some("DE"), None),
        ];
        for (text, country, expected) in cases {
            let surroundings = Surroundings { country, region: Some("US") };
            assert_eq!(digits(text, surroundings).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_national_number_without_country_is_none() {
        assert_eq!(digits("0143 805 5090", Surroundings::default()), None);
        assert_eq!(digits("+49 143 8055090", Surroundings::default()).as_deref(), Some("+491438055090"));
    }
}
