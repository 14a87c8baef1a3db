//! How near two texts are that are not equal.

use crate::similarity::{JaroWinkler, Text, contains_word, is_within_one_edit, is_within_two_edits};

/// How near two names are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nearness {
    /// As after a typing error.
    Typo,
    /// Most letters are the same.
    Alike,
    /// Many letters are the same.
    Remote,
    /// Not near.
    No,
}

/// How near two names are.
pub(super) fn nearness(a: Text<'_>, b: Text<'_>) -> Nearness {
    let shorter = a.bytes().len().min(b.bytes().len());
    if shorter >= 3 && is_within_one_edit(a, b) {
        return Nearness::Typo;
    }
    match JaroWinkler::at_least(80, a, b) {
        Some(similarity) if similarity.is_at_least(94) => Nearness::Typo,
        Some(similarity) if similarity.is_at_least(88) => Nearness::Alike,
        Some(_) => Nearness::Remote,
        None if shorter >= 5 && is_within_two_edits(a, b) => Nearness::Remote,
        None => Nearness::No,
    }
}

/// Whether two texts are near.
pub(super) fn is_near(a: Text<'_>, b: Text<'_>) -> bool {
    is_within_one_edit(a, b) || JaroWinkler::at_least(92, a, b).is_some() || contains_word(a, b)
}
