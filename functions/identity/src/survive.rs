//! Survivorship: which values of a cluster's accounts make the customer.
//!
//! Every rule is a function of the set of accounts: ties go by time, then by the source's trust, then by
//! reference, so order and repetition never matter.

mod choice;
mod completeness;
mod order;

use std::borrow::Cow;
use std::collections::BTreeSet;

use onefold_config::{Config, Rule, Unit};
use onefold_normalise::field::{BASIC_FIELDS, Field, TextField};
use order::Orders;

use crate::account::Account;
use crate::attribute;
use crate::blocked_set::BlockedSet;
use crate::customer::{Customer, SurvivingValue};
use crate::provenance::{self, Origins};
use crate::reference;

/// An account as it takes part in folding.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'x> {
    /// The account.
    pub account: &'x Account<'x>,
    /// Text fields whose values are blocked: they do not survive.
    pub blocked: BlockedSet,
}

impl<'x> Candidate<'x> {
    /// The value of a text field, unless it is blocked.
    #[inline(always)]
    pub fn value(&self, field: TextField) -> Option<&'x str> {
        self.blocked.text(self.account, field)
    }

    /// All values of a text field that are not blocked.
    fn values(&self, field: TextField) -> impl Iterator<Item = &'x str> {
        self.blocked.values(self.account, field)
    }
}

/// Folds accounts of one person into a customer.
#[derive(Debug)]
pub struct Survivorship<'c> {
    config: &'c Config,
    /// The single values of a customer: text fields in the order of their numbers, then those that are not basic in the
    /// order of the record, location and salary.
    singles: Vec<Single>,
    /// The fields of the record that are not basic.
    more: Vec<TextField>,
    /// The fields of which a customer has the values of all its accounts.
    identifiers: Vec<TextField>,
}

/// A single value of a customer, and what it survives by.
#[derive(Clone, Copy, Debug)]
struct Single {
    field: Field,
    /// The number of the field's unit.
    unit: Option<usize>,
    /// The rule, if the field is in no unit.
    rule: Rule,
}

impl Single {
    fn new(field: Field, config: &Config) -> Self {
        let rule = match field {
            Field::Text(text) => config.survive.texts[text.index()],
            Field::Location => config.survive.location,
            Field::Salary => config.survive.salary,
            Field::Interests | Field::Attributes => Rule::Union,
        };
        let unit = config.survive.units.iter().position(|unit| unit.fields.contains(&field));
        Self { field, unit, rule }
    }
}

impl<'c> Survivorship<'c> {
    /// The survivorship of a configuration.
    pub fn new(config: &'c Config) -> Self {
        let mut more = config.fields_of_record();
        more.retain(|field| field.index() >= BASIC_FIELDS);
        let texts = TextField::BASIC.iter().chain(&more).copied().map(Field::Text);
        let singles = texts.chain([Field::Location, Field::Salary]).map(|field| Single::new(field, config)).collect();
        Self { config, singles, more, identifiers: config.identifiers().collect() }
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

    /// As [`Survivorship::fold`], into an existing customer, whose memory is used again.
    pub fn fold_into<'x>(&self, candidates: &[Candidate<'x>], customer: &mut Customer<'x>) {
        // Four customers in five have one account, and then there is nothing to choose.
        match candidates {
            [only] => self.single(only, customer),
            _ => self.several(candidates, customer),
        }
    }

    fn several<'x>(&self, candidates: &[Candidate<'x>], customer: &mut Customer<'x>) {
        let trust = |account: &Account<'_>| self.trust(account);
        let orders = Orders::new(candidates, &trust);
        let latest_first = &orders.latest_first;
        let origins: Vec<Origins<'x>> =
            latest_first.iter().map(|candidate| Origins::read(candidate.account.provenance.as_deref())).collect();
        let unit_owners: Vec<Option<usize>> =
            self.config.survive.units.iter().map(|unit| unit_owner(unit, &orders)).collect();
        customer.more.clear();
        for Single { field, unit, rule } in &self.singles {
            let (field, rule) = (*field, *rule);
            let owner = match unit {
                Some(unit) => unit_owners[*unit],
                None => owner(rule, field == Field::Salary, &orders, |number| value_of(&latest_first[number], field)),
            };
            let surviving = owner.and_then(|number| {
                let candidate = &latest_first[number];
                let from = origins[number].get(field.name()).unwrap_or(&candidate.account.reference);
                value_of(candidate, field).map(|value| SurvivingValue { value, from })
            });
            match field {
                Field::Text(text) => customer.set_text(text, surviving),
                Field::Location => customer.location = surviving,
                Field::Salary => customer.salary = surviving,
                Field::Interests | Field::Attributes => {}
            }
        }
        customer.updated_at = latest_first.iter().filter_map(|candidate| candidate.account.updated_at).max();
        let values = |field: TextField| latest_first.iter().flat_map(move |candidate| candidate.values(field));
        refill_distinct(&mut customer.emails, values(TextField::Email));
        refill_distinct(&mut customer.phone_numbers, values(TextField::PhoneNumber));
        self.identifiers(latest_first, customer);
        let interests = latest_first.iter().flat_map(|candidate| candidate.account.interests.iter().map(AsRef::as_ref));
        refill_distinct(&mut customer.interests, interests);
        customer.interests_from = interests_from(latest_first, &origins);
        customer.attributes = self.attributes(&orders, &origins);
        refill(&mut customer.members, latest_first.iter().map(|candidate| candidate.account.reference.as_ref()));
        customer.members.sort_unstable_by(|left, right| reference::compare(left, right));
        customer.held_by.clear();
        customer.from_tables = None;
    }

    /// The customer of one account.
    fn single<'x>(&self, candidate: &Candidate<'x>, customer: &mut Customer<'x>) {
        let account = candidate.account;
        let surviving = |value| SurvivingValue { value, from: &account.reference };
        refill(&mut customer.members, [account.reference.as_ref()]);
        if candidate.blocked.is_empty() {
            let texts = customer.texts.iter_mut().zip(account.basic_texts());
            texts.for_each(|(text, value)| *text = value.map(surviving));
        } else {
            let texts = customer.texts.iter_mut().zip(TextField::BASIC);
            texts.for_each(|(text, field)| *text = candidate.value(field).map(surviving));
        }
        refill(&mut customer.more, self.more.iter().map(|field| (*field, candidate.value(*field).map(surviving))));
        customer.location = account.location.as_deref().map(surviving);
        customer.salary = account.salary.as_deref().map(surviving);
        refill(&mut customer.interests, account.interests.iter().map(AsRef::as_ref));
        refill_distinct(&mut customer.emails, candidate.values(TextField::Email));
        refill_distinct(&mut customer.phone_numbers, candidate.values(TextField::PhoneNumber));
        self.identifiers(&[*candidate], customer);
        let attributes = account.attributes.iter().filter(|(_, value)| attribute::is_value(value));
        refill(&mut customer.attributes, attributes.map(|(name, value)| (name.as_ref(), surviving(value))));
        customer.updated_at = account.updated_at;
        customer.interests_from = None;
        customer.held_by.clear();
        customer.from_tables = self.tables_of(candidate);
    }

    /// Which values of an account came from tables, but for those that are blocked.
    fn tables_of<'x>(&self, candidate: &Candidate<'x>) -> Option<Cow<'x, str>> {
        let text = candidate.account.provenance.as_deref()?;
        if candidate.blocked.is_empty() {
            return Some(Cow::Borrowed(text));
        }
        let is_blocked =
            |name: &str| self.config.text_field(name).is_some_and(|field| candidate.value(field).is_none());
        provenance::without(text, is_blocked).map(Cow::Owned)
    }

    /// Sets the identifiers: all values of all accounts.
    fn identifiers<'x>(&self, candidates: &[Candidate<'x>], customer: &mut Customer<'x>) {
        customer.identifiers.clear();
        for field in &self.identifiers {
            let mut values = Vec::new();
            refill_distinct(&mut values, candidates.iter().flat_map(|candidate| candidate.values(*field)));
            customer.identifiers.push((*field, values));
        }
    }

    /// The attributes that any account has, sorted by name. Where another account has a word, `0` is no value.
    fn attributes<'x>(&self, orders: &Orders<'x, '_>, origins: &[Origins<'x>]) -> Vec<(&'x str, SurvivingValue<'x>)> {
        let accounts = || orders.latest_first.iter().map(|candidate| candidate.account);
        let names: BTreeSet<&str> =
            accounts().flat_map(|account| account.attributes.iter().map(|(name, _)| name.as_ref())).collect();
        let survivor = |name: &'x str| {
            let written = |account: &'x Account<'x>| {
                let value = account.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_ref());
                value.filter(|value| attribute::is_value(value))
            };
            let mut values: Vec<Option<&str>> = accounts().map(written).collect();
            if values.iter().flatten().any(|value| attribute::is_zero(value)) {
                attribute::without_zero_among_words(&mut values);
            }
            let value = |number: usize| values.get(number).copied().flatten();
            let number = owner(self.config.survive.attribute(name), false, orders, value)?;
            let reference = orders.latest_first[number].account.reference.as_ref();
            let from = origins[number].attribute(name).unwrap_or(reference);
            Some((name, SurvivingValue { value: value(number)?, from }))
        };
        names.into_iter().filter_map(survivor).collect()
    }
}

/// The number, among the latest first, of the account whose value a rule chooses.
fn owner<'x>(
    rule: Rule,
    is_number: bool,
    orders: &Orders<'x, '_>,
    value: impl Fn(usize) -> Option<&'x str>,
) -> Option<usize> {
    let values = || (0..orders.latest_first.len()).filter_map(|number| Some((number, value(number)?)));
    match rule {
        // Which lists survive as unions is not a matter of the rule.
        // `most_complete` chooses for units only, and is refused elsewhere.
        Rule::Latest | Rule::Union | Rule::MostComplete => values().next().map(|(number, _)| number),
        Rule::Oldest => orders.oldest_first().find(|number| value(*number).is_some()),
        Rule::Trusted => orders.most_trusted_first().find(|number| value(*number).is_some()),
        Rule::Longest => choice::greatest(values().map(|(number, value)| (number, value.chars().count()))),
        Rule::MostFrequent => choice::most_frequent(values()),
        Rule::Min if is_number => choice::least(values().filter_map(choice::number)),
        Rule::Max if is_number => choice::greatest(values().filter_map(choice::number)),
        Rule::Min => choice::least(values()),
        Rule::Max => choice::greatest(values()),
    }
}

/// The number, among the latest first, of the account that a unit survives from. An account that has none of the
/// unit's fields does not count.
fn unit_owner(unit: &Unit, orders: &Orders<'_, '_>) -> Option<usize> {
    let fields = &unit.fields;
    let value = |number: usize, field: Field| value_of(&orders.latest_first[number], field);
    let has_any = |number: &usize| fields.iter().any(|field| value(*number, *field).is_some());
    let having = || (0..orders.latest_first.len()).filter(has_any);
    match unit.rule {
        Rule::Oldest => orders.oldest_first().find(has_any),
        Rule::Trusted => orders.most_trusted_first().find(has_any),
        Rule::Longest => choice::greatest(having().map(|number| {
            let texts = fields.iter().filter(|field| matches!(field, Field::Text(_)));
            let texts = texts.filter_map(|field| value(number, *field));
            (number, texts.map(|text| text.chars().count()).sum::<usize>())
        })),
        Rule::MostFrequent => choice::most_frequent(
            having().map(|number| (number, fields.iter().map(|field| value(number, *field)).collect::<Vec<_>>())),
        ),
        Rule::MostComplete => choice::greatest(
            having().map(|number| (number, completeness::of(fields, |field| value(number, field).is_some()))),
        ),
        // The others make no sense of a unit, and are refused in a configuration.
        Rule::Latest | Rule::Union | Rule::Min | Rule::Max => having().next(),
    }
}

fn refill<T>(items: &mut Vec<T>, others: impl IntoIterator<Item = T>) {
    items.clear();
    items.extend(others);
}

/// As [`refill`], sorted and each once.
fn refill_distinct<T: Ord>(items: &mut Vec<T>, others: impl IntoIterator<Item = T>) {
    refill(items, others);
    if items.len() > 1 {
        items.sort_unstable();
        items.dedup();
    }
}

/// The one table that all accounts with interests have them from.
fn interests_from<'x>(candidates: &[Candidate<'x>], origins: &[Origins<'x>]) -> Option<&'x str> {
    let mut with_interests =
        candidates.iter().zip(origins).filter(|(candidate, _)| !candidate.account.interests.is_empty());
    let (_, first) = with_interests.next()?;
    let table = first.get(Field::Interests.name())?;
    with_interests.all(|(_, origins)| origins.get(Field::Interests.name()) == Some(table)).then_some(table)
}

fn value_of<'x>(candidate: &Candidate<'x>, field: Field) -> Option<&'x str> {
    match field {
        Field::Text(text) => candidate.value(text),
        Field::Location => candidate.account.location.as_deref(),
        Field::Salary => candidate.account.salary.as_deref(),
        Field::Interests | Field::Attributes => None,
    }
}
