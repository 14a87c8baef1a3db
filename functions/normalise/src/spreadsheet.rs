//! Traces of spreadsheets in text: marks around values, and errors instead of values.

use std::borrow::Cow;

/// The text of a cell whose formula has no value, in English and in the languages that have other words for it.
const ERRORS: [&str; 21] = [
    "#N/A",
    "#NAME?",
    "#VALUE!",
    "#REF!",
    "#DIV/0!",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#GETTING_DATA",
    // German.
    "#NV",
    "#WERT!",
    "#BEZUG!",
    "#ZAHL!",
    // French.
    "#NOM?",
    "#VALEUR!",
    "#NOMBRE!",
    // Spanish and Italian.
    "#¿NOMBRE?",
    "#NOME?",
    "#VALORE!",
];

/// Whether a text is an error of a spreadsheet, or the `####…` of a cell that is too narrow. Blanks around it do not
/// count.
#[inline]
pub fn is_error(text: &str) -> bool {
    let is_graphic = text.bytes().next().is_some_and(|first| first > b' ' && first != b'#');
    !is_graphic && is_error_or_filling(text.trim_ascii())
}

fn is_error_or_filling(text: &str) -> bool {
    if !text.starts_with('#') {
        return false;
    }
    let is_filling = text.len() > 2 && text.bytes().all(|byte| byte == b'#');
    is_filling || ERRORS.iter().any(|error| text.eq_ignore_ascii_case(error))
}

/// The text within `="…"`, by which an export keeps a spreadsheet from reading a text as a number.
#[inline]
pub fn without_formula(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.starts_with('=') {
        return text;
    }
    let Some(inner) = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"')) else { return text };
    Cow::Owned(inner.replace("\"\"", "\""))
}

/// The text behind the `'` by which a spreadsheet marks a cell as text. Some names start with one, too: this is for
/// what starts with a letter or a digit.
#[inline]
pub fn without_mark(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.starts_with('\'') {
        return text;
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[1..]),
        Cow::Owned(text) => Cow::Owned(text[1..].to_owned()),
    }
}

/// The digits of a whole number that was written as a fraction, `1067.0`; any other text as it is.
#[inline]
pub fn without_fraction(text: &str) -> &str {
    match text.strip_suffix(".0") {
        Some(whole) if !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit()) => whole,
        _ => text,
    }
}

/// Whether a text is a number as a spreadsheet shows a long one, `4.91511E+11`: its last digits are lost.
pub fn is_rounded(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once(['E', 'e']) else { return false };
    let is_exponent = exponent.strip_prefix('+').is_some_and(|digits| {
        !digits.is_empty() && digits.len() < 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let number = number.strip_prefix('-').unwrap_or(number);
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, ""));
    is_exponent && whole.len() == 1 && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_no_values() {
        for error in ["#N/A", "#n/a", "#NAME?", "#VALUE!", "#REF!", "########", "###", "#NV", "#¿NOMBRE?"] {
            assert!(is_error(error), "{error}");
        }
        for value in ["", "#", "##", "#1 Main St", "#N/A x", "N/A", "#12", "# 4"] {
            assert!(!is_error(value), "{value}");
        }
    }

    #[test]
    fn marks_of_text_are_taken_off() {
        let cases = [
            ("=\"00007\"", "00007"),
            ("=\"a \"\"b\"\"\"", "a \"b\""),
            ("=\"\"", ""),
            ("=\"", "=\""),
            ("=A1", "=A1"),
            ("\"a\"", "\"a\""),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(without_formula(text.into()), expected, "{text}");
        }
        for (text, expected) in [("'+49", "+49"), ("'", ""), ("a'b", "a'b"), ("", "")] {
            assert_eq!(without_mark(Cow::Borrowed(text)), expected);
            assert_eq!(without_mark(Cow::Owned(text.to_owned())), expected);
        }
    }

    #[test]
    fn whole_numbers_lose_their_fraction() {
        for (text, expected) in
            [("1067.0", "1067"), ("1067", "1067"), ("1067.00", "1067.00"), (".0", ".0"), ("a.0", "a.0")]
        {
            assert_eq!(without_fraction(text), expected);
        }
    }

    #[test]
    fn rounded_numbers_are_known() {
        for rounded in ["4.91511E+11", "4,91511E+11", "1E+05", "-1.5e+9"] {
            assert!(is_rounded(rounded), "{rounded}");
        }
        for other in ["4.91511", "12E+5", "1E5", "E+11", "1.E+", "1E+1234", "1.2.3E+4", "anna", "aE+1", ""] {
            assert!(!is_rounded(other), "{other}");
        }
    }
}
