//! Letters alone, and letters in other spellings: for comparing.

use std::borrow::Cow;

use super::text::nfc;

/// The letters and digits of a text: `Anne-Marie` and `Anne Marie` become `AnneMarie`, `O'Hara` becomes `OHara`.
pub(super) fn letters(value: Cow<'_, str>) -> Cow<'_, str> {
    let value = nfc(value);
    if value.chars().all(char::is_alphanumeric) {
        return value;
    }
    // What is left may compose, or have its marks in another order.
    nfc(Cow::Owned(value.chars().filter(|letter| letter.is_alphanumeric()).collect()))
}

/// German letters as those write them who have no umlauts: `Müller` becomes `Mueller`, `Weiß` `Weiss`.
pub(super) fn german(value: Cow<'_, str>) -> Cow<'_, str> {
    if value.is_ascii() {
        return value;
    }
    let value = nfc(value);
    if !value.contains(['ä', 'ö', 'ü', 'ß', 'Ä', 'Ö', 'Ü', 'ẞ']) {
        return value;
    }
    let mut spelt = String::with_capacity(value.len() + 4);
    let mut letters = value.chars().peekable();
    let mut is_behind_upper = false;
    while let Some(letter) = letters.next() {
        // `ÄRZTE` becomes `AERZTE`, `Ärzte` `Aerzte`.
        let is_upper = letters.peek().map_or(is_behind_upper, |next| next.is_uppercase());
        match letter {
            'ä' => spelt.push_str("ae"),
            'ö' => spelt.push_str("oe"),
            'ü' => spelt.push_str("ue"),
            'ß' => spelt.push_str("ss"),
            'Ä' => spelt.push_str(if is_upper { "AE" } else { "Ae" }),
            'Ö' => spelt.push_str(if is_upper { "OE" } else { "Oe" }),
            'Ü' => spelt.push_str(if is_upper { "UE" } else { "Ue" }),
            'ẞ' => spelt.push_str("SS"),
            other => spelt.push(other),
        }
        is_behind_upper = letter.is_uppercase();
    }
    Cow::Owned(spelt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_step;

    #[test]
    fn takes_letters_and_digits_only() {
        check_step(
            letters,
            &[
                ("Anne-Marie", "AnneMarie"),
                ("Anne Marie", "AnneMarie"),
                ("Anne‐Marie", "AnneMarie"),
                ("O'Hara", "OHara"),
                ("O’Hara", "OHara"),
                ("J.R.", "JR"),
                ("Jose\u{301} 2", "José2"),
                ("Eva\u{200b}", "Eva"),
                ("-", ""),
                ("ט\u{5bc} \u{e3a}", "ט\u{e3a}\u{5bc}"),
                ("नीलम", "नीलम"),
            ],
        );
        assert!(matches!(letters(Cow::Borrowed("Müller")), Cow::Borrowed(_)));
    }

    #[test]
    fn spells_german_letters_out() {
        check_step(
            german,
            &[
                ("Müller", "Mueller"),
                ("Mu\u{308}ller", "Mueller"),
                ("MÜLLER", "MUELLER"),
                ("Jürgen Groß", "Juergen Gross"),
                ("GROẞ", "GROSS"),
                ("Österreich", "Oesterreich"),
                ("ÖZ", "OEZ"),
                ("MÄ", "MAE"),
                ("Zoé", "Zoé"),
            ],
        );
        assert!(matches!(german(Cow::Borrowed("Zoé Mueller")), Cow::Borrowed(_)));
    }
}
