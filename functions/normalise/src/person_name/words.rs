//! The words of names that are no names: titles, suffixes, legal forms, particles, and what joins two names.

use crate::table::look_up;
use crate::text::ascii_alphanumerics;
use crate::word_filter::WordFilter;

/// Words in ASCII letters and digits, what each can be, and the languages that it is from.
const TABLE: &str = include_str!("../tables/name_words.tsv");
/// The longest word of the table.
const LONGEST: usize = 16;
static FILTER: WordFilter = WordFilter::of_table(TABLE.as_bytes());

/// What a word of a name can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// A title or a salutation: `Dr.`, `Frau`.
    Title,
    /// A title only with a dot, or beside another one, as it is a name too: `Ing.`
    DottedTitle,
    /// A title only with a dot before two names, as it is an initial too: `M.`
    InitialTitle,
    /// A title only before two names: `Sir`.
    Rank,
    /// It says that a company follows: `Firma`.
    Company,
    /// It says so only with a dot: `Fa.`
    DottedCompany,
    /// It says that a family follows: `Familie`.
    Household,
    /// A suffix of generation or a degree: `Jr.`, `PhD`.
    Suffix,
    /// A suffix only if it has dots or is all in upper case: `MD`.
    UpperSuffix,
    /// A suffix only if it has dots: `M.A.`, `jun.`
    DottedSuffix,
    /// A suffix only behind two names: `Junior`.
    Junior,
    /// A legal form, wherever it stands: `GmbH`.
    LegalForm,
    /// A legal form at the end: `KG`.
    LastLegalForm,
    /// A legal form at the end, but only if it has dots or capitals that the other words have not: `S.A.`, `AB`.
    WeakLegalForm,
    /// The end of a company's name behind "and": `& Sons`.
    CompanyTail,
    /// And.
    And,
    /// And, unless it is in upper case: `y`.
    SmallAnd,
    /// A family name begins with it: `van`.
    Particle,
    /// A family name begins with it, unless it is in upper case: `ben`.
    SmallParticle,
    /// The first of two surnames: `García`.
    Surname,
    /// The end of a given name that has particles: `Carmen` of `María del Carmen`.
    Devotion,
    /// A family name that stands before the given name: `Nguyễn`.
    FirstSurname,
}

/// The kinds with their names in the table.
const NAMES: [(&str, Kind); 22] = [
    ("title", Kind::Title),
    ("title.", Kind::DottedTitle),
    ("initial", Kind::InitialTitle),
    ("rank", Kind::Rank),
    ("company", Kind::Company),
    ("company.", Kind::DottedCompany),
    ("household", Kind::Household),
    ("suffix", Kind::Suffix),
    ("caps", Kind::UpperSuffix),
    ("dots", Kind::DottedSuffix),
    ("junior", Kind::Junior),
    ("form", Kind::LegalForm),
    ("last", Kind::LastLegalForm),
    ("weak", Kind::WeakLegalForm),
    ("tail", Kind::CompanyTail),
    ("and", Kind::And),
    ("small_and", Kind::SmallAnd),
    ("particle", Kind::Particle),
    ("small_particle", Kind::SmallParticle),
    ("surname", Kind::Surname),
    ("devotion", Kind::Devotion),
    ("first", Kind::FirstSurname),
];

/// What a word can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds(u32);

impl Kinds {
    /// The kinds of a word in any spelling; none if it is only a name.
    pub(super) fn of(word: &str) -> Self {
        Folded::new(word.chars()).map_or(Self::default(), |folded| folded.kinds())
    }

    /// Whether a word of ASCII letters, at least one, can be nothing but a name.
    #[inline]
    pub(super) fn has_none_of_letters(word: &[u8]) -> bool {
        !FILTER.may_have(word) || std::str::from_utf8(word).is_ok_and(|word| Self::of(word).is_none())
    }

    /// The kinds of several words that are read as one: `z o. o.`
    pub(super) fn of_joined<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        Folded::new(words.flat_map(str::chars)).map_or(Self::default(), |folded| folded.kinds())
    }

    /// Whether the word can be of a kind.
    pub(super) fn has(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u32) != 0
    }

    /// Whether the word can be nothing but a name.
    pub(super) fn is_none(self) -> bool {
        self.0 == 0
    }

    fn parse(names: &str) -> Self {
        let named = NAMES.into_iter().filter(|(name, _)| names.split(' ').any(|word| word == *name));
        Self(named.fold(0, |kinds, (_, kind)| kinds | 1 << kind as u32))
    }
}

/// A word as the table writes it.
struct Folded {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Folded {
    /// The ASCII letters and digits of Latin text in lower case; `None` if they are in no word of the table.
    fn new(letters: impl Iterator<Item = char>) -> Option<Self> {
        let mut folded = Self { bytes: [0; LONGEST], length: 0 };
        for letter in letters {
            if letter.is_ascii() {
                folded.push(letter as u8)?;
                continue;
            }
            if !is_latin(letter) {
                return None;
            }
            ascii_alphanumerics(letter.encode_utf8(&mut [0; 4])).try_for_each(|byte| folded.push(byte))?;
        }
        Some(folded)
    }

    fn push(&mut self, byte: u8) -> Option<()> {
        if byte.is_ascii_alphanumeric() {
            *self.bytes.get_mut(self.length)? = byte.to_ascii_lowercase();
            self.length += 1;
        }
        Some(())
    }

    fn kinds(&self) -> Kinds {
        let bytes = &self.bytes[..self.length];
        if bytes.is_empty() || !FILTER.may_have(bytes) {
            return Kinds::default();
        }
        let line = std::str::from_utf8(bytes).ok().and_then(|word| look_up(TABLE, word));
        line.and_then(|line| line.split('\t').next()).map_or(Kinds::default(), Kinds::parse)
    }
}

/// Whether a letter is of the Latin script, or a mark that is put on letters.
fn is_latin(letter: char) -> bool {
    matches!(letter, '\0'..='\u{36f}' | '\u{1e00}'..='\u{1eff}' | '\u{2010}'..='\u{201f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table;

    #[test]
    fn every_word_of_the_table_is_found() {
        assert!(table::is_sound(TABLE));
        for line in TABLE.lines() {
            let mut columns = line.split('\t');
            let (word, kinds) = (columns.next().unwrap(), columns.next().unwrap());
            assert!(columns.next().is_some_and(|languages| languages.len() >= 2), "{line}");
            assert!(word.len() <= LONGEST && kinds.split(' ').all(|kind| NAMES.iter().any(|(name, _)| *name == kind)));
            assert_eq!(Kinds::of(&word.to_uppercase()), Kinds::parse(kinds), "{line}");
            assert!(!Kinds::of(word).is_none(), "{line}");
        }
    }

    #[test]
    fn a_word_is_found_in_any_spelling() {
        for title in ["Dr.", "DR", "dr", "Señor", "Sen\u{303}or", "Dipl.-Ing."] {
            assert!(Kinds::of(title).has(Kind::Title), "{title}");
        }
        assert!(Kinds::of("Söhne").has(Kind::CompanyTail));
        assert!(Kinds::of_joined(["S.", "p.", "A."].into_iter()).has(Kind::LastLegalForm));
        for name in ["Anna", "Drew", "Weltgesellschaftsverband", "马", "", "&", "Ян"] {
            assert!(Kinds::of(name).is_none(), "{name}");
        }
    }
}
