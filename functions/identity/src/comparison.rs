//! Comparing two accounts that share a match key: the values of both, and whether they agree.

use std::borrow::Cow;

use onefold_config::{ComparedField, ComparisonLevel, MatchRule, Requirement};
use onefold_normalise::field::TextFieldSet;

use crate::account::Account;
use crate::edit_distance;
use crate::match_keys;

/// What a condition compares of an account; `None` if the value is missing, a placeholder or blocked.
pub fn compared_value<'a>(
    part: &ComparedField,
    account: &'a Account<'_>,
    blocked: TextFieldSet,
) -> Option<Cow<'a, str>> {
    if blocked.contains(part.field) { None } else { match_keys::value(part, account) }
}

/// What a rule's conditions compare of one account, a value for each condition.
#[derive(Clone, Debug)]
pub struct ComparedValues<'a>(Vec<Option<Cow<'a, str>>>);

impl<'a> ComparedValues<'a> {
    /// The values of an account. Those of `blocked` fields count as missing.
    pub fn new(rule: &MatchRule, account: &'a Account<'_>, blocked: TextFieldSet) -> Self {
        let value = |part: &ComparedField| compared_value(part, account, blocked);
        Self(rule.conditions.iter().map(|condition| value(&condition.part)).collect())
    }

    /// The number of the rule's first condition that does not hold for two accounts; `None` if all hold. Both ways round
    /// it is the same.
    pub fn refused_by(&self, other: &Self, rule: &MatchRule) -> Option<usize> {
        let pairs = rule.conditions.iter().zip(self.0.iter().zip(&other.0));
        pairs.enumerate().find_map(|(number, (condition, (left, right)))| {
            let holds = match (left, right) {
                (Some(left), Some(right)) => agree(condition.level, left, right),
                _ => condition.requirement == Requirement::NotDisagree,
            };
            (!holds).then_some(number)
        })
    }
}

/// Whether two values reach a comparison level.
fn agree(level: ComparisonLevel, left: &str, right: &str) -> bool {
    match level {
        ComparisonLevel::Equal => left == right,
        ComparisonLevel::JaroWinkler(least) => left == right || strsim::jaro_winkler(left, right) >= least,
        ComparisonLevel::EditDistance(most) => edit_distance::is_within(left, right, most),
    }
}

#[cfg(test)]
mod tests;
