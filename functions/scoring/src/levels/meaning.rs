//! What levels mean, for people.

use crate::{DIFFER, EQUAL, FieldKind, LEVELS, Level, MISSING, SWAPPED};

/// What a level of a kind of field means: `day and month swapped`. `None` if the kind has no such level.
pub fn meaning(kind: FieldKind, level: Level) -> Option<&'static str> {
    match level {
        MISSING => return Some("missing"),
        DIFFER => return Some("different"),
        _ if level >= EQUAL => return (usize::from(level) < LEVELS).then_some("equal"),
        _ => {}
    }
    let meanings = meanings(kind);
    meanings.iter().find(|(known, _)| *known == level).map(|(_, meaning)| *meaning)
}

/// The levels between [`DIFFER`] and [`EQUAL`].
const fn meanings(kind: FieldKind) -> &'static [(Level, &'static str)] {
    match kind {
        FieldKind::GivenName => {
            &[(6, "nickname or a part of it"), (5, "nearly equal"), (4, "initial"), (3, "alike"), (2, "somewhat alike")]
        }
        FieldKind::FamilyName => &[
            (SWAPPED, "swapped with the given name"),
            (4, "nearly equal"),
            (3, "alike or a part of it"),
            (2, "somewhat alike"),
        ],
        FieldKind::Generation => &[],
        FieldKind::Birthdate => &[
            (5, "day and month swapped"),
            (4, "one edit"),
            (3, "two of year, month and day"),
            (2, "the year, or two edits"),
        ],
        FieldKind::Email => &[(4, "same before the @"), (3, "one or two edits"), (2, "same digits")],
        FieldKind::Phone => &[(3, "same with more digits"), (2, "one edit, or another extension")],
        FieldKind::Address => {
            &[(4, "same number, street nearly equal"), (3, "same street, number nearly equal"), (2, "street alone")]
        }
        FieldKind::PostalCode => &[(3, "one edit"), (2, "same beginning")],
        FieldKind::Unit | FieldKind::City | FieldKind::Text => &[(2, "nearly equal")],
        FieldKind::Identifier => &[(2, "one edit")],
    }
}
