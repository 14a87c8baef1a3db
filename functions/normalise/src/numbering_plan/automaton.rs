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
        Self::unfolded(&dfa, |matched| {
            let valid = |length: &usize| is_valid(&countries, is_one, matched, *length);
            (1..=17).filter(valid).fold(0, |bits, length| bits | 1 << length)
        })
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

/// A pattern with the numbers of digits that it is for; 0 if it is for all.
struct Description {
    pattern: usize,
    lengths: u32,
}

impl Description {
    fn matches(&self, matched: &[usize], length: usize) -> bool {
        matched.contains(&self.pattern) && (self.lengths == 0 || self.lengths >> length & 1 == 1)
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
        let mut add = |pattern: String| {
            patterns.push(pattern);
            patterns.len() - 1
        };
        let mut columns = line.split('\t').skip(LEADING_DIGITS);
        let leading = columns.next().filter(|leading| !leading.is_empty());
        let leading = leading.map(|leading| add(format!("(?:{leading})[0-9]*")));
        let descriptions = columns.filter_map(|column| column.split_once(' ')).map(|(lengths, pattern)| {
            let lengths = lengths.split(',').filter_map(|length| length.parse::<u32>().ok());
            Description {
                pattern: add(format!("(?:{pattern})")),
                lengths: lengths.fold(0, |bits, length| bits | 1 << length),
            }
        });
        let descriptions = descriptions.collect();
        Self { leading, descriptions }
    }

    fn has_type(&self, matched: &[usize], length: usize) -> bool {
        let Some((general, types)) = self.descriptions.split_first() else { return false };
        general.matches(matched, length) && types.iter().any(|one| one.matches(matched, length))
    }
}

/// What libphonenumber's `isValidNumber` says.
fn is_valid(countries: &[Country], is_one: bool, matched: &[usize], length: usize) -> bool {
    for country in countries {
        let is_led = !is_one && country.leading.is_some_and(|leading| matched.contains(&leading));
        let has_type = country.has_type(matched, length);
        if is_led || has_type {
            return has_type;
        }
    }
    false
}
