//! Why accounts are one customer, or are not: told by what decided it in Merge.
//!
//! What guards did is taken from what Merge wrote down of it, and all else is decided again by the functions that
//! decided it there. So no secret is needed: a key that is blocked is known by its account and rule, not by its node.

mod always;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use onefold_config::{Config, MatchRule, Part};
use onefold_graph::node::Node;
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::cluster::{Pool, links};
use crate::corrections::Corrections;
use crate::match_keys::{self, MatchKey, Matcher};
use crate::merge::keys::Keys;
use crate::merge::{Guarded, MergeOutput};

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

/// What a rule, or a correction, says of two accounts, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairFinding {
    /// References of both.
    pub accounts: [String; 2],
    /// The rule's name; `always` or `never` if it is a correction.
    pub rule: String,
    /// What it says.
    pub verdict: Verdict,
    /// What each has for the parts of the key, as the rule compares it. Of a correction nothing.
    #[serde(default, skip_serializing_if = "is_correction")]
    pub key: [Vec<Option<String>>; 2],
    /// The accounts that a chain of `always` pairs leads over from one to the other, there or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over: Vec<String>,
    /// The conditions, if it came to them: up to the first that does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<CheckedCondition>,
}

/// A condition and what it looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedCondition {
    /// `if_agree` or `unless_differ`: `demand` in JSON.
    #[serde(rename = "demand")]
    pub requirement: String,
    /// The field, and what is done to its value.
    pub field: String,
    /// What each account has; nothing if it is nobody's.
    pub values: [Option<String>; 2],
    /// Whether it holds.
    pub holds: bool,
}

fn is_correction(key: &[Vec<Option<String>>; 2]) -> bool {
    key.iter().all(Vec::is_empty)
}

/// What links two accounts of a customer.
#[derive(Clone, Copy)]
enum LinkedBy {
    Always,
    Rule(usize),
}

/// Explains the accounts of a customer, or of two.
pub struct Explainer<'e, 'a> {
    config: &'e Config,
    corrections: &'e Corrections,
    guarded: &'e [Guarded],
    accounts: &'e [Account<'a>],
    keys: Keys,
}

impl Pool for Explainer<'_, '_> {
    fn len(&self) -> u32 {
        self.accounts.len() as u32
    }

    fn account(&self, number: u32) -> &Account<'_> {
        &self.accounts[number as usize]
    }

    fn keys(&self, number: u32) -> &[MatchKey] {
        self.keys.open(number)
    }

    fn nobodys(&self, number: u32) -> u16 {
        self.keys.nobodys(number)
    }
}

impl<'e, 'a> Explainer<'e, 'a> {
    /// An explainer of accounts under what made their version. `guarded` is what guards did to them. The matcher may
    /// hash with any secret.
    pub fn new(
        config: &'e Config,
        mut matcher: Matcher,
        corrections: &'e Corrections,
        guarded: &'e [Guarded],
        accounts: &'e [Account<'a>],
    ) -> Self {
        let blocked = blocked(config, &mut matcher, guarded, accounts);
        // What guards did was told when the version was made.
        let keys = Keys::new(accounts.iter(), &mut matcher, config, &blocked, &mut MergeOutput::default());
        Self { config, corrections, guarded, accounts, keys }
    }

    /// The number of an account.
    pub fn number(&self, reference: &str) -> Option<u32> {
        self.accounts.iter().position(|account| account.reference == reference).map(|number| number as u32)
    }

    /// A shortest way from one account to each other of its customer: for each but the first, the link by which it is
    /// reached, nearer ones first. The links are a tree, so between any two accounts there is one way along it.
    pub fn tree(&self, members: &[u32], from: u32) -> Vec<PairFinding> {
        let mut neighbours: BTreeMap<u32, Vec<(u32, LinkedBy)>> = BTreeMap::new();
        let mut note = |left: u32, right: u32, by: LinkedBy| {
            neighbours.entry(left).or_default().push((right, by));
            neighbours.entry(right).or_default().push((left, by));
        };
        for (left, right) in always::links(self.corrections, members, |member| &self.account(member).reference) {
            note(left, right, LinkedBy::Always);
        }
        for link in links(self, members, &self.config.matches) {
            let [left, right] = [link.pair.0, link.pair.1].map(|place| members[place as usize]);
            note(left, right, LinkedBy::Rule(link.first_rule));
        }
        let mut reached = vec![false; self.accounts.len()];
        let mut queue = VecDeque::from([from]);
        let mut tree = Vec::new();
        reached[from as usize] = true;
        while let Some(near) = queue.pop_front() {
            for (far, by) in neighbours.get(&near).into_iter().flatten() {
                if !std::mem::replace(&mut reached[*far as usize], true) {
                    tree.push(match by {
                        LinkedBy::Always => self.always(near, *far),
                        LinkedBy::Rule(rule) => self.finding(*rule, near, *far),
                    });
                    queue.push_back(*far);
                }
            }
        }
        tree
    }

    /// A shortest chain of links from one account to another of its customer; `None` if there is none.
    pub fn path(&self, members: &[u32], from: u32, to: u32) -> Option<Vec<PairFinding>> {
        let origin = self.accounts[from as usize].reference.as_ref();
        let mut at = self.accounts[to as usize].reference.to_string();
        let mut path = Vec::new();
        // Each account comes behind the one that it is reached from.
        for step in self.tree(members, from).into_iter().rev() {
            if step.accounts[1] == at {
                at.clone_from(&step.accounts[0]);
                path.push(step);
            }
        }
        path.reverse();
        (at == origin).then_some(path)
    }

    /// What corrections and each rule say of two accounts.
    pub fn pair(&self, left: u32, right: u32) -> Vec<PairFinding> {
        let [one, other] = [left, right].map(|number| self.account(number).reference.as_ref());
        let is_always = left != right
            && self.corrections.chain(one).is_some_and(|chain| self.corrections.chain(other) == Some(chain));
        let always = is_always.then(|| self.always(left, right));
        let never = self.corrections.never(one).any(|never| never == other).then(|| self.never(left, right));
        let rules = (0..self.config.matches.len()).map(|rule| self.finding(rule, left, right));
        always.into_iter().chain(never).chain(rules).collect()
    }

    /// What pairs of two customers have in common, up to `most` of them: `never` pairs, and keys that are blocked,
    /// refused, or kept out by a limit.
    pub fn between(&self, left: &[u32], right: &[u32], most: usize) -> Vec<PairFinding> {
        let mut holders: BTreeMap<(usize, Node), Vec<u32>> = BTreeMap::new();
        let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
        for number in right {
            numbers.insert(&self.account(*number).reference, *number);
            for key in self.keys.all(*number) {
                holders.entry((key.rule, key.node)).or_default().push(*number);
            }
        }
        let never = left.iter().flat_map(|number| {
            let others = self.corrections.never(&self.account(*number).reference);
            others.filter_map(|other| numbers.get(other)).map(|other| self.never(*number, *other))
        });
        let shared = left.iter().flat_map(|number| {
            let keys = self.keys.all(*number).iter();
            keys.flat_map(|key| holders.get(&(key.rule, key.node)).into_iter().flatten().map(|other| (*key, *other)))
                .map(|(key, other)| self.finding(key.rule, *number, other))
        });
        never.chain(shared).take(most).collect()
    }

    /// The limits at which Merge divided what would have been one customer, if it set two accounts apart by that:
    /// `never`, `max_accounts_per_customer` or `max_distinct.<field>`.
    pub fn divided_by(&self, left: u32, right: u32) -> Vec<String> {
        let [one, other] = [left, right].map(|number| self.account(number).reference.as_ref());
        let part = |guarded: &Guarded, reference: &str| {
            guarded.parts.iter().position(|part| part.iter().any(|account| account == reference))
        };
        let divided = self.guarded.iter().find(
            |guarded| matches!((part(guarded, one), part(guarded, other)), (Some(left), Some(right)) if left != right),
        );
        divided.into_iter().flat_map(Guarded::limits).map(str::to_owned).collect()
    }

    fn references(&self, left: u32, right: u32) -> [String; 2] {
        [left, right].map(|number| self.account(number).reference.to_string())
    }

    fn always(&self, left: u32, right: u32) -> PairFinding {
        let accounts = self.references(left, right);
        let over = always::over(self.corrections.pairs(), &accounts[0], &accounts[1]);
        PairFinding { over, ..correction("always", Verdict::Always, accounts) }
    }

    fn never(&self, left: u32, right: u32) -> PairFinding {
        correction("never", Verdict::Never, self.references(left, right))
    }

    fn finding(&self, rule_number: usize, left: u32, right: u32) -> PairFinding {
        let rule = &self.config.matches[rule_number];
        let node = |number: u32| self.keys.all(number).iter().find(|key| key.rule == rule_number).map(|key| key.node);
        let parts = |number: u32| -> Vec<Option<String>> {
            let account = self.account(number);
            rule.key.iter().map(|part| match_keys::value(part, account).map(|value| value.into_owned())).collect()
        };
        let key = [parts(left), parts(right)];
        let is_open = |number: u32, node: Node| self.keys.open(number).iter().any(|key| key.node == node);
        let mut conditions = Vec::new();
        let verdict = match (node(left), node(right)) {
            (Some(one), Some(other)) if one != other => Verdict::DifferentKeys,
            (Some(shared), Some(_)) if !is_open(left, shared) => Verdict::BlockedKey,
            (Some(_), Some(_)) => {
                let refused = self.compared(left, rule).refused_by(&self.compared(right, rule), rule);
                conditions = self.conditions(rule, left, right, refused);
                if refused.is_some() { Verdict::Refused } else { Verdict::Accepted }
            }
            _ if key.iter().flatten().any(Option::is_none) => Verdict::MissingValue,
            _ => Verdict::BlockedValue,
        };
        let accounts = self.references(left, right);
        PairFinding { accounts, rule: rule.name(), verdict, key, over: Vec::new(), conditions }
    }

    /// The conditions up to the one that refuses the pair.
    fn conditions(&self, rule: &MatchRule, left: u32, right: u32, refused: Option<usize>) -> Vec<CheckedCondition> {
        let looked_at = rule.conditions.iter().take(refused.map_or(usize::MAX, |number| number + 1)).enumerate();
        let value = |number: u32, part: &Part| {
            let is_nobodys = self.nobodys(number) & (1 << part.field.index()) != 0;
            if is_nobodys {
                None
            } else {
                match_keys::value(part, self.account(number)).map(|value| value.into_owned())
            }
        };
        looked_at
            .map(|(number, condition)| CheckedCondition {
                requirement: condition.requirement.name().to_owned(),
                field: condition.part.name(),
                values: [value(left, &condition.part), value(right, &condition.part)],
                holds: refused != Some(number),
            })
            .collect()
    }
}

fn correction(rule: &str, verdict: Verdict, accounts: [String; 2]) -> PairFinding {
    let key = Default::default();
    PairFinding { accounts, rule: rule.to_owned(), verdict, key, over: Vec::new(), conditions: Vec::new() }
}

/// The nodes of the accounts' keys that link nothing, sorted.
///
/// Rules of one key have one name. As many accounts share it under each of them, so of those rules the ones with the
/// lowest limits block it.
fn blocked(config: &Config, matcher: &mut Matcher, guarded: &[Guarded], accounts: &[Account<'_>]) -> Vec<Node> {
    let names: Vec<String> = config.matches.iter().map(MatchRule::name).collect();
    let mut times: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (account, rule) in guarded.iter().filter_map(Guarded::blocked_key) {
        *times.entry((account, rule)).or_default() += 1;
    }
    let mut nodes = BTreeSet::new();
    let mut keys = Vec::new();
    for account in accounts {
        keys.clear();
        matcher.keys(account, &mut keys);
        keys.sort_by_key(|key| config.matches.get(key.rule).map(|rule| config.guard.limit(rule)));
        for key in &keys {
            let Some(name) = names.get(key.rule) else { continue };
            if let Some(times) = times.get_mut(&(account.reference.as_ref(), name.as_str()))
                && *times > 0
            {
                *times -= 1;
                nodes.insert(key.node);
            }
        }
    }
    nodes.into_iter().collect()
}

#[cfg(test)]
mod tests;
