//! The comparison levels of two accounts, field by field.
//!
//! Each kind of field has its levels in a file of its own. They are code, not configuration: who changes them makes a new
//! [`LEVELS_VERSION`](crate::LEVELS_VERSION).

mod address;
mod birthdate;
mod email;
mod family_name;
mod given_name;
mod meaning;
mod nearness;
mod phone;
mod postal_code;
mod records;
mod text;
mod value;

pub use meaning::meaning;
pub use records::Records;

use crate::similarity::JaroWinkler;
use crate::{DIFFER, EQUAL, FieldKind, Level, MISSING, Pattern, SWAPPED, ScoredFields};
use records::Row;
use value::{Value, Values};

/// Compares accounts.
#[derive(Clone, Debug)]
pub struct Comparer {
    kinds: Vec<FieldKind>,
    /// The places of given name and family name.
    names: Option<(usize, usize)>,
    /// The places of address and unit.
    lines: Option<(usize, usize)>,
}

impl Comparer {
    /// For accounts with these fields.
    pub fn new(fields: &ScoredFields) -> Self {
        let places = |one, other| fields.place(one).zip(fields.place(other));
        Self {
            kinds: fields.iter().map(|field| field.kind).collect(),
            names: places(FieldKind::GivenName, FieldKind::FamilyName),
            lines: places(FieldKind::Address, FieldKind::Unit),
        }
    }

    /// The levels of two accounts, by their rows in records of these fields. Of several values, the nearest pair counts, and
    /// among equal pairs that of the rarest value. It is the same for the accounts the other way round.
    pub fn pattern(&self, a: &Records, row_a: usize, b: &Records, row_b: usize) -> Pattern {
        let (a, b) = (a.row(row_a), b.row(row_b));
        let mut levels = [MISSING; crate::FIELDS_MAX];
        for ((place, kind), level) in self.kinds.iter().enumerate().zip(&mut levels) {
            *level = nearest(*kind, a.values(place), b.values(place));
        }
        if let Some(names @ (given, family)) = self.names
            && are_swapped(names, &levels, a, b)
        {
            (levels[given], levels[family]) = (MISSING, SWAPPED);
        }
        if let Some(lines @ (_, unit)) = self.lines {
            levels[unit] = unit_level(lines, &levels, a, b);
        }
        let place_levels = levels.iter().enumerate().take(self.kinds.len());
        place_levels.fold(Pattern::default(), |pattern, (place, level)| pattern.with(place, *level))
    }
}

/// The level of the nearest pair of a field's values.
fn nearest<'r>(
    kind: FieldKind,
    a: impl Iterator<Item = Value<'r>>,
    b: impl Iterator<Item = Value<'r>> + Clone,
) -> Level {
    let mut level = MISSING;
    for one in a {
        for other in b.clone() {
            level = nearer(level, level_of(kind, one, other));
        }
    }
    level
}

/// The nearer one of two levels; of equal values, that of the rarer one.
fn nearer(a: Level, b: Level) -> Level {
    if a >= EQUAL && b >= EQUAL { a.min(b) } else { a.max(b) }
}

/// The level of two values of a field.
fn level_of(kind: FieldKind, a: Value<'_>, b: Value<'_>) -> Level {
    if a.equals(b, kind) {
        return a.equal_level(b);
    }
    match kind {
        FieldKind::GivenName => given_name::level(a, b),
        FieldKind::FamilyName => family_name::level(a, b),
        FieldKind::Generation => DIFFER,
        FieldKind::Birthdate => birthdate::level(a, b),
        FieldKind::Email => email::level(a, b),
        FieldKind::Phone => phone::level(a, b),
        FieldKind::Address => address::level(a, b),
        FieldKind::PostalCode => postal_code::level(a, b),
        FieldKind::Unit | FieldKind::City | FieldKind::Text => text::level(a, b),
        FieldKind::Identifier => text::level_of_identifiers(a, b),
    }
}

/// Whether each account's given name is like the other's family name, while neither name is like its own.
fn are_swapped(places: (usize, usize), levels: &[Level], a: Row<'_>, b: Row<'_>) -> bool {
    const LIKE: Level = 3;
    let (given, family) = places;
    let are_known_and_far = [given, family].iter().all(|place| (DIFFER..LIKE).contains(&levels[*place]));
    if !are_known_and_far {
        return false;
    }
    let Some(one) = most_alike(a.values(given), b.values(family)) else { return false };
    let Some(other) = most_alike(b.values(given), a.values(family)) else { return false };
    one.is_at_least(94) || other.is_at_least(94)
}

/// The similarity of the nearest pair of names, if it is near enough for swapped ones.
fn most_alike(a: Values<'_>, b: Values<'_>) -> Option<JaroWinkler> {
    let similarities = a.flat_map(|a| b.filter_map(move |b| JaroWinkler::at_least(88, a.text, b.text)));
    similarities.reduce(|most, similarity| if similarity.is_at_least(94) { similarity } else { most })
}

/// The level of the units in those lines of address that are the nearest. A unit elsewhere is another unit.
fn unit_level(places: (usize, usize), levels: &[Level], a: Row<'_>, b: Row<'_>) -> Level {
    let (address, unit) = places;
    let has_one_line = |row: Row<'_>| row.values(address).nth(1).is_none();
    if levels[unit] == MISSING || levels[address] == MISSING || has_one_line(a) && has_one_line(b) {
        return levels[unit];
    }
    let mut level = MISSING;
    for (line_a, address_a) in a.values(address).enumerate() {
        for (line_b, address_b) in b.values(address).enumerate() {
            if level_of(FieldKind::Address, address_a, address_b) == levels[address] {
                let (units_a, units_b) = (units(a.values(unit), line_a), units(b.values(unit), line_b));
                level = nearer(level, nearest(FieldKind::Unit, units_a, units_b));
            }
        }
    }
    level
}

/// The units of a line of address.
fn units<'r>(units: Values<'r>, line: usize) -> impl Iterator<Item = Value<'r>> + Clone {
    units.filter(move |unit| unit.is_in_line(line))
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
