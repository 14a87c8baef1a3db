//! The decision on a pair of accounts: whether they are linked, by what, and if not, why not.
//!
//! All who decide a pair ask the judge: clusters, what holds a customer together, and explanations. What links a pair is a
//! [`LinkedBy`]: a correction that people made, or a match rule whose key both share and whose conditions hold.

use onefold_config::MatchRule;
use serde::{Deserialize, Serialize};

use crate::comparison::ComparedValues;
use crate::corrections::Corrections;
use crate::match_keys;
use crate::pool::AccountPool;
use crate::pool_corrections::PoolCorrections;
use crate::shared_keys::{SharedKey, SharedKeys};

/// What links two accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkedBy {
    /// A correction, or a chain of them.
    Always,
    /// The match rule of this number.
    Rule(usize),
}

/// What a rule, or a correction, says of two accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A correction: they are one person's.
    Always,
    /// A correction: they are not.
    Never,
    /// They share the key, and the conditions hold.
    Accepted,
    /// They share the key, and a condition keeps them apart.
    Refused,
    /// They share the key, and it links nothing: too many accounts share it.
    #[serde(rename = "blocked")]
    BlockedKey,
    /// A value of the key is blocked, so that one of them has no key.
    #[serde(rename = "nobodys")]
    BlockedValue,
    /// Their keys are not equal.
    #[serde(rename = "different")]
    DifferentKeys,
    /// One of them has no key: a value is missing, or a placeholder.
    #[serde(rename = "missing")]
    MissingValue,
}

/// What a rule says of two accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// What it says.
    pub verdict: Verdict,
    /// The number of the condition that does not hold, if the verdict is [`Verdict::Refused`].
    pub refused_by: Option<usize>,
}

impl From<Verdict> for Ruling {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, refused_by: None }
    }
}

/// Decides pairs of the accounts of a pool.
pub struct Judge<'a> {
    pool: AccountPool<'a>,
    rules: &'a [MatchRule],
    corrections: PoolCorrections,
}

impl<'a> Judge<'a> {
    /// A judge by these rules, whose keys the pool has, and corrections.
    pub fn new(pool: AccountPool<'a>, rules: &'a [MatchRule], corrections: &Corrections) -> Self {
        let references = pool.numbers().map(|number| pool.reference(number));
        let corrections = PoolCorrections::new(references, corrections);
        Self { pool, rules, corrections }
    }

    /// The accounts.
    pub fn pool(&self) -> &AccountPool<'a> {
        &self.pool
    }

    /// What people said of the accounts.
    pub fn corrections(&self) -> &PoolCorrections {
        &self.corrections
    }

    /// Whether a rule links all accounts that share a key of it.
    pub fn accepts_by_key_alone(&self, rule: usize) -> bool {
        self.rules[rule].conditions.is_empty()
    }

    /// The keys that some accounts share, by their places among these.
    pub fn shared_keys(&self, members: &[u32]) -> SharedKeys {
        SharedKeys::new(members.iter().map(|member| self.pool.linking_keys(*member)), |_| true)
    }

    /// Those of the keys that any accounts share which do not link by themselves; places are numbers of accounts.
    pub fn shared_keys_with_conditions(&self) -> SharedKeys {
        let has_conditions = |rule: usize| !self.accepts_by_key_alone(rule);
        if self.rules.iter().all(|rule| rule.conditions.is_empty()) {
            return SharedKeys::default();
        }
        SharedKeys::new(self.pool.numbers().map(|number| self.pool.linking_keys(number)), has_conditions)
    }

    /// Makes ready to decide pairs of accounts that share a key; `member` gives the account of a place.
    pub fn compare(&self, key: SharedKey<'_>, member: impl Fn(u32) -> u32) -> Comparison<'_> {
        let rule = &self.rules[key.rule()];
        if rule.conditions.is_empty() {
            return Comparison { rule, values: Vec::new() };
        }
        Comparison { rule, values: key.places().map(|place| self.values(rule, member(place))).collect() }
    }

    fn values(&self, rule: &MatchRule, number: u32) -> ComparedValues<'a> {
        ComparedValues::new(rule, self.pool.account(number), self.pool.blocked_fields(number))
    }

    /// What a rule says of any two accounts.
    pub fn ruling(&self, rule_number: usize, left: u32, right: u32) -> Ruling {
        let rule = &self.rules[rule_number];
        let key = |number: u32| self.pool.all_keys(number).iter().find(|key| key.rule == rule_number);
        let (Some(left_key), Some(right_key)) = (key(left), key(right)) else {
            let is_missing = self.misses_value(rule, left) || self.misses_value(rule, right);
            return if is_missing { Verdict::MissingValue } else { Verdict::BlockedValue }.into();
        };
        if left_key != right_key {
            return Verdict::DifferentKeys.into();
        }
        if !self.pool.linking_keys(left).contains(left_key) {
            return Verdict::BlockedKey.into();
        }
        match self.values(rule, left).refused_by(&self.values(rule, right), rule) {
            None => Verdict::Accepted.into(),
            refused_by => Ruling { verdict: Verdict::Refused, refused_by },
        }
    }

    fn misses_value(&self, rule: &MatchRule, number: u32) -> bool {
        rule.key.iter().any(|part| match_keys::value(part, self.pool.account(number)).is_none())
    }

    /// Whether a chain of `always` corrections leads from one account to another.
    pub fn is_always(&self, left: u32, right: u32) -> bool {
        let chain = self.corrections.chain(left);
        left != right && chain.is_some() && chain == self.corrections.chain(right)
    }

    /// Whether a correction says that two accounts are not one person's.
    pub fn is_never(&self, left: u32, right: u32) -> bool {
        self.corrections.never(left).any(|never| never == right)
    }

    /// The links by rules between some accounts, the strongest first.
    ///
    /// A link is stronger the more rules accept its pair; then the earlier its first rule is in the configuration; ties
    /// go by the places of the accounts.
    pub fn links(&self, members: &[u32]) -> Vec<Link> {
        let mut accepted: Vec<((u32, u32), usize)> = Vec::new();
        for key in self.shared_keys(members).iter() {
            let comparison = self.compare(key, |place| members[place as usize]);
            let pairs = key.pairs().filter(|(left, right)| comparison.accepts(*left, *right));
            accepted.extend(pairs.map(|(left, right)| ((key.place(left), key.place(right)), key.rule())));
        }
        accepted.sort_unstable();
        let mut links: Vec<Link> = accepted
            .chunk_by(|left, right| left.0 == right.0)
            .map(|same| Link { places: same[0].0, rules: same.len() as u32, first_rule: same[0].1 })
            .collect();
        links.sort_by_key(|link| (std::cmp::Reverse(link.rules), link.first_rule, link.places));
        links
    }
}

/// Two accounts that some rule accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Their places in the list of accounts, the smaller first.
    pub places: (u32, u32),
    /// How many rules accept the pair.
    pub rules: u32,
    /// The first of them.
    pub first_rule: usize,
}

/// Accounts that share a key, ready to be decided pair by pair. They are named by their index in the [`SharedKey`].
pub struct Comparison<'j> {
    rule: &'j MatchRule,
    /// None if the rule has no conditions.
    values: Vec<ComparedValues<'j>>,
}

impl Comparison<'_> {
    /// Whether the rule accepts a pair.
    pub fn accepts(&self, left: usize, right: usize) -> bool {
        self.values.is_empty() || self.values[left].refused_by(&self.values[right], self.rule).is_none()
    }
}

#[cfg(test)]
mod tests;
