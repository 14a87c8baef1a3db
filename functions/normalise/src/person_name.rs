//! Full names, and what else people write into the fields of a name: titles, suffixes, companies, couples.
//!
//! The words that are no names are in `tables/name_words.tsv`, from cs, de, en, es, fr, it, nl, pl, pt and the languages
//! of the north.

mod company;
mod split;
mod text;
mod titles;
mod words;

use std::borrow::Cow;

use company::is_company;
use split::{NameWords, is_particle};
use text::{Word, has_upper, join, parts, without_asides};
use titles::{are_suffixes, are_titles};
use words::{Kind, Kinds};

/// The fields of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonName<'a> {
    /// Titles and salutations: `Prof. Dr.`
    pub honorific_prefix: Option<Cow<'a, str>>,
    /// Given names. `None` for a person of one name.
    pub given_name: Option<Cow<'a, str>>,
    /// Initials, or a patronymic, behind the given name.
    pub middle_name: Option<Cow<'a, str>>,
    /// The family name with its particles. A person's only name is this one, as in passports (ICAO Doc 9303).
    pub family_name: Option<Cow<'a, str>>,
    /// Generation and degrees: `Jr.`, `MD`.
    pub honorific_suffix: Option<Cow<'a, str>>,
    /// A company, as it was written. Then there is no other field.
    pub organization: Option<Cow<'a, str>>,
    /// What the text has that is in no field.
    pub dropped: Option<&'static str>,
}

/// A name was an e-mail address.
const AN_ADDRESS: &str = "an e-mail address";
/// A name was of two people, who have at most the family name in common.
const TWO_PEOPLE: &str = "names of two people";
/// A name had a nickname or a note.
const AN_ASIDE: &str = "a nickname or a note beside the name";
/// There was nothing but punctuation.
const NO_NAME: &str = "no name";

/// Reads a full name: `First Last` or `Last, First`.
pub fn full_name(text: &str) -> PersonName<'_> {
    plain_name(text).unwrap_or_else(|| any_name(text))
}

/// What a given name holds beside it; `None` if that is nothing.
#[inline]
pub fn in_given_name(text: &str) -> Option<PersonName<'static>> {
    if is_plain_text(text) { None } else { in_any_given_name(text) }
}

fn in_any_given_name(text: &str) -> Option<PersonName<'static>> {
    let words = parts(text).concat();
    let is_company = is_company(&words);
    // `Mary SL` has two initials.
    if is_company && words.last().is_some_and(|word| word.is_upper() && word.text.len() == 2) {
        return None;
    }
    if place_of_and(&words).is_some() && !is_company {
        return Some(PersonName { dropped: Some(TWO_PEOPLE), ..PersonName::default() });
    }
    let mut found = in_name(text)?;
    found.given_name = found.family_name.take();
    Some(found)
}

/// What a family name holds beside it; `None` if that is nothing.
#[inline]
pub fn in_family_name(text: &str) -> Option<PersonName<'static>> {
    if is_plain_text(text) { None } else { in_name(text) }
}

/// The generation among a name's suffixes, in one spelling: `Jr.`, `jun.` and `Junior` are `jr`.
pub fn generation(suffixes: &str) -> Option<&'static str> {
    let of_word = |word: &str| match &*word.trim_end_matches('.').to_ascii_lowercase() {
        "jr" | "jnr" | "jun" | "junior" => Some("jr"),
        "sr" | "snr" | "sen" | "senior" => Some("sr"),
        "ii" | "2nd" => Some("ii"),
        "iii" | "3rd" => Some("iii"),
        "iv" | "4th" => Some("iv"),
        _ => None,
    };
    suffixes.split([' ', ',']).find_map(of_word)
}

/// Whether a text is a single word.
#[inline]
fn is_plain_text(text: &str) -> bool {
    let is_plain = |text: &str| text.bytes().all(|byte| BYTES[usize::from(byte)] != 0);
    is_plain(text) || is_plain(text.trim_ascii())
}

/// `First Last` or `Last, First` of two words that are nothing but names. Most names are.
fn plain_name(text: &str) -> Option<PersonName<'_>> {
    let text = text.trim_ascii();
    let (first, rest) = plain_start(text);
    let behind = rest.trim_ascii_start();
    let is_last_first = behind.starts_with(',');
    let (second, rest) = plain_start(behind.strip_prefix(',').unwrap_or(behind).trim_ascii_start());
    if !rest.is_empty() || !first.is_name() || !second.is_name() {
        return None;
    }
    let [given, family] = if is_last_first { [second, first] } else { [first, second] }.map(|word| word.text);
    let is_ascii = first.is_letters && second.is_letters;
    let has_eastern = !is_ascii && text.chars().any(|letter| letter >= '\u{2e80}');
    (!has_eastern).then(|| PersonName {
        given_name: Some(Cow::Borrowed(given)),
        family_name: Some(Cow::Borrowed(family)),
        ..PersonName::default()
    })
}

/// Letters, hyphens and apostrophes.
#[derive(Clone, Copy)]
struct PlainWord<'a> {
    text: &'a str,
    /// Whether it has ASCII letters only.
    is_letters: bool,
}

impl PlainWord<'_> {
    /// Whether it can be nothing but a name: with no hyphen and no apostrophe at its ends.
    fn is_name(self) -> bool {
        let is_mark = |byte: Option<&u8>| byte.is_none_or(|byte| matches!(byte, b'-' | b'\''));
        let bytes = self.text.as_bytes();
        if is_mark(bytes.first()) || is_mark(bytes.last()) {
            return false;
        }
        if self.is_letters { Kinds::has_none_of_letters(bytes) } else { Kinds::of(self.text).is_none() }
    }
}

/// The plain bytes that a text begins with, and what is behind them.
#[inline]
fn plain_start(text: &str) -> (PlainWord<'_>, &str) {
    let mut all = 0;
    let is_other = |byte: u8| {
        let kind = BYTES[usize::from(byte)];
        all |= kind;
        kind == 0
    };
    let end = text.bytes().position(is_other).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (PlainWord { text: word, is_letters: all == LETTER }, rest)
}

/// An ASCII letter, and another byte of a plain word.
const LETTER: u8 = 1;
const OTHER_PLAIN: u8 = 2;

/// What bytes are in names; 0 if not plain. Those that white space and punctuation beyond ASCII begin with (U+0080 to
/// U+00BF, U+2000 to U+3FFF, U+F000 to U+FFFF) are not.
static BYTES: [u8; 256] = {
    let mut bytes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        bytes[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'-' | b'\'' => OTHER_PLAIN,
            0..0x80 | 0xc2 | 0xe2 | 0xe3 | 0xef => 0,
            0x80.. => OTHER_PLAIN,
        };
        byte += 1;
    }
    bytes
};

fn any_name(text: &str) -> PersonName<'static> {
    let name = without_asides(text);
    let mut parts = parts(&name);
    let ends_in_comma = name.trim_end().ends_with(',');
    if let Some(company) = company(text, &parts) {
        return company;
    }
    let has_address = take_addresses(&mut parts);
    if parts.is_empty() {
        let dropped = if has_address { AN_ADDRESS } else { NO_NAME };
        return PersonName { dropped: Some(dropped), ..PersonName::default() };
    }
    let mut person = couple(&parts).unwrap_or_else(|| one_person(parts, ends_in_comma));
    if matches!(name, Cow::Owned(_)) || has_address {
        person.dropped.get_or_insert(AN_ASIDE);
    }
    person
}

/// The company that the text is.
fn company(text: &str, parts: &[Vec<Word<'_>>]) -> Option<PersonName<'static>> {
    is_company(&parts.concat()).then(|| PersonName {
        organization: Some(Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))),
        ..PersonName::default()
    })
}

/// Takes e-mail addresses out of a name, and returns whether there are any.
fn take_addresses(parts: &mut Vec<Vec<Word<'_>>>) -> bool {
    let count = |parts: &Vec<Vec<Word<'_>>>| parts.iter().map(Vec::len).sum::<usize>();
    let before = count(parts);
    for words in parts.iter_mut() {
        words.retain(|word| !word.text.contains('@'));
    }
    parts.retain(|words| !words.is_empty());
    count(parts) < before
}

/// Two people or a family: they have no given name, and a family name only if it is one.
fn couple(parts: &[Vec<Word<'_>>]) -> Option<PersonName<'static>> {
    if let [words] = parts
        && let Some(name) = household(words)
    {
        return Some(family_of(name));
    }
    let family = match parts {
        [words] => {
            let and = place_of_and(words)?;
            common_family(&words[..and], &words[and + 1..])
        }
        [last, first @ ..] => {
            first.iter().find_map(|words| place_of_and(words))?;
            join_stripped(last).filter(|_| first.len() == 1)
        }
        [] => return None,
    };
    Some(PersonName { family_name: family.map(Cow::Owned), dropped: Some(TWO_PEOPLE), ..PersonName::default() })
}

/// Where two names are joined: neither at an end, nor inside of a family name (`Ortega y Gasset`, `von und zu Berg`).
fn place_of_and(words: &[Word<'_>]) -> Option<usize> {
    let has_upper = has_upper(words);
    let joins = |at: usize| {
        let is_between_surnames = words[at].is(Kind::SmallAnd) && at > 1 && at + 2 >= words.len();
        words[at].is_and(has_upper) && !is_between_surnames && !is_particle(words[at - 1])
    };
    (1..words.len().saturating_sub(1)).find(|at| joins(*at))
}

/// The words beside `Familie` or `Family`.
fn household<'w, 't>(words: &'w [Word<'t>]) -> Option<&'w [Word<'t>]> {
    match words {
        [first, rest @ ..] if first.is(Kind::Household) && !rest.is_empty() => Some(rest),
        [rest @ .., last] if last.is(Kind::Household) && !rest.is_empty() => {
            let article = usize::from(rest.len() > 1 && rest[0].text.eq_ignore_ascii_case("the"));
            Some(&rest[article..])
        }
        _ => None,
    }
}

fn family_of(words: &[Word<'_>]) -> PersonName<'static> {
    let mut name = NameWords::default();
    name.read_in_order(words);
    PersonName { family_name: name.joined().family_name, ..PersonName::default() }
}

/// The family name that two people have in common: the second's, if the first has no other.
fn common_family(first: &[Word<'_>], second: &[Word<'_>]) -> Option<String> {
    let (mut one, mut other) = (NameWords::default(), NameWords::default());
    other.read_in_order(second);
    let are_titles_alone = are_titles(first);
    if !are_titles_alone {
        one.read_in_order(first);
    }
    let has_family = !other.given.is_empty() || !other.titles.is_empty() || are_titles_alone;
    let family = join(&other.family).filter(|_| has_family)?;
    let has_own_family = !one.given.is_empty() || (!one.titles.is_empty() && other.given.is_empty());
    let is_other = has_own_family && join(&one.family).is_some_and(|name| name != family);
    (!is_other).then_some(family)
}

fn join_stripped(words: &[Word<'_>]) -> Option<String> {
    let mut name = NameWords::default();
    let family = name.strip(words);
    join(family)
}

/// One person's name, of its parts between commas.
fn one_person(mut parts: Vec<Vec<Word<'_>>>, ends_in_comma: bool) -> PersonName<'static> {
    let mut name = NameWords::default();
    let name_words = parts.first().map_or(0, Vec::len);
    let mut number = 0;
    parts.retain(|part| {
        number += 1;
        let is_suffix = number > 1 && are_suffixes(part, name_words);
        let is_title = number > 1 && !is_suffix && are_titles(part);
        if is_suffix {
            name.suffixes.extend_from_slice(part);
        } else if is_title {
            name.titles.extend_from_slice(part);
        }
        !is_suffix && !is_title
    });
    match parts.as_slice() {
        [family] if ends_in_comma => name.read_last_first(family, &[]),
        [words] => name.read_in_order(words),
        [family, given @ ..] => name.read_last_first(family, &given.concat()),
        [] => {}
    }
    name.joined()
}

/// A name without its titles and suffixes, as the family name, or what it is instead of a name; `None` if it is nothing
/// but a name.
fn in_name(text: &str) -> Option<PersonName<'static>> {
    let mut parts = parts(text);
    if let Some(company) = company(text, &parts) {
        return Some(company);
    }
    if take_addresses(&mut parts) && parts.is_empty() {
        return Some(PersonName { dropped: Some(AN_ADDRESS), ..PersonName::default() });
    }
    let (name, additions) = parts.split_first()?;
    let mut found = NameWords::default();
    found.family = found.strip(name).to_vec();
    for part in additions {
        match part {
            part if are_suffixes(part, name.len()) => found.suffixes.extend(part),
            part if are_titles(part) => found.titles.extend(part),
            _ => return None,
        }
    }
    let is_name_alone = found.titles.is_empty() && found.suffixes.is_empty();
    (!is_name_alone).then(|| found.joined())
}

#[cfg(test)]
mod tests;
