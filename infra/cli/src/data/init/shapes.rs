//! The shapes of values. Where Onefold has a normaliser for a value, the normaliser decides.

use std::borrow::Cow;

use onefold_normalise::{Step, Surroundings, calling_code, run};

/// A kind of value that is recognised by its shape.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Whether a value has the shape.
    pub fits: fn(&str) -> bool,
    /// The words for several values: "998 of 1000 values …".
    pub said: &'static str,
    /// Whether the shape alone shows the field, whatever the name.
    pub tells: Option<fn(&str) -> bool>,
}

/// The shape of a field's values. Times have formats instead.
pub fn of_field(field: &str) -> Shape {
    match field {
        "email" => Shape { fits: is_email, said: "are e-mail addresses", tells: Some(is_email) },
        "phone_number" => Shape { fits: is_phone, said: "look like phone numbers", tells: Some(is_phone) },
        "address.country" => Shape { fits: is_country, said: "are countries", tells: Some(is_country_code) },
        "address.postal_code" => Shape { fits: is_postal_code, said: "look like postal codes", tells: None },
        "gender" => {
            Shape { fits: |text| text.chars().count() <= 12 && !has_digit(text), said: "are short words", tells: None }
        }
        "address.street_address" => {
            Shape { fits: |text| has_letter(text) && !text.contains('@'), said: "are text", tells: None }
        }
        "location.latitude" => Shape { fits: |text| is_within(text, 90.0), said: "are within 90 degrees", tells: None },
        "location.longitude" => {
            Shape { fits: |text| is_within(text, 180.0), said: "are within 180 degrees", tells: None }
        }
        "salary" => Shape { fits: |text| text.parse::<f64>().is_ok(), said: "are numbers", tells: None },
        "full_name" => Shape {
            fits: |text| is_name(text) && text.contains([' ', ',']),
            said: "are two words or more",
            tells: None,
        },
        _ => Shape { fits: is_name, said: "are words without digits", tells: None },
    }
}

/// Whether a normaliser accepts a value, for an account with no other values.
fn is_kept(step: Step, text: &str) -> bool {
    run(&[step], Cow::Borrowed(text), Surroundings::default()).is_some()
}

/// Whether a text is an e-mail address.
pub fn is_email(text: &str) -> bool {
    is_kept(Step::Email, text)
}

/// Whether a text is a phone number: 7 to 15 digits (ITU-T E.164) with the usual separators, but not a date; or a number
/// that is valid as it is.
pub fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let others = text.chars().all(|letter| letter.is_ascii_digit() || "+-()/. ".contains(letter));
    let is_date = digits == 8 && text.split(['-', '.', '/']).count() == 3 && text.len() == 10;
    (others && (7..=15).contains(&digits) && !is_date) || is_kept(Step::E164, text)
}

/// The code of the country that a text names.
pub fn country(text: &str) -> Option<String> {
    run(&[Step::Country], Cow::Borrowed(text), Surroundings::default()).map(Cow::into_owned)
}

fn is_country(text: &str) -> bool {
    country(text).is_some()
}

fn is_country_code(text: &str) -> bool {
    text.len() == 2 && calling_code(text).is_some()
}

fn is_postal_code(text: &str) -> bool {
    let letters = text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, ' ' | '-' | '\''));
    letters && has_digit(text) && (3..=10).contains(&text.len())
}

/// Whether a text looks like an id made by a program: long enough, and neither a word nor an amount.
pub fn is_code(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'));
    let is_decimal = text.contains('.') && text.parse::<f64>().is_ok();
    is_plain && has_digit(text) && text.len() >= 8 && !is_decimal
}

fn has_digit(text: &str) -> bool {
    text.contains(|letter: char| letter.is_ascii_digit())
}

fn has_letter(text: &str) -> bool {
    text.contains(char::is_alphabetic)
}

fn is_name(text: &str) -> bool {
    has_letter(text) && !has_digit(text) && !text.contains('@') && text.chars().count() <= 80
}

fn is_within(text: &str, degrees: f64) -> bool {
    text.parse::<f64>().is_ok_and(|number| number.abs() <= degrees)
}

/// Whether a text is several values of a kind, joined by a separator.
pub fn is_several(text: &str, fits: fn(&str) -> bool) -> bool {
    let parts = |separator: &str| text.split(separator).map(str::trim).collect::<Vec<_>>();
    [":::", ";", ",", "|", " / ", "\n"]
        .into_iter()
        .map(parts)
        .any(|parts| parts.len() > 1 && parts.into_iter().all(fits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers_are_told_as_they_are_written() {
        for yes in ["+49 30 901 8201", "030/9018201", "(212) 345-6780", "'+49309018201", "=\"+49 1515 7300111\""] {
            assert!(is_phone(yes), "{yes}");
        }
        for no in ["4.91511E+11", "2024-01-31", "10101", "Mobile", "#NAME?", "+49 30 9018204 ::: +49 30 9018304"] {
            assert!(!is_phone(no), "{no}");
        }
        assert!(is_several("+49 30 9018204 ::: +49 30 9018304", is_phone));
        assert!(is_several("a@x.de; b@x.de", is_email) && !is_several("a@x.de", is_email));
    }

    #[test]
    fn codes_are_no_amounts_and_no_words() {
        for yes in ["5a1b2c3d-0000-4000-8000-000000000001", "0035g00000Ab01AAV", "402351001", "cus_QaBcD01"] {
            assert!(is_code(yes), "{yes}");
        }
        for no in ["1234567.50", "Brandt", "12", "Ringstr. 1", "lena@x.de", "K-1"] {
            assert!(!is_code(no), "{no}");
        }
    }
}
