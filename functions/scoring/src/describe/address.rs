//! A line of an address, taken apart.

mod joints;
mod part;

use joints::with_marked_units;
use part::Part;

/// The parts of an address.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Address {
    /// The street in plain words, each in its one form.
    pub street: String,
    /// The house number with its letter.
    pub number: String,
    /// Where in the house: the number of a flat, a floor, a side.
    pub unit: String,
}

impl Address {
    /// The parts of a line: the number before or behind the street, a flat before or behind both. Where a part between commas
    /// has a street and a number, other parts without number (a house's name, a city) count for nothing.
    pub(super) fn of(line: &str) -> Self {
        let mut address = Self::default();
        let parts = line.split([',', ';', '\n']).filter_map(without_care_of);
        let mut parts: Vec<Part> = parts.map(|part| Part::of(&with_marked_units(part), &mut address.unit)).collect();
        parts.retain(|part| !part.is_empty());
        let chosen = parts.iter().position(|part| !part.street.is_empty() && !part.number.is_empty());
        match chosen {
            Some(chosen) => address.take_whole(parts, chosen),
            None => address.take_pieces(parts),
        }
        if address.street.is_empty() {
            address.street = std::mem::take(&mut address.number);
        }
        if address.street.is_empty() {
            address.street = std::mem::take(&mut address.unit);
        }
        address
    }

    /// Takes the part that has a street and a number. Numbers alone are of a flat.
    fn take_whole(&mut self, parts: Vec<Part>, chosen: usize) {
        for (place, part) in parts.into_iter().enumerate() {
            if place == chosen {
                (self.street, self.number) = (part.street, part.number);
                push_unit(&part.behind, &mut self.unit);
            } else if part.is_of_unit() {
                [part.number, part.street, part.behind].iter().for_each(|word| push_unit(word, &mut self.unit));
            }
        }
    }

    /// Takes streets and numbers that have parts of their own: `High St, 12`.
    fn take_pieces(&mut self, parts: Vec<Part>) {
        for part in parts {
            if self.number.is_empty() {
                self.number = part.number;
            } else {
                push_unit(&part.number, &mut self.unit);
            }
            push_unit(&part.behind, &mut self.unit);
            if !self.street.is_empty() && !part.street.is_empty() {
                self.street.push(' ');
            }
            self.street.push_str(&part.street);
        }
    }
}

/// Appends to what says where in a house it is. `3` and `b` are `3b`, two words or two numbers stay two.
fn push_unit(word: &str, unit: &mut String) {
    if word.is_empty() {
        return;
    }
    let is_digit = |letter: Option<char>| letter.map(|letter| letter.is_ascii_digit());
    if !unit.is_empty() && is_digit(unit.chars().next_back()) == is_digit(word.chars().next()) {
        unit.push(' ');
    }
    unit.push_str(word);
}

/// A part of a line without whom a letter goes to; `None` if it is nothing else.
fn without_care_of(part: &str) -> Option<&str> {
    const MARKS: [&str; 2] = ["c/o", "C/O"];
    let has_mark = part.contains('/');
    match MARKS.iter().filter(|_| has_mark).find_map(|mark| part.split_once(mark)) {
        // `c/o Meier High St 5`
        Some((before, behind))
            if before.trim().is_empty() && behind.contains(|letter: char| letter.is_ascii_digit()) =>
        {
            Some(behind)
        }
        Some((before, _)) => Some(before),
        None => Some(part),
    }
    .filter(|part| !part.trim().is_empty())
}

#[cfg(test)]
mod tests;
