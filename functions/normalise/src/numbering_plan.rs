//! The numbering plans of countries, as automata over digits.
//!
//! The table has the patterns of libphonenumber's metadata. Those of a calling code become one automaton at first use. It
//! says of the digits behind the code what libphonenumber says: whether they are a valid number of one of the code's
//! countries. Where a country's plan has more than a national prefix that is cut off, the answer is "unsure".

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use automaton::Automaton;

mod automaton;

/// What the plans make of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found<'d> {
    /// A valid number.
    Number(Number<'d>),
    /// No valid number.
    Nothing,
    /// The library has to be asked.
    Unsure,
}

/// A number by its calling code and the digits behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number<'d> {
    /// The calling code, without `+`.
    pub code: &'d str,
    /// ASCII digits.
    pub national: &'d [u8],
}

/// What people dial before a number in their own country.
enum Trunk {
    /// These digits, or nothing.
    Digits(&'static str),
    /// `0`, or what a pattern says.
    ZeroOr(Prefix),
    /// What a pattern says.
    Pattern(Prefix),
}

/// What people dial before a calling code.
enum Abroad {
    /// These digits.
    Digits(&'static str),
    /// What a pattern says.
    Pattern(Prefix),
}

/// A pattern for the first digits. Its automaton is made at first use.
struct Prefix {
    pattern: &'static str,
    automaton: OnceLock<Option<Automaton>>,
}

impl Prefix {
    fn new(pattern: &'static str) -> Self {
        Self { pattern, automaton: OnceLock::new() }
    }

    /// Whether the pattern may match first digits. Then the library has to say what it makes of them.
    fn may_match(&self, digits: &[u8]) -> bool {
        let automaton = self.automaton.get_or_init(|| Automaton::of_prefix(self.pattern));
        automaton.as_ref().is_none_or(|automaton| automaton.begins(digits))
    }
}

/// The plan of a country.
pub(super) struct Plan {
    name: [u8; 2],
    /// The calling code, without `+`.
    pub code: &'static str,
    /// The place of the calling code in the table.
    place: usize,
    trunk: Trunk,
    abroad: Abroad,
}

/// A calling code, and the countries that have it.
struct Code {
    lines: Range<usize>,
    automaton: OnceLock<Option<Automaton>>,
}

const LETTERS: usize = 26;

struct Table {
    lines: Vec<&'static str>,
    plans: Vec<Plan>,
    /// Places in `plans`, by the letters of the country.
    by_name: [Option<u8>; LETTERS * LETTERS],
    codes: Vec<Code>,
    /// Places in `codes`, by the calling code as a number.
    by_code: [Option<u8>; 1000],
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(include_str!("tables/numbering_plans.tsv")));

/// Mexico and Argentina have digits before the mobile numbers, which people write or leave out.
const NORTH_AMERICA: &str = "1";
const MEXICO: &str = "52";
const ARGENTINA: &str = "54";

/// The plan of a country (ISO 3166-1 alpha-2).
pub(super) fn of_country(name: &str) -> Option<&'static Plan> {
    let place = TABLE.by_name[letters(name.as_bytes())?]?;
    TABLE.plans.get(usize::from(place))
}

/// The two letters of a country as a number.
fn letters(name: &[u8]) -> Option<usize> {
    let [first, second] = name else { return None };
    let [first, second] = [first, second].map(|letter| usize::from(letter.wrapping_sub(b'A')));
    (first < LETTERS && second < LETTERS).then_some(first * LETTERS + second)
}

/// The plan of the main country of the calling code that digits begin with, and the digits behind it.
pub(super) fn of_international(digits: &[u8]) -> Option<(&'static Plan, &[u8])> {
    if digits.first() == Some(&b'0') {
        return None;
    }
    let mut number = 0;
    for (place, digit) in digits.iter().take(3).enumerate() {
        number = number * 10 + usize::from(digit.wrapping_sub(b'0') % 10);
        if let Some(code) = TABLE.by_code[number] {
            let main = TABLE.codes[usize::from(code)].lines.start;
            return Some((&TABLE.plans[main], &digits[place + 1..]));
        }
    }
    None
}

/// The number of digits that begin with a calling code.
pub(super) fn international(digits: &[u8]) -> Found<'_> {
    // The codes of no country are rare, and what begins with `0` is no code.
    of_international(digits).map_or(Found::Unsure, |(plan, national)| plan.number(national))
}

impl Plan {
    /// The number of digits behind the calling code, or of digits as people dial them in the country.
    pub(super) fn number<'d>(&self, digits: &'d [u8]) -> Found<'d> {
        let Some(automaton) = self.automaton() else { return Found::Unsure };
        let found = |national| Found::Number(self.canonical(automaton, national));
        let rest = match &self.trunk {
            Trunk::Digits("") => None,
            Trunk::Digits(trunk) => digits.strip_prefix(trunk.as_bytes()),
            Trunk::ZeroOr(_) if digits.starts_with(b"0") => Some(&digits[1..]),
            Trunk::ZeroOr(prefix) | Trunk::Pattern(prefix) if prefix.may_match(digits) => return Found::Unsure,
            Trunk::ZeroOr(_) | Trunk::Pattern(_) => None,
        };
        match rest {
            // The library takes a short number of North America for one without its area.
            Some(rest) if self.code == NORTH_AMERICA && rest.len() < 10 && automaton.is_valid(rest) => Found::Unsure,
            Some(rest) if automaton.is_valid(rest) => found(rest),
            // The library keeps the prefix in some cases.
            Some(_) if automaton.is_valid(digits) => Found::Unsure,
            None if automaton.is_valid(digits) => found(digits),
            _ if self.code == MEXICO => {
                mexican(digits).filter(|rest| automaton.is_valid(rest)).map_or(Found::Nothing, found)
            }
            _ => Found::Nothing,
        }
    }

    /// The number of digits as people in the country write them.
    pub(super) fn national<'d>(&self, digits: &'d [u8]) -> Found<'d> {
        match &self.abroad {
            Abroad::Digits(prefix) => {
                if let Some(rest) = digits.strip_prefix(prefix.as_bytes()).filter(|rest| rest.first() != Some(&b'0')) {
                    return match international(rest) {
                        Found::Nothing if *prefix != "00" && digits.starts_with(b"00") => Found::Unsure,
                        found => found,
                    };
                }
            }
            Abroad::Pattern(prefix) if prefix.may_match(digits) => return Found::Unsure,
            Abroad::Pattern(_) => {}
        }
        let national = self.number(digits);
        let Some(rest) = digits.strip_prefix(self.code.as_bytes()) else {
            return match (national, digits.strip_prefix(b"00")) {
                (Found::Nothing, Some(rest)) => international(rest),
                _ => national,
            };
        };
        match (national, self.number(rest)) {
            (Found::Nothing, international) => international,
            (national, Found::Nothing) => national,
            _ => Found::Unsure,
        }
    }

    /// One way to write a number that has several in its country. Argentina's mobile numbers are without the `9` that
    /// is dialled from abroad: so many people leave it out that nobody knows whether a number has none.
    fn canonical<'d>(&self, automaton: &Automaton, national: &'d [u8]) -> Number<'d>
    where
        'static: 'd,
    {
        let mobile = national.strip_prefix(b"9").filter(|rest| self.code == ARGENTINA && automaton.is_valid(rest));
        Number { code: self.code, national: mobile.unwrap_or(national) }
    }

    /// [`Number`] in one spelling, if the digits are a valid number behind the calling code.
    pub(super) fn canonical_of<'d>(&self, national: &'d [u8]) -> Number<'d> {
        match self.automaton() {
            Some(automaton) => self.canonical(automaton, national),
            None => Number { code: self.code, national },
        }
    }

    /// Whether people in the country dial `0` before a number, and its numbers have none.
    pub(super) fn has_trunk_zero(&self) -> bool {
        matches!(self.trunk, Trunk::Digits("0") | Trunk::ZeroOr(_))
    }

    /// Whether the first digits may be more than the beginning of a number: a prefix of the country, its own calling
    /// code, or what stands before mobile numbers.
    pub(super) fn is_ambiguous(&self, digits: &[u8]) -> bool {
        let has_trunk = match &self.trunk {
            Trunk::Digits("0") | Trunk::ZeroOr(_) => false,
            Trunk::Digits(trunk) => {
                digits.first() == Some(&b'0') || !trunk.is_empty() && digits.starts_with(trunk.as_bytes())
            }
            Trunk::Pattern(_) => true,
        };
        has_trunk || self.has_mobile_mark() || digits.starts_with(self.code.as_bytes())
    }

    /// Whether digits behind the calling code may begin with a prefix, or with what stands before mobile numbers.
    pub(super) fn is_doubtful(&self, national: &[u8]) -> bool {
        let has_trunk = match self.trunk {
            Trunk::Digits(trunk) => !trunk.is_empty() && national.starts_with(trunk.as_bytes()),
            Trunk::ZeroOr(_) | Trunk::Pattern(_) => false,
        };
        has_trunk || national.first() == Some(&b'0') || self.has_mobile_mark()
    }

    /// Whether a number of the country has digits before mobile numbers.
    pub(super) fn has_mobile_mark(&self) -> bool {
        matches!(self.code, MEXICO | ARGENTINA)
    }

    /// The digits behind the prefix that people in the country dial before a calling code, if it is not `00`.
    pub(super) fn without_abroad_prefix<'d>(&self, digits: &'d [u8]) -> Option<&'d [u8]> {
        match self.abroad {
            Abroad::Digits(prefix) => digits.strip_prefix(prefix.as_bytes()),
            Abroad::Pattern(_) => None,
        }
    }

    /// Whether a valid number of the calling code can have so many digits.
    pub(super) fn can_have(&self, digits: usize) -> bool {
        self.automaton().is_some_and(|automaton| automaton.can_have(digits))
    }

    /// Digits without the prefix that people in the country dial before a number. A `0` that numbers have stays.
    pub(super) fn without_trunk<'d>(&self, digits: &'d [u8]) -> &'d [u8] {
        if let Some(rest) = digits.strip_prefix(b"0") {
            if self.has_trunk_zero() {
                return rest;
            }
            let has_zero = self.automaton().is_some_and(Automaton::can_begin_with_zero);
            return if has_zero { digits } else { rest };
        }
        let Trunk::Digits(trunk) = self.trunk else { return digits };
        let rest = digits.strip_prefix(trunk.as_bytes());
        rest.filter(|rest| self.can_have(rest.len()) && !self.can_have(digits.len())).unwrap_or(digits)
    }

    /// The country (ISO 3166-1 alpha-2).
    pub(super) fn name(&self) -> &str {
        std::str::from_utf8(&self.name).unwrap_or_default()
    }

    fn automaton(&self) -> Option<&'static Automaton> {
        let code = TABLE.codes.get(self.place)?;
        code.automaton.get_or_init(|| Automaton::new(&TABLE.lines[code.lines.clone()])).as_ref()
    }
}

/// The ten digits behind what people write, or once wrote, before a Mexican number: `1` from abroad, `01`, `044` and `045`
/// in the country.
fn mexican(digits: &[u8]) -> Option<&[u8]> {
    let marks: [&[u8]; 4] = [b"1", b"01", b"044", b"045"];
    marks.into_iter().find_map(|mark| digits.strip_prefix(mark)).filter(|rest| rest.len() == 10)
}

impl Table {
    fn new(text: &'static str) -> Self {
        let lines: Vec<&'static str> = text.lines().collect();
        let mut plans: Vec<Plan> = lines.iter().filter_map(|line| plan(line)).collect();
        let mut codes: Vec<Code> = Vec::new();
        let (mut by_name, mut by_code) = ([None; LETTERS * LETTERS], [None; 1000]);
        let mut start = 0;
        for same in plans.chunk_by_mut(|one, other| one.code == other.code) {
            let place = codes.len();
            if let Some(of_code) = same[0].code.parse().ok().and_then(|number: usize| by_code.get_mut(number)) {
                *of_code = u8::try_from(place).ok();
            }
            same.iter_mut().for_each(|plan| plan.place = place);
            codes.push(Code { lines: start..start + same.len(), automaton: OnceLock::new() });
            start += same.len();
        }
        for (place, plan) in plans.iter().enumerate() {
            if let Some(letters) = letters(&plan.name) {
                by_name[letters] = u8::try_from(place).ok();
            }
        }
        Self { lines, plans, by_name, codes, by_code }
    }
}

/// The plan of a line of the table.
fn plan(line: &'static str) -> Option<Plan> {
    let mut columns = line.split('\t');
    let name = columns.next()?.as_bytes().try_into().ok()?;
    let code = columns.next()?;
    let trunk = trunk(columns.next()?);
    let abroad = columns.next()?;
    let abroad = if is_digits(abroad) { Abroad::Digits(abroad) } else { Abroad::Pattern(Prefix::new(abroad)) };
    Some(Plan { name, code, place: 0, trunk, abroad })
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn trunk(pattern: &'static str) -> Trunk {
    if is_digits(pattern) {
        return Trunk::Digits(pattern);
    }
    // `(183[12])|0`, `([24-9]\d{6})$|0|180020`: only one of them matches what begins with `0`.
    let others_begin_else =
        |one: &str| one == "0" || one.trim_start_matches(['(', '[']).starts_with(|letter| matches!(letter, '1'..='9'));
    let alternatives = alternatives(pattern);
    let is_zero_or_else = alternatives.contains(&"0") && alternatives.into_iter().all(others_begin_else);
    let prefix = Prefix::new(pattern);
    if is_zero_or_else { Trunk::ZeroOr(prefix) } else { Trunk::Pattern(prefix) }
}

/// The alternatives of a pattern that stand in no brackets.
fn alternatives(pattern: &str) -> Vec<&str> {
    let mut depth = 0usize;
    let is_end = |letter: char| {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == '|' && depth == 0
    };
    pattern.split(is_end).collect()
}

#[cfg(test)]
mod tests;
