//! The decision on a pair of accounts: whether they are linked, by what, and if not, why not.
//!
//! All who decide a pair ask the judge: clusters, what holds a customer together, and explanations. What links a pair is a
//! [`LinkedBy`]: a correction that people made, or a match rule whose key both share and whose conditions hold.

use onefold_config::{MatchRule, Requirement};
use serde::{Deserialize, Serialize};

use crate::blocked_set::BlockedSet;
use crate::comparison::ComparedValues;
use crate::corrections::Corrections;
use crate::match_keys::{self, MatchKey};
use crate::pool::AccountPool;
use crate::pool_corrections::PoolCorrections;
use crate::reference;
use crate::shared_keys::{SharedKey, SharedKeys};

/// What links two accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkedBy {
    /// A correction, or a chain of them.
    Always,
    /// The match rule of this number.
    Rule(usize),
    /// Scores.
    Score,
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
    /// They share the key, and a condition does not hold.
    Refused,
    /// The rule links accounts of two of its sources, and these are not.
    OtherSources,
    /// They share the key, and it links nothing: too many accounts share it.
    #[serde(rename = "blocked")]
    BlockedKey,
    /// They share the key without an addition of one of them, and there are several additions to it: extensions of a phone
    /// number, or generations of a family name.
    #[serde(rename = "ambiguous")]
    AmbiguousKey,
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
    /// The number of the condition that does not hold, if the verdict is [`Verdict::Refused`]. A condition that says that
    /// they are two persons' goes before one that only finds too little in common.
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
        !self.rules[rule].decides_pairs()
    }

    /// Whether any rule may say that two accounts are two persons'.
    pub fn may_keep_apart(&self) -> bool {
        let conditions = self.rules.iter().flat_map(|rule| &rule.conditions);
        conditions.into_iter().any(|condition| condition.requirement == Requirement::NotDisagree)
    }

    /// The keys that some accounts share, by their places among these.
    pub fn shared_keys(&self, members: &[u32]) -> SharedKeys {
        SharedKeys::new(members.iter().map(|member| self.pool.linking_keys(*member)), |_| true)
    }

    /// Those of the keys that any accounts share which do not link by themselves; places are numbers of accounts.
    pub fn shared_keys_with_conditions(&self) -> SharedKeys {
        let decides_pairs = |rule: usize| self.rules[rule].decides_pairs();
        if !(0..self.rules.len()).any(decides_pairs) {
            return SharedKeys::default();
        }
        SharedKeys::new(self.pool.numbers().map(|number| self.pool.linking_keys(number)), decides_pairs)
    }

    /// Makes ready to decide pairs of accounts that share a key; `member` gives the account of a place.
    pub fn compare(&self, key: SharedKey<'_>, member: impl Fn(u32) -> u32) -> Comparison<'_> {
        let rule = &self.rules[key.rule()];
        let mut comparison = Comparison { rule, values: Vec::new(), sources: Vec::new() };
        if !rule.conditions.is_empty() {
            comparison.values = key.places().map(|place| self.values(rule, member(place))).collect();
        }
        if !rule.between.is_empty() {
            comparison.sources = key.places().map(|place| self.source(member(place))).collect();
        }
        comparison
    }

    fn values(&self, rule: &MatchRule, number: u32) -> ComparedValues<'a> {
        ComparedValues::new(rule, self.pool.account(number), self.pool.blocked(number))
    }

    fn source(&self, number: u32) -> &'a str {
        reference::split(self.pool.reference(number)).0
    }

    /// Whether a rule decides two accounts: it may only link those of two of its sources.
    fn is_about(&self, rule: &MatchRule, left: u32, right: u32) -> bool {
        let (left, right) = (self.source(left), self.source(right));
        rule.between.is_empty() || left != right && rule.has_source(left) && rule.has_source(right)
    }

    /// What a rule says of any two accounts.
    pub fn ruling(&self, rule_number: usize, left: u32, right: u32) -> Ruling {
        let rule = &self.rules[rule_number];
        if !self.is_about(rule, left, right) {
            return Verdict::OtherSources.into();
        }
        let of_rule = |key: &&MatchKey| key.rule == rule_number;
        let has_key = |number: u32| self.pool.all_keys(number).iter().any(|key| of_rule(&key));
        if !has_key(left) || !has_key(right) {
            let is_missing = self.misses_value(rule, left) || self.misses_value(rule, right);
            return if is_missing { Verdict::MissingValue } else { Verdict::BlockedValue }.into();
        }
        let shares = |of_left: &[MatchKey], of_right: &[MatchKey]| {
            of_left.iter().filter(of_rule).any(|key| of_right.contains(key))
        };
        if !shares(self.pool.all_keys(left), self.pool.all_keys(right)) {
            return Verdict::DifferentKeys.into();
        }
        if !shares(self.pool.linking_keys(left), self.pool.linking_keys(right)) {
            let is_blocked = shares(self.pool.blocked_keys(left), self.pool.blocked_keys(right));
            return if is_blocked { Verdict::BlockedKey } else { Verdict::AmbiguousKey }.into();
        }
        let (left, right) = (self.values(rule, left), self.values(rule, right));
        match left.kept_apart_by(&right, rule).or_else(|| left.refused_by(&right, rule)) {
            None => Verdict::Accepted.into(),
            refused_by => Ruling { verdict: Verdict::Refused, refused_by },
        }
    }

    /// Whether a condition of a rule holds for any two accounts.
    pub fn holds(&self, rule_number: usize, condition: usize, left: u32, right: u32) -> bool {
        let rule = &self.rules[rule_number];
        self.values(rule, left).holds(condition, &self.values(rule, right), rule)
    }

    /// Whether an `unless_differ` of a rule says that two accounts are two persons'.
    pub fn keeps_apart(&self, rule_number: usize, left: u32, right: u32) -> bool {
        let rule = &self.rules[rule_number];
        self.ruling(rule_number, left, right).verdict == Verdict::Refused
            && self.values(rule, left).kept_apart_by(&self.values(rule, right), rule).is_some()
    }

    fn misses_value(&self, rule: &MatchRule, number: u32) -> bool {
        let account = self.pool.account(number);
        rule.key.iter().any(|part| match_keys::values(part, account, BlockedSet::NONE).is_empty())
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
    pub fn links(&self, members: &[u32]) -> Vec<Link> {
        self.decide(members).links
    }

    /// Decides all pairs of some accounts that share a key.
    pub fn decide(&self, members: &[u32]) -> Decided {
        let (mut accepted, mut refused) = (Vec::new(), Vec::new());
        for key in self.shared_keys(members).iter() {
            let comparison = self.compare(key, |place| members[place as usize]);
            let may_keep_apart = comparison.may_keep_apart();
            for (left, right) in key.pairs() {
                let places = (key.place(left), key.place(right));
                if comparison.accepts(left, right) {
                    accepted.push((places, key.rule()));
                } else if may_keep_apart && comparison.keeps_apart(left, right) {
                    refused.push(places);
                }
            }
        }
        let links = links_of(accepted);
        let refused = self.not_accepted(refused, &links, members);
        Decided { links: by_strength(links), refused }
    }

    /// The refused pairs that nothing accepts, each once.
    fn not_accepted(&self, mut refused: Vec<(u32, u32)>, links: &[Link], members: &[u32]) -> Vec<(u32, u32)> {
        refused.sort_unstable();
        refused.dedup();
        let is_linked = |pair: &(u32, u32)| links.binary_search_by_key(pair, |link| link.places).is_ok();
        let is_always = |pair: &(u32, u32)| self.is_always(members[pair.0 as usize], members[pair.1 as usize]);
        refused.retain(|pair| !is_linked(pair) && !is_always(pair));
        refused
    }
}

/// Joins what rules say of the same pair; sorted by pair.
fn links_of(mut accepted: Vec<((u32, u32), usize)>) -> Vec<Link> {
    accepted.sort_unstable();
    // Two accounts can share several keys of a rule.
    accepted.dedup();
    let same_pair = accepted.chunk_by(|left, right| left.0 == right.0);
    same_pair.map(|same| Link { places: same[0].0, rules: same.len() as u32, first_rule: same[0].1 }).collect()
}

/// A link is stronger the more rules accept its pair; then the earlier its first rule is in the configuration; ties go by
/// the places of the accounts.
fn by_strength(mut links: Vec<Link>) -> Vec<Link> {
    links.sort_by_key(|link| (std::cmp::Reverse(link.rules), link.first_rule, link.places));
    links
}

/// What rules and corrections make of the pairs of some accounts, which are named by their places.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// The links by rules, the strongest first.
    pub links: Vec<Link>,
    /// The pairs that a rule's `unless_differ` keeps apart and that no rule and no chain of `always` accepts: they are
    /// never one customer. Sorted, the smaller place first.
    pub refused: Vec<(u32, u32)>,
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
    /// None if the rule is about all sources.
    sources: Vec<&'j str>,
}

impl Comparison<'_> {
    /// Whether the rule accepts a pair.
    pub fn accepts(&self, left: usize, right: usize) -> bool {
        self.is_about(left, right)
            && (self.values.is_empty() || self.values[left].refused_by(&self.values[right], self.rule).is_none())
    }

    /// Whether the rule says that a pair is two persons'.
    pub fn keeps_apart(&self, left: usize, right: usize) -> bool {
        self.is_about(left, right)
            && !self.values.is_empty()
            && self.values[left].kept_apart_by(&self.values[right], self.rule).is_some()
    }

    /// Whether the rule may say so of any pair. Mostly it may not: the accounts of a key agree.
    pub fn may_keep_apart(&self) -> bool {
        ComparedValues::may_differ(&self.values, self.rule)
    }

    fn is_about(&self, left: usize, right: usize) -> bool {
        self.sources.is_empty() || self.sources[left] != self.sources[right]
    }
}

#[cfg(test)]
mod tests;
