//! Words without what tells no two of them apart: case, accents, scripts, punctuation.

mod latin;

use std::borrow::Cow;

use super::casefold::fold;
use latin::latin;

/// Appends the words of a text as lower case ASCII letters and digits, one blank between them. Apostrophes and dots
/// separate nothing: `O'Hara` becomes `ohara`, `Anne-Marie` `anne marie`, `Юлия` `yuliya`.
pub fn push_plain_words(value: &str, words: &mut String) {
    if value.is_ascii() {
        return push_ascii_words(value, words);
    }
    push_ascii_words(&latin(&fold(Cow::Borrowed(value))), words);
}

fn push_ascii_words(text: &str, words: &mut String) {
    let start = words.len();
    let mut is_behind_word = false;
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            if is_behind_word && words.len() > start {
                words.push(' ');
            }
            is_behind_word = false;
            words.push(char::from(byte.to_ascii_lowercase()));
        } else if !matches!(byte, b'\'' | b'`' | b'"' | b'.') {
            is_behind_word = true;
        }
    }
}

/// Appends the letters and digits of a text in lower case ASCII: `AB 12-3` becomes `ab123`.
pub fn push_plain_letters(value: &str, letters: &mut String) {
    let push = |text: &str, letters: &mut String| {
        letters.extend(text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()));
    };
    if value.is_ascii() { push(value, letters) } else { push(&latin(&fold(Cow::Borrowed(value))), letters) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_plain() {
        for (text, expected) in [
            ("Anna", "anna"),
            ("  Anne-Marie  ", "anne marie"),
            ("O'Hara", "ohara"),
            ("O’Hara", "ohara"),
            ("J.R. Smith", "jr smith"),
            ("Müller-Weiß", "muller weiss"),
            ("Zoe\u{308}", "zoe"),
            ("Łukasz Ørsted", "lukasz orsted"),
            ("Юлия", "yulia"),
            ("サクラ", "sakura"),
            ("小明", "xiaoming"),
            ("-", ""),
            ("", ""),
        ] {
            let mut words = String::new();
            push_plain_words(text, &mut words);
            assert_eq!(words, expected, "{text}");
        }
    }

    #[test]
    fn letters_are_plain() {
        for (text, expected) in [("AB 12-3", "ab123"), ("Ä-1", "a1"), ("--", "")] {
            let mut letters = String::from("x");
            push_plain_letters(text, &mut letters);
            assert_eq!(letters, format!("x{expected}"), "{text}");
        }
    }
}
