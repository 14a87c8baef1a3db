//! Guesses the country and the normaliser of a source's phone numbers.

use std::borrow::Cow;
use std::collections::BTreeSet;

use onefold_normalise::{Step, Surroundings, run};

use super::columns::Columns;
use super::fields::FieldGuesses;
use super::shapes;

/// The phone numbers of a source.
#[derive(Debug, Default)]
pub struct Phones {
    /// The number of phone numbers.
    pub all: usize,
    /// How many have no calling code and belong to no account whose country is known.
    pub homeless: usize,
    /// The country of the accounts, if only one is known.
    pub region: Option<String>,
    /// The number of accounts with this country.
    pub of_region: usize,
    /// The number of phone numbers that are valid in their country.
    pub valid: usize,
    /// The number of phone numbers with a plausible count of digits.
    pub plausible: usize,
}

/// The phone numbers of a source; `None` if it has none.
pub fn look(columns: &Columns, guesses: &FieldGuesses) -> Option<Phones> {
    let column = |field: &str| columns.at(&guesses.in_force(field)?.pointer);
    let numbers = column("phone_number")?;
    let countries = column("address.country");
    let country = |row: usize| shapes::country(countries?.value(row)?);
    let known: Vec<String> =
        countries.into_iter().flat_map(|column| &column.values).filter_map(|value| shapes::country(value)).collect();
    let distinct: BTreeSet<&String> = known.iter().collect();
    let region = distinct.first().filter(|_| distinct.len() == 1).map(|country| (*country).clone());

    let mut phones = Phones { all: numbers.values.len(), of_region: known.len(), ..Phones::default() };
    for (row, number) in numbers.rows.iter().zip(&numbers.values).filter(|(_, number)| shapes::is_phone(number)) {
        let country = country(*row);
        let surroundings = Surroundings { country: country.as_deref(), region: region.as_deref() };
        let reads = |step: Step, surroundings| run(&[step], Cow::Borrowed(number), surroundings).is_some();
        phones.valid += usize::from(reads(Step::E164, surroundings));
        phones.plausible += usize::from(reads(Step::Digits, surroundings));
        let has_code = reads(Step::E164, Surroundings::default()) || reads(Step::Digits, Surroundings::default());
        phones.homeless += usize::from(country.is_none() && !has_code);
    }
    phones.region = region;
    Some(phones)
}

/// The normaliser for the phone numbers of all sources: the one with numbering plans, unless it would drop half of them.
pub fn normaliser(all: &[&Phones]) -> Step {
    let sum = |count: fn(&Phones) -> usize| all.iter().map(|phones| count(phones)).sum::<usize>();
    let (valid, plausible) = (sum(|phones| phones.valid), sum(|phones| phones.plausible));
    if valid * 2 >= plausible { Step::E164 } else { Step::Digits }
}
