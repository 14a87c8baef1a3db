//! Titles before a name, and suffixes behind it.

use super::text::Word;
use super::words::Kind;

/// How many words are titles at the front. At least one word is left.
pub(super) fn titles(words: &[Word<'_>]) -> usize {
    let mut count = 0;
    while count + 1 < words.len() && is_title(words, count) {
        count += 1;
    }
    count
}

fn is_title(words: &[Word<'_>], at: usize) -> bool {
    let [word, next] = [words[at], words[at + 1]];
    let is_beside_title = at > 0 || next.is(Kind::Title);
    let is_before_two = words.len() - at > 2;
    let is_title = word.is(Kind::Title)
        || (word.is(Kind::DottedTitle) && (word.ends_in_dot() || is_beside_title))
        || (word.is(Kind::Rank) && is_before_two);
    let is_salutation = word.is(Kind::InitialTitle) && word.ends_in_dot() && is_before_two && !next.is_initials();
    // `M.R.` and `D.R.` are initials.
    is_salutation || (is_title && !word.is_initials())
}

/// Whether all words are titles: `Dr. med.`
pub(super) fn are_titles(words: &[Word<'_>]) -> bool {
    words.iter().enumerate().all(|(at, word)| word.is(Kind::Title) || (at > 0 && word.is(Kind::DottedTitle)))
}

/// How many words are titles with a dot at the end: `Hans Kuhn Dr.` At least one word is left.
pub(super) fn titles_behind(words: &[Word<'_>]) -> usize {
    let titles = words.iter().rev().take_while(|word| word.is(Kind::Title) && word.ends_in_dot()).count();
    if titles < words.len() { titles } else { 0 }
}

/// How many words are suffixes at the end. At least one word is left.
pub(super) fn suffixes(words: &[Word<'_>]) -> usize {
    let mut count = 0;
    while count + 1 < words.len() && is_suffix(&words[..words.len() - count]) {
        count += 1;
    }
    count
}

/// Whether the last word is a suffix.
fn is_suffix(words: &[Word<'_>]) -> bool {
    let [before @ .., word] = words else { return false };
    let is_upper_alone = word.is_upper() && before.iter().any(|other| other.has_lower());
    // `jun.`, `jun`
    let is_small_suffix = word.starts_lower() && (word.ends_in_dot() || before.len() > 1);
    is_certain_suffix(*word)
        || (word.is(Kind::UpperSuffix) && (word.has_dots() || is_upper_alone))
        || (word.is(Kind::DottedSuffix) && (word.has_dots() || is_small_suffix))
        || (word.is(Kind::Junior) && (before.len() > 1 || word.starts_lower()))
}

/// Whether a word is a suffix wherever it stands behind a name. `J.R.` are initials.
fn is_certain_suffix(word: Word<'_>) -> bool {
    let are_two_initials = word.is_initials() && word.text.chars().filter(|letter| letter.is_alphabetic()).count() == 2;
    word.is(Kind::Suffix) && !are_two_initials
}

/// Whether all words between two commas are suffixes of a name of so many words: `MD` of `Jane Holt, MD`.
pub(super) fn are_suffixes(part: &[Word<'_>], name_words: usize) -> bool {
    let is_suffix = |word: &Word<'_>| {
        let is_set_off = word.has_dots() || (word.is_upper() && name_words > 1);
        is_certain_suffix(*word)
            || word.is(Kind::Junior)
            || (word.is(Kind::UpperSuffix) && (word.has_dots() || word.is_upper()))
            || (word.is(Kind::DottedSuffix) && is_set_off)
    };
    part.iter().all(is_suffix)
}
