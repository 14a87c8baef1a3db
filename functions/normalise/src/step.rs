//! The steps that normalise a value.

use std::borrow::Cow;

use super::{
    Surroundings, casefold, country, date, e164, email, letters, metaphone, name, nickname, phone, phonetic,
    postal_code, street, text,
};
use crate::field::TextField;

/// One step of a chain.
///
/// A step leaves its own result as it is. Exceptions: [`Step::Metaphone`] and [`Step::DoubleMetaphone`], whose codes are no
/// names, and [`Step::Untag`], [`Step::Capitalise`] and [`Step::Street`] of text that is no address and no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Removes white space around the value, and invisible letters.
    Trim,
    /// Lower case (Unicode).
    Lowercase,
    /// Upper case (Unicode).
    Uppercase,
    /// Removes the tag of an e-mail address: `anna+shop@x.de` becomes `anna@x.de`.
    Untag,
    /// One spelling for addresses of Google Mail: `@gmail.com`, no dots before it.
    Gmail,
    /// Name case for text that is all in upper or all in lower case; other text stays.
    Capitalise,
    /// A phone number as `+`, calling code and digits, without a numbering plan.
    Digits,
    /// A phone number that is valid by the numbering plan of its country, as ITU-T E.164 writes it.
    E164,
    /// An e-mail address: trimmed, its domain in ASCII, case-folded, without what its provider ignores.
    Email,
    /// Unicode Normalization Form C, without invisible letters.
    Nfc,
    /// Unicode's NFKC_Casefold, and one form of apostrophes and hyphens: `ß` and `SS` become `ss`.
    Casefold,
    /// One blank for every run of white space, none around the value, and no invisible letters.
    Collapse,
    /// A date that can be read in one way only, as `YYYY-MM-DD`.
    Date,
    /// The ISO 3166-1 alpha-2 code of a country.
    Country,
    /// A postal code as its country writes it.
    PostalCode,
    /// The closest ASCII letters.
    Ascii,
    /// Letters and digits only.
    Letters,
    /// German umlauts spelt out.
    German,
    /// A street and a house number without abbreviations.
    Street,
    /// The given name that a nickname is short for.
    Nickname,
    /// The code of American Soundex.
    Soundex,
    /// The code of Metaphone.
    Metaphone,
    /// The first code of Double Metaphone.
    DoubleMetaphone,
    /// The code of Kölner Phonetik.
    Cologne,
    /// The text before the first white space or hyphen.
    FirstWord,
    /// The words in alphabetical order.
    SortedWords,
    /// The ASCII digits.
    DigitsOnly,
    /// The first letters: one to nine of them.
    Prefix(u8),
    /// Stands first where a match rule compares the given and the family name as one value. A chain cannot name it, and it
    /// leaves values alone.
    FullName,
}

/// The names of [`Step::Prefix`], by its number less one.
const PREFIXES: [&str; 9] =
    ["prefix:1", "prefix:2", "prefix:3", "prefix:4", "prefix:5", "prefix:6", "prefix:7", "prefix:8", "prefix:9"];

impl Step {
    /// All steps, with one of the prefixes for all of them.
    pub const ALL: [Self; 28] = [
        Self::Trim,
        Self::Lowercase,
        Self::Uppercase,
        Self::Untag,
        Self::Gmail,
        Self::Capitalise,
        Self::Digits,
        Self::E164,
        Self::Email,
        Self::Nfc,
        Self::Casefold,
        Self::Collapse,
        Self::Date,
        Self::Country,
        Self::PostalCode,
        Self::Ascii,
        Self::Letters,
        Self::German,
        Self::Street,
        Self::Nickname,
        Self::Soundex,
        Self::Metaphone,
        Self::DoubleMetaphone,
        Self::Cologne,
        Self::FirstWord,
        Self::SortedWords,
        Self::DigitsOnly,
        Self::Prefix(3),
    ];

    /// The name in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trim => "trim",
            Self::Lowercase => "lowercase",
            Self::Uppercase => "uppercase",
            Self::Untag => "untag",
            Self::Gmail => "gmail",
            Self::Capitalise => "capitalise",
            Self::Digits => "digits",
            Self::E164 => "e164",
            Self::Email => "email",
            Self::Nfc => "nfc",
            Self::Casefold => "casefold",
            Self::Collapse => "collapse",
            Self::Date => "date",
            Self::Country => "country",
            Self::PostalCode => "postal_code",
            Self::Ascii => "ascii",
            Self::Letters => "letters",
            Self::German => "german",
            Self::Street => "street",
            Self::Nickname => "nickname",
            Self::Soundex => "soundex",
            Self::Metaphone => "metaphone",
            Self::DoubleMetaphone => "double_metaphone",
            Self::Cologne => "cologne",
            Self::FirstWord => "first_word",
            Self::SortedWords => "sorted_words",
            Self::DigitsOnly => "digits_only",
            Self::FullName => "full_name",
            Self::Prefix(2) => PREFIXES[1],
            Self::Prefix(3) => PREFIXES[2],
            Self::Prefix(4) => PREFIXES[3],
            Self::Prefix(5) => PREFIXES[4],
            Self::Prefix(6) => PREFIXES[5],
            Self::Prefix(7) => PREFIXES[6],
            Self::Prefix(8) => PREFIXES[7],
            Self::Prefix(9) => PREFIXES[8],
            Self::Prefix(_) => PREFIXES[0],
        }
    }

    /// The step of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        let prefixes = (1..=9).map(Self::Prefix);
        Self::ALL.into_iter().chain(prefixes).find(|step| step.name() == name)
    }

    /// Whether a step is for match keys only: its result can be compared, but is no value of the field.
    pub const fn is_for_keys(self) -> bool {
        matches!(
            self,
            Self::Ascii
                | Self::Letters
                | Self::German
                | Self::Street
                | Self::Nickname
                | Self::Soundex
                | Self::Metaphone
                | Self::DoubleMetaphone
                | Self::Cologne
                | Self::FirstWord
                | Self::SortedWords
                | Self::Prefix(_)
                | Self::FullName
        )
    }

    /// The one field that a step is for, if there is only one.
    pub const fn field(self) -> Option<TextField> {
        match self {
            Self::E164 => Some(TextField::PhoneNumber),
            Self::Email => Some(TextField::Email),
            Self::Date => Some(TextField::Birthdate),
            Self::Country => Some(TextField::Country),
            Self::PostalCode => Some(TextField::PostalCode),
            Self::Nickname => Some(TextField::GivenName),
            _ => None,
        }
    }

    /// The value after this step; `None` if it is no value of the step's kind.
    pub fn apply<'a>(self, value: Cow<'a, str>, surroundings: Surroundings<'_>) -> Option<Cow<'a, str>> {
        match self {
            Self::Trim if text::has_graphic_ends(&value) && value.is_ascii() => Some(value),
            Self::Trim => Some(text::trim(text::visible(value))),
            Self::Lowercase => Some(name::lowercase(value)),
            Self::Uppercase => Some(name::uppercase(value)),
            Self::Untag => Some(email::untag(value)),
            Self::Gmail => Some(email::gmail(value)),
            Self::Capitalise => Some(name::capitalise(value)),
            Self::Digits => phone::digits(value, surroundings),
            Self::E164 => e164::e164(value, surroundings),
            Self::Email => email::email(value),
            Self::Nfc => Some(text::nfc(text::visible(value))),
            Self::Casefold => Some(casefold::fold(value)),
            Self::Collapse => Some(text::collapse(text::visible(value))),
            Self::Date => date::date(value),
            Self::Country => country::country(value),
            Self::PostalCode => Some(postal_code::postal_code(value, surroundings)),
            Self::Ascii => Some(text::ascii(value)),
            Self::Letters => Some(letters::letters(value)),
            Self::German => Some(letters::german(value)),
            Self::Street => Some(street::street(value)),
            Self::Nickname => Some(nickname::nickname(value)),
            Self::Soundex => phonetic::soundex(&value).map(Cow::Owned),
            Self::Metaphone => metaphone::metaphone(&value).map(Cow::Owned),
            Self::DoubleMetaphone => phonetic::double_metaphone(&value).map(Cow::Owned),
            Self::Cologne => phonetic::cologne(&value).map(Cow::Owned),
            Self::FirstWord => Some(text::first_word(value)),
            Self::SortedWords => Some(text::sorted_words(value)),
            Self::DigitsOnly => text::digits_only(value),
            Self::FullName => Some(value),
            Self::Prefix(letters) => Some(text::prefix(value, usize::from(letters))),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn steps_have_names() {
        for step in Step::ALL.into_iter().chain((1..=9).map(Step::Prefix)) {
            assert_eq!(Step::from_name(step.name()), Some(step));
        }
        for unknown in ["", "prefix", "prefix:", "prefix:0", "prefix:10", "prefix:3 ", "E164"] {
            assert_eq!(Step::from_name(unknown), None);
        }
    }

    /// Text of the kinds that steps look for, among any other.
    fn anything() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "\\PC{0,12}",
            "[ +()0-9./-]{0,18}",
            "\\+(49|44|1|39|33)[0-9]{5,12}",
            "[a-zA-Z.+ßüÄ]{0,8}@(gmail\\.com|GoogleMail\\.com|[a-zßÜ。.-]{1,8}\\.(de|рф))",
            "[A-Za-zÀ-ÿ '’-]{0,14}",
            "[A-Za-z]{0,2}[- ]?[0-9]{1,5}[ -]?[0-9A-Za-z]{0,4}",
            "[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}[T ]?[0-9:]{0,5}",
            "([0-9]{1,2}[a-c]? )?(C/|V\\.le|Rue|ul\\.|[A-Z][a-zß]{1,5})( ?(str|platz|St|Ave|pl|Straße)\\.?)?,? ([0-9]{1,2} ?[a-z]?)?( ?(#|Apt|Nr|Top)\\.? ?[0-9])?",
            "(([Mm]c|[Oo]'|[Dd]e|[Vv]an|VAN|[a-zäÄß]{0,4}|[A-ZÉ]{1,4})[ '-]?){1,4}",
        ]
    }

    fn somewhere() -> impl Strategy<Value = Option<&'static str>> {
        prop_oneof![
            Just(None),
            prop::sample::select(vec!["DE", "GB", "US", "IT", "CA", "LV", "AD", "IE", "JP", "HK", "XX", "", "de", "é"])
                .prop_map(Some)
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_normal_value_stays(value in anything(), country in somewhere(), region in somewhere()) {
            let surroundings = Surroundings { country, region };
            for step in Step::ALL {
                let Some(once) = step.apply(Cow::Borrowed(&value), surroundings) else { continue };
                let owned = step.apply(Cow::Owned(value.clone()), surroundings);
                prop_assert_eq!(owned.as_deref(), Some(&*once), "{}", step.name());
                let twice = step.apply(Cow::Borrowed(&*once), surroundings);
                let may_change = matches!(
                    step,
                    Step::Metaphone | Step::DoubleMetaphone | Step::Untag | Step::Capitalise | Step::Street
                );
                if !may_change {
                    prop_assert_eq!(twice.as_deref(), Some(&*once), "{} of {:?}", step.name(), value);
                }
            }
        }

        #[test]
        fn addresses_and_names_stay(
            address in "[a-z.]{1,8}\\+[a-z+]{0,8}@[a-z]{1,8}\\.de",
            name in "[a-zA-ZäöüÄÖÜéÉ][a-zA-ZäöüßÄÖÜéÉ]{0,12}",
        ) {
            for (step, value) in [(Step::Untag, address), (Step::Capitalise, name)] {
                let once = step.apply(Cow::Borrowed(&value), Surroundings::default()).unwrap();
                prop_assert_eq!(step.apply(once.clone(), Surroundings::default()), Some(once));
            }
        }
    }
}
