//! Survivorship: which values of a cluster's accounts make the customer.
//!
//! Every rule is a function of the set of accounts: `latest` goes by time, then by the source's trust, then
//! by reference, so order and repetition never matter.

use std::borrow::Cow;

use crate::account::Account;
use crate::config::Config;
use crate::customer::{Customer, Sourced};
use crate::field::{Field, TEXT_FIELDS, TextField};
use crate::provenance::{self, Origins};
use crate::reference;

/// An account as it takes part in folding.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'x> {
    /// The account.
    pub account: &'x Account<'x>,
    /// Text fields (by number) whose value is the value of a blocked key: nobody's contact detail.
    pub blocked: u16,
}

impl<'x> Candidate<'x> {
    /// The value of a text field, unless it is blocked.
    pub fn value(&self, field: TextField) -> Option<&'x str> {
        if self.blocked & (1 << field.index()) != 0 { None } else { self.account.text(field) }
    }
}

/// Folds accounts of one person into a customer.
#[derive(Debug)]
pub struct Survivorship<'c> {
    config: &'c Config,
    /// The number of the unit of each field, by [`slot`].
    units: [Option<usize>; SLOTS],
}

/// Text fields, location, salary.
const SLOTS: usize = TEXT_FIELDS + 2;
const LOCATION: usize = TEXT_FIELDS;
const SALARY: usize = TEXT_FIELDS + 1;

fn slot(field: Field) -> Option<usize> {
    match field {
        Field::Text(field) => Some(field.index()),
        Field::Location => Some(LOCATION),
        Field::Salary => Some(SALARY),
        Field::Interests | Field::Attributes => None,
    }
}

impl<'c> Survivorship<'c> {
    /// The survivorship of a configuration.
    pub fn new(config: &'c Config) -> Self {
        let mut units = [None; SLOTS];
        for (number, unit) in config.survive.units.iter().enumerate() {
            for slot in unit.iter().filter_map(|field| slot(*field)) {
                units[slot] = Some(number);
            }
        }
        Self { config, units }
    }

    /// The source's trust; a source that is not configured any more has none.
    fn trust(&self, account: &Account<'_>) -> i64 {
        let (source, _) = reference::split(&account.reference);
        self.config.source(source).map_or(-1, |source| source.trust)
    }

    /// Folds one account or more. `candidates` may come in any order.
    pub fn fold<'x>(&self, candidates: &[Candidate<'x>]) -> Customer<'x> {
        let mut customer = Customer::default();
        self.fold_into(candidates, &mut customer);
        customer
    }

    /// As [`Survivorship::fold`]; puts the result in the place of another customer, whose memory is used again.
    pub fn fold_into<'x>(&self, candidates: &[Candidate<'x>], customer: &mut Customer<'x>) {
        // Four customers in five have one account, and then there is nothing to choose.
        match candidates {
            [only] => single(only, customer),
            _ => *customer = self.several(candidates),
        }
    }

    fn several<'x>(&self, candidates: &[Candidate<'x>]) -> Customer<'x> {
        let mut latest_first: Vec<Candidate<'x>> = candidates.to_vec();
        latest_first.sort_by(|left, right| {
            let by_time = right.account.updated_at.cmp(&left.account.updated_at);
            let by_trust = || self.trust(right.account).cmp(&self.trust(left.account));
            by_time
                .then_with(by_trust)
                .then_with(|| reference::compare(&right.account.reference, &left.account.reference))
        });
        let origins: Vec<Origins<'x>> =
            latest_first.iter().map(|candidate| Origins::read(candidate.account.provenance.as_deref())).collect();
        let mut customer = Customer::default();
        // The account that each unit survives from, once it is known.
        let mut unit_owners = vec![None; self.config.survive.units.len()];
        for (number, candidate) in latest_first.iter().enumerate() {
            for slot in 0..SLOTS {
                let value = value_of(candidate, slot);
                let target = match slot {
                    LOCATION => &mut customer.location,
                    SALARY => &mut customer.salary,
                    text => &mut customer.texts[text],
                };
                if value.is_none() || target.is_some() {
                    continue;
                }
                // A unit survives from the latest account that has any of its fields.
                if let Some(unit) = self.units[slot]
                    && *unit_owners[unit].get_or_insert(number) != number
                {
                    continue;
                }
                let from = origins[number].get(slot_name(slot)).unwrap_or(&candidate.account.reference);
                *target = value.map(|value| Sourced { value, from });
            }
        }
        customer.updated_at = latest_first.iter().filter_map(|candidate| candidate.account.updated_at).max();
        customer.emails = distinct(&latest_first, |candidate| candidate.value(TextField::Email));
        customer.phone_numbers = distinct(&latest_first, |candidate| candidate.value(TextField::PhoneNumber));
        customer.interests =
            latest_first.iter().flat_map(|candidate| candidate.account.interests.iter().map(AsRef::as_ref)).collect();
        customer.interests.sort_unstable();
        customer.interests.dedup();
        customer.interests_from = interests_from(&latest_first, &origins);
        for (candidate, origins) in latest_first.iter().zip(&origins) {
            for (name, value) in &candidate.account.attributes {
                if !customer.attributes.iter().any(|(known, _)| *known == name.as_ref()) {
                    let from = origins.attribute(name).unwrap_or(&candidate.account.reference);
                    customer.attributes.push((name, Sourced { value, from }));
                }
            }
        }
        customer.attributes.sort_unstable_by_key(|(name, _)| *name);
        customer.members = latest_first.iter().map(|candidate| candidate.account.reference.as_ref()).collect();
        customer.members.sort_unstable_by(|left, right| reference::compare(left, right));
        customer
    }
}

/// The customer of one account.
fn single<'x>(candidate: &Candidate<'x>, customer: &mut Customer<'x>) {
    let account = candidate.account;
    let sourced = |value| Sourced { value, from: &account.reference };
    refill(&mut customer.members, [account.reference.as_ref()]);
    customer.texts = TextField::ALL.map(|field| candidate.value(field).map(sourced));
    customer.location = account.location.as_deref().map(sourced);
    customer.salary = account.salary.as_deref().map(sourced);
    refill(&mut customer.interests, account.interests.iter().map(AsRef::as_ref));
    refill(&mut customer.emails, candidate.value(TextField::Email));
    refill(&mut customer.phone_numbers, candidate.value(TextField::PhoneNumber));
    refill(&mut customer.attributes, account.attributes.iter().map(|(name, value)| (name.as_ref(), sourced(value))));
    customer.updated_at = account.updated_at;
    customer.interests_from = None;
    customer.held_by.clear();
    customer.from_tables = from_tables(candidate);
}

fn refill<T>(items: &mut Vec<T>, others: impl IntoIterator<Item = T>) {
    items.clear();
    items.extend(others);
}

/// Which values of an account came from tables, but for those that are blocked.
fn from_tables<'x>(candidate: &Candidate<'x>) -> Option<Cow<'x, str>> {
    let text = candidate.account.provenance.as_deref()?;
    if candidate.blocked == 0 {
        return Some(Cow::Borrowed(text));
    }
    let is_blocked = |name: &str| TextField::from_name(name).is_some_and(|field| candidate.value(field).is_none());
    provenance::without(text, is_blocked).map(Cow::Owned)
}

/// The one table that all accounts with interests have them from.
fn interests_from<'x>(candidates: &[Candidate<'x>], origins: &[Origins<'x>]) -> Option<&'x str> {
    let mut with_interests =
        candidates.iter().zip(origins).filter(|(candidate, _)| !candidate.account.interests.is_empty());
    let (_, first) = with_interests.next()?;
    let table = first.get(Field::Interests.name())?;
    with_interests.all(|(_, origins)| origins.get(Field::Interests.name()) == Some(table)).then_some(table)
}

fn slot_name(slot: usize) -> &'static str {
    match slot {
        LOCATION => Field::Location.name(),
        SALARY => Field::Salary.name(),
        text => TextField::ALL[text].name(),
    }
}

fn value_of<'x>(candidate: &Candidate<'x>, slot: usize) -> Option<&'x str> {
    match slot {
        LOCATION => candidate.account.location.as_deref(),
        SALARY => candidate.account.salary.as_deref(),
        text => candidate.value(TextField::ALL[text]),
    }
}

/// The distinct values of a field, sorted.
fn distinct<'x>(candidates: &[Candidate<'x>], value: impl Fn(&Candidate<'x>) -> Option<&'x str>) -> Vec<&'x str> {
    let mut values: Vec<&str> = candidates.iter().filter_map(value).collect();
    values.sort_unstable();
    values.dedup();
    values
}
