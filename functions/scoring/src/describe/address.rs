//! A line of an address, taken apart.

use std::borrow::Cow;
use std::iter::Peekable;

use onefold_normalise::{Step, Surroundings};

/// The parts of an address.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Address {
    /// The street in plain words, each in its one form.
    pub street: String,
    /// The house number with its letter.
    pub number: String,
    /// The number of a flat.
    pub unit: String,
}

impl Address {
    /// The parts of a line: the number before or behind the street, a flat before or behind both.
    pub(super) fn of(line: &str) -> Self {
        let line = without_care_of(line);
        let line = with_marked_units(&line);
        let form = Step::Street.apply(Cow::Borrowed(&line), Surroundings::default()).unwrap_or_default();
        let mut address = Self::default();
        let mut words = address.take_units(&form);
        address.take_number(&mut words);
        address.street = words.join(" ");
        if address.street.is_empty() {
            address.street = std::mem::take(&mut address.number);
        }
        address
    }

    /// Takes what follows a `#`; the other words are left.
    fn take_units<'w>(&mut self, form: &'w str) -> Vec<&'w str> {
        let mut left = Vec::new();
        let mut words = form.split(' ').filter(|word| !word.is_empty()).peekable();
        while let Some(word) = words.next() {
            if word == "#" { self.take_unit(&mut words) } else { left.push(word) }
        }
        left
    }

    fn take_unit<'w>(&mut self, words: &mut Peekable<impl Iterator<Item = &'w str>>) {
        let Some(unit) = words.next_if(|word| starts_with_digit(word) || word.len() == 1) else { return };
        self.push_unit(unit);
        if let Some(letter) = words.next_if(|word| is_letter(word)) {
            self.unit.push_str(letter);
        }
    }

    fn push_unit(&mut self, unit: &str) {
        if !self.unit.is_empty() {
            self.unit.push(' ');
        }
        self.unit.push_str(unit);
    }

    /// Takes the house number off the words of a street.
    fn take_number(&mut self, words: &mut Vec<&str>) {
        let is_number_first = words.first().is_some_and(|word| is_house_number(word));
        let has_name = words.iter().any(|word| !starts_with_digit(word));
        if is_number_first && has_name {
            return self.take_first_number(words);
        }
        let Some(place) = number_behind(words) else { return };
        self.push_number(words[place]);
        let behind = words.split_off(place + 1);
        words.pop();
        if behind.iter().all(|word| is_of_unit(word)) {
            behind.into_iter().for_each(|word| self.push_unit(word));
        } else {
            words.extend(behind);
        }
    }

    fn take_first_number(&mut self, words: &mut Vec<&str>) {
        self.push_number(words.remove(0));
        // `12 a main st`, but not `12 e main st`.
        let has_letter = words.len() > 2 && matches!(words[0], "a" | "b" | "c" | "d" | "f" | "g" | "h");
        if has_letter || words.first() == Some(&"bis") {
            self.number.push_str(&words.remove(0)[..1]);
        }
    }

    fn push_number(&mut self, number: &str) {
        let number = number.trim_start_matches('0').replace("bis", "b");
        self.number.push_str(&number);
    }
}

/// The place of the house number behind a street's name: the first of the numbers at the end, or else the first number.
fn number_behind(words: &[&str]) -> Option<usize> {
    let is_at_end = |word: &&&str| starts_with_digit(word) || is_letter(word);
    let end = words.len() - words.iter().rev().take_while(is_at_end).count();
    let first_from = |start: usize| (start.max(1)..words.len()).find(|place| is_house_number(words[*place]));
    first_from(end).or_else(|| first_from(1))
}

fn starts_with_digit(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_digit())
}

fn is_letter(word: &str) -> bool {
    word.len() == 1 && word.starts_with(|letter: char| letter.is_ascii_lowercase())
}

/// Whether a word is a number, perhaps with letters behind it: `12`, `12a`, `12bis`, but not `12th`.
fn is_house_number(word: &str) -> bool {
    let letters = word.trim_start_matches(|letter: char| letter.is_ascii_digit());
    letters.len() < word.len() && letters.len() <= 3 && !matches!(letters, "st" | "nd" | "rd" | "th")
}

/// Whether a word behind the house number says where in the house: a number, a letter, a floor.
fn is_of_unit(word: &str) -> bool {
    let is_floor =
        matches!(word, "eg" | "og" | "ug" | "dg" | "fl" | "stock" | "etage" | "links" | "rechts" | "hh" | "vh");
    starts_with_digit(word) || is_letter(word) || is_floor
}

/// A line without the part that names whom a letter goes to.
fn without_care_of(line: &str) -> Cow<'_, str> {
    const MARKS: [&str; 2] = ["c/o", "C/O"];
    if !line.contains('/') || !MARKS.iter().any(|mark| line.contains(mark)) {
        return Cow::Borrowed(line);
    }
    let parts: Vec<&str> = line.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let is_care_of = |part: &str| MARKS.iter().any(|mark| part.starts_with(mark));
    let before = |part| MARKS.iter().find_map(|mark| str::split_once(part, mark)).map_or(part, |(before, _)| before);
    let kept: Vec<&str> = parts.iter().filter(|part| !is_care_of(part)).map(|part| before(*part)).collect();
    if kept.is_empty() {
        Cow::Owned(parts.join(" ").replace("c/o", "").replace("C/O", ""))
    } else {
        Cow::Owned(kept.join(", "))
    }
}

/// A line in which a `#` stands before a flat's number that a slash separates, and a range of house numbers is its first:
/// `12/3` is house 12, flat 3, where it stands behind the street, and house 3 of flat 12 where it begins a line.
fn with_marked_units(line: &str) -> Cow<'_, str> {
    let bytes = line.as_bytes();
    let has_joint = bytes.windows(2).any(|pair| pair[0].is_ascii_alphanumeric() && matches!(pair[1], b'/' | b'-'))
        && bytes.iter().any(u8::is_ascii_digit);
    if !has_joint {
        return Cow::Borrowed(line);
    }
    let mut marked = String::with_capacity(line.len() + 4);
    let mut is_first = true;
    for word in line.split_inclusive([' ', ',', '\n']) {
        let (text, separator) = word.split_at(word.trim_end_matches([' ', ',', '\n']).len());
        push_joined(text, is_first, &mut marked);
        marked.push_str(separator);
        is_first = separator.contains([',', '\n']) || (is_first && text.is_empty());
    }
    Cow::Owned(marked)
}

/// Appends a word between blanks: numbers that a slash or a hyphen joins, or any other as it is.
fn push_joined(word: &str, is_first: bool, marked: &mut String) {
    if let Some((number, unit)) = split_number(word, '/') {
        let (unit, number) = if is_first { (number, unit) } else { (unit, number) };
        let is_letter = unit.len() == 1 && !starts_with_digit(unit);
        return match (is_letter, is_first) {
            (true, _) => marked.extend([number, unit]),
            (false, true) => marked.extend(["# ", unit, " ", number]),
            (false, false) => marked.extend([number, " # ", &unit.replace('/', " ")]),
        };
    }
    match split_number(word, '-') {
        Some((from, to)) if is_range(from, to) => marked.push_str(from),
        Some((number, behind)) => marked.extend([number, behind]),
        None => marked.push_str(word),
    }
}

/// The number before a joint, and what is behind it: a number or a letter.
fn split_number(word: &str, joint: char) -> Option<(&str, &str)> {
    let (number, behind) = word.split_once(joint)?;
    let fits = |text: &str| is_house_number(&text.to_ascii_lowercase());
    let is_letter = behind.len() == 1 && behind.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let are_numbers = behind.split(joint).all(fits);
    (fits(number) && (is_letter || are_numbers)).then_some((number, behind))
}

/// Whether two numbers are the first and the last of a few houses.
fn is_range(from: &str, to: &str) -> bool {
    const MOST: u32 = 40;
    let number = |text: &str| {
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        digits.parse::<u32>().ok()
    };
    let (Some(from), Some(to)) = (number(from), number(to)) else { return false };
    (from..=from.saturating_add(MOST)).contains(&to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: [&str; 3], lines: &[&str]) {
        for line in lines {
            let Address { street, number, unit } = Address::of(line);
            assert_eq!([street.as_str(), number.as_str(), unit.as_str()], expected, "{line}");
        }
    }

    #[test]
    fn a_line_is_taken_apart() {
        check(
            ["high st", "12", ""],
            &["12 High St", "12, High Street", "High St 12", "HIGH ST. No. 12", "12-14 High St"],
        );
        check(
            ["high st", "12", "3"],
            &["Flat 3, 12 High St", "12 High St, Flat 3", "3/12 High St", "Apt 3, 12 High Street"],
        );
        check(["main st", "12", "4b"], &["12 Main St Apt 4B", "12 Main St #4b", "12 Main Street, Unit 4 B"]);
        check(["linden st", "7", "5"], &["Lindenstraße 7, Wohnung 5", "Lindenstr. 7 Whg. 5", "Lindenstr. 7/5"]);
        check(["linden st", "7", "2 5"], &["Lindenstr. 7/2/5"]);
        check(["linden st", "12a", ""], &["Lindenstr. 12a", "Lindenstr. 12 A", "Lindenstr. 12/a", "Lindenstr. 12-a"]);
        check(
            ["linden st", "7", ""],
            &["c/o Meier, Lindenstr. 7", "Lindenstr. 7 c/o Meier", "Lindenstr. 7, c/o Meier"],
        );
        check(["dluga", "5", "2"], &["ul. Długa 5 lok. 2", "Długa 5/2"]);
        check(["calle mayor", "5", "2b"], &["Calle Mayor 5, 2 B"]);
        check(["rue de la paix", "15b", ""], &["15 bis rue de la Paix", "15bis, rue de la Paix"]);
        check(["5th ave", "", ""], &["5th Ave", "Fifth Avenue"]);
        check(["5th ave", "350", ""], &["350 5th Ave", "350 Fifth Avenue"]);
        check(["e main st", "12", ""], &["12 E Main St", "12 East Main Street"]);
        check(["st des 17 juni", "135", ""], &["Straße des 17. Juni 135"]);
        check(["postfach", "123", ""], &["Postfach 123", "Postfach Nr. 123"]);
        check(["main st", "4512", ""], &["45-12 Main St"]);
        check(["hauptst", "", ""], &["Hauptst"]);
        check(["12", "", ""], &["12"]);
        check(["", "", ""], &["", "-", "c/o"]);
    }
}
