//! Letter case.

use std::borrow::Cow;

/// Lower case.
pub(super) fn lowercase(value: Cow<'_, str>) -> Cow<'_, str> {
    // Here and below without an early exit, so that many bytes are compared at once.
    if value.bytes().fold(true, |all, byte| all & byte.is_ascii() & !byte.is_ascii_uppercase()) {
        return value;
    }
    Cow::Owned(value.to_lowercase())
}

/// Upper case.
pub(super) fn uppercase(value: Cow<'_, str>) -> Cow<'_, str> {
    if value.bytes().fold(true, |all, byte| all & byte.is_ascii() & !byte.is_ascii_lowercase()) {
        return value;
    }
    Cow::Owned(value.to_uppercase())
}

/// Name case, for text that is all in upper or all in lower case. Other text is as somebody wrote it with care, and stays:
/// `O'Malley`, `van den Bosch`.
pub(super) fn capitalise(value: Cow<'_, str>) -> Cow<'_, str> {
    let is_capitalised = value.as_bytes().split_first().is_none_or(|(first, others)| {
        let is_lower = others.iter().fold(true, |all, byte| all & byte.is_ascii() & !byte.is_ascii_uppercase());
        first.is_ascii_uppercase() && is_lower
    });
    let is_mixed = || value.chars().any(char::is_lowercase) && value.chars().any(char::is_uppercase);
    if is_capitalised || is_mixed() {
        return value;
    }
    Cow::Owned(name_case(&value))
}

/// Words that are in lower case before a family name.
const LOWER_WORDS: [&str; 24] = [
    "af", "av", "da", "das", "de", "del", "dem", "den", "der", "des", "di", "do", "dos", "du", "het", "ten", "ter",
    "und", "van", "vom", "von", "zu", "zum", "zur",
];
/// Words that are in lower case behind another such word, or behind a name.
const LOWER_WORDS_BEHIND: [&str; 6] = ["la", "las", "los", "op", "te", "y"];
/// Generations, at the end of a name.
const GENERATIONS: [&str; 3] = ["ii", "iii", "iv"];

/// Each word in name case.
fn name_case(text: &str) -> String {
    let mut named = String::with_capacity(text.len());
    let mut words = text.split_inclusive(char::is_whitespace).peekable();
    let mut is_first = true;
    let mut is_behind_lower = false;
    while let Some(piece) = words.next() {
        let word = piece.to_lowercase();
        let bare = word.trim_end();
        let is_last = words.peek().is_none();
        let is_lower_behind = LOWER_WORDS_BEHIND.contains(&bare) && (is_behind_lower || (bare == "y" && !is_first));
        is_behind_lower = !is_last && (LOWER_WORDS.contains(&bare) || is_lower_behind);
        if is_behind_lower {
            named.push_str(&word);
        } else if is_last && !is_first && GENERATIONS.contains(&bare) {
            named.push_str(&word.to_uppercase());
        } else {
            push_word(&mut named, &word);
        }
        is_first &= bare.is_empty();
    }
    named
}

/// Adds a word in lower case as the word of a name: `O'Hara`, `McDonald`, `Jean-Luc`, `J.R.`
fn push_word(named: &mut String, word: &str) {
    for piece in word.split_inclusive(['-', '\u{2010}', '.', '/', '(', '"', '&', '+']) {
        match piece.find(['\'', '’']).filter(|apostrophe| is_elision(piece, *apostrophe)) {
            Some(apostrophe) => {
                let (before, after) = piece.split_at(apostrophe);
                let mark = after.chars().next().map_or(0, char::len_utf8);
                push_capitalised(named, before);
                named.push_str(&after[..mark]);
                push_capitalised(named, &after[mark..]);
            }
            None => push_capitalised(named, piece),
        }
    }
}

/// Whether an apostrophe is between a prefix and a name: `o'hara`, `dell'acqua`, not `jane's`, `'t hooft`.
fn is_elision(word: &str, apostrophe: usize) -> bool {
    const LONG: [&str; 4] = ["all", "dall", "dell", "sant"];
    let before = &word[..apostrophe];
    let is_prefix = before.chars().count() == 1 || LONG.contains(&before);
    is_prefix && word[apostrophe..].chars().filter(|letter| letter.is_alphabetic()).count() > 1
}

/// Adds a text in lower case with its first letter in upper case, and the one behind `Mc`.
fn push_capitalised(named: &mut String, text: &str) {
    if let Some(rest) =
        text.strip_prefix("mc").filter(|rest| rest.chars().filter(|letter| letter.is_alphabetic()).count() > 1)
    {
        named.push_str("Mc");
        return push_capitalised(named, rest);
    }
    let mut letters = text.chars();
    if let Some(first) = letters.next() {
        named.extend(first.to_uppercase());
    }
    named.push_str(letters.as_str());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_step;

    #[test]
    fn a_name_in_one_case_is_put_in_name_case() {
        check_step(
            capitalise,
            &[
                ("anna", "Anna"),
                ("ANNA", "Anna"),
                ("JÜRGEN", "Jürgen"),
                ("émile", "Émile"),
                ("e\u{301}LODIE", "e\u{301}LODIE"),
                ("E\u{301}LODIE", "E\u{301}lodie"),
                ("ΝΙΚΟΣ", "Νικος"),
                ("", ""),
                ("anna maria", "Anna Maria"),
                ("JEAN-LUC", "Jean-Luc"),
                ("O'MALLEY", "O'Malley"),
                ("o’hara", "O’Hara"),
                ("d'angelo", "D'Angelo"),
                ("DELL'ACQUA", "Dell'Acqua"),
                ("JANE'S", "Jane's"),
                ("MCDONALD", "McDonald"),
                ("mc", "Mc"),
                ("MACHADO", "Machado"),
                ("VAN DEN BOSCH", "van den Bosch"),
                ("von der leyen", "von der Leyen"),
                ("DE LA CRUZ", "de la Cruz"),
                ("LA ROSA", "La Rosa"),
                ("ORTEGA Y GASSET", "Ortega y Gasset"),
                ("VAN 'T HOF", "van 't Hof"),
                ("VAN", "Van"),
                ("DE", "De"),
                ("GARCÍA PÉREZ", "García Pérez"),
                ("J.R.", "J.R."),
                ("ELDER III", "Elder III"),
                ("王小明", "王小明"),
            ],
        );
    }

    #[test]
    fn a_name_in_both_cases_stays() {
        for name in [
            "Anna",
            "O'Malley",
            "McDonald",
            "van den Bosch",
            "von der Leyen",
            "Jean-Luc",
            "DeShawn",
            "García Pérez",
            "Anna maria",
            "Élodie",
        ] {
            assert!(matches!(capitalise(Cow::Borrowed(name)), Cow::Borrowed(same) if same == name), "{name}");
        }
    }

    #[test]
    fn changes_case() {
        assert_eq!(lowercase(Cow::Borrowed("MÜLLER@X.DE")), "müller@x.de");
        assert_eq!(uppercase(Cow::Borrowed("ch")), "CH");
        assert!(matches!(lowercase(Cow::Borrowed("plain")), Cow::Borrowed(_)));
    }
}
