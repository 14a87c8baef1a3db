//! Placeholders: texts that people and programs write where a value is missing.
//!
//! There is one list, [`WORDS`]. Some of its words are names of people as well (Jennifer Null, Na Kim), and some are
//! codes (NA is Namibia, and Naples in Italy), so what a text means depends on its field.

mod words;

use super::birthdate::{is_placeholder_date, is_zeros};
use super::field::TextField;
use super::text::is_invisible;
use super::word_filter::WordFilter;
use super::{lowercase, spreadsheet};
use words::{ANSWERS, NAMES_TOO, WORDS};

/// Why a text is no value of its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoValue {
    /// It stands for a missing one.
    Placeholder,
    /// It cannot be read, or is no value of its kind.
    Unusable,
}

/// What a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// A value.
    Value,
    /// A missing value, or a name or a code.
    Ambiguous,
    /// A missing value.
    Missing,
}

/// Whether a text stands for a missing value, whatever its field: blank, `n/a`, an error of a spreadsheet and the like.
#[inline]
pub fn is_placeholder(value: &str) -> bool {
    !is_plain(value) && meaning(value) != Meaning::Value
}

/// Whether the text of a field stands for a missing value. Names that are words too are placeholders here: they make no
/// match key (invariant 5), but see [`is_nobodys_name`].
#[inline]
pub fn is_placeholder_of(field: TextField, value: &str) -> bool {
    !is_plain_value(field, value) && is_placeholder_in(field, value)
}

/// Whether the text of a field is plainly a value, as most are: it is no placeholder, no [filling](is_filling), and no
/// number of a spreadsheet.
// Called for every value, in places that know its field.
#[inline(always)]
pub fn is_plain_value(field: TextField, value: &str) -> bool {
    match field {
        TextField::Birthdate => is_plain_date(value),
        TextField::Country => is_plain_code(value),
        TextField::PhoneNumber => is_plain_number(value),
        TextField::PostalCode => is_plain_postal_code(value),
        _ => is_plain(value),
    }
}

fn is_placeholder_in(field: TextField, value: &str) -> bool {
    // NA is Namibia and Naples; `na` is neither.
    let is_code = || {
        let code = value.trim();
        matches!(field, TextField::Region | TextField::Country) && code.len() == 2 && !matches!(code, "na" | "Na")
    };
    match meaning(value) {
        Meaning::Value => match field {
            TextField::Birthdate => is_placeholder_date(value) || is_zeros(value),
            TextField::Country => is_unknown_country(value),
            TextField::GivenName | TextField::FamilyName if is_of_marks(value) => true,
            _ => is_zero(field, value),
        },
        Meaning::Ambiguous => !is_code(),
        Meaning::Missing => true,
    }
}

/// Whether the text of an attribute stands for a missing value. An attribute can hold anything, so words that answer a
/// question, such as `keine`, are values.
#[inline]
pub fn is_placeholder_of_attribute(value: &str) -> bool {
    let is_answer = || ANSWERS.contains(&lowercase(value.trim()).as_ref());
    is_placeholder(value) && !is_answer()
}

/// Whether a text that should be an id stands for a missing one.
#[inline]
pub fn is_placeholder_of_id(value: &str) -> bool {
    !is_plain(value) && is_placeholder_of_unusual_id(value)
}

fn is_placeholder_of_unusual_id(value: &str) -> bool {
    match meaning(value) {
        Meaning::Value => false,
        // The others can be codes.
        Meaning::Ambiguous => matches!(&*lowercase(value.trim()), "na" | "nan" | "nat" | "nil" | "none" | "null"),
        Meaning::Missing => true,
    }
}

/// Whether a name is a word for a missing value that is a name of people too, such as Null.
#[inline]
pub fn is_ambiguous_name(value: &str) -> bool {
    !is_plain(value) && meaning(value) == Meaning::Ambiguous
}

/// Whether a name that [`is_ambiguous_name`] stands for a missing one, beside the other name as the source writes it.
///
/// It does where there is no other name, and where both are not in the same letter case: people write `Jennifer Null`
/// or `JENNIFER NULL`, programs `Jennifer null` and `Jennifer NULL`.
pub fn is_nobodys_name(name: &str, other: Option<&str>) -> bool {
    let Some(other) = other.filter(|other| !is_placeholder_of(TextField::GivenName, other)) else { return true };
    case(name) != case(other)
}

/// Letter case of a name.
#[derive(PartialEq, Eq)]
enum Case {
    Lower,
    Upper,
    Mixed,
}

fn case(name: &str) -> Case {
    let letters = || name.chars().filter(|letter| letter.is_alphabetic());
    if letters().all(|letter| !letter.is_uppercase()) {
        return Case::Lower;
    }
    // A single capital letter says nothing about the others.
    let is_upper = letters().count() > 1 && letters().all(|letter| !letter.is_lowercase());
    if is_upper { Case::Upper } else { Case::Mixed }
}

/// Whether a name has no letter and no digit: `***`.
#[inline]
fn is_of_marks(value: &str) -> bool {
    !value.starts_with(|letter: char| letter.is_ascii_alphanumeric()) && !value.chars().any(char::is_alphanumeric)
}

/// `0` as a name or a place.
#[inline]
fn is_zero(field: TextField, value: &str) -> bool {
    use TextField::{Email, Gender, Own, PhoneNumber, PostalCode};
    let can_be_zero = matches!(field, Gender | Email | PhoneNumber | PostalCode | Own(_));
    if can_be_zero || !value.trim_start().starts_with('0') {
        return false;
    }
    let text = value.trim();
    text == "0.0" || text.bytes().all(|byte| byte == b'0')
}

/// Whether a postal code or a phone number has one digit only, as forms are filled in: `00000`, `99999`, `0000000000`.
#[inline]
pub fn is_filling(field: TextField, value: &str) -> bool {
    if !matches!(value.as_bytes().first(), Some(b'0' | b'9' | b'+' | b' ')) {
        return false;
    }
    let digits = value.trim().trim_start_matches('+');
    let all = |digit: u8| !digits.is_empty() && digits.bytes().all(|byte| byte == digit);
    match field {
        TextField::PostalCode => all(b'0') || (digits.len() >= 5 && all(b'9')),
        TextField::PhoneNumber => all(b'0'),
        _ => false,
    }
}

/// `XX` and `ZZ`, which ISO 3166-1 leaves to users and CLDR has for an unknown country.
#[inline]
fn is_unknown_country(value: &str) -> bool {
    ["xx", "zz"].iter().any(|code| value.trim().eq_ignore_ascii_case(code))
}

/// The bytes of the longest word.
const LONGEST: usize = 63;

static FILTER: WordFilter = {
    let mut filter = WordFilter::EMPTY;
    let mut number = 0;
    while number < WORDS.len() {
        filter = filter.with(WORDS[number].as_bytes());
        number += 1;
    }
    filter
};

/// Whether a text that is not empty may be a word. Few others may.
#[inline]
fn may_be_word(text: &[u8]) -> bool {
    FILTER.may_have(text) || text[0].eq_ignore_ascii_case(&b'x')
}

/// Whether a text is plainly a day: from 1910 to 2099, none is a placeholder.
#[inline]
pub(super) fn is_plain_date(value: &str) -> bool {
    let [one, two, three, _, b'-', _, _, b'-', _, b'0'..=b'9'] = value.as_bytes() else { return false };
    matches!((one, two, three), (b'1', b'9', b'1'..=b'9') | (b'2', b'0', _))
}

/// Whether a text is plainly the code of a country.
#[inline]
fn is_plain_code(value: &str) -> bool {
    matches!(value.as_bytes(), [first @ b'A'..=b'W', b'A'..=b'Z'] if *first != b'N')
}

/// Whether a text plainly begins as a phone number. No word begins with a digit.
#[inline]
fn is_plain_number(value: &str) -> bool {
    matches!(value.as_bytes(), [b'+' | b'(' | b'0'..=b'9', b'1'..=b'9', ..])
}

/// Whether a text is plainly a postal code: no `99999`, and no number of a spreadsheet.
#[inline]
fn is_plain_postal_code(value: &str) -> bool {
    match value.as_bytes() {
        [first @ b'0'..=b'9', second, .., last] => {
            (*second != *first || matches!(first, b'1'..=b'8'))
                && last.is_ascii_alphanumeric()
                && !value.ends_with(".0")
        }
        _ => is_plain(value),
    }
}

/// Whether a text is plainly a value, whatever its field, but for dates and countries. Most are.
#[inline]
fn is_plain(value: &str) -> bool {
    let (Some(first), Some(last)) = (value.as_bytes().first(), value.as_bytes().last()) else { return false };
    last.is_ascii_alphanumeric()
        && match first {
            // No word begins so.
            b'1'..=b'9' => true,
            b'a'..=b'z' | b'A'..=b'Z' => !may_be_word(value.as_bytes()),
            _ => false,
        }
}

#[inline]
fn meaning(value: &str) -> Meaning {
    let bytes = value.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else { return Meaning::Missing };
    if is_plain_number(value) {
        return Meaning::Value;
    }
    if !first.is_ascii_alphanumeric() || !last.is_ascii_alphanumeric() {
        return with_marks(value);
    }
    if may_be_word(bytes) { of_word(value) } else { Meaning::Value }
}

/// Whether a letter is invisible and says nothing about what wrote it, as control characters do.
fn is_unseen(letter: char) -> bool {
    is_invisible(letter) && !letter.is_control()
}

/// What programs write in brackets where nothing is, as spreadsheets do.
const BLANKS: [&str; 7] = ["en blanco", "leeg", "leer", "tom", "vazio", "vide", "vuoto"];

/// What a text stands for that starts or ends with a blank, a mark or a letter that is no ASCII.
#[cold]
fn with_marks(value: &str) -> Meaning {
    const ALONE: &str = "-\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}_.…?¿/\\'\"~,;:";
    let text = value.trim();
    if text.chars().all(|letter| ALONE.contains(letter) || letter.is_whitespace() || is_unseen(letter)) {
        return Meaning::Missing;
    }
    if spreadsheet::is_error(text) || text.eq_ignore_ascii_case("\\n") {
        return Meaning::Missing;
    }
    let inner = text.trim_matches(|letter: char| !letter.is_alphanumeric());
    if !inner.is_empty()
        && !text.starts_with(['<', '(', '[', '{'])
        && inner.is_ascii()
        && !may_be_word(inner.as_bytes())
    {
        return Meaning::Value;
    }
    let is_in_brackets = text.starts_with(['<', '(', '[', '{']) && text.ends_with(['>', ')', ']', '}']);
    if is_in_brackets && (inner.is_empty() || BLANKS.contains(&&*lowercase(inner))) {
        return Meaning::Missing;
    }
    match of_word(inner) {
        Meaning::Ambiguous if is_in_brackets => Meaning::Missing,
        meaning => meaning,
    }
}

/// What a text without marks around it stands for.
fn of_word(text: &str) -> Meaning {
    if text.len() >= 3 && text.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'x')) {
        return Meaning::Missing;
    }
    if text.is_empty() || text.len() > LONGEST {
        return Meaning::Value;
    }
    // As programs write missing numbers and times, and nobody a name.
    if matches!(text, "NaN" | "NaT") {
        return Meaning::Missing;
    }
    if !text.is_ascii() {
        return of_lower(lowercase(text).replace(['_', '-', '\u{a0}'], " ").as_bytes());
    }
    let mut buffer = [0; LONGEST];
    let word = &mut buffer[..text.len()];
    word.copy_from_slice(text.as_bytes());
    word.make_ascii_lowercase();
    word.iter_mut().filter(|byte| matches!(byte, b'_' | b'-')).for_each(|byte| *byte = b' ');
    of_lower(word)
}

fn of_lower(word: &[u8]) -> Meaning {
    match WORDS.binary_search_by(|known| known.as_bytes().cmp(word)) {
        Err(_) => Meaning::Value,
        Ok(_) if NAMES_TOO.iter().any(|name| name.as_bytes() == word) => Meaning::Ambiguous,
        Ok(_) => Meaning::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_sorted_and_short_and_in_the_form_that_is_searched() {
        assert!(WORDS.is_sorted_by(|left, right| left < right));
        for word in WORDS {
            assert!(!word.is_empty() && word.len() <= LONGEST, "{word}");
            assert_eq!(meaning(word), of_word(word), "{word}");
            assert!(is_placeholder(word), "{word}");
            assert!(is_placeholder(&format!(" {} ", word.to_uppercase())) || word.contains(['ı', 'ß']), "{word}");
        }
        assert!(NAMES_TOO.iter().all(|word| WORDS.contains(word)));
        assert!(
            !WORDS.iter().any(|word| word.starts_with(|first: char| first.is_ascii_digit())),
            "as quick ways have it"
        );
    }

    #[test]
    fn quick_ways_agree_with_the_list() {
        use crate::birthdate::is_placeholder_date;
        let days = (1900..2100).flat_map(|year| (1..13).map(move |month| (year, month)));
        for (year, month) in days {
            for day in 1..32 {
                let date = format!("{year}-{month:02}-{day:02}");
                assert_eq!(is_placeholder_of(TextField::Birthdate, &date), is_placeholder_date(&date), "{date}");
            }
        }
        let letters = || (b'A'..=b'Z').chain(b'a'..=b'z').map(char::from);
        for code in letters().flat_map(|first| letters().map(move |second| format!("{first}{second}"))) {
            let quick = is_placeholder_of(TextField::Country, &code);
            assert_eq!(quick, is_placeholder_in(TextField::Country, &code), "{code}");
        }
        for word in WORDS.iter().flat_map(|word| [(*word).to_owned(), word.to_uppercase(), word.replace(' ', "_")]) {
            for field in [TextField::GivenName, TextField::PhoneNumber, TextField::Region] {
                assert_eq!(is_placeholder_of(field, &word), is_placeholder_in(field, &word), "{word}");
            }
        }
    }

    #[test]
    fn what_is_plainly_a_value_is_one() {
        let others =
            ["0", "00000", "99999", "9999999", "+0000", "0.0", "1067.0", "XX", "Na", "#N/A", "1900-01-01", "-", ""];
        for text in WORDS.into_iter().chain(others) {
            for text in [text.to_owned(), text.to_uppercase(), format!("({text})"), format!("{text} ")] {
                for field in TextField::ALL.into_iter().filter(|field| is_plain_value(*field, &text)) {
                    let is_none = is_placeholder_in(field, &text) || is_filling(field, &text);
                    let is_fraction = field == TextField::PostalCode && text.ends_with(".0");
                    assert!(!is_none && !is_fraction, "{} {text}", field.name());
                }
            }
        }
        for (field, text) in [
            (TextField::GivenName, "Anna"),
            (TextField::StreetAddress, "5 Oak St"),
            (TextField::PhoneNumber, "+1 212 345 6789"),
            (TextField::PhoneNumber, "(212) 345-6789"),
            (TextField::PostalCode, "10115"),
            (TextField::PostalCode, "01067"),
            (TextField::PostalCode, "SW1A 1AA"),
            (TextField::Birthdate, "1980-01-31"),
            (TextField::Country, "DE"),
        ] {
            assert!(is_plain_value(field, text), "{} {text}", field.name());
        }
    }

    #[test]
    fn placeholders_stand_for_nothing() {
        for nothing in [
            "",
            "  ",
            "n/a                 ",
            "\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}",
            "-",
            "--",
            " – ",
            "...",
            "?",
            "??",
            "N/A",
            "N.A.",
            "k.A.",
            "k. A.",
            "keine Angabe",
            "none given",
            "not_available",
            "NOT-PROVIDED",
            "Unknown",
            "(unknown)",
            "[unbekannt]",
            "unbekannt.",
            "NULL",
            "<null>",
            "(blank)",
            "(none)",
            "\\N",
            "[]",
            "{}",
            "(leer)",
            "(Vide)",
            "\u{200b}",
            "null null",
            "null, null",
            "Undefined Undefined",
            "NaN",
            "nan",
            "<NA>",
            "None",
            "#N/A",
            " #name? ",
            "########",
            "########################",
            "xxx",
            "XXXXXXX",
            "TBD",
            "inconnu",
            "desconocido",
            "sin nombre",
            "sconosciuto",
            "desconhecido",
            "onbekend",
            "nieznany",
            "okänd",
            "ukendt",
            "ukjent",
            "tuntematon",
            "Neznámý",
            "ismeretlen",
            "bilinmiyor",
            "necunoscut",
            "НЕИЗВЕСТНО",
            "невідомо",
            "Άγνωστο",
            "不明",
            "未知",
            "없음",
            "غير معروف",
            "לא ידוע",
        ] {
            assert!(is_placeholder(nothing), "{nothing:?}");
        }
        for something in [
            "a",
            "O",
            "X",
            "No",
            "Nadia",
            "nobody@x.de",
            "Nullmeier",
            "#",
            "#12 Main Street 5",
            "#1",
            "Xx",
            "Nana",
            "Unknown Street 5",
            "***",
            "+",
            "Ann.",
            "(Bob)",
            "0",
            "7",
            "Ö",
            "é",
            "none of these",
            "José",
            "A.",
        ] {
            assert!(!is_placeholder(something), "{something:?}");
        }
    }

    #[test]
    fn what_a_word_means_depends_on_its_field() {
        use TextField::{Country, FamilyName, Gender, GivenName, Locality, PostalCode, Region};
        for (field, value) in [
            (GivenName, "0"),
            (FamilyName, "null"),
            (Locality, "0"),
            (Locality, "None"),
            (Country, "XX"),
            (Country, "na"),
            (Country, "null"),
            (Region, "n/a"),
            (Region, "null"),
        ] {
            assert!(is_placeholder_of(field, value), "{} {value}", field.name());
        }
        for (field, value) in [
            (Country, "NA"),
            (Country, "NO"),
            (Region, "NA"),
            (Region, "ND"),
            (Gender, "0"),
            (PostalCode, "00000"),
            (FamilyName, "O"),
            (FamilyName, "Zz"),
        ] {
            assert!(!is_placeholder_of(field, value), "{} {value}", field.name());
        }
    }

    #[test]
    fn numbers_of_one_digit_are_filled_in() {
        use TextField::{Locality, PhoneNumber, PostalCode};
        for (field, value) in
            [(PostalCode, "00000"), (PostalCode, "0"), (PostalCode, "99999"), (PhoneNumber, "+000000")]
        {
            assert!(is_filling(field, value), "{} {value}", field.name());
        }
        for (field, value) in
            [(PostalCode, "0010"), (PostalCode, "9999"), (PhoneNumber, "0151"), (Locality, "0"), (PhoneNumber, "+")]
        {
            assert!(!is_filling(field, value), "{} {value}", field.name());
        }
    }

    #[test]
    fn answers_are_values_of_attributes() {
        for value in ["keine", "Нет", "no", "0", "false", "***", "missing", "test"] {
            assert!(!is_placeholder_of_attribute(value), "{value}");
        }
        for nothing in ["n/a", "NULL", "none", "unbekannt", "-", " ", "k.A.", "#N/A", "\\N", "nan"] {
            assert!(is_placeholder_of_attribute(nothing), "{nothing}");
        }
    }

    #[test]
    fn some_words_can_be_ids() {
        for value in ["ND", "bd", "No", "test", "guest", "0", "A-1"] {
            assert!(!is_placeholder_of_id(value), "{value}");
        }
        for nothing in ["NaN", "null", "NULL", "None", "NA", "n/a", "-", "unknown", "<null>", "\\N"] {
            assert!(is_placeholder_of_id(nothing), "{nothing}");
        }
    }

    #[test]
    fn a_name_that_is_a_word_too_is_a_name_beside_another_name_in_its_case() {
        for (name, other) in
            [("Null", "Jennifer"), ("NULL", "JENNIFER"), ("null", "jennifer"), ("Na", "Minh"), ("Nan", "Liu")]
        {
            assert!(is_ambiguous_name(name) && !is_nobodys_name(name, Some(other)), "{name} {other}");
        }
        for (name, other) in [
            ("Null", None),
            ("Null", Some("")),
            ("null", Some("null")),
            ("Null", Some("N/A")),
            ("null", Some("Jennifer")),
            ("NULL", Some("Jennifer")),
            ("Na", Some("0")),
        ] {
            assert!(is_nobodys_name(name, other), "{name} {other:?}");
        }
        assert!(!is_ambiguous_name("unknown") && !is_ambiguous_name("NaN") && !is_ambiguous_name("Weber"));
    }
}
