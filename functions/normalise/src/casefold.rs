//! Case, compatibility and marks folded, for comparing.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizer;

use super::text::{casefold, is_invisible, is_vowel_sign, plain_arabic};

/// Unicode's NFKC_Casefold (D147): `ß` and `SS` become `ss`, full-width letters and ligatures plain ones, invisible letters
/// go. Beyond that there is one apostrophe and one hyphen, there are no vowel signs of Arabic and Hebrew and one form of its letters, and there is nothing
/// that capitals leave out: the dot of the Turkish `i`, and the accent of Greek.
pub(super) fn fold(value: Cow<'_, str>) -> Cow<'_, str> {
    if value.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase() && byte != b'`') {
        return value;
    }
    if value.is_ascii() {
        return Cow::Owned(value.to_ascii_lowercase().replace('`', "'"));
    }
    // What compatibility makes of a letter may have case, and the other way round.
    const MOST: usize = 4;
    let mut folded = fold_once(&value);
    for _ in 1..MOST {
        let again = fold_once(&folded);
        if again == folded {
            break;
        }
        folded = again;
    }
    if folded == value { value } else { Cow::Owned(folded) }
}

fn fold_once(text: &str) -> String {
    const COMPOSER: icu_normalizer::ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfkc();
    let mut plain: String = text.chars().filter_map(plain_letter).collect();
    if plain.contains('\u{307}') {
        plain = plain.replace("i\u{307}", "i").replace("I\u{307}", "i");
    }
    COMPOSER.normalize(&casefold(Cow::Owned(plain))).into_owned()
}

/// The one form of apostrophes, hyphens, and letters of which capitals have one form; `None` for what is left out.
fn plain_letter(letter: char) -> Option<char> {
    match letter {
        '`' | '´' | '‘' | '’' | '‛' | 'ʹ' | 'ʻ' | 'ʼ' | 'ʽ' | '′' | '＇' => Some('\''),
        '\u{2010}'..='\u{2015}' | '−' | '﹣' | '－' => Some('-'),
        'İ' | 'ı' => Some('i'),
        'ά' => Some('α'),
        'έ' => Some('ε'),
        'ή' => Some('η'),
        'ί' => Some('ι'),
        'ό' => Some('ο'),
        'ύ' => Some('υ'),
        'ώ' => Some('ω'),
        'ΐ' => Some('ϊ'),
        'ΰ' => Some('ϋ'),
        letter if is_invisible(letter) || is_vowel_sign(letter) => None,
        letter => Some(plain_arabic(letter)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_step;

    #[test]
    fn folds_case_and_composes() {
        // CaseFolding.txt of Unicode.
        check_step(
            fold,
            &[
                ("A", "a"),
                ("\u{DF}", "ss"),
                ("\u{130}", "i"),
                ("\u{1F0}", "\u{1F0}"),
                ("\u{390}", "\u{3CA}"),
                ("\u{3A3}", "\u{3C3}"),
                ("\u{3C2}", "\u{3C3}"),
                ("\u{1E9E}", "ss"),
                ("\u{FB03}", "ffi"),
                ("\u{13A0}", "\u{13A0}"),
                ("\u{AB70}", "\u{13A0}"),
                ("STRASSE Straße", "strasse strasse"),
            ],
        );
    }

    #[test]
    fn folds_what_looks_alike() {
        check_step(
            fold,
            &[
                ("Jose\u{301}", "jos\u{e9}"),
                ("Ｋｅｎ", "ken"),
                ("Eva\u{a0}Maria", "eva maria"),
                ("Eva\u{200b}", "eva"),
                ("Schmidt\u{ad}kunz", "schmidtkunz"),
                ("O’Malley", "o'malley"),
                ("O`Malley", "o'malley"),
                ("O´Malley", "o'malley"),
                ("Anne\u{2010}Marie", "anne-marie"),
                ("مُحَمَّد", "محمد"),
                ("שָׁלוֹם", "שלום"),
                ("أحمد", "احمد"),
                ("علی", "علي"),
                ("IŞIK", "işik"),
                ("Işık", "işik"),
                ("I\u{307}PEK", "ipek"),
                ("İpek", "ipek"),
                ("Νίκος", "νικοσ"),
                ("ΝΊΚΟΣ", "νικοσ"),
                ("ΝΙΚΟΣ", "νικοσ"),
            ],
        );
        assert!(matches!(fold(Cow::Borrowed("jürgen weiler")), Cow::Borrowed(_)));
        assert!(matches!(fold(Cow::Borrowed("anna")), Cow::Borrowed(_)));
    }
}
