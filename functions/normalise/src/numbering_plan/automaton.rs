//! The automaton of a calling code.

use std::collections::BTreeMap;

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::start::Config as Start;
use regex_automata::util::syntax;
use regex_automata::{Anchored, MatchKind};

/// No calling code needs nearly as much.
const CACHE_BYTES: usize = 64 << 20;
/// The columns of the table before the descriptions.
const LEADING_DIGITS: usize = 4;

/// Whether digits are a valid number behind a calling code.
pub(super) struct Automaton {
    /// The next state, by state and digit. State 0 has no way out, and state 1 is the first.
    next: Vec<[u16; 10]>,
    /// The numbers of digits that make a valid number where they end in this state, as bits.
    lengths: Vec<u32>,
    /// The numbers of digits that a valid number can have, as bits.
    possible: u32,
}

impl Automaton {
    /// The automaton of the countries in these lines of the table. The first country whose leading digits, or one of whose
    /// types of numbers, match says whether a number is valid.
    pub(super) fn new(lines: &[&str]) -> Option<Self> {
        let mut patterns = Vec::new();
        let countries: Vec<Country> = lines.iter().map(|line| Country::new(line, &mut patterns)).collect();
        let dfa = dfa(&patterns)?;
        let is_one = countries.len() == 1;
        Self::unfolded(&dfa, |matched| valid_lengths(&countries, is_one, matched))
    }

    /// The automaton of a pattern for first digits, which is in the last state of each text that it matches.
    pub(super) fn of_prefix(pattern: &str) -> Option<Self> {
        Self::unfolded(&dfa(&[format!("(?:{pattern})")])?, |matched| if matched.is_empty() { 0 } else { u32::MAX })
    }

    /// Whether the pattern of [`Automaton::of_prefix`] matches one or more of the first digits. `$` matches everywhere.
    pub(super) fn begins(&self, digits: &[u8]) -> bool {
        let mut state = 1;
        digits.iter().any(|digit| {
            state = self.after(state, *digit);
            self.lengths[state] != 0
        })
    }

    fn after(&self, state: usize, digit: u8) -> usize {
        usize::from(self.next[state][usize::from(digit.wrapping_sub(b'0') % 10)])
    }

    /// All states that digits lead to.
    fn unfolded(dfa: &DFA, lengths_of: impl Fn(&[usize]) -> u32) -> Option<Self> {
        let mut cache = dfa.create_cache();
        let start = dfa.start_state(&mut cache, &Start::new().anchored(Anchored::Yes)).ok()?;
        let mut numbers = BTreeMap::from([(start, 1u16)]);
        let mut states = vec![start];
        let mut automaton = Self { next: vec![[0; 10]], lengths: vec![0], possible: 0 };
        while let Some(state) = states.get(automaton.next.len() - 1).copied() {
            automaton.lengths.push(lengths_of(&matched(dfa, &mut cache, state)?));
            let mut next = [0; 10];
            for (digit, number) in (b'0'..=b'9').zip(&mut next) {
                let to = dfa.next_state(&mut cache, state, digit).ok()?;
                if to.is_dead() {
                    continue;
                }
                *number = match numbers.get(&to) {
                    Some(number) => *number,
                    None => {
                        states.push(to);
                        let number = u16::try_from(states.len()).ok()?;
                        numbers.insert(to, number);
                        number
                    }
                };
            }
            automaton.next.push(next);
        }
        automaton.possible = automaton.lengths.iter().fold(0, |all, lengths| all | lengths);
        // Numbers of states would have changed.
        (cache.clear_count() == 0).then_some(automaton)
    }

    pub(super) fn is_valid(&self, digits: &[u8]) -> bool {
        let state = digits.iter().fold(1, |state, digit| self.after(state, *digit));
        digits.len() < 32 && self.lengths[state] >> digits.len() & 1 == 1
    }

    /// Whether a valid number can have so many digits.
    pub(super) fn can_have(&self, digits: usize) -> bool {
        digits < 32 && self.possible >> digits & 1 == 1
    }

    pub(super) fn can_begin_with_zero(&self) -> bool {
        self.next[1][0] != 0
    }
}

fn dfa(patterns: &[String]) -> Option<DFA> {
    DFA::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false))
        .configure(DFA::config().match_kind(MatchKind::All).cache_capacity(CACHE_BYTES))
        .build_many(patterns)
        .ok()
}

/// The patterns that match all digits up to a state.
fn matched(dfa: &DFA, cache: &mut Cache, state: LazyStateID) -> Option<Vec<usize>> {
    let end = dfa.next_eoi_state(cache, state).ok()?;
    let count = if end.is_match() { dfa.match_len(cache, end) } else { 0 };
    Some((0..count).map(|index| dfa.match_pattern(cache, end, index).as_usize()).collect())
}

/// All numbers of digits that a number can have, as bits: 1 to 17.
const ALL_LENGTHS: u32 = (1 << 18) - 2;

/// A pattern with the numbers of digits that it is for, as bits.
struct Description {
    pattern: usize,
    lengths: u32,
}

impl Description {
    fn new(lengths: &str, pattern: usize) -> Self {
        let lengths = lengths.split(',').filter_map(|length| length.parse::<u32>().ok());
        let lengths = lengths.fold(0, |bits, length| bits | 1 << length);
        Self { pattern, lengths: if lengths == 0 { ALL_LENGTHS } else { lengths } }
    }

    /// The numbers of digits for which it matches.
    fn lengths(&self, matched: &[usize]) -> u32 {
        if matched.contains(&self.pattern) { self.lengths } else { 0 }
    }
}

/// The descriptions of a country's numbers.
struct Country {
    /// The pattern of what its numbers begin with, if they are known by that.
    leading: Option<usize>,
    /// The general one, and those of the types.
    descriptions: Vec<Description>,
}

impl Country {
    fn new(line: &str, patterns: &mut Vec<String>) -> Self {
        // The countries of North America have most patterns in common.
        let mut add = |pattern: String| match patterns.iter().position(|known| *known == pattern) {
            Some(known) => known,
            None => {
                patterns.push(pattern);
                patterns.len() - 1
            }
        };
        let mut columns = line.split('\t').skip(LEADING_DIGITS);
        let leading = columns.next().filter(|leading| !leading.is_empty());
        let leading = leading.map(|leading| add(format!("(?:{leading})[0-9]*")));
        let descriptions = columns.filter_map(|column| column.split_once(' '));
        let descriptions =
            descriptions.map(|(lengths, pattern)| Description::new(lengths, add(format!("(?:{pattern})")))).collect();
        Self { leading, descriptions }
    }

    /// The numbers of digits for which these match: the general one, and one of a type.
    fn lengths(&self, matched: &[usize]) -> u32 {
        let Some((general, types)) = self.descriptions.split_first() else { return 0 };
        match general.lengths(matched) {
            0 => 0,
            lengths => lengths & types.iter().fold(0, |all, one| all | one.lengths(matched)),
        }
    }
}

/// The numbers of digits for which libphonenumber's `isValidNumber` says yes.
fn valid_lengths(countries: &[Country], is_one: bool, matched: &[usize]) -> u32 {
    if matched.is_empty() {
        return 0;
    }
    let (mut valid, mut undecided) = (0, ALL_LENGTHS);
    for country in countries {
        let lengths = country.lengths(matched) & undecided;
        valid |= lengths;
        undecided &= !lengths;
        if !is_one && country.leading.is_some_and(|leading| matched.contains(&leading)) {
            break;
        }
    }
    valid
}
