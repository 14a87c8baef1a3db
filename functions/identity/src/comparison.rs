//! Comparing two accounts that share a match key: the values of both, and whether they agree.

mod distinct;
mod names;

use std::borrow::Cow;
use std::cell::OnceCell;

use onefold_config::{ComparedField, Comparer, ComparisonLevel, Condition, MatchRule, Requirement};

use crate::account::Account;
use crate::blocked_set::BlockedSet;
use crate::edit_distance;
use crate::match_keys;

pub(crate) use distinct::DistinctValues;

/// The first value that a condition compares of an account; `None` if it is missing, a placeholder or blocked.
fn first_value<'a>(part: &ComparedField, account: &'a Account<'_>, blocked: BlockedSet) -> Option<Cow<'a, str>> {
    blocked.values(account, part.field).find_map(|value| match_keys::compared(part, account, blocked, value))
}

/// A value that a comparer compares, and what it needs of the account's name.
#[derive(Clone, Debug)]
pub(crate) struct Compared<'a> {
    value: Cow<'a, str>,
    /// None if the value is no name, or counts only as it is.
    name: Option<ComparedName<'a>>,
}

/// A name as the account has it.
#[derive(Clone, Debug)]
struct ComparedName<'a> {
    written: &'a str,
    account: &'a Account<'a>,
    blocked: BlockedSet,
    /// What the comparer compares of the name's counterpart, once somebody asks for it.
    counterpart: OnceCell<Option<Cow<'a, str>>>,
}

impl<'a> Compared<'a> {
    /// What a comparer compares of an account, the first of several; `None` if the value is missing, a placeholder or
    /// blocked.
    pub(crate) fn new(comparer: &Comparer, account: &'a Account<'a>, blocked: BlockedSet) -> Option<Self> {
        let field = comparer.part.field;
        let value = first_value(&comparer.part, account, blocked)?;
        let is_field = !comparer.exact && !comparer.part.is_full_name();
        let is_name = is_field && (names::may_be_initials(field) || names::counterpart(field).is_some());
        let written = account.text(field).filter(|_| is_name);
        let name = written.map(|written| ComparedName { written, account, blocked, counterpart: OnceCell::new() });
        Some(Self { value, name })
    }

    /// What a comparer compares of an account behind the first value.
    pub(crate) fn others(comparer: &Comparer, account: &'a Account<'a>, blocked: BlockedSet) -> Vec<Self> {
        if !account.has_other_values() {
            return Vec::new();
        }
        // Nobody has several names.
        let values = match_keys::values(&comparer.part, account, blocked).into_iter().skip(1);
        values.map(|value| Self { value, name: None }).collect()
    }

    /// Whether two values agree. Both ways round it is the same.
    pub(crate) fn agrees(&self, other: &Self, comparer: &Comparer) -> bool {
        reach(comparer.level, &self.value, &other.value)
            || self.agrees_by_initials(other, comparer)
            || self.is_swapped(other, comparer)
    }

    /// An initial also stands for the name that a comparer makes of a name: `R.` for Bob, by `nickname`.
    fn agrees_by_initials(&self, other: &Self, comparer: &Comparer) -> bool {
        let (Some(left), Some(right)) = (&self.name, &other.name) else { return false };
        names::may_be_initials(comparer.part.field)
            && (names::initials_agree(left.written, right.written)
                || names::initials_agree(left.written, &other.value)
                || names::initials_agree(&self.value, right.written))
    }

    /// Whether the given name of each is the family name of the other.
    fn is_swapped(&self, other: &Self, comparer: &Comparer) -> bool {
        let (Some(left), Some(right)) = (&self.name, &other.name) else { return false };
        let (Some(of_left), Some(of_right)) = (left.counterpart(comparer), right.counterpart(comparer)) else {
            return false;
        };
        reach(comparer.level, &self.value, of_right) && reach(comparer.level, of_left, &other.value)
    }

    /// What tells two values apart, for an order that does not depend on where they were found.
    fn identity(&self, comparer: &Comparer) -> (&str, Option<&str>, Option<&str>) {
        let name = self.name.as_ref();
        (&self.value, name.map(|name| name.written), name.and_then(|name| name.counterpart(comparer)))
    }
}

impl ComparedName<'_> {
    fn counterpart(&self, comparer: &Comparer) -> Option<&str> {
        let find = || {
            let field = names::counterpart(comparer.part.field)?;
            first_value(&ComparedField { field, steps: comparer.part.steps.clone() }, self.account, self.blocked)
        };
        self.counterpart.get_or_init(find).as_deref()
    }
}

/// What a rule's conditions compare of one account.
#[derive(Clone, Debug)]
pub(crate) struct ComparedValues<'a> {
    /// The first value for each condition.
    first: Vec<Option<Compared<'a>>>,
    /// The number of a condition and a further value.
    others: Vec<(usize, Compared<'a>)>,
}

impl<'a> ComparedValues<'a> {
    /// The values of an account. Those that are blocked count as missing.
    pub(crate) fn new(rule: &MatchRule, account: &'a Account<'a>, blocked: BlockedSet) -> Self {
        let first = |condition: &Condition| Compared::new(&condition.comparer, account, blocked);
        let others = |(number, condition): (usize, &Condition)| {
            Compared::others(&condition.comparer, account, blocked).into_iter().map(move |value| (number, value))
        };
        Self {
            first: rule.conditions.iter().map(first).collect(),
            others: rule.conditions.iter().enumerate().flat_map(others).collect(),
        }
    }

    /// The number of the rule's first condition that does not hold for two accounts; `None` if all hold. Both ways round
    /// it is the same.
    pub(crate) fn refused_by(&self, other: &Self, rule: &MatchRule) -> Option<usize> {
        (0..self.first.len()).find(|number| !self.holds(*number, other, rule))
    }

    /// Whether a condition of the rule holds for two accounts: whether any of the values of both agree.
    pub(crate) fn holds(&self, number: usize, other: &Self, rule: &MatchRule) -> bool {
        let condition = &rule.conditions[number];
        let (Some(left), Some(right)) = (&self.first[number], &other.first[number]) else {
            return condition.requirement == Requirement::NotDisagree;
        };
        if self.others.is_empty() && other.others.is_empty() {
            return left.agrees(right, &condition.comparer);
        }
        self.values(number).any(|left| other.values(number).any(|right| left.agrees(right, &condition.comparer)))
    }

    fn values(&self, condition: usize) -> impl Iterator<Item = &Compared<'a>> {
        let others = self.others.iter().filter(move |(number, _)| *number == condition).map(|(_, value)| value);
        self.first[condition].iter().chain(others)
    }

    /// The number of the first condition by which two accounts are two persons': an `unless_differ` whose values do not
    /// agree. A failing `if_agree` only says that the rule's evidence is not enough.
    pub(crate) fn kept_apart_by(&self, other: &Self, rule: &MatchRule) -> Option<usize> {
        let can_keep_apart = |number: &usize| rule.conditions[*number].requirement == Requirement::NotDisagree;
        (0..self.first.len()).filter(can_keep_apart).find(|number| !self.holds(*number, other, rule))
    }

    /// Whether an `unless_differ` of the rule may keep some of these accounts apart: they have other values for it.
    pub(crate) fn may_differ(all: &[Self], rule: &MatchRule) -> bool {
        rule.conditions.iter().enumerate().any(|(number, condition)| {
            if condition.requirement != Requirement::NotDisagree {
                return false;
            }
            let mut values = all.iter().flat_map(|values| values.values(number)).map(|compared| &compared.value);
            values.next().is_some_and(|first| values.any(|value| value != first))
        })
    }
}

/// Whether two values reach a comparison level.
fn reach(level: ComparisonLevel, left: &str, right: &str) -> bool {
    match level {
        ComparisonLevel::Equal => left == right,
        ComparisonLevel::JaroWinkler(least) => left == right || strsim::jaro_winkler(left, right) >= least,
        ComparisonLevel::EditDistance(most) => edit_distance::is_within(left, right, most),
    }
}

#[cfg(test)]
mod tests;
