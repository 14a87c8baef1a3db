//! Match keys: what accounts must share to be compared, as keyed hashes of normalised values.

use std::borrow::Cow;
use std::sync::Arc;

use onefold_config::{ComparedField, Config, MatchRule};
use onefold_graph::node::{Node, NodeHasher, NodeKind};
use onefold_normalise::field::{TextField, TextFieldSet};
use onefold_normalise::placeholder::is_placeholder_of;
use onefold_normalise::{self as normalise, Surroundings, comparable};

use crate::account::Account;
use crate::blocked_values::Blocklist;
use crate::corrections::Corrections;
use crate::reference;

/// Makes the match keys of accounts by the configuration's rules.
#[derive(Clone, Debug)]
pub struct Matcher {
    hasher: NodeHasher,
    rules: Vec<NamedRule>,
    blocklist: Blocklist,
    corrections: Arc<Corrections>,
    bytes: Vec<u8>,
}

/// A rule with what its keys need of it, made once.
#[derive(Clone, Debug)]
struct NamedRule {
    rule: MatchRule,
    name: String,
    /// The bytes that each of its keys begins with.
    start: Vec<u8>,
}

/// A match key of an account: which rule it is of, and its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchKey {
    /// The rule's number.
    pub rule: usize,
    /// The keyed hash of the rule's parts and their values.
    pub node: Node,
}

/// The fields of a key with their values, in the order of the rule.
pub type KeyValues<'r, 'a> = Vec<(&'r ComparedField, Cow<'a, str>)>;

impl Matcher {
    /// A matcher for a configuration's rules.
    pub fn new(config: &Config, hasher: NodeHasher) -> Self {
        let with_name = |(number, rule): (usize, &MatchRule)| {
            // Rules of one key under other conditions have nodes of their own: Link counts each.
            let same = config.matches[..number].iter().filter(|other| other.key == rule.key).count();
            let name = rule.name();
            let mut start = name.clone().into_bytes();
            start.resize(start.len() + same + 1, 0);
            NamedRule { rule: rule.clone(), name, start }
        };
        Self {
            hasher,
            rules: config.matches.iter().enumerate().map(with_name).collect(),
            blocklist: Blocklist::new(config),
            corrections: Arc::default(),
            bytes: Vec::new(),
        }
    }

    /// A matcher that also obeys corrections.
    #[must_use]
    pub fn correcting(mut self, corrections: Arc<Corrections>) -> Self {
        self.corrections = corrections;
        self
    }

    /// The corrections that people made.
    pub fn corrections(&self) -> &Corrections {
        &self.corrections
    }

    /// The node of the chain of `always` pairs that an account is in. It comes behind the match keys in the account's
    /// star, and is no match key.
    pub fn always(&self, reference: &str) -> Option<Node> {
        self.corrections.node(reference, &self.hasher)
    }

    /// The hasher of references and customer ids.
    pub fn hasher(&self) -> &NodeHasher {
        &self.hasher
    }

    /// The rules, in the order of the configuration.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &MatchRule> {
        self.rules.iter().map(|named| &named.rule)
    }

    /// The rule of a match key.
    pub(crate) fn rule(&self, key: MatchKey) -> &MatchRule {
        &self.rules[key.rule].rule
    }

    /// [`MatchRule::name`] of the rule of a number.
    pub(crate) fn rule_name(&self, rule: usize) -> &str {
        &self.rules[rule].name
    }

    /// The blocked values: they make no key.
    pub fn blocklist(&self) -> &Blocklist {
        &self.blocklist
    }

    /// Appends the account's match keys to `keys`, in the order of the rules.
    ///
    /// A rule gives a key only if each of its fields has a value that is neither a placeholder (invariant 5)
    /// nor blocked. Values are hashed with their lengths, so that no two tuples are encoded alike; with the
    /// names of the parts and not the rule's number, so that reordering rules does not change keys.
    pub fn keys(&mut self, account: &Account<'_>, keys: &mut Vec<MatchKey>) {
        let blocked = self.blocklist.fields(account);
        self.keys_without(account, blocked, keys);
    }

    /// As [`Matcher::keys`], where it is known which fields have blocked values.
    pub fn keys_without(&mut self, account: &Account<'_>, blocked: TextFieldSet, keys: &mut Vec<MatchKey>) {
        for (number, NamedRule { rule, start, .. }) in self.rules.iter().enumerate() {
            if !is_of_source(rule, account) {
                continue;
            }
            self.bytes.clear();
            self.bytes.extend_from_slice(start);
            let is_complete = for_each_value(rule, account, blocked, |_, value| {
                self.bytes.extend_from_slice(&(value.len() as u64).to_le_bytes());
                self.bytes.extend_from_slice(value.as_bytes());
            });
            if is_complete {
                keys.push(MatchKey { rule: number, node: self.hasher.node(NodeKind::MatchKey, &self.bytes) });
            }
        }
    }

    /// The values that the account's match keys are made of, by rule, for the owner of the data to see. Rules that give no
    /// key are left out.
    pub fn explain<'a>(&self, account: &'a Account<'_>) -> Vec<(&MatchRule, KeyValues<'_, 'a>)> {
        let blocked = self.blocklist.fields(account);
        let mut explained = Vec::new();
        for rule in self.rules().filter(|rule| is_of_source(rule, account)) {
            let mut values = Vec::new();
            if for_each_value(rule, account, blocked, |part, value| values.push((part, value))) {
                explained.push((rule, values));
            }
        }
        explained
    }

    /// A digest of all that decides which keys an account has: the rules' keys, the blocked values, the corrections, the
    /// format of links and the secret. Links of different digests must not be mixed.
    pub fn digest(&self) -> String {
        let mut text: Vec<String> = self.rules().map(described).collect();
        text.push(self.blocklist.describe());
        text.push(LINKS_FORMAT.to_owned());
        text.extend(Some(self.corrections.links_digest(&self.hasher)).filter(|digest| !digest.is_empty()));
        self.hasher.node(NodeKind::MatchKey, text.join("\n").as_bytes()).to_string()
    }
}

/// What decides which accounts have a rule's keys.
fn described(rule: &MatchRule) -> String {
    match rule.between.as_slice() {
        [] => rule.name(),
        sources => format!("{} between {}", rule.name(), sources.join(",")),
    }
}

/// Whether a rule is about the account's source.
fn is_of_source(rule: &MatchRule, account: &Account<'_>) -> bool {
    rule.between.is_empty() || rule.has_source(reference::split(&account.reference).0)
}

/// The format of `.links` objects, and the built-in lists that decide which values make a key. If a version has another,
/// its links are made anew.
const LINKS_FORMAT: &str = "links 3";

/// Calls `each` with the values of a rule's key, in the rule's order, up to the first that is missing or blocked. Returns
/// whether the key is complete.
fn for_each_value<'r, 'a>(
    rule: &'r MatchRule,
    account: &'a Account<'_>,
    blocked: TextFieldSet,
    mut each: impl FnMut(&'r ComparedField, Cow<'a, str>),
) -> bool {
    rule.key.iter().all(|part| match value(part, account) {
        Some(value) if !is_blocked(part, blocked) => {
            each(part, value);
            true
        }
        _ => false,
    })
}

/// The value of an account as a rule compares it; `None` if it is missing, or a placeholder.
pub fn value<'a>(part: &ComparedField, account: &'a Account<'_>) -> Option<Cow<'a, str>> {
    let value = comparable(given_value(account, part.field)?);
    if part.steps.is_empty() {
        return Some(value);
    }
    let value = if part.is_full_name() { behind_given_name(account, &value)? } else { value };
    let surroundings = Surroundings { country: account.text(TextField::Country), region: None };
    normalise::run(&part.steps, value, surroundings)
}

/// A value of an account that is no placeholder.
fn given_value<'a>(account: &'a Account<'_>, field: TextField) -> Option<&'a str> {
    account.text(field).filter(|value| !is_placeholder_of(field, value))
}

/// A family name with the given name and a blank before it.
fn behind_given_name<'a>(account: &Account<'_>, family_name: &str) -> Option<Cow<'a, str>> {
    let given_name = given_value(account, TextField::GivenName)?;
    Some(Cow::Owned([&comparable(given_name), " ", family_name].concat()))
}

/// Whether a value that is compared is blocked.
pub(crate) fn is_blocked(part: &ComparedField, blocked: TextFieldSet) -> bool {
    blocked.contains(part.field) || (part.is_full_name() && blocked.contains(TextField::GivenName))
}

#[cfg(test)]
mod tests;
