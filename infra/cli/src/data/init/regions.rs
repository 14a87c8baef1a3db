//! Guesses the country of phone numbers without a calling code, where no account says its country.

use std::borrow::Cow;
use std::collections::BTreeMap;

use onefold_normalise::{Step, Surroundings, calling_code, calling_codes, run};

use super::fields::Sureness;
use super::phones::is_read;
use crate::table::plural;

/// The country of a source's phone numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionGuess {
    /// Its ISO 3166-1 alpha-2 code.
    pub region: String,
    pub sureness: Sureness,
    /// The reason, for the comment in the configuration.
    pub why: String,
}

impl RegionGuess {
    /// The country of all accounts that say theirs.
    pub fn of_accounts(region: &str, accounts: usize) -> Self {
        let why = format!("{} are in {region}, and none is elsewhere", plural(accounts, "account"));
        Self { region: region.to_owned(), sureness: Sureness::Likely, why }
    }
}

/// The least number of phone numbers with a calling code that show a country.
const WITH_CODE_MIN: usize = 3;
/// The least number of phone numbers without one that show a country.
const NUMBERS_MIN: usize = 10;
/// How many numbers are tried in all countries.
const NUMBERS_MAX: usize = 50;

/// Domains of countries that anybody takes, wherever he lives.
const OF_ANYBODY: [&str; 22] = [
    "AC", "AG", "AI", "AM", "BZ", "CC", "CO", "FM", "GG", "IM", "IO", "LA", "LY", "ME", "NU", "SC", "SH", "ST", "TO",
    "TV", "VC", "WS",
];

/// Of countries that share a calling code, the one that the others are tried as.
const FIRST_OF_CODE: [&str; 12] = ["US", "GB", "RU", "IT", "NO", "AU", "NZ", "MA", "RE", "FI", "GP", "CW"];

/// The country whose domain nine of ten addresses with a country's domain have, and a tenth of all addresses. At least half
/// of the numbers must be valid there.
pub fn of_emails(emails: &[String], numbers: &[&str]) -> Option<RegionGuess> {
    let mut countries: BTreeMap<String, usize> = BTreeMap::new();
    for country in emails.iter().filter_map(|email| country_of_domain(email)) {
        *countries.entry(country).or_default() += 1;
    }
    let of_any: usize = countries.values().sum();
    let (region, addresses) = countries.into_iter().max_by_key(|(_, addresses)| *addresses)?;
    let valid = valid_in(&region, numbers);
    let is_clear = addresses * 10 >= of_any * 9 && addresses * 10 >= emails.len() && valid * 2 >= numbers.len();
    is_clear.then(|| {
        let all = emails.len();
        let why = format!(
            "{addresses} of {all} e-mail addresses have a domain of {region}, where {valid} of these numbers are valid"
        );
        RegionGuess { region, sureness: Sureness::Likely, why }
    })
}

/// The country whose calling code nine of ten numbers with a calling code have. At least half of the numbers without one
/// must be valid there.
pub fn of_calling_codes(with_code: &[&str], numbers: &[&str]) -> Option<RegionGuess> {
    let countries = country_of_code();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for country in with_code.iter().filter_map(|number| country_of_number(number, &countries)) {
        *counts.entry(country).or_default() += 1;
    }
    let (region, of_region) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let all = with_code.len();
    let valid = valid_in(region, numbers);
    let is_clear = all >= WITH_CODE_MIN && of_region * 10 >= all * 9 && valid * 2 >= numbers.len();
    is_clear.then(|| {
        let why = format!(
            "{of_region} of the other {all} have the calling code of {region}, where {valid} of these numbers are valid"
        );
        RegionGuess { region: region.to_owned(), sureness: Sureness::Likely, why }
    })
}

/// The country in which nearly all numbers are valid, if they are in no other. It is a proposal only: plans of many
/// countries take nearly any number.
pub fn of_numbers(numbers: &[&str]) -> Option<RegionGuess> {
    let tried = &numbers[..numbers.len().min(NUMBERS_MAX)];
    if tried.len() < NUMBERS_MIN {
        return None;
    }
    let mut found: Vec<(usize, &str)> =
        country_of_code().values().map(|region| (valid_in(region, tried), *region)).collect();
    found.sort_unstable();
    let [.., (second, _), (valid, region)] = found[..] else { return None };
    let is_clear = valid * 20 >= tried.len() * 19 && second * 5 <= tried.len() * 4;
    is_clear.then(|| {
        let why = format!("{valid} of {} are valid in {region}, and fewer in any other country", tried.len());
        RegionGuess { region: region.to_owned(), sureness: Sureness::Unsure, why }
    })
}

fn valid_in(region: &str, numbers: &[&str]) -> usize {
    let surroundings = Surroundings { country: None, region: Some(region) };
    numbers.iter().filter(|number| is_read(Step::E164, number, surroundings)).count()
}

/// The country of an address's domain.
fn country_of_domain(email: &str) -> Option<String> {
    let (_, last) = email.rsplit_once('.')?;
    let country = match last.to_ascii_uppercase().as_str() {
        "UK" => "GB".to_owned(),
        other => other.to_owned(),
    };
    (calling_code(&country).is_some() && !OF_ANYBODY.contains(&country.as_str())).then_some(country)
}

/// A country of each calling code.
fn country_of_code() -> BTreeMap<&'static str, &'static str> {
    let mut countries = BTreeMap::new();
    for (country, code) in calling_codes() {
        if FIRST_OF_CODE.contains(&country) || !countries.contains_key(code) {
            countries.insert(code, country);
        }
    }
    countries
}

/// The country of a number's calling code. No calling code is the start of another one.
fn country_of_number(number: &str, countries: &BTreeMap<&'static str, &'static str>) -> Option<&'static str> {
    let number = run(&[Step::E164], Cow::Borrowed(number), Surroundings::default())?;
    let digits = number.strip_prefix('+')?;
    (1..=3).find_map(|length| countries.get(digits.get(..length)?)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn domains_of_one_country_show_it() {
        let numbers = ["040 5550001", "0151 20000001", "030 701161"];
        let region = |emails: &[&str]| of_emails(&texts(emails), &numbers).map(|guess| guess.region);
        assert_eq!(region(&["a@weit.de", "b@gmail.com", "c@GMX.DE"]).as_deref(), Some("DE"));
        assert_eq!(region(&["a@weit.de", "b@fern.fr"]), None);
        assert_eq!(region(&["a@start.io", "b@gmail.com"]), None);
        assert_eq!(region(&["a@weit.us"]), None, "the numbers are none there");
        assert_eq!(region(&[]), None);
        let british = of_emails(&texts(&["a@b.co.uk"]), &["020 7946 0018"]).unwrap();
        assert_eq!(british.region, "GB");
        assert_eq!(british.why, "1 of 1 e-mail addresses have a domain of GB, where 1 of these numbers are valid");
    }

    #[test]
    fn calling_codes_of_other_numbers_show_it() {
        let region =
            |with_code: &[&str], numbers: &[&str]| of_calling_codes(with_code, numbers).map(|guess| guess.region);
        let german = ["+49 30 701161", "0049 40 5550001", "+4915120000001"];
        assert_eq!(region(&german, &["040 5550002"]).as_deref(), Some("DE"));
        assert_eq!(region(&german[..2], &["040 5550002"]), None, "two show nothing");
        assert_eq!(region(&german, &["12"]), None, "the numbers are none there");
        let mixed = ["+49 30 701161", "+33 1 42 68 53 00", "+4915120000001"];
        assert_eq!(region(&mixed, &["040 5550002"]), None);
        let american = ["+1 212 555 0134", "+1 415 555 0134", "+1 650 253 0000"];
        assert_eq!(region(&american, &["(212) 555-0199"]).as_deref(), Some("US"));
    }

    #[test]
    fn numbers_that_are_valid_in_one_country_propose_it() {
        let german = [
            "0151 23456789",
            "030 1234567",
            "089/1234567",
            "0176-12345678",
            "0171 5550001",
            "040 5550001",
            "06221 123456",
            "0341 9876543",
            "0160 1234567",
            "0511 123456",
        ];
        let found = of_numbers(&german).unwrap();
        assert_eq!((found.region.as_str(), found.sureness), ("DE", Sureness::Unsure));
        assert_eq!(of_numbers(&german[..5]), None, "a few show nothing");
        let french = ["06 12 34 56 78", "01 42 68 53 00", "07 81 23 45 67", "04 91 12 34 56"];
        assert_eq!(of_numbers(&french.repeat(3)), None, "such numbers are valid in many countries");
    }
}
