//! Match keys: what accounts must share to be compared, as keyed hashes of normalised values.

use std::borrow::Cow;
use std::sync::Arc;

use onefold_config::{ComparedField, Config, MatchRule};
use onefold_graph::node::{Node, NodeHasher, NodeKind};
use onefold_normalise::field::{TextField, TextFieldSet};
use onefold_normalise::placeholder::is_placeholder_of;
use onefold_normalise::{self as normalise, Surroundings, comparable};

use crate::account::Account;
use crate::blocked_set::BlockedSet;
use crate::blocked_values::Blocklist;
use crate::corrections::Corrections;
use crate::reference;

mod additions;

use additions::{KeyValue, KeyWithAdditions};

pub(crate) use additions::key_values;

/// Makes the match keys of accounts by the configuration's rules.
#[derive(Clone, Debug)]
pub struct Matcher {
    hasher: NodeHasher,
    rules: Vec<NamedRule>,
    /// The fields of all keys, and both names if one is among them.
    fields: Vec<TextField>,
    blocklist: Blocklist,
    corrections: Arc<Corrections>,
    /// The settings of scored pairs, as text; `None` if no pair is scored.
    scores: Option<String>,
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
            fields: key_fields(config),
            blocklist: Blocklist::new(config),
            corrections: Arc::default(),
            scores: config.score.as_ref().map(|score| format!("score {score:?}")),
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
        let blocked = match account.has_other_values() {
            true => self.blocklist.of(account),
            false => self.blocklist.of_first(account, &self.fields),
        };
        self.keys_without(account, blocked, keys);
    }

    /// As [`Matcher::keys`], where it is known which values are nobody's: `blocked` is what [`Blocklist::of`] gives.
    pub fn keys_without(&mut self, account: &Account<'_>, blocked: BlockedSet, keys: &mut Vec<MatchKey>) {
        if account.has_other_values() || additions::has_additions(account) {
            return self.keys_of_several(account, blocked, keys);
        }
        for (number, NamedRule { rule, start, .. }) in self.rules.iter().enumerate() {
            if !is_of_source(rule, account) {
                continue;
            }
            self.bytes.clear();
            self.bytes.extend_from_slice(start);
            let each = |value: &str| push_value(&mut self.bytes, value);
            let is_complete = for_each_value(rule, account, blocked, &self.blocklist, each);
            if is_complete {
                keys.push(MatchKey { rule: number, node: self.hasher.node(NodeKind::MatchKey, &self.bytes) });
            }
        }
    }

    /// The keys of an account with several values of a field.
    fn keys_of_several(&self, account: &Account<'_>, blocked: BlockedSet, keys: &mut Vec<MatchKey>) {
        let of_source = |(_, named): &(usize, &NamedRule)| is_of_source(&named.rule, account);
        for (number, named) in self.rules.iter().enumerate().filter(of_source) {
            for values in KeyTuples::new(&named.rule, account, blocked) {
                keys.push(MatchKey { rule: number, node: self.node(named, &values) });
            }
        }
    }

    /// The keys of an account of values to which it has additions.
    pub(crate) fn keys_with_additions<'a>(
        &self,
        account: &'a Account<'_>,
        blocked: BlockedSet,
    ) -> Vec<KeyWithAdditions<'a>> {
        if !additions::has_additions(account) {
            return Vec::new();
        }
        let of_rule = |named: &NamedRule| -> Vec<KeyWithAdditions<'a>> {
            let tuples = KeyTuples::new(&named.rule, account, blocked);
            tuples.filter_map(|values| KeyWithAdditions::new(|values| self.node(named, values), &values)).collect()
        };
        self.rules.iter().filter(|named| is_of_source(&named.rule, account)).flat_map(of_rule).collect()
    }

    /// The node of a rule's key of these values.
    fn node(&self, named: &NamedRule, values: &[KeyValue<'_>]) -> Node {
        let mut bytes = named.start.clone();
        values.iter().for_each(|value| push_value(&mut bytes, &value.text));
        self.hasher.node(NodeKind::MatchKey, &bytes)
    }

    /// The values that a key of an account is made of, in the order of its rule.
    pub(crate) fn values_of<'a>(&self, key: MatchKey, account: &'a Account<'_>) -> Vec<Cow<'a, str>> {
        let named = &self.rules[key.rule];
        let mut tuples = KeyTuples::new(&named.rule, account, self.blocklist.of(account));
        let values = tuples.find(|values| self.node(named, values) == key.node).unwrap_or_default();
        values.into_iter().map(|value| value.text).collect()
    }

    /// The rules of which an account would have more than [`KEYS_OF_RULE_MAX`] keys, by name.
    pub fn rules_over_limit(&self, account: &Account<'_>) -> Vec<&str> {
        let blocked = self.blocklist.of(account);
        let is_over = |named: &&NamedRule| KeyTuples::new(&named.rule, account, blocked).count_all() > KEYS_OF_RULE_MAX;
        self.rules.iter().filter(is_over).map(|named| named.name.as_str()).collect()
    }

    /// The values that the account's match keys are made of, by rule, for the owner of the data to see. Rules that give no
    /// key are left out.
    pub fn explain<'a>(&self, account: &'a Account<'_>) -> Vec<(&MatchRule, KeyValues<'_, 'a>)> {
        let blocked = self.blocklist.of(account);
        let explained = |rule| {
            let tuples = KeyTuples::new(rule, account, blocked);
            let texts = |values: Vec<KeyValue<'a>>| values.into_iter().map(|value| value.text);
            tuples.map(move |values| (rule, rule.key.iter().zip(texts(values)).collect()))
        };
        self.rules().filter(|rule| is_of_source(rule, account)).flat_map(explained).collect()
    }

    /// A digest of all that decides which accounts meet: the rules' keys, the blocked values, the corrections, the settings of
    /// scored pairs, the format of links and the secret. Links of different digests must not be mixed.
    pub fn digest(&self) -> String {
        let mut text: Vec<String> = self.rules().map(described).collect();
        text.push(self.blocklist.describe());
        text.push(LINKS_FORMAT.to_owned());
        text.extend(Some(self.corrections.links_digest(&self.hasher)).filter(|digest| !digest.is_empty()));
        text.extend(self.scores.clone());
        self.hasher.node(NodeKind::MatchKey, text.join("\n").as_bytes()).to_string()
    }
}

/// The fields of all keys, and both names if one is among them.
fn key_fields(config: &Config) -> Vec<TextField> {
    let mut used: TextFieldSet = config.matches.iter().flat_map(|rule| &rule.key).map(|part| part.field).collect();
    if used.contains(TextField::GivenName) || used.contains(TextField::FamilyName) {
        used.insert(TextField::GivenName);
        used.insert(TextField::FamilyName);
    }
    used.of(&config.text_fields).collect()
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
const LINKS_FORMAT: &str = "links 4";

/// The most keys of one rule that an account has: those of its first values.
pub const KEYS_OF_RULE_MAX: usize = 64;

/// Appends a value to the bytes that a key is hashed from.
fn push_value(bytes: &mut Vec<u8>, value: &str) {
    bytes.extend_from_slice(&(value.len() as u64).to_le_bytes());
    bytes.extend_from_slice(value.as_bytes());
}

/// Calls `each` with the values of the only key that an account with one value a field has by a rule, up to the first
/// that is missing or blocked. Returns whether the key is complete.
fn for_each_value(
    rule: &MatchRule,
    account: &Account<'_>,
    blocked: BlockedSet,
    blocklist: &Blocklist,
    mut each: impl FnMut(&str),
) -> bool {
    rule.key.iter().all(|part| {
        // A name that is a word too, Null, is not blocked beside another name, and forms no key all the same.
        let is_name = matches!(part.field, TextField::GivenName | TextField::FamilyName);
        let compare = |value| match is_name || blocklist.may_allow(part.field) {
            true => compared(part, account, blocked, value),
            // Placeholders are among the blocked values.
            false => compared_value(part, account, blocked, value),
        };
        let value = blocked.text(account, part.field).and_then(compare);
        value.as_deref().map(&mut each).is_some()
    })
}

/// The value tuples of an account's keys by one rule: every combination of the values of its parts, those of the last part
/// changing first. Each comes once, and there are [`KEYS_OF_RULE_MAX`] at most.
struct KeyTuples<'a> {
    /// By part.
    values: Vec<Vec<KeyValue<'a>>>,
    next: usize,
}

impl<'a> KeyTuples<'a> {
    fn new(rule: &MatchRule, account: &'a Account<'_>, blocked: BlockedSet) -> Self {
        Self { values: rule.key.iter().map(|part| additions::key_values(part, account, blocked)).collect(), next: 0 }
    }

    /// How many combinations there are, without the limit.
    fn count_all(&self) -> usize {
        self.values.iter().map(Vec::len).fold(1, usize::saturating_mul)
    }
}

impl<'a> Iterator for KeyTuples<'a> {
    type Item = Vec<KeyValue<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.count_all().min(KEYS_OF_RULE_MAX) {
            return None;
        }
        let mut number = self.next;
        self.next += 1;
        let mut tuple: Vec<KeyValue<'a>> = Vec::with_capacity(self.values.len());
        for values in self.values.iter().rev() {
            tuple.push(values[number % values.len()].clone());
            number /= values.len();
        }
        tuple.reverse();
        Some(tuple)
    }
}

/// The values of an account as a rule compares them, each once. Those that are blocked, and placeholders, are left out.
pub fn values<'a>(part: &ComparedField, account: &'a Account<'_>, blocked: BlockedSet) -> Vec<Cow<'a, str>> {
    let mut values: Vec<Cow<'a, str>> = Vec::new();
    for value in blocked.values(account, part.field).filter_map(|value| compared(part, account, blocked, value)) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// A value of an account as a rule compares it; `None` if it is a placeholder, or nothing is left of it.
pub(crate) fn compared<'a>(
    part: &ComparedField,
    account: &Account<'_>,
    blocked: BlockedSet,
    value: &'a str,
) -> Option<Cow<'a, str>> {
    if is_placeholder_of(part.field, value) { None } else { compared_value(part, account, blocked, value) }
}

/// As [`compared`], of a value that is no placeholder.
fn compared_value<'a>(
    part: &ComparedField,
    account: &Account<'_>,
    blocked: BlockedSet,
    value: &'a str,
) -> Option<Cow<'a, str>> {
    let value = comparable(value);
    if part.steps.is_empty() {
        return Some(value);
    }
    let value = if part.is_full_name() { behind_given_name(account, blocked, &value)? } else { value };
    let surroundings = Surroundings { country: account.text(TextField::Country), region: None };
    normalise::run(&part.steps, value, surroundings)
}

/// A family name with the given name and a blank before it.
fn behind_given_name<'a>(account: &Account<'_>, blocked: BlockedSet, family_name: &str) -> Option<Cow<'a, str>> {
    let given_name = blocked.text(account, TextField::GivenName)?;
    let is_given = !is_placeholder_of(TextField::GivenName, given_name);
    is_given.then(|| Cow::Owned([&comparable(given_name), " ", family_name].concat()))
}

#[cfg(test)]
mod tests;
