//! Unicode text: composition, case folding, white space, invisible letters, ASCII, and parts of it.

use std::borrow::Cow;

use any_ascii::any_ascii_char;
use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizer;

/// Removes white space around the value.
#[inline]
pub fn trim(value: Cow<'_, str>) -> Cow<'_, str> {
    if has_graphic_ends(&value) {
        return value;
    }
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// Whether a value, as most do, begins and ends with ASCII that is no white space.
#[inline]
pub(super) fn has_graphic_ends(value: &str) -> bool {
    matches!(value.as_bytes(), [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic())
}

/// Whether a letter is invisible and no part of a value: control characters that are no white space, and marks of
/// direction, of joining and of byte order.
pub fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
    ) || (letter.is_control() && !letter.is_whitespace())
}

/// The text without invisible letters. Joiners and selectors of scripts and signs that need them stay.
pub(super) fn visible(value: Cow<'_, str>) -> Cow<'_, str> {
    if value.is_ascii() || !value.chars().any(is_invisible) {
        return value;
    }
    let mut visible = String::with_capacity(value.len());
    let mut letters = value.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_needed = is_needed_between(visible.chars().next_back(), letter, letters.peek().copied());
        if !is_invisible(letter) || is_needed {
            visible.push(letter);
        }
    }
    if visible == value { value } else { Cow::Owned(visible) }
}

/// Whether an invisible letter changes how its neighbours look: joiners between letters of Arabic and Indic scripts, and
/// selectors behind signs.
fn is_needed_between(before: Option<char>, letter: char, after: Option<char>) -> bool {
    const FIRST_WITH_JOINERS: char = '\u{600}';
    let is_joined =
        |neighbour: Option<char>| neighbour.is_some_and(|letter| letter >= FIRST_WITH_JOINERS && !is_invisible(letter));
    match letter {
        '\u{200c}' | '\u{200d}' => is_joined(before) && is_joined(after),
        '\u{fe00}'..='\u{fe0f}' => before.is_some_and(|sign| sign >= '\u{2030}' || "#*0123456789©®".contains(sign)),
        _ => false,
    }
}

/// Whether a letter is a vowel sign of Arabic or Hebrew, or lengthens a line. Most people leave them out.
pub(super) fn is_vowel_sign(letter: char) -> bool {
    matches!(
        letter,
        '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
            | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
            | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}'
    )
}

/// Whether a letter is a control character (Unicode's Cc) that no text has: all but tabs and line ends.
#[inline]
pub fn is_stray_control(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\t' | '\n' | '\r')
}

/// The text without [`is_stray_control`] characters, and blanks in place of those that separate words; `None` if it has
/// none.
#[inline]
pub fn without_controls(text: &str) -> Option<String> {
    let has_controls = text.chars().any(is_stray_control);
    has_controls.then(|| text.chars().filter_map(without_control).collect())
}

/// A letter as [`without_controls`] writes it; `None` if it is dropped.
pub fn without_control(letter: char) -> Option<char> {
    match letter {
        _ if !is_stray_control(letter) => Some(letter),
        _ if letter.is_whitespace() => Some(' '),
        _ => None,
    }
}

/// Unicode Normalization Form C (UAX #15): `e` and a combining acute become `é`.
pub(super) fn nfc(value: Cow<'_, str>) -> Cow<'_, str> {
    const COMPOSER: icu_normalizer::ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfc();
    if value.is_ascii() {
        return value;
    }
    match value {
        Cow::Borrowed(text) => COMPOSER.normalize(text),
        Cow::Owned(text) if COMPOSER.is_normalized(&text) => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(COMPOSER.normalize(&text).into_owned()),
    }
}

/// Full case folding (Unicode, `CaseFolding.txt`, C and F): `ß` becomes `ss`, `Σ` and `ς` become `σ`.
pub(super) fn casefold(value: Cow<'_, str>) -> Cow<'_, str> {
    if value.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return value;
    }
    match value {
        Cow::Borrowed(text) => CaseMapper::new().fold_string(text),
        Cow::Owned(text) => Cow::Owned(CaseMapper::new().fold_string(&text).into_owned()),
    }
}

/// One blank for every run of white space (Unicode), and none around the value.
pub(super) fn collapse(value: Cow<'_, str>) -> Cow<'_, str> {
    let mut before = ' ';
    let is_collapsed = value.chars().all(|letter| {
        let fits = !letter.is_whitespace() || (letter == ' ' && before != ' ');
        before = letter;
        fits
    });
    if is_collapsed && before != ' ' {
        return value;
    }
    let mut collapsed = String::with_capacity(value.len());
    for word in value.split_whitespace() {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    Cow::Owned(collapsed)
}

/// The closest ASCII letters (the tables of AnyAscii): `Zoë` becomes `Zoe`, `Müller` `Muller`, `Борис` `Boris`. Names in
/// Cyrillic letters end as most people write them: `Юлия` becomes `Yulia`, `Дмитрий` `Dmitry`. A grave accent is an apostrophe.
pub(super) fn ascii(value: Cow<'_, str>) -> Cow<'_, str> {
    if value.is_ascii() {
        return if value.contains('`') { Cow::Owned(value.replace('`', "'")) } else { value };
    }
    // The letters of Cyrillic, Hebrew and Arabic.
    let is_respelt = value.chars().any(|letter| ('\u{400}'..='\u{77f}').contains(&letter));
    let ascii = any_ascii::any_ascii(&if is_respelt { Cow::Owned(respelt(&value)) } else { value });
    Cow::Owned(ascii.replace('`', "'"))
}

/// A text without vowel signs of Arabic and Hebrew, with one form of Arabic letters that people write in several, without
/// the signs of Cyrillic that change a consonant, and with its endings `ия` and `ий` as people write them in Latin letters.
fn respelt(text: &str) -> String {
    let mut respelt = String::with_capacity(text.len());
    let mut letters = text.chars().filter(|letter| !is_vowel_sign(*letter)).peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied();
        let is_dropped = match letter {
            'ь' | 'ъ' | 'Ь' | 'Ъ' => true,
            'и' | 'ы' | 'И' | 'Ы' if matches!(next, Some('й' | 'Й')) => {
                letters.clone().nth(1).is_none_or(|after| !after.is_alphabetic())
            }
            _ => false,
        };
        let spelt = match letter {
            'я' if matches!(before, 'и' | 'И') => 'а',
            'Я' if matches!(before, 'и' | 'И') => 'А',
            letter => plain_arabic(letter),
        };
        before = letter;
        if !is_dropped {
            respelt.push(spelt);
        }
    }
    respelt
}

/// The plain form of an Arabic letter that people write in several: alef with a hamza, and the forms of yeh and kaf.
pub(super) fn plain_arabic(letter: char) -> char {
    match letter {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' => 'ي',
        'ک' => 'ك',
        'ة' => 'ه',
        letter => letter,
    }
}

/// The ASCII letters and digits of a text, after ASCII folding.
pub(super) fn ascii_alphanumerics(value: &str) -> impl Iterator<Item = u8> {
    let ascii = |letter: char| {
        let (one, several) = if letter.is_ascii() { (Some(letter as u8), "") } else { (None, any_ascii_char(letter)) };
        one.into_iter().chain(several.bytes())
    };
    value.chars().flat_map(ascii).filter(u8::is_ascii_alphanumeric)
}

/// The text before the first white space or hyphen: `Anna-Maria` and `Anna Maria` become `Anna`.
pub(super) fn first_word(value: Cow<'_, str>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(words(text).next().unwrap_or_default()),
        Cow::Owned(text) if !text.contains(is_between_words) => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(words(&text).next().unwrap_or_default().to_owned()),
    }
}

/// Whether a letter separates words.
fn is_between_words(letter: char) -> bool {
    letter.is_whitespace() || letter == '-'
}

/// The words of a text, which white space and hyphens separate.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_between_words).filter(|word| !word.is_empty())
}

/// The words in the order of their code points, with one blank between them: `López-García` becomes `García López`.
pub(super) fn sorted_words(value: Cow<'_, str>) -> Cow<'_, str> {
    if !value.contains(is_between_words) {
        return value;
    }
    let mut words: Vec<&str> = words(&value).collect();
    words.sort_unstable();
    let sorted = words.join(" ");
    if sorted == value { value } else { Cow::Owned(sorted) }
}

/// The first letters of the value, or all of it if there are no more.
pub(super) fn prefix(value: Cow<'_, str>, letters: usize) -> Cow<'_, str> {
    match (value.char_indices().nth(letters), value) {
        (None, value) => value,
        (Some((end, _)), Cow::Borrowed(text)) => Cow::Borrowed(&text[..end]),
        (Some((end, _)), Cow::Owned(mut text)) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}

/// The ASCII digits of the value; `None` if it has none.
pub(super) fn digits_only(value: Cow<'_, str>) -> Option<Cow<'_, str>> {
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value).filter(|value| !value.is_empty());
    }
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(Cow::Owned(digits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_step;

    #[test]
    fn composes() {
        // UAX #15, figures 3 to 5, and `NormalizationTest.txt`.
        let cases = [
            ("\u{212B}", "\u{C5}"),
            ("\u{2126}", "\u{3A9}"),
            ("A\u{30A}", "\u{C5}"),
            ("o\u{302}", "\u{F4}"),
            ("s\u{323}\u{307}", "\u{1E69}"),
            ("d\u{307}\u{323}", "\u{1E0D}\u{307}"),
            ("\u{FB01}", "\u{FB01}"),
            ("2\u{2075}", "2\u{2075}"),
            ("\u{1100}\u{1161}", "\u{AC00}"),
            ("Zoe\u{308}", "Zo\u{EB}"),
        ];
        check_step(nfc, &cases);
    }

    #[test]
    fn only_digits_are_left() {
        for (text, expected) in [
            ("123-45-6789", Some("123456789")),
            ("0042", Some("0042")),
            (" DE 811.907 ", Some("811907")),
            ("٣", None),
            ("n/a", None),
            ("", None),
        ] {
            assert_eq!(digits_only(Cow::Borrowed(text)).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn folds_case() {
        // CaseFolding.txt of Unicode: 0041, 00DF, 0130, 0149, 01F0, 0390, 03A3, 03C2, 1E9E, FB03, 13A0, AB70.
        let cases = [
            ("A", "a"),
            ("\u{DF}", "ss"),
            ("\u{130}", "i\u{307}"),
            ("\u{149}", "\u{2BC}n"),
            ("\u{1F0}", "j\u{30C}"),
            ("\u{390}", "\u{3B9}\u{308}\u{301}"),
            ("\u{3A3}", "\u{3C3}"),
            ("\u{3C2}", "\u{3C3}"),
            ("\u{1E9E}", "ss"),
            ("\u{FB03}", "ffi"),
            ("\u{13A0}", "\u{13A0}"),
            ("\u{AB70}", "\u{13A0}"),
            ("STRASSE Straße", "strasse strasse"),
        ];
        check_step(casefold, &cases);
    }

    #[test]
    fn collapses_white_space() {
        let cases = [
            ("a b", "a b"),
            ("  a \t\r\n b  ", "a b"),
            ("a\u{a0}b\u{2009}c\u{3000}", "a b c"),
            ("a ", "a"),
            (" ", ""),
            ("", ""),
        ];
        check_step(collapse, &cases);
    }

    #[test]
    fn folds_to_ascii() {
        // The examples of AnyAscii's documentation, and names.
        let cases = [
            ("sample", "sample"),
            ("άνθρωποι", "anthropoi"),
            ("深圳", "ShenZhen"),
            ("Борис", "Boris"),
            ("Jürgen Groß", "Jurgen Gross"),
            ("Zoe\u{308}", "Zoe"),
            ("Łukasz Ørsted", "Lukasz Orsted"),
            ("Sean O’Malley", "Sean O'Malley"),
            ("Anne‐Marie", "Anne-Marie"),
            ("Eva\u{200b}", "Eva"),
        ];
        check_step(ascii, &cases);
        assert_eq!(ascii(Cow::Borrowed("مُحَمَّد")), ascii(Cow::Borrowed("محمد")));
        assert_eq!(ascii(Cow::Borrowed("أحمد")), ascii(Cow::Borrowed("احمد")));
        for (name, expected) in [
            ("Юлия", "Yulia"),
            ("МАРИЯ", "MARIA"),
            ("Наталья", "Natalya"),
            ("Дмитрий", "Dmitry"),
            ("Белый Андрей", "Bely Andrey"),
            ("Щербакова", "Shcherbakova"),
            ("O`Neil", "O'Neil"),
        ] {
            assert_eq!(ascii(Cow::Borrowed(name)), expected);
        }
    }

    #[test]
    fn takes_invisible_letters_out() {
        let cases = [
            ("Eva\u{200b}", "Eva"),
            ("\u{feff}Eva", "Eva"),
            ("Schmidt\u{ad}kunz", "Schmidtkunz"),
            ("\u{202a}Eva\u{202c} Holm", "Eva Holm"),
            ("Zoë\u{200d}", "Zoë"),
            ("علی\u{200c}رضا", "علی\u{200c}رضا"),
            ("علی\u{200c}", "علی"),
            ("❤\u{fe0f}", "❤\u{fe0f}"),
            ("a\u{fe0f}", "a"),
            ("Zoë", "Zoë"),
        ];
        check_step(visible, &cases);
    }

    #[test]
    fn takes_parts() {
        check_step(
            first_word,
            &[("Anna-Maria", "Anna"), (" Anna Maria", "Anna"), ("Jean\u{a0}Luc", "Jean"), ("Anna", "Anna"), ("-", "")],
        );
        check_step(
            |value| prefix(value, 3),
            &[("Elisabeth", "Eli"), ("Jo", "Jo"), ("Zoë", "Zoë"), ("Çağla", "Çağ"), ("", "")],
        );
    }

    #[test]
    fn sorts_words() {
        let cases = [
            ("López García", "García López"),
            ("López-García", "García López"),
            (" Schmidt -  Müller ", "Müller Schmidt"),
            ("de\u{a0}la Cruz", "Cruz de la"),
            ("Müller", "Müller"),
            ("Ann Ann", "Ann Ann"),
            ("-", ""),
        ];
        check_step(sorted_words, &cases);
        assert!(matches!(sorted_words(Cow::Borrowed("García López")), Cow::Borrowed(_)));
    }

    #[test]
    fn what_is_normal_is_not_copied() {
        for step in [nfc, casefold, collapse, ascii, first_word, sorted_words] {
            assert!(matches!(step(Cow::Borrowed("anna")), Cow::Borrowed(_)));
        }
        assert!(matches!(digits_only(Cow::Borrowed("0042")), Some(Cow::Borrowed(_))));
        for step in [nfc, collapse, casefold, visible] {
            assert!(matches!(step(Cow::Borrowed("jürgen weiler")), Cow::Borrowed(_)));
        }
    }
}
