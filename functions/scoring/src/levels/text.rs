//! Texts and identifiers: 2 near.

use super::nearness::is_near;
use super::value::Value;
use crate::similarity::is_within_one_edit;
use crate::{DIFFER, Level};

/// The level of a name of a place, or of any other text.
pub(super) fn level(a: Value<'_>, b: Value<'_>) -> Level {
    if is_near(a.text, b.text) { 2 } else { DIFFER }
}

/// The level of a number or a code that one person has.
pub(super) fn level_of_identifiers(a: Value<'_>, b: Value<'_>) -> Level {
    if is_within_one_edit(a.text, b.text) { 2 } else { DIFFER }
}
