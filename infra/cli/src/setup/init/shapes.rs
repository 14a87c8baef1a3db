//! What a value looks like.

use onefold_core::normalise::{calling_code, is_email};

/// A kind of value that can be told by its looks.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Whether a value looks so.
    pub fits: fn(&str) -> bool,
    /// How to say so of several values: "998 of 1000 values …".
    pub said: &'static str,
    /// Whether looks tell the field even if the name does not.
    pub tells: bool,
}

/// How values of a field look. Times have formats instead.
pub fn of_field(field: &str) -> Shape {
    match field {
        "email" => Shape { fits: |text| is_email(&text.to_lowercase()), said: "are e-mail addresses", tells: true },
        "phone_number" => Shape { fits: is_phone, said: "look like phone numbers", tells: true },
        "address.country" => Shape { fits: is_country, said: "are country codes (ISO 3166-1 alpha-2)", tells: true },
        "address.postal_code" => Shape { fits: is_postal_code, said: "look like postal codes", tells: false },
        "gender" => {
            Shape { fits: |text| text.chars().count() <= 12 && !has_digit(text), said: "are short words", tells: false }
        }
        "address.street_address" => {
            Shape { fits: |text| has_letter(text) && !text.contains('@'), said: "are text", tells: false }
        }
        "location.latitude" => {
            Shape { fits: |text| is_within(text, 90.0), said: "are within 90 degrees", tells: false }
        }
        "location.longitude" => {
            Shape { fits: |text| is_within(text, 180.0), said: "are within 180 degrees", tells: false }
        }
        "salary" => Shape { fits: |text| text.parse::<f64>().is_ok(), said: "are numbers", tells: false },
        "full_name" => Shape {
            fits: |text| is_name(text) && text.contains([' ', ',']),
            said: "are two words or more",
            tells: false,
        },
        _ => Shape { fits: is_name, said: "are words without digits", tells: false },
    }
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

/// Digits in a number of 7 to 15 (ITU-T E.164), with what people put between them; dates are none.
fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let others = text.chars().all(|letter| letter.is_ascii_digit() || "+-()/. ".contains(letter));
    let is_date = digits == 8 && text.split(['-', '.', '/']).count() == 3 && text.len() == 10;
    others && (7..=15).contains(&digits) && !is_date
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && calling_code(text).is_some()
}

fn is_postal_code(text: &str) -> bool {
    let letters = text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, ' ' | '-'));
    letters && has_digit(text) && (3..=10).contains(&text.len())
}

fn is_within(text: &str, degrees: f64) -> bool {
    text.parse::<f64>().is_ok_and(|number| number.abs() <= degrees)
}
