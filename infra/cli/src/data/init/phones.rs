//! Guesses the country and the normaliser of a source's phone numbers.

use std::borrow::Cow;
use std::collections::BTreeSet;

use onefold_normalise::{Step, Surroundings, run};

use super::columns::{Column, Columns};
use super::fields::{FieldGuesses, Sureness};
use super::regions::{self, RegionGuess};
use super::shapes;

/// The phone numbers of a source.
#[derive(Debug, Default)]
pub struct Phones {
    /// The number of phone numbers.
    pub all: usize,
    /// How many have no calling code and belong to no account whose country is known.
    pub homeless: usize,
    /// Their country, if it can be guessed or proposed.
    pub region: Option<RegionGuess>,
    /// The number of phone numbers that are valid in their country.
    pub valid: usize,
    /// The number of phone numbers with a plausible count of digits.
    pub plausible: usize,
}

impl Phones {
    /// Whether numbers need a country that is not known.
    pub fn lack_region(&self) -> bool {
        self.homeless > 0 && in_force(self.region.as_ref()).is_none()
    }
}

/// The phone numbers of a source; `None` if it has none.
pub fn look(columns: &Columns, guesses: &FieldGuesses) -> Option<Phones> {
    let column = |field: &str| columns.at(&guesses.in_force(field)?.pointer);
    let guess = guesses.in_force("phone_number")?;
    let numbers: Vec<&Column> =
        std::iter::once(&guess.pointer).chain(&guess.also).filter_map(|pointer| columns.at(pointer)).collect();
    let countries = column("address.country");
    let country = |row: usize| shapes::country(countries?.value(row)?);
    let in_rows = || numbers.iter().flat_map(|column| column.rows.iter().zip(&column.values));
    let rows = || in_rows().filter(|(_, number)| shapes::is_phone(number));
    let (with_code, without_code): (Vec<_>, Vec<_>) = rows().partition(|(_, number)| has_calling_code(number));
    let homeless = without_code.iter().filter(|(row, _)| country(**row).is_none());
    let homeless: Vec<&str> = homeless.map(|(_, number)| number.as_str()).collect();
    let with_code: Vec<&str> = with_code.iter().map(|(_, number)| number.as_str()).collect();
    let region = region(countries, column("email"), &with_code, &homeless);

    let all = numbers.iter().map(|column| column.values.len()).sum();
    let mut phones = Phones { all, homeless: homeless.len(), ..Phones::default() };
    for (row, number) in rows() {
        let country = country(*row);
        let region = in_force(region.as_ref()).map(|guess| guess.region.as_str());
        let surroundings = Surroundings { country: country.as_deref(), region };
        phones.valid += usize::from(is_read(Step::E164, number, surroundings));
        phones.plausible += usize::from(is_read(Step::Digits, number, surroundings));
    }
    phones.region = region;
    Some(phones)
}

/// The guess, unless it is only a proposal.
fn in_force(region: Option<&RegionGuess>) -> Option<&RegionGuess> {
    region.filter(|guess| guess.sureness > Sureness::Unsure)
}

/// The country of numbers without a calling code: that of all accounts whose country is known, or else the one that e-mail
/// addresses or other numbers show.
fn region(
    countries: Option<&Column>,
    emails: Option<&Column>,
    with_code: &[&str],
    homeless: &[&str],
) -> Option<RegionGuess> {
    if homeless.is_empty() {
        return None;
    }
    let known: Vec<String> =
        countries.into_iter().flat_map(|column| &column.values).filter_map(|value| shapes::country(value)).collect();
    let distinct: BTreeSet<&String> = known.iter().collect();
    match distinct.len() {
        0 => {
            let emails = emails.map_or(&[][..], |column| column.values.as_slice());
            regions::of_emails(emails, homeless)
                .or_else(|| regions::of_calling_codes(with_code, homeless))
                .or_else(|| regions::of_numbers(homeless))
        }
        1 => distinct.first().map(|country| RegionGuess::of_accounts(country, known.len())),
        _ => None,
    }
}

fn has_calling_code(number: &str) -> bool {
    [Step::E164, Step::Digits].into_iter().any(|step| is_read(step, number, Surroundings::default()))
}

/// Whether a normaliser makes something of a number.
pub fn is_read(step: Step, number: &str, surroundings: Surroundings<'_>) -> bool {
    run(&[step], Cow::Borrowed(number), surroundings).is_some()
}

/// The normaliser for the phone numbers of all sources: the one with numbering plans, unless it would drop half of them.
pub fn normaliser(all: &[&Phones]) -> Step {
    let sum = |count: fn(&Phones) -> usize| all.iter().map(|phones| count(phones)).sum::<usize>();
    let (valid, plausible) = (sum(|phones| phones.valid), sum(|phones| phones.plausible));
    if valid * 2 >= plausible { Step::E164 } else { Step::Digits }
}
