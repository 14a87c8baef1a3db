//! Family names: 4 a typing error, 3 alike by letters or by sound, or one a word of the other,
//! 2 remotely alike, or near but both usual names.

use super::nearness::{Nearness, nearness};
use super::value::Value;
use crate::similarity::contains_word;
use crate::{DIFFER, Level};

pub(super) fn level(a: Value<'_>, b: Value<'_>) -> Level {
    match nearness(a.text, b.text) {
        Nearness::Typo if a.are_both_usual(b) => 2,
        Nearness::Typo => 4,
        Nearness::Alike => 3,
        _ if !a.extra.is_empty() && a.extra == b.extra => 3,
        _ if contains_word(a.text, b.text) => 3,
        Nearness::Remote => 2,
        Nearness::No => DIFFER,
    }
}
