//! Phone numbers as people write them: the digits, and what stands around them.

use std::borrow::Cow;

use super::spreadsheet::{without_formula, without_mark};
use super::text::is_invisible;

/// More digits than any number has with all prefixes.
const DIGITS_MAX: usize = 24;
/// A switchboard's number has at least so many digits, an extension at most so many.
const SWITCHBOARD_DIGITS: usize = 5;
const EXTENSION_DIGITS: usize = 7;

/// What stands before an extension in a value.
pub(super) const EXTENSION: &str = ";ext=";

/// The marks between a number and its extension, the longer of two that end alike first.
const EXTENSION_MARKS: [&str; 35] = [
    "extension",
    "extensión",
    "extn",
    "ext",
    "xtn",
    "x",
    "#",
    "~",
    ",,",
    // German: Durchwahl, Apparat, Nebenstelle, Klappe.
    "durchwahl",
    "dw",
    "apparat",
    "app",
    "nebenstelle",
    "nst",
    "klappe",
    "kl",
    // French, Spanish, Portuguese, Italian.
    "poste",
    "anexo",
    "interno",
    "int",
    "ramal",
    // Dutch, Polish, Swedish, Danish.
    "toestel",
    "tst",
    "wewn",
    "wew",
    "anknytning",
    "ankn",
    "lokal",
    // Russian.
    "добавочный",
    "доб",
    "Доб",
    "ДОБ",
    // A pause in a number that is dialled.
    "p",
    "w",
];

/// What stands before a number in an address of the Web.
const SCHEMES: [&str; 4] = ["tel:", "callto:", "sms:", "whatsapp:"];

/// The digits of a text that has nothing but digits and the usual signs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digits {
    digits: [u8; DIGITS_MAX],
    count: usize,
    /// Whether a `+` stands before them.
    pub has_plus: bool,
    /// Whether they are a number for arithmetic, `4915123456789.0`, which has lost its `+` and zeros.
    pub is_float: bool,
    /// The place of a `0` that stands as `(0)`.
    zero: Option<usize>,
}

impl Digits {
    /// The digits of a text; `None` if there is anything else than digits, blanks and `+ ( ) - / .` in it.
    pub(super) fn of(text: &str) -> Option<Self> {
        let (text, is_float) = match text.strip_suffix(".0") {
            Some(whole) if is_all_digits(whole) => (whole, true),
            _ => (text, false),
        };
        let mut read = Self { digits: [0; DIGITS_MAX], count: 0, has_plus: false, is_float, zero: None };
        for (place, byte) in text.bytes().enumerate() {
            match byte {
                b'0'..=b'9' => {
                    *read.digits.get_mut(read.count)? = byte;
                    read.count += 1;
                }
                b'(' => {
                    if read.zero.is_none() && text.as_bytes()[place..].starts_with(b"(0)") {
                        read.zero = Some(read.count);
                    }
                }
                b' ' | b')' | b'-' | b'/' | b'.' => {}
                b'+' if read.count == 0 && !read.has_plus => read.has_plus = true,
                _ => return None,
            }
        }
        Some(read)
    }

    /// All digits.
    pub(super) fn all(&self) -> &[u8] {
        &self.digits[..self.count]
    }

    /// The digits without the `0` of `(0)`.
    pub(super) fn without_bracketed_zero(&self) -> Self {
        let mut bare = *self;
        if let Some(place) = bare.zero.take() {
            bare.digits.copy_within(place + 1.., place);
            bare.count -= 1;
        }
        bare
    }
}

/// A number's calling code and the digits behind it, in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spelled {
    digits: [u8; DIGITS_MAX],
    count: usize,
}

impl Spelled {
    /// `None` if there are far too many digits.
    pub(super) fn new(code: &[u8], national: &[u8]) -> Option<Self> {
        let mut digits = [0; DIGITS_MAX];
        let count = code.len() + national.len();
        digits.get_mut(..code.len())?.copy_from_slice(code);
        digits.get_mut(code.len()..count)?.copy_from_slice(national);
        Some(Self { digits, count })
    }

    /// The digits, those of the calling code first.
    pub(super) fn digits(&self) -> &[u8] {
        &self.digits[..self.count]
    }

    /// The number as ITU-T E.164 writes it, with an extension as RFC 3966 does. A value that is written so is not copied.
    pub(super) fn write<'a>(&self, value: Cow<'a, str>, extension: &str) -> Cow<'a, str> {
        if extension.is_empty() && value.as_bytes().split_first() == Some((&b'+', self.digits())) {
            return value;
        }
        let mut number = String::with_capacity(1 + self.count + EXTENSION.len() + extension.len());
        number.push('+');
        number.push_str(std::str::from_utf8(self.digits()).unwrap_or_default());
        if !extension.is_empty() {
            number.push_str(EXTENSION);
            number.push_str(extension);
        }
        if number == value { value } else { Cow::Owned(number) }
    }
}

fn is_all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number without what people and programs put around it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tidy {
    /// The number, with usual signs in place of others that mean the same.
    pub number: String,
    /// The number and the words behind it, which may be digits as letters, `1-800-FLOWERS`.
    pub lettered: Option<String>,
    /// The digits of the extension.
    pub extension: Option<String>,
    /// Whether there were words around it.
    pub had_words: bool,
}

/// A text without invisible characters, a spreadsheet's marks, `tel:`, words before and behind the number, and with the
/// extension apart; `None` if its digits are lost: `4.91511E+11`.
#[cold]
pub(super) fn tidy(text: &str) -> Option<Tidy> {
    let seen: String = text.chars().filter(|letter| !is_invisible(*letter)).map(usual_letter).collect();
    let seen = without_mark(without_formula(seen.trim().into()));
    let seen = seen.trim_matches(|letter: char| letter == '\'' || letter == '"' || letter == ' ');
    if is_exponential(seen) {
        return None;
    }
    let number = without_scheme(without_fraction(seen));
    if number.contains(";phone-context=") {
        return Some(Tidy { number: number.to_owned(), lettered: None, extension: None, had_words: true });
    }
    let (number, extension) = match with_extension(number) {
        Some((number, extension)) => (number, Some(extension.to_owned())),
        None => (number, None),
    };
    let (number, had_notes) = without_notes(number);
    let (number, had_label) = without_label(&number);
    let cut = without_words_behind(number);
    let lettered = (cut.len() < number.len()).then(|| number.to_owned());
    let had_words = had_notes || had_label || lettered.is_some();
    Some(Tidy { number: cut.to_owned(), lettered, extension, had_words })
}

/// The ASCII letter that a letter stands for in a number.
fn usual_letter(letter: char) -> char {
    match letter {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' => '-',
        '０'..='９' => char::from_digit(letter as u32 - '０' as u32, 10).unwrap_or(letter),
        '＋' => '+',
        '（' => '(',
        '）' => ')',
        '\u{2044}' | '／' => '/',
        '．' => '.',
        '‘' | '’' | '‚' => '\'',
        '“' | '”' | '„' => '"',
        _ if letter.is_whitespace() => ' ',
        _ => letter,
    }
}

/// Whether a text is a number in powers of ten, `4,9E+11`, as spreadsheets write long ones: its last digits are lost.
fn is_exponential(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once(['E', 'e']) else { return false };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let number = number.strip_prefix(['+', '-']).unwrap_or(number);
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, ""));
    let is_number = |digits: &str| !digits.is_empty() && is_all_digits(digits);
    is_number(whole) && is_all_digits(fraction) && is_number(exponent)
}

/// A number without `.0`, `,0` or `.00`, which programs put behind one for arithmetic.
fn without_fraction(text: &str) -> &str {
    let whole = [".0", ",0", ".00", ",00"].iter().find_map(|zeros| text.strip_suffix(zeros));
    whole.filter(|whole| whole.len() > SWITCHBOARD_DIGITS && is_all_digits(whole)).unwrap_or(text)
}

fn without_scheme(text: &str) -> &str {
    let is_scheme = |scheme: &&&str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    SCHEMES.iter().find(is_scheme).map_or(text, |scheme| text[scheme.len()..].trim_start_matches(['/', ' ']))
}

/// The number and the digits of the extension behind it: `ext. 12`, `x45`, `#7`, `;ext=45`, `Durchwahl 3`.
pub(super) fn with_extension(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_end_matches([' ', ')', '.']);
    let marked = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let extension = &text[marked.len()..];
    if extension.is_empty() || extension.len() > EXTENSION_DIGITS {
        return None;
    }
    let marked = marked.trim_end_matches([' ', '.', ':', '=', '-']);
    let lower = marked.to_ascii_lowercase();
    let mark = EXTENSION_MARKS.iter().find(|mark| lower.ends_with(**mark))?;
    let number = &marked[..marked.len() - mark.len()];
    let is_word = mark.starts_with(char::is_alphabetic) && number.ends_with(char::is_alphabetic);
    let number = number.trim_end_matches([' ', ',', ';', '(', '-', '/', '.']);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    (!is_word && digits >= SWITCHBOARD_DIGITS).then_some((number, extension))
}

/// A text without notes in brackets, `(privat)`, and whether there were any.
fn without_notes(text: &str) -> (String, bool) {
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    let mut had_notes = false;
    while let Some(start) = rest.find(['(', '[']) {
        let end = rest[start..].find([')', ']']).map_or(rest.len(), |end| start + end + 1);
        let note = &rest[start..end];
        let is_note = !note.contains(|letter: char| letter.is_ascii_digit() || letter == '+');
        had_notes |= is_note && note.contains(char::is_alphabetic);
        kept.push_str(if is_note { &rest[..start] } else { &rest[..end] });
        rest = &rest[end..];
    }
    kept.push_str(rest);
    (kept, had_notes)
}

/// A text from its first digit, or the `+` before it, and whether there were words before that.
fn without_label(text: &str) -> (&str, bool) {
    let is_start = |letter: char| letter.is_numeric() || letter == '+';
    let Some(start) = text.find(is_start) else { return (text, false) };
    let (label, number) = text.split_at(start);
    let had_label = label.contains(char::is_alphanumeric);
    // All of several plus signs are one.
    let number = match number.rfind('+') {
        Some(plus) if number[..plus].trim_matches(['+', ' ', '(']).is_empty() => &number[plus..],
        _ => number,
    };
    (number, had_label)
}

/// A number without words behind it, which begin behind a blank or a sign.
fn without_words_behind(text: &str) -> &str {
    let digits_end =
        text.rfind(char::is_numeric).map_or(0, |place| place + text[place..].chars().next().map_or(1, char::len_utf8));
    let behind = &text[digits_end..];
    let is_apart = !behind.starts_with(char::is_alphanumeric);
    let is_empty = behind.bytes().all(|byte| matches!(byte, b' ' | b'(' | b')' | b'-' | b'/' | b'.'));
    if is_apart && !is_empty || behind.trim() != behind { &text[..digits_end] } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tidied(text: &str) -> Option<(String, Option<String>)> {
        tidy(text).map(|tidy| (tidy.number, tidy.extension))
    }

    #[test]
    fn what_is_around_a_number_is_taken_off() {
        for (text, expected) in [
            ("'+4915157300118", "+4915157300118"),
            ("=\"+49 1515 7300111\"", "+49 1515 7300111"),
            ("\u{202a}+4915157300122\u{202c}", "+4915157300122"),
            ("+49\u{2013}1515\u{2011}7300121", "+49-1515-7300121"),
            ("＋４９１５１５", "+491515"),
            ("TEL:+49-151-57300121", "+49-151-57300121"),
            ("tel://0151 57300121", "0151 57300121"),
            ("Mobil: 0151/57300121", "0151/57300121"),
            ("Tel. (0151) 57300121", "0151) 57300121"),
            ("0151 57300121 (privat)", "0151 57300121"),
            ("0151 57300121 – zu Hause", "0151 57300121"),
            ("++49 151 57300121", "+49 151 57300121"),
            ("4915157300121.00", "4915157300121"),
            ("4915157300121,0", "4915157300121"),
        ] {
            assert_eq!(tidied(text), Some((expected.to_owned(), None)), "{text}");
        }
        for lost in ["4.91511E+11", "4,9E+11", "4.9e11", "49E10"] {
            assert_eq!(tidied(lost), None, "{lost}");
        }
    }

    #[test]
    fn letters_may_be_digits() {
        let letters = tidy("1-800-FLOWERS").unwrap();
        assert_eq!((letters.number.as_str(), letters.lettered.as_deref()), ("1-800", Some("1-800-FLOWERS")));
        assert_eq!(tidy("0151 5730012").unwrap().lettered, None);
    }

    #[test]
    fn extensions_are_kept_apart() {
        for (text, number, extension) in [
            ("+1 (212) 555-0123 x45", "+1 (212) 555-0123", "45"),
            ("+1-905-222-3333;ext=555", "+1-905-222-3333", "555"),
            ("020 7946 0123 ext. 12", "020 7946 0123", "12"),
            ("020 7946 0123, Extn: 0012", "020 7946 0123", "0012"),
            ("(415) 555-0134 #7", "(415) 555-0134", "7"),
            ("(415) 555-0134 (ext 7)", "(415) 555-0134", "7"),
            ("030 5550134 Durchwahl 12", "030 5550134", "12"),
            ("030 5550134-DW12", "030 5550134", "12"),
            ("01 23 45 67 89 poste 12", "01 23 45 67 89", "12"),
            ("495 555-01-34 доб. 12", "495 555-01-34", "12"),
            ("+49305550134p12", "+49305550134", "12"),
        ] {
            assert_eq!(with_extension(text), Some((number, extension)), "{text}");
        }
        for none in ["030 5550134", "#1234567", "No. #12", "x45", "+1 212 555 0123 #2125550124", "0151 1234567 Max 12"]
        {
            assert_eq!(with_extension(none), None, "{none}");
        }
    }
}
