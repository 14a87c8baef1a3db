//! A name's text: without what stands beside the name, and cut into words.

use std::borrow::Cow;

use super::words::{Kind, Kinds};

/// A word of a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'t> {
    /// As it is written.
    pub text: &'t str,
    /// What it can be.
    pub kinds: Kinds,
    /// Whether no blank is before it: `-Ing.` of `Dr.-Ing.`
    pub is_glued: bool,
}

impl<'t> Word<'t> {
    fn new(text: &'t str, is_glued: bool) -> Self {
        Self { text, kinds: Kinds::of(text), is_glued }
    }

    /// Whether it can be of a kind.
    pub(super) fn is(self, kind: Kind) -> bool {
        self.kinds.has(kind)
    }

    /// Whether it is abbreviated by a dot at its end.
    pub(super) fn ends_in_dot(self) -> bool {
        self.text.ends_with('.')
    }

    /// Whether it has a dot inside: `M.A.`, `M.A`.
    pub(super) fn has_dots(self) -> bool {
        self.text.trim_end_matches('.').contains('.')
    }

    /// Whether it has letters, all in upper case.
    pub(super) fn is_upper(self) -> bool {
        self.text.chars().any(char::is_uppercase) && !self.has_lower()
    }

    /// Whether it has a letter in lower case.
    pub(super) fn has_lower(self) -> bool {
        self.text.chars().any(char::is_lowercase)
    }

    /// Whether it begins with a letter in lower case.
    pub(super) fn starts_lower(self) -> bool {
        self.text.chars().find(|letter| letter.is_alphabetic()).is_some_and(char::is_lowercase)
    }

    /// Whether it is initials: `Q`, `Q.`, `J.R.`
    pub(super) fn is_initials(self) -> bool {
        let mut pieces = self.text.trim_end_matches('.').split('.');
        pieces.all(|piece| {
            let mut letters = piece.chars();
            letters.next().is_some_and(char::is_uppercase) && letters.next().is_none()
        })
    }

    /// Whether it joins two names, where the text has letters in upper case or has none.
    pub(super) fn is_and(self, text_has_upper: bool) -> bool {
        let is_sign = matches!(self.text, "&" | "+" | "/");
        let is_small = text_has_upper || self.text.trim_end_matches('.').chars().nth(1).is_some();
        is_sign || self.is(Kind::And) || (self.is(Kind::SmallAnd) && is_small && self.starts_lower())
    }
}

/// Whether any word has a letter in upper case.
pub(super) fn has_upper(words: &[Word<'_>]) -> bool {
    words.iter().any(|word| word.text.chars().any(char::is_uppercase))
}

/// Words as they were written, with one blank between them.
pub(super) fn join(words: &[Word<'_>]) -> Option<String> {
    let mut joined = String::new();
    for word in words {
        // What a word was glued to may stand elsewhere: `van` before the name of `Dr.Berg, Jan van`.
        let is_glued = word.is_glued && (joined.ends_with(['.', '/']) || word.text == "/");
        if !joined.is_empty() && !is_glued {
            joined.push(' ');
        }
        joined.push_str(word.text);
    }
    (!joined.is_empty()).then_some(joined)
}

/// The parts of a name between commas, without those that are empty.
pub(super) fn parts(text: &str) -> Vec<Vec<Word<'_>>> {
    let parts = text.split([',', ';', '，', '、']).map(words);
    parts.filter(|words| !words.is_empty()).collect()
}

/// The words between white space. A title is cut off the name that is glued to it, and a slash joins two names.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    for piece in text.split_whitespace() {
        match piece.split_once('/').filter(|(left, right)| left.chars().count() > 2 && right.chars().count() > 2) {
            Some((left, right)) => {
                push(&mut words, left);
                words.push(Word::new("/", true));
                push(&mut words, right);
            }
            None => push(&mut words, piece),
        }
    }
    words
}

/// Marks around words that are no part of them.
const BESIDE_WORDS: &[char] =
    &['*', '†', ':', '"', '“', '”', '„', '«', '»', '_', '(', ')', '[', ']', '{', '}', '<', '>'];

/// Adds a piece of text between white space: a word, or titles and a word.
fn push<'t>(words: &mut Vec<Word<'t>>, piece: &'t str) {
    let mut rest = piece.trim_matches(BESIDE_WORDS);
    let mut is_glued = false;
    while let Some(end) = rest.find('.').map(|dot| dot + 1).filter(|end| *end < rest.len()) {
        let title = Word::new(&rest[..end], is_glued);
        let is_title = title.is(Kind::Title) || (is_glued && title.is(Kind::DottedTitle));
        if !is_title || !rest[end..].starts_with(|letter: char| letter.is_alphabetic() || letter == '-') {
            break;
        }
        words.push(title);
        is_glued = true;
        rest = &rest[end..];
    }
    if rest.chars().any(char::is_alphanumeric) || matches!(rest, "&" | "+" | "/") {
        words.push(Word::new(rest, is_glued));
    }
}

/// What encloses a note or a nickname.
const BRACKETS: [(char, char); 4] = [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>')];
const QUOTES: [(char, char); 9] =
    [('"', '"'), ('“', '”'), ('„', '“'), ('„', '”'), ('«', '»'), ('»', '«'), ('\'', '\''), ('‘', '’'), ('‚', '‘')];

/// What stands before somebody else's name, or a note.
const CARE_OF: [&str; 2] = [" c/o ", " C/O "];

/// What stands before the name that somebody was born with, in de, fr, it, nl, sv, da, pl and cs.
const BORN: [&str; 14] = [
    " geb. ",
    " geb ",
    " geborene ",
    " geborener ",
    " née ",
    " né ",
    " nee ",
    " nata ",
    " född ",
    " født ",
    " z domu ",
    " z d. ",
    " roz. ",
    " rozená ",
];

/// The text without notes in brackets, nicknames in quotation marks, names of birth and whom a letter goes to, if anything
/// else is there.
pub(super) fn without_asides(text: &str) -> Cow<'_, str> {
    let care_of = CARE_OF.into_iter().find_map(|mark| text.split_once(mark));
    let mut text = match care_of.filter(|(name, _)| name.chars().any(char::is_alphanumeric)) {
        Some((name, _)) => Cow::Owned(name.to_owned()),
        None => Cow::Borrowed(text),
    };
    if let Some(without) = without_birth_name(&text) {
        text = Cow::Owned(without);
    }
    for (open, close) in BRACKETS.into_iter().chain(QUOTES) {
        while let Some(without) = without_aside(&text, open, close) {
            text = Cow::Owned(without);
        }
    }
    text
}

/// The text without a name of birth, which goes up to the next comma; `None` if there is none.
fn without_birth_name(text: &str) -> Option<String> {
    // In a text of small letters, some of these are names.
    let (name, born) = BORN.into_iter().find_map(|mark| text.split_once(mark)).filter(|_| has_capital(text))?;
    let name = name.trim_end_matches([',', ' ']);
    let behind = born.find(',').map_or("", |comma| &born[comma..]);
    name.chars().any(char::is_alphanumeric).then(|| [name, behind].concat())
}

fn has_capital(text: &str) -> bool {
    text.chars().any(char::is_uppercase)
}

/// The text without the first aside between two marks; `None` if there is none, or nothing else.
fn without_aside(text: &str, open: char, close: char) -> Option<String> {
    let is_quote = open == close;
    // A quotation mark inside of a word is an apostrophe.
    let opens =
        |at: usize| !(is_quote || open == '‘') || text[..at].chars().next_back().is_none_or(char::is_whitespace);
    let start = text.match_indices(open).map(|(at, _)| at).find(|at| opens(*at))?;
    let inside = start + open.len_utf8();
    let closes = |at: usize| {
        !is_quote || text[at + close.len_utf8()..].chars().next().is_none_or(|after| !after.is_alphanumeric())
    };
    let end = text[inside..].match_indices(close).map(|(at, _)| inside + at).find(|at| closes(*at));
    let end = match end {
        Some(end) => end + close.len_utf8(),
        // A bracket that is not closed is one up to the end.
        None if BRACKETS.iter().any(|(bracket, _)| *bracket == open) => text.len(),
        None => return None,
    };
    let without = [&text[..start], " ", &text[end..]].concat();
    without.chars().any(char::is_alphanumeric).then_some(without)
}
