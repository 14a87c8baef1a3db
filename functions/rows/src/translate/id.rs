//! The id of a row.

use std::borrow::Cow;

use onefold_normalise::placeholder::is_placeholder_of_id;
use onefold_normalise::spreadsheet::{is_error, is_rounded, without_formula, without_mark};
use onefold_normalise::{is_invisible, is_stray_control, trim};

use super::rejects::Reject;
use crate::mapping::Slot;

/// Up to here, floating-point numbers of 64 bits (IEEE 754) hold every whole number exactly.
const EXACT_MAX: u64 = 1 << 53;

/// The id: text, or a number or boolean as it is written. Whole numbers are written without a fraction, because
/// programs write 17 as `17.0` if another row of the column has no value.
pub(super) fn id<'a>(slots: &[Slot<'a>], choice: &[usize]) -> Result<Cow<'a, str>, Reject> {
    let mut fault = Reject::field("id", "the id is missing; every row needs one");
    for slot in choice {
        let id = match slots.get(*slot) {
            None | Some(Slot::Absent | Slot::List(_) | Slot::Mixed(_) | Slot::WrongShape) => continue,
            Some(Slot::Text(cell)) => of_cell(cell.clone())?,
            Some(Slot::Raw(json)) => match json.as_bytes().first() {
                Some(b'"') => match serde_json::from_str::<String>(json) {
                    Ok(text) => Cow::Owned(text),
                    Err(error) => {
                        let reject = Reject::field("id", "the id cannot be read");
                        return Err(reject.because(format!("the id cannot be read: {error}")));
                    }
                },
                Some(b'{' | b'[') => {
                    fault = Reject::field("id", "the id is a list or an object; it must be text or a number");
                    continue;
                }
                _ => of_number(json)?,
            },
        };
        let id = trimmed(id);
        if id.is_empty() {
            fault = Reject::field("id", "the id is empty; every row needs one");
            continue;
        }
        if is_placeholder_of_id(&id) {
            fault = Reject::field("id", "the id stands for a missing one (null, NaN, N/A); every row needs its own");
            continue;
        }
        if id.chars().any(char::is_control) {
            return Err(Reject::field("id", "the id has a control character in it; write it without"));
        }
        return Ok(id);
    }
    Err(fault)
}

/// The id without white space and control characters around it, and without invisible letters in it.
fn trimmed(id: Cow<'_, str>) -> Cow<'_, str> {
    let is_hidden = |letter: char| is_invisible(letter) && !letter.is_control();
    let id = if !id.is_ascii() && id.contains(is_hidden) { Cow::Owned(id.replace(is_hidden, "")) } else { id };
    let id = trim(id);
    if !id.starts_with(is_stray_control) && !id.ends_with(is_stray_control) {
        return id;
    }
    Cow::Owned(id.trim_matches(|letter: char| letter.is_control() || letter.is_whitespace()).to_owned())
}

/// The id in a cell of CSV, without what spreadsheets and data frames add to it.
fn of_cell(cell: Cow<'_, str>) -> Result<Cow<'_, str>, Reject> {
    let cell = without_mark(without_formula(cell));
    let text = cell.trim();
    if is_error(text) {
        return Err(Reject::field("id", "the id is an error of a spreadsheet; export the values of its formula"));
    }
    if is_rounded(text) {
        let reason =
            "the id is a number that a spreadsheet has rounded; format the column as text, then export it anew";
        return Err(Reject::field("id", reason));
    }
    // Other fractions are kept: a cell does not say whether it is a number.
    let digits = text.strip_suffix(".0").map(|whole| whole.strip_prefix('-').unwrap_or(whole));
    let is_whole = digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    match is_whole.then(|| whole(text)).flatten() {
        Some(id) if id.len() + ".0".len() == text.len() => Ok(Cow::Owned(id)),
        _ => Ok(cell),
    }
}

/// The id of a JSON number, `true` or `false`.
fn of_number(json: &str) -> Result<Cow<'_, str>, Reject> {
    let is_integer = !json.starts_with(['t', 'f']) && json.contains(['.', 'e', 'E']);
    if !is_integer {
        return Ok(Cow::Borrowed(json));
    }
    let reason = "the id is a number with a fraction, or too large to be exact; write it as text";
    whole(json).map(Cow::Owned).ok_or_else(|| Reject::field("id", reason))
}

/// The digits of a whole decimal number up to [`EXACT_MAX`], whichever way it is written; `None` if it is no such
/// number.
fn whole(number: &str) -> Option<String> {
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |number| ("-", number));
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [before, after].concat();
    let significant = digits.trim_end_matches('0');
    // How many digits stand before the point.
    let place = i64::try_from(before.len()).ok()?.checked_add(exponent.parse().ok()?)?;
    if significant.trim_start_matches('0').is_empty() {
        return Some("0".to_owned());
    }
    let place = usize::try_from(place).ok()?;
    if significant.len() > place || place > digits.len() + 16 {
        return None;
    }
    let number: u64 = format!("{significant:0<place$}").parse().ok()?;
    (number <= EXACT_MAX).then(|| format!("{sign}{number}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_json(json: &str) -> Result<String, String> {
        id(&[Slot::Raw(json)], &[0]).map(Cow::into_owned).map_err(|reject| reject.reason.into_owned())
    }

    fn of_csv(cell: &str) -> Result<String, String> {
        id(&[Slot::Text(cell.into())], &[0]).map(Cow::into_owned).map_err(|reject| reject.reason.into_owned())
    }

    #[test]
    fn whole_numbers_are_integers() {
        let cases = [
            ("17", Some("17")),
            ("17.0", Some("17")),
            ("17.000", Some("17")),
            ("1.8e1", Some("18")),
            ("1.8E+1", Some("18")),
            ("1800e-2", Some("18")),
            ("-17.0", Some("-17")),
            ("0.0", Some("0")),
            ("-0.0", Some("0")),
            ("0e999999999999999999", Some("0")),
            ("0.5e1", Some("5")),
            ("9007199254740992.0", Some("9007199254740992")),
            ("9.007199254740992e15", Some("9007199254740992")),
            ("9007199254740993.0", None),
            ("1e16", None),
            ("1e400", None),
            ("1e99999999999999999999", None),
            ("1e-99999999999999999999", None),
            ("17.5", None),
            ("1.85e1", None),
            ("18e-1", None),
            ("12345678901234567890123", Some("12345678901234567890123")),
            ("-0", Some("-0")),
            ("true", Some("true")),
            ("false", Some("false")),
            (r#""17.0""#, Some("17.0")),
            (r#""1e3""#, Some("1e3")),
        ];
        for (json, expected) in cases {
            assert_eq!(of_json(json).ok().as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn cells_are_read_as_tables_and_spreadsheets_write_them() {
        let cases = [
            ("1001.0", Some("1001")),
            ("-3.0", Some("-3")),
            ("1001.00", Some("1001.00")),
            ("1.10", Some("1.10")),
            ("007.0", Some("007.0")),
            ("v1.0", Some("v1.0")),
            (".0", Some(".0")),
            ("9007199254740993.0", Some("9007199254740993.0")),
            ("1e3", Some("1e3")),
            ("=\"00007\"", Some("00007")),
            ("'7000000000001", Some("7000000000001")),
            ("\u{1f}11", Some("11")),
            ("\t12 ", Some("12")),
            ("3\0\0", Some("3")),
            ("\u{feff}14\u{200b}15", Some("1415")),
            ("\u{200b}", None),
            ("NaN", None),
            (" null ", None),
            ("N/A", None),
            ("-", None),
            ("no", Some("no")),
            ("1\u{0}2", None),
            ("1\u{9f}2", None),
            ("1\n2", None),
            ("\0", None),
            ("#N/A", None),
            ("########", None),
            ("4.91511E+11", None),
        ];
        for (cell, expected) in cases {
            assert_eq!(of_csv(cell).ok().as_deref(), expected, "{cell:?}");
        }
    }

    proptest! {
        #[test]
        fn a_whole_number_has_one_id_however_it_is_written(number in 0u64..=EXACT_MAX, sign in "-?", zeros in 0usize..4) {
            let expected = if number == 0 { "0".to_owned() } else { format!("{sign}{number}") };
            let digits = number.to_string();
            let (first, rest) = digits.split_at(1);
            for text in [
                format!("{sign}{number}.0"),
                format!("{sign}{number}.{}", "0".repeat(zeros + 1)),
                format!("{sign}{number}{}e-{zeros}", "0".repeat(zeros)),
                format!("{sign}{first}.{rest}0e{}", rest.len()),
                format!("{sign}0.{number}E+{}", digits.len()),
            ] {
                prop_assert_eq!(of_json(&text), Ok(expected.clone()), "{}", text);
            }
            let fraction = format!("{sign}{number}.25");
            prop_assert!(of_json(&fraction).is_err(), "{}", fraction);
        }
    }
}
