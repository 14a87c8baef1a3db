//! Which words are the given name, and which are the family name.

use super::text::{Word, has_upper, join};
use super::titles::{suffixes, titles, titles_behind};
use super::words::Kind;

/// The words of one person's name.
#[derive(Debug, Default)]
pub(super) struct NameWords<'t> {
    pub titles: Vec<Word<'t>>,
    pub given: Vec<Word<'t>>,
    pub middle: Vec<Word<'t>>,
    pub family: Vec<Word<'t>>,
    pub suffixes: Vec<Word<'t>>,
}

impl<'t> NameWords<'t> {
    /// The name between the titles and the suffixes, which are kept.
    pub(super) fn strip<'w>(&mut self, words: &'w [Word<'t>]) -> &'w [Word<'t>] {
        let (before, words) = words.split_at(titles(words));
        let (words, behind) = words.split_at(words.len() - suffixes(words));
        let (words, titles_behind) = words.split_at(words.len() - titles_behind(words));
        self.titles.extend_from_slice(before);
        self.titles.extend_from_slice(titles_behind);
        self.suffixes.extend_from_slice(behind);
        words
    }

    /// Reads `First Last`.
    pub(super) fn read_in_order(&mut self, words: &[Word<'t>]) {
        let words = self.strip(words);
        if let [family, given, patronymic] = words
            && is_patronymic(patronymic)
            && !is_patronymic(given)
        {
            self.family.push(*family);
            self.read_given(&[*given, *patronymic]);
            return;
        }
        if comes_family_first(words) {
            self.family.extend_from_slice(&words[..1]);
            self.given.extend_from_slice(&words[1..]);
            return;
        }
        let (given, family) = words.split_at(family_start(words));
        self.family.extend_from_slice(family);
        self.read_given(given);
    }

    /// Reads the parts of `Last, First`.
    pub(super) fn read_last_first(&mut self, last: &[Word<'t>], first: &[Word<'t>]) {
        let last = self.strip(last);
        let first = self.strip(first);
        // `Bosch, Joke van den`
        let particles = first.iter().rev().take_while(|word| is_particle(**word) && word.starts_lower()).count();
        let (given, particles) =
            first.split_at(if particles < first.len() { first.len() - particles } else { first.len() });
        self.family.extend_from_slice(particles);
        self.family.extend_from_slice(last);
        self.read_given(given);
    }

    /// Reads given names; initials or a patronymic behind them are the middle name.
    fn read_given(&mut self, given: &[Word<'t>]) {
        let initials = match given {
            [_, patronymic] if is_patronymic(patronymic) => 1,
            _ => given.iter().rev().take_while(|word| word.is_initials()).count(),
        };
        let (names, initials) = given.split_at(given.len() - initials);
        if names.is_empty() {
            self.given.extend_from_slice(initials);
        } else {
            self.given.extend_from_slice(names);
            self.middle.extend_from_slice(initials);
        }
    }

    /// The words of each field as text.
    pub(super) fn joined(&self) -> super::PersonName<'static> {
        let text = |words: &[Word<'_>]| join(words).map(std::borrow::Cow::Owned);
        super::PersonName {
            honorific_prefix: text(&self.titles),
            given_name: text(&self.given),
            middle_name: text(&self.middle),
            family_name: text(&self.family),
            honorific_suffix: text(&self.suffixes),
            ..super::PersonName::default()
        }
    }
}

/// Whether a word is a patronymic in Cyrillic letters: `Иванович`, `Петровна`.
fn is_patronymic(word: &Word<'_>) -> bool {
    let ends = ["ович", "евич", "йович", "ьич", "овна", "евна", "ична", "івна", "ївна"];
    !word.text.is_ascii() && ends.iter().any(|end| word.text.strip_suffix(end).is_some_and(|name| name.len() > 2))
}

/// Whether a name is written with the family name first: in Chinese, Japanese or Korean letters, or in Vietnamese.
fn comes_family_first(words: &[Word<'_>]) -> bool {
    let [first, others @ ..] = words else { return false };
    let is_eastern = |word: &Word<'_>| word.text.chars().all(|letter| ('\u{2e80}'..'\u{fb00}').contains(&letter));
    let is_vietnamese = first.is(Kind::FirstSurname) && !others.iter().any(|word| word.is(Kind::FirstSurname));
    !others.is_empty() && (is_vietnamese || words.iter().all(is_eastern))
}

/// The number of the first word of the family name. A single word is one.
///
/// A family name begins with its particles, with the first of two surnames of Spain or Portugal, or else is the last word.
fn family_start(words: &[Word<'_>]) -> usize {
    let Some(last) = words.len().checked_sub(1) else { return 0 };
    let is_all_family = is_particle(words[0]) && words[0].starts_lower() && has_upper(&words[1..]);
    if last > 0 && is_all_family {
        return 0;
    }
    let mut at = 1;
    while at < last {
        let word = words[at];
        // `Ortega y Gasset`
        if at > 1 && word.is(Kind::SmallAnd) && word.starts_lower() {
            return at - 1;
        }
        match devotion(&words[at..]) {
            Some(length) => at += length,
            None if is_particle(word) || word.is(Kind::Surname) => return at,
            None => at += 1,
        }
    }
    last
}

/// How many words go on a given name as in `María del Carmen`, if a family name follows.
fn devotion(words: &[Word<'_>]) -> Option<usize> {
    let particles = words.iter().take_while(|word| is_particle(**word)).count();
    let is_devotion = particles > 0 && words.get(particles).is_some_and(|word| word.is(Kind::Devotion));
    (is_devotion && words.len() > particles + 1).then_some(particles + 1)
}

/// Whether family names begin with the word: `van`, `Saint`, `O'`.
pub(super) fn is_particle(word: Word<'_>) -> bool {
    word.is(Kind::Particle) || (word.is(Kind::SmallParticle) && word.starts_lower()) || word.text.ends_with(['\'', '’'])
}
