//! Phone numbers by calling code and digits, without a numbering plan.

use super::Surroundings;
use super::calling_codes::calling_code;

/// `+`, calling code and digits.
///
/// A number that starts with `+` or `00` has its calling code; one that starts with `0` gets the country's
/// in its place, any other gets it put before. A `(0)` is left out. `None` unless there are 8 to 15 digits
/// (ITU-T E.164 allows 15), or if the number is a national one and no country is known.
pub(super) fn digits(value: &str, surroundings: Surroundings<'_>) -> Option<String> {
    let trimmed = value.trim();
    let (before, after) = trimmed.split_once("(0)").unwrap_or((trimmed, ""));
    let mut number = String::with_capacity(20);
    number.push('+');
    number.extend(before.bytes().chain(after.bytes()).filter(u8::is_ascii_digit).map(char::from));
    let digits = &number[1..];
    if !trimmed.starts_with('+') {
        if digits.starts_with("00") {
            number.replace_range(1..3, "");
        } else {
            let code =
                surroundings.country.and_then(calling_code).or_else(|| surroundings.region.and_then(calling_code))?;
            let trunk = usize::from(digits.starts_with('0'));
            number.replace_range(1..1 + trunk, code);
        }
    }
    (8..=15).contains(&(number.len() - 1)).then_some(number)
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
