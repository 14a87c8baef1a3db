//! A part of an address between commas.

use std::borrow::Cow;

use onefold_normalise::{Step, Surroundings};

use super::push_unit;

/// What stands before the number of a flat, a door, a stair or a building, beside what [`Step::Street`] writes as `#`.
const BEFORE_UNITS: [&str; 17] = [
    "bat", "batiment", "bldg", "blk", "block", "door", "esc", "kv", "kvartira", "lgh", "lot", "ph", "pta", "puerta",
    "stiege", "studio", "tur",
];
/// What stands before or behind the number of a floor, as [`Step::Street`] writes it.
const FLOORS: [&str; 7] = ["etage", "fl", "floor", "geschoss", "obergeschoss", "og", "stock"];
/// Where in a house it is, without a number.
const SIDES: [&str; 14] = [
    "basement",
    "bsmt",
    "dg",
    "eg",
    "flat",
    "hh",
    "hinterhaus",
    "hs",
    "left",
    "links",
    "penthouse",
    "rechts",
    "ug",
    "vorderhaus",
];
/// The words of a street that many people leave out.
const LEFT_OUT: [&str; 2] = ["ulitsa", "vulitsya"];
/// The words before a house number that many people leave out.
const LEFT_OUT_BEFORE_NUMBERS: [&str; 2] = ["d", "dom"];

/// A part of an address.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// The words that are left.
    pub street: String,
    /// The house number.
    pub number: String,
    /// What stands behind the house number and belongs to a flat.
    pub behind: String,
}

impl Part {
    /// Takes a part of a line apart. What is marked as a flat's is appended to `unit`.
    pub(super) fn of(text: &str, unit: &mut String) -> Self {
        let form = Step::Street.apply(Cow::Borrowed(text), Surroundings::default()).unwrap_or_default();
        let mut words = without_units(&form, unit);
        take_floor(&mut words, unit);
        take_sides(&mut words, unit);
        let mut part = Self::default();
        part.take_number(&mut words);
        part.street = words.join(" ");
        part
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.street.is_empty() && self.number.is_empty() && self.behind.is_empty()
    }

    /// Whether it says where in a house, behind another part: `2. tv`.
    pub(super) fn is_of_unit(&self) -> bool {
        let is_short = self.behind.is_empty() && self.number.len() <= 3 && self.street.len() <= 3;
        self.street.is_empty() || (is_short && !self.number.is_empty())
    }

    /// Takes the house number off the words of a street.
    fn take_number(&mut self, words: &mut Vec<&str>) {
        let is_number_first = words.first().is_some_and(|word| is_house_number(word)) && !begins_with_day(words);
        let has_name = words.iter().any(|word| !is_number_or_letter(word));
        if is_number_first && has_name {
            return self.take_first_number(words);
        }
        let place = if is_number_first { Some(0) } else { number_behind(words) };
        let Some(place) = place else { return };
        self.push_number(words[place]);
        let behind = words.split_off(place + 1);
        words.pop();
        if are_of_unit(&behind) {
            behind.into_iter().for_each(|word| push_unit(word, &mut self.behind));
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
        let number = number.trim_start_matches('0');
        self.number.push_str(number.strip_suffix("is").filter(|rest| rest.ends_with('b')).unwrap_or(number));
    }
}

/// The words without marks of units and what is behind them.
fn without_units<'w>(form: &'w str, unit: &mut String) -> Vec<&'w str> {
    let mut left: Vec<&str> = Vec::with_capacity(8);
    let mut words = form.split(' ').filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let next = words.peek().copied();
        // `10 m 5` is flat 5 in Poland.
        let is_flat = word == "m" && left.last().is_some_and(|before| starts_with_digit(before));
        let is_mark = is_flat || word == "#" || BEFORE_UNITS.contains(&word);
        if is_mark && next.is_some_and(is_unit_number) {
            words.next().into_iter().for_each(|number| push_unit(number, unit));
            let ends_behind = words.clone().nth(1).is_none_or(|word| starts_with_digit(word) || word == "#");
            words.next_if(|word| ends_behind && is_letter(word)).into_iter().for_each(|letter| push_unit(letter, unit));
        } else if word != "#" && !is_left_out(word, next) {
            left.push(word);
        }
    }
    left
}

fn is_left_out(word: &str, next: Option<&str>) -> bool {
    LEFT_OUT.contains(&word) || (LEFT_OUT_BEFORE_NUMBERS.contains(&word) && next.is_some_and(starts_with_digit))
}

/// Takes a floor: `2nd fl`, `3 og`, `fl 2`.
fn take_floor(words: &mut Vec<&str>, unit: &mut String) {
    let Some(place) = words.iter().position(|word| FLOORS.contains(word)) else { return };
    let is_before = place.checked_sub(1).is_some_and(|number| is_floor_number(words, number));
    let number = if is_before { place - 1 } else { place + 1 };
    let Some(floor) = words.get(number).filter(|word| starts_with_digit(word)) else { return };
    push_unit(without_ordinal_end(floor), unit);
    push_unit("fl", unit);
    words.drain(place.min(number)..=place.max(number));
}

/// Whether the number before a floor is that of the floor, and not of the house: `12 2nd fl`, `2nd fl`, `2 fl`.
fn is_floor_number(words: &[&str], place: usize) -> bool {
    let is_all = place == 0 && words[2..].iter().all(|word| SIDES.contains(word));
    let is_ordinal = without_ordinal_end(words[place]).len() < words[place].len();
    let is_behind_other = words[..place].iter().any(|word| starts_with_digit(word));
    starts_with_digit(words[place]) && (is_ordinal || is_behind_other || is_all)
}

/// Takes the words behind a number, or all words, that say where in the house it is.
fn take_sides(words: &mut Vec<&str>, unit: &mut String) {
    let start = words.len() - words.iter().rev().take_while(|word| SIDES.contains(word)).count();
    let is_behind_number = start.checked_sub(1).is_none_or(|before| starts_with_digit(words[before]));
    if is_behind_number {
        words.drain(start..).filter(|word| *word != "flat").for_each(|word| push_unit(word, unit));
    }
}

/// Whether a street's name begins with a day, and its number follows: `5 de mayo 12`.
fn begins_with_day(words: &[&str]) -> bool {
    matches!(words, [_, "de", _, .., last] if is_house_number(last))
}

/// The place of the house number behind a street's name: the first of the numbers at the end, or else the first number.
fn number_behind(words: &[&str]) -> Option<usize> {
    let end = words.len() - words.iter().rev().take_while(|word| is_number_or_letter(word)).count();
    let first_from = |start: usize| (start.max(1)..words.len()).find(|place| is_house_number(words[*place]));
    first_from(end).or_else(|| first_from(1))
}

/// Whether words behind the house number say where in the house it is: numbers and letters, `2 tv`.
fn are_of_unit(words: &[&str]) -> bool {
    let is_short =
        words.first().is_some_and(|word| starts_with_digit(word)) && words.iter().all(|word| word.len() <= 3);
    is_short || words.iter().all(|word| is_number_or_letter(word))
}

/// Whether a word is a number, perhaps with letters behind it: `12`, `12a`, `12bis`, but not `12th`.
pub(super) fn is_house_number(word: &str) -> bool {
    let letters = word.trim_start_matches(|letter: char| letter.is_ascii_digit());
    letters.len() < word.len() && letters.len() <= 3 && letters.is_ascii() && without_ordinal_end(word) == word
}

/// `2` of `2nd`.
fn without_ordinal_end(word: &str) -> &str {
    let digits = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    if matches!(&word[digits.len()..], "st" | "nd" | "rd" | "th") { digits } else { word }
}

/// Whether a word can follow a mark of a unit: a number, a letter, a storey.
fn is_unit_number(word: &str) -> bool {
    starts_with_digit(word) || is_letter(word) || matches!(word, "ii" | "iii" | "iv" | "hs")
}

fn is_number_or_letter(word: &str) -> bool {
    starts_with_digit(word) || is_letter(word)
}

pub(super) fn starts_with_digit(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_digit())
}

fn is_letter(word: &str) -> bool {
    word.len() == 1 && word.starts_with(|letter: char| letter.is_ascii_lowercase())
}
