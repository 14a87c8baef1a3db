//! Normalised values: the fields of an account, times, and the steps that normalise text.
//!
//! * [`field`]: the text fields by their standard names, and sets of them
//! * [`timestamp`]: points in time, and the formats that sources write them in
//! * [`Step`] and [`run`]: small named steps that the configuration chains for each text field. Each has a file: `text`
//!   (white space, Unicode, ASCII), `casefold`, `letters`, `name` (letter case), `nickname`, `email`, `phone` and `e164`,
//!   `date`, `country`, `postal_code`, `street`, `phonetic` and `metaphone`. `phone_text` reads the digits of a number, and
//!   `numbering_plan` says which are valid
//! * [`placeholder`]: what is written where a value is missing
//! * [`birthdate`]: the days that people are born on, and those that programs write where they know none
//! * [`contacts`]: the addresses and numbers in a text that has several, or something around them
//! * [`person_name`]: full names, and what is no name in the fields of a name
//! * [`spreadsheet`]: what spreadsheets leave around and instead of values
//! * `plain`: words as they are compared with near ones
//! * `table` and `calling_codes`: what steps look up; the tables are in `tables/`
//!
//! A step leaves a value that is already normal as it is, without copying it: most values are. What a chain does not
//! use costs nothing: tables are searched as they lie in the program, and numbering plans are read at first use.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod birthdate;
mod calling_codes;
mod casefold;
pub mod contacts;
mod country;
mod date;
mod e164;
mod email;
pub mod field;
mod letters;
mod metaphone;
mod name;
mod nickname;
mod numbering_plan;
pub mod person_name;
mod phone;
mod phone_text;
mod phonetic;
pub mod placeholder;
mod plain;
mod postal_code;
pub mod spreadsheet;
mod step;
mod street;
mod table;
#[cfg(test)]
mod testing;
mod text;
pub mod timestamp;
mod word_filter;

use std::borrow::Cow;

pub use calling_codes::{calling_code, calling_codes};
pub use email::is_email;
pub use placeholder::is_placeholder;
pub use plain::{push_plain_letters, push_plain_words};
pub use step::Step;
pub use text::{is_invisible, is_stray_control, trim, without_control, without_controls};

/// The countries that a step may use to read a value.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings<'a> {
    /// The account's country, ISO 3166-1 alpha-2.
    pub country: Option<&'a str>,
    /// The source's region, for accounts without a (known) country.
    pub region: Option<&'a str>,
}

/// Lower case, copied only where it is not.
#[inline]
pub fn lowercase(value: &str) -> Cow<'_, str> {
    name::lowercase(Cow::Borrowed(value))
}

/// A text as it is compared with others: texts that Unicode holds for one (UAX #15) are one, and invisible letters count for
/// nothing. Most texts are so already.
#[inline]
pub fn comparable(value: &str) -> Cow<'_, str> {
    if value.is_ascii() { Cow::Borrowed(value) } else { text::nfc(text::visible(Cow::Borrowed(value))) }
}

/// The number and the extension of a phone number that has one, as `digits` and `e164` write it.
#[inline]
pub fn split_extension(number: &str) -> Option<(&str, &str)> {
    // Nearly no number has one, and a byte is found faster than a text.
    if !number.as_bytes().contains(&b';') {
        return None;
    }
    number.split_once(phone_text::EXTENSION)
}

/// Runs the steps of a chain in order; `None` if a step gives none or the result is empty.
#[inline]
pub fn run<'a>(chain: &[Step], value: Cow<'a, str>, surroundings: Surroundings<'_>) -> Option<Cow<'a, str>> {
    let mut value = value;
    for step in chain {
        value = step.apply(value, surroundings)?;
    }
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_run_in_order() {
        let chain = [Step::Trim, Step::Lowercase, Step::Untag, Step::Gmail];
        let run = |text: &'static str| run(&chain, Cow::Borrowed(text), Surroundings::default());
        assert_eq!(run("  Anna.Weber+Shop@GoogleMail.com ").as_deref(), Some("annaweber@gmail.com"));
        assert_eq!(run("   "), None);
    }

    #[test]
    fn texts_that_look_the_same_are_compared_as_one() {
        for (text, expected) in [
            ("Anna", "Anna"),
            ("Zoë", "Zoë"),
            ("Zoe\u{308}", "Zoë"),
            ("Zoë\u{200b}", "Zoë"),
            ("Zoë\u{a0}", "Zoë\u{a0}"),
        ] {
            assert_eq!(comparable(text), expected, "{text:?}");
        }
        assert!(matches!(comparable("Zoë"), Cow::Borrowed(_)));
    }
}
