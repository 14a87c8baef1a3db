//! Countries as ISO 3166-1 alpha-2 codes.

use std::borrow::Cow;

use super::field::TextField;
use super::placeholder::is_placeholder_of;
use super::table::look_up;
use super::text::ascii_alphanumerics;

/// Codes (alpha-2, alpha-3, numeric), names in 32 languages and common aliases, without case, accents and
/// all that is neither letter nor digit. Made by `infra/tables/make.py` from Unicode CLDR (Unicode-3.0).
const COUNTRIES: &str = include_str!("tables/countries.tsv");

/// The alpha-2 code of a country's name or code; `None` if the name is unknown.
///
/// `NA` is Namibia's code; in any other spelling it means that there is no country.
pub(super) fn country(value: Cow<'_, str>) -> Option<Cow<'_, str>> {
    const LONGEST: usize = 80;
    if is_placeholder_of(TextField::Country, &value) {
        return None;
    }
    let mut name = String::with_capacity(value.len().min(LONGEST));
    for byte in ascii_alphanumerics(&value) {
        if name.len() == LONGEST {
            return None;
        }
        name.push(byte.to_ascii_lowercase().into());
    }
    if name.len() < 3 && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that lost its leading zeros.
        name.insert_str(0, &"00"[..3 - name.len()]);
    }
    let code = look_up(COUNTRIES, &name).or_else(|| look_up(COUNTRIES, name.strip_prefix("the")?))?;
    Some(if code == value { value } else { Cow::Borrowed(code) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{calling_code, table};

    fn of(value: &str) -> Option<String> {
        country(Cow::Borrowed(value)).map(Cow::into_owned)
    }

    #[test]
    fn table_is_sound_and_every_code_means_itself() {
        assert!(table::is_sound(COUNTRIES));
        let mut codes: Vec<&str> = COUNTRIES.lines().filter_map(|line| Some(line.split_once('\t')?.1)).collect();
        codes.sort_unstable();
        codes.dedup();
        // ISO 3166-1 has 249 codes; Kosovo's is in use without it.
        assert_eq!(codes.len(), 250);
        for code in codes {
            assert_eq!(of(code).as_deref(), Some(code));
        }
        assert!(matches!(country(Cow::Borrowed("DE")), Some(Cow::Borrowed("DE"))));
    }

    #[test]
    fn countries_with_phone_numbers_are_known() {
        // Ascension and Tristan da Cunha have calling codes and are parts of Saint Helena in ISO 3166-1.
        for (first, second) in (b'A'..=b'Z').flat_map(|first| (b'A'..=b'Z').map(move |second| (first, second))) {
            let code = String::from_utf8(vec![first, second]).unwrap();
            if calling_code(&code).is_some() && !["AC", "TA"].contains(&code.as_str()) {
                assert_eq!(of(&code), Some(code));
            }
        }
    }

    #[test]
    fn knows_codes_and_names() {
        let cases = [
            // ISO 3166-1: the Online Browsing Platform's alpha-2, alpha-3 and numeric codes.
            ("de", "DE"),
            ("DEU", "DE"),
            ("276", "DE"),
            ("826", "GB"),
            ("GBR", "GB"),
            ("004", "AF"),
            ("4", "AF"),
            ("40", "AT"),
            ("ROU", "RO"),
            // English short names of ISO 3166-1, and CLDR's.
            ("Germany", "DE"),
            (" UNITED  KINGDOM ", "GB"),
            ("United States of America", "US"),
            ("Côte d'Ivoire", "CI"),
            ("Ivory Coast", "CI"),
            ("Cabo Verde", "CV"),
            ("Türkiye", "TR"),
            ("Turkey", "TR"),
            ("Czechia", "CZ"),
            ("Czech Republic", "CZ"),
            ("Bosnia and Herzegovina", "BA"),
            ("Bosnia & Herzegovina", "BA"),
            ("Saint Lucia", "LC"),
            ("the Netherlands", "NL"),
            ("The Bahamas", "BS"),
            ("Hong Kong", "HK"),
            ("Kosovo", "XK"),
            // CLDR's names in other languages.
            ("Deutschland", "DE"),
            ("Allemagne", "DE"),
            ("Alemania", "DE"),
            ("Duitsland", "DE"),
            ("Österreich", "AT"),
            ("OSTERREICH", "AT"),
            ("Großbritannien", "GB"),
            ("États-Unis", "US"),
            ("España", "ES"),
            ("Suomi", "FI"),
            ("Sverige", "SE"),
            ("Niemcy", "DE"),
            ("Česko", "CZ"),
            ("Česká republika", "CZ"),
            ("Magyarország", "HU"),
            ("Россия", "RU"),
            ("Україна", "UA"),
            ("Ελλάδα", "GR"),
            ("中国", "CN"),
            ("日本", "JP"),
            ("대한민국", "KR"),
            ("Federal Republic of Germany", "DE"),
            ("Bundesrepublik Deutschland", "DE"),
            ("Oesterreich", "AT"),
            ("UAE", "AE"),
            ("DR Congo", "CD"),
            // Abbreviations; the European Union writes EL and UK.
            ("U.S.A.", "US"),
            ("USA", "US"),
            ("NA", "NA"),
            ("U.K.", "GB"),
            ("EL", "GR"),
            ("England", "GB"),
            ("Holland", "NL"),
        ];
        for (name, code) in cases {
            assert_eq!(of(name).as_deref(), Some(code), "{name}");
        }
        for unknown in [
            "",
            "XX",
            "Atlantis",
            "the",
            "99",
            "0",
            "Europe",
            "MON",
            "CAD",
            "n/a",
            "na",
            "#N/A",
            "-",
            &"a".repeat(10_000),
        ] {
            assert_eq!(of(unknown), None, "{unknown}");
        }
    }
}
