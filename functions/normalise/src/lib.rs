//! Normalised values: the fields of an account, times, and the steps that normalise text.
//!
//! * [`field`]: the text fields by their standard names, and sets of them
//! * [`timestamp`]: points in time, and the formats that sources write them in
//! * [`Step`] and [`run`]: small named steps that the configuration chains for each text field. Each has a file: `text`
//!   (white space, Unicode, ASCII), `name` (letter case), `nickname`, `email`, `phone` and `e164`, `date`, `country`,
//!   `postal_code`, `phonetic` and `metaphone`
//! * [`spreadsheet`]: what spreadsheets leave around and instead of values
//! * `table` and `calling_codes`: what steps look up; the tables are in `tables/`
//!
//! A step leaves a value that is already normal as it is, without copying it: most values are. What a chain does not
//! use costs nothing: tables are searched as they lie in the program, and numbering plans are read at first use.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod calling_codes;
mod country;
mod date;
mod e164;
mod email;
pub mod field;
mod metaphone;
mod name;
mod nickname;
mod phone;
mod phonetic;
mod postal_code;
pub mod spreadsheet;
mod step;
mod table;
mod text;
pub mod timestamp;

use std::borrow::Cow;

pub use calling_codes::{calling_code, calling_codes};
pub use email::is_email;
pub use step::Step;
use text::has_graphic_ends;
pub use text::{is_stray_control, trim, without_control, without_controls};

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

/// Runs the steps of a chain in order; `None` if a step gives none or the result is empty.
#[inline]
pub fn run<'a>(chain: &[Step], value: Cow<'a, str>, surroundings: Surroundings<'_>) -> Option<Cow<'a, str>> {
    let mut value = value;
    for step in chain {
        value = step.apply(value, surroundings)?;
    }
    (!value.is_empty()).then_some(value)
}

/// Whether a value stands for a missing one: blank, `n/a`, an error of a spreadsheet and the like. Such values never form a
/// match key (invariant 5).
pub fn is_placeholder(value: &str) -> bool {
    const LONGEST: usize = 13;
    const PLACEHOLDERS: [&str; 13] =
        ["-", "--", "?", ".", "n/a", "na", "nil", "null", "none", "unknown", "undefined", "not available", "xxx"];
    // Most values are known by their length and ends: longer, and without white space around them.
    if value.len() > LONGEST && has_graphic_ends(value) && !value.starts_with('#') {
        return false;
    }
    let value = value.trim();
    value.is_empty()
        || spreadsheet::is_error(value)
        || (value.len() <= LONGEST && PLACEHOLDERS.iter().any(|placeholder| value.eq_ignore_ascii_case(placeholder)))
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
    fn placeholders_are_nothing() {
        for nothing in [
            "",
            "  ",
            "n/a                 ",
            "\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}",
            "-",
            "N/A",
            " n/a ",
            "Unknown",
            "NULL",
            "not available",
            "#N/A",
            " #name? ",
            "########",
            "########################",
        ] {
            assert!(is_placeholder(nothing), "{nothing:?}");
        }
        for something in ["a", "Nadia", "nobody@x.de", "Nullmeier", "#", "#12 Main Street 5", "#1"] {
            assert!(!is_placeholder(something), "{something:?}");
        }
    }
}
