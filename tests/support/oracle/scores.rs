//! Scored pairs: every pair of accounts is compared, in the plainest way.
//!
//! Knows the nicknames and sounds of the properties' names only, and its addresses have no flats.

use std::collections::BTreeMap;

use onefold_scoring::weights::Weights;
use strsim::{jaro_winkler, osa_distance};

use super::Account;

/// What scores pairs: numbers, which a run learnt.
#[derive(Clone, Copy, Debug)]
pub struct Scores<'s> {
    /// The names of the fields that are compared, in the order of the weights.
    pub fields: &'s [&'static str],
    /// In 1024ths of a bit.
    pub weights: &'s Weights,
    /// Likewise.
    pub threshold: i64,
}

/// A value as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Compared {
    text: String,
    /// Of an address.
    number: String,
}

/// The comparison levels of all pairs of accounts, by field, and what they score.
pub struct Pairs<'s> {
    scores: Scores<'s>,
    /// By both accounts: the level of each field.
    levels: BTreeMap<(usize, usize), Vec<u8>>,
}

impl<'s> Pairs<'s> {
    /// Compares all pairs.
    pub fn new(accounts: &[Account], scores: Scores<'s>) -> Self {
        let values: Vec<Vec<Vec<Compared>>> = accounts
            .iter()
            .map(|account| scores.fields.iter().map(|field| compared(account, field)).collect())
            .collect();
        let mut levels = BTreeMap::new();
        for left in 0..accounts.len() {
            for right in 0..accounts.len() {
                let holders = |field: usize, value: &Compared| {
                    values.iter().filter(|account| account[field].contains(value)).count()
                };
                levels.insert((left, right), levels_of(&values[left], &values[right], scores.fields, &holders));
            }
        }
        Self { scores, levels }
    }

    /// The level of each field.
    pub fn levels(&self, left: usize, right: usize) -> &[u8] {
        &self.levels[&(left, right)]
    }

    /// The score of two accounts.
    pub fn bits(&self, left: usize, right: usize) -> i64 {
        let weights = self.scores.weights;
        let (mut strangers, mut relatives) = (weights.strangers_prior, weights.relatives_prior);
        for (field, level) in weights.fields.iter().zip(self.levels(left, right)) {
            strangers += field.strangers[usize::from(*level)];
            relatives += field.relatives[usize::from(*level)];
        }
        odds(strangers, relatives)
    }

    /// Whether two accounts are linked.
    pub fn are_linked(&self, left: usize, right: usize) -> bool {
        left != right && self.bits(left, right) >= self.scores.threshold
    }

    /// How many pairs are linked.
    pub fn linked(&self) -> u64 {
        self.levels.keys().filter(|(left, right)| left < right && self.are_linked(*left, *right)).count() as u64
    }

    /// The score of two groups of accounts; `None` if it is not enough. `piece` is how many accounts there are in all.
    pub fn group_bits(&self, left: &[usize], right: &[usize], piece: usize) -> Option<i64> {
        let across: Vec<(usize, usize)> =
            left.iter().flat_map(|one| right.iter().map(move |other| (*one, *other))).collect();
        let direct = across.iter().map(|(one, other)| self.bits(*one, *other)).max().expect("a pair");
        if piece == 2 {
            return (direct >= self.scores.threshold).then_some(direct);
        }
        let weights = self.scores.weights;
        let (mut strangers, mut relatives) = (weights.strangers_prior, weights.relatives_prior);
        for (number, field) in weights.fields.iter().enumerate() {
            let levels = across.iter().map(|(one, other)| usize::from(self.levels(*one, *other)[number]));
            let known: Vec<(i64, i64)> = levels
                .filter(|level| *level > 0)
                .map(|level| (field.strangers[level], field.relatives[level]))
                .collect();
            let Some(best) = known.iter().max() else { continue };
            let mean = |sum: i64| (sum as f64 / known.len() as f64 + 0.5).floor() as i64;
            let is_persons_own = ["given_name", "family_name", "generation", "birthdate", "ssn"];
            if is_persons_own.contains(&self.scores.fields[number]) {
                strangers += mean(known.iter().map(|one| one.0).sum());
                relatives += mean(known.iter().map(|one| one.1).sum());
            } else {
                strangers += best.0;
                relatives += best.1;
            }
        }
        strangers -= (512.0 * (across.len() as f64).log2()).round() as i64;
        let bits = odds(strangers, relatives);
        (bits >= self.scores.threshold && direct >= self.scores.threshold + 2 * 1024).then_some(bits)
    }
}

/// −log2(2^−strangers + 2^−relatives), with the logarithm rounded.
fn odds(strangers: i64, relatives: i64) -> i64 {
    let apart = (strangers - relatives).abs() as f64 / 1024.0;
    strangers.min(relatives) - (1024.0 * (1.0 + (-apart).exp2()).log2()).round() as i64
}

fn levels_of(
    left: &[Vec<Compared>],
    right: &[Vec<Compared>],
    fields: &[&str],
    holders: &dyn Fn(usize, &Compared) -> usize,
) -> Vec<u8> {
    let mut levels: Vec<u8> = fields
        .iter()
        .enumerate()
        .map(|(place, field)| {
            let mut found: Vec<u8> = Vec::new();
            for one in &left[place] {
                for other in &right[place] {
                    let holders = [one, other].map(|value| equal(holders(place, value)));
                    let found_level = if one == other { holders[0] } else { level(field, one, other) };
                    found.push(unless_both_usual(field, found_level, holders));
                }
            }
            let rarest = found.iter().filter(|level| **level >= 8).min();
            rarest.or(found.iter().max()).copied().unwrap_or_default()
        })
        .collect();
    let place = |name: &str| fields.iter().position(|field| *field == name);
    if let (Some(given), Some(family)) = (place("given_name"), place("family_name"))
        && [1, 2].contains(&levels[given])
        && [1, 2].contains(&levels[family])
    {
        let alike = |one: &[Compared], other: &[Compared]| {
            let pairs = one.iter().flat_map(|one| other.iter().map(|other| jaro_winkler(&one.text, &other.text)));
            pairs.fold(0.0, f64::max) + ROUNDED
        };
        let crosswise = [alike(&left[given], &right[family]), alike(&right[given], &left[family])];
        if crosswise.iter().all(|alike| *alike >= 0.88) && crosswise.iter().any(|alike| *alike >= 0.94) {
            (levels[given], levels[family]) = (0, 6);
        }
    }
    levels
}

/// Names that are nearly equal are two names, if at least eight accounts have either and fewer than eight times as many have
/// the one as the other, by powers of two.
fn unless_both_usual(field: &str, level: u8, holders: [u8; 2]) -> u8 {
    let are_usual = holders.iter().all(|class| *class >= 8 + 3) && holders[0].abs_diff(holders[1]) <= 2;
    let is_nearly_equal = matches!((field, level), ("given_name", 5) | ("family_name", 4));
    if is_nearly_equal && are_usual { 2 } else { level }
}

/// Thresholds are exact fractions.
const ROUNDED: f64 = 1e-9;

/// Equal values that so many accounts have.
fn equal(accounts: usize) -> u8 {
    8 + (accounts as f64).log2().floor() as u8
}

/// The level of two values that are not equal.
fn level(field: &str, left: &Compared, right: &Compared) -> u8 {
    let (a, b) = (left.text.as_str(), right.text.as_str());
    let edits = osa_distance(a, b);
    let alike = jaro_winkler(a, b) + ROUNDED;
    let shorter = a.len().min(b.len());
    let is_slip = shorter >= 3 && edits <= 1 || alike >= 0.94;
    let is_remote = alike >= 0.80 || shorter >= 5 && edits <= 2;
    let is_word = a.len() != b.len() && shorter >= 3 && (is_word_of(a, b) || is_word_of(b, a));
    let is_near = |a: &str, b: &str| edits <= 1 || alike >= 0.92 || a.len() != b.len() && is_word;
    let same = |from: usize, to: usize| a.get(from..to).is_some() && a.get(from..to) == b.get(from..to);
    match field {
        "given_name" if canonical(a) == canonical(b) || is_word => 6,
        "given_name" => {
            let whole = given_name_level(a, b, sounds_like(canonical(a), canonical(b)));
            let first_words = given_name_level(first_word(a), first_word(b), false);
            if have_one_second_word(a, b) { whole.max(first_words) } else { whole }
        }
        "family_name" if is_slip => 4,
        "family_name" if alike >= 0.88 || sounds_like(&a.replace(' ', ""), &b.replace(' ', "")) || is_word => 3,
        "family_name" if is_remote => 2,
        "email" => {
            let local = |email: &str| email.split('@').next().unwrap_or_default().to_owned();
            let digits = |email: &str| local(email).chars().filter(char::is_ascii_digit).collect::<String>();
            match (digits(a), digits(b)) {
                _ if local(a) == local(b) => 4,
                (a, b) if edits <= 2 && (a == b || a.len().min(b.len()) >= 5 && osa_distance(&a, &b) <= 1) => 3,
                (a, b) if a == b && a.len() >= 4 => 2,
                _ => 1,
            }
        }
        "phone_number" => {
            let parts = |number: &str| number.split_once("ext").map(|(line, desk)| (line.to_owned(), desk.to_owned()));
            let (line, desk) = parts(a).unwrap_or((a.to_owned(), String::new()));
            let (other_line, other_desk) = parts(b).unwrap_or((b.to_owned(), String::new()));
            let end = |number: &str| number.len().checked_sub(8).map(|start| number[start..].to_owned());
            let have_one_end = end(&line).is_some() && end(&line) == end(&other_line);
            let are_near = osa_distance(&line, &other_line) <= 1;
            let are_two_desks = !desk.is_empty() && !other_desk.is_empty() && desk != other_desk;
            match line.starts_with(&other_line) || other_line.starts_with(&line) || have_one_end {
                true => 3 - u8::from(are_two_desks),
                false => 1 + u8::from(are_near && !are_two_desks),
            }
        }
        "birthdate" => match [same(0, 4), same(4, 6), same(6, 8)] {
            [true, ..] if a[4..6] == b[6..8] && a[6..8] == b[4..6] => 5,
            _ if edits <= 1 => 4,
            parts if parts.iter().filter(|is_same| **is_same).count() >= 2 => 3,
            [true, ..] => 2,
            _ => 1 + u8::from(edits <= 2),
        },
        "address" => {
            let (one, other) = (left.number.as_str(), right.number.as_str());
            match a == b || is_near(a, b) {
                false => 1,
                true if one.is_empty() || other.is_empty() => 2,
                true if one == other => 4,
                true => 2 + u8::from(a == b && osa_distance(one, other) <= 1),
            }
        }
        "address.postal_code" if edits <= 1 => 3,
        "address.postal_code" if same(0, 3) => 2,
        "ssn" => 1 + u8::from(edits <= 1),
        "address.locality" | "organization" | "nick" => 1 + u8::from(is_near(a, b)),
        _ => 1,
    }
}

/// The level of given names that no nickname or word makes one.
fn given_name_level(a: &str, b: &str, sounds_alike: bool) -> u8 {
    let (edits, alike) = (osa_distance(a, b), jaro_winkler(a, b) + ROUNDED);
    match a.len().min(b.len()) {
        _ if is_initial(a, b) => 4,
        3.. if edits <= 1 => 5,
        _ if alike >= 0.94 => 5,
        _ if alike >= 0.88 || sounds_alike => 3,
        5.. if edits <= 2 => 2,
        _ => 1 + u8::from(alike >= 0.80),
    }
}

fn is_initial(a: &str, b: &str) -> bool {
    a.len().min(b.len()) == 1 && a[..1] == b[..1]
}

fn have_one_second_word(a: &str, b: &str) -> bool {
    match (a.split(' ').nth(1), b.split(' ').nth(1)) {
        (Some(a), Some(b)) => a == b || is_initial(a, b),
        _ => false,
    }
}

/// Whether a text stands in another as whole words.
fn is_word_of(short: &str, long: &str) -> bool {
    format!(" {long} ").contains(&format!(" {short} "))
}

fn first_word(name: &str) -> &str {
    name.split(' ').next().unwrap_or_default()
}

/// The name that the first word of a given name stands for.
fn canonical(name: &str) -> &str {
    let first = first_word(name);
    if first == "bob" { "robert" } else { first }
}

/// No two of the names that the properties have sound the same, but Anna and Anne.
fn sounds_like(one: &str, other: &str) -> bool {
    let known = ["anna", "anne", "a", "am", "weber", "bob", "robert", "jurgen", "zoe", "null", "oneil", "oneil jr"];
    for name in [one, other] {
        assert!(known.contains(&name), "the sound of {name:?}");
    }
    let sound = |name: &str| if name == "anne" { "anna".to_owned() } else { name.to_owned() };
    one.len() >= 3 && other.len() >= 3 && sound(one) == sound(other)
}

/// The values of an account's field that are compared, each once.
fn compared(account: &Account, field: &str) -> Vec<Compared> {
    let source = match field {
        "generation" => "honorific_suffix",
        "address" => "address.street_address",
        "address.unit" => return Vec::new(),
        _ => field,
    };
    let mut values: Vec<Compared> = Vec::new();
    let written = account.written_birthdate.iter().filter(|_| field == "birthdate");
    for (place, text) in account.values(source).into_iter().chain(written).enumerate() {
        let (mut text, number) = plain(field, text);
        if let Some(middle) = account.values("middle_name").first().filter(|_| field == "given_name" && place == 0) {
            text = format!("{text} {}", words(middle)).trim().to_owned();
        }
        let value = Compared { text, number };
        if !value.text.is_empty() && !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// A value as it is compared, and the number of an address.
fn plain(field: &str, text: &str) -> (String, String) {
    let letters = || words(text).replace(' ', "");
    let text = match field {
        "address" => match text {
            "Main St. 1, rear" => return ("main st rear".to_owned(), "1".to_owned()),
            _ => words(text),
        },
        "email" => text.to_lowercase(),
        "phone_number" | "birthdate" | "address.postal_code" | "ssn" => letters(),
        "generation" if !matches!(words(text).as_str(), "jr" | "sr" | "ii" | "iii") => String::new(),
        _ => words(text),
    };
    (text, String::new())
}

/// Words in lower case ASCII.
fn words(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.to_lowercase().chars() {
        match letter {
            'ü' => plain.push('u'),
            'ö' => plain.push('o'),
            'ë' => plain.push('e'),
            '"' | '\'' | '`' | '.' => {}
            _ if letter.is_ascii_alphanumeric() => plain.push(letter),
            _ => plain.push(' '),
        }
    }
    plain.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
