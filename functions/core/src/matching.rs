//! Match keys of accounts.

use crate::account::Account;
use crate::config::MatchRule;
use crate::field::TextField;
use crate::node::{Node, NodeHasher, NodeKind};
use crate::normalise::is_placeholder;

/// Makes the match keys of accounts by the configuration's rules.
#[derive(Clone, Debug)]
pub struct Matcher {
    hasher: NodeHasher,
    rules: Vec<(MatchRule, Vec<u8>)>,
    bytes: Vec<u8>,
}

/// A match key of an account: which rule it is of, and its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchKey {
    /// The rule's number.
    pub rule: usize,
    /// The keyed hash of the rule's fields and their values.
    pub node: Node,
}

impl Matcher {
    /// A matcher for some rules.
    pub fn new(rules: &[MatchRule], hasher: NodeHasher) -> Self {
        let with_name = |rule: &MatchRule| {
            let mut name = rule.name().into_bytes();
            name.push(0);
            (rule.clone(), name)
        };
        Self { hasher, rules: rules.iter().map(with_name).collect(), bytes: Vec::new() }
    }

    /// The hasher of references and customer ids.
    pub fn hasher(&self) -> &NodeHasher {
        &self.hasher
    }

    /// The rules, in the order of the configuration.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &MatchRule> {
        self.rules.iter().map(|(rule, _)| rule)
    }

    /// Appends the account's match keys to `keys`, in the order of the rules.
    ///
    /// A rule gives a key only if every field of it has a value that is not a placeholder (invariant 5).
    /// Values are hashed with their lengths, so that no two tuples are encoded alike; with the names of
    /// the fields and not the rule's number, so that reordering rules does not change keys.
    pub fn keys(&mut self, account: &Account<'_>, keys: &mut Vec<MatchKey>) {
        for (number, (rule, name)) in self.rules.iter().enumerate() {
            self.bytes.clear();
            self.bytes.extend_from_slice(name);
            let is_complete = for_each_value(rule, account, |_, value| {
                self.bytes.extend_from_slice(&(value.len() as u64).to_le_bytes());
                self.bytes.extend_from_slice(value.as_bytes());
            });
            if is_complete {
                keys.push(MatchKey { rule: number, node: self.hasher.node(NodeKind::MatchKey, &self.bytes) });
            }
        }
    }

    /// What the account's match keys are made of, for its owner to see: each rule that gives a key, with the values.
    pub fn explain<'a>(&self, account: &'a Account<'_>) -> Vec<(&MatchRule, Vec<(TextField, &'a str)>)> {
        let values_of = |rule| {
            let mut values = Vec::new();
            for_each_value(rule, account, |field, value| values.push((field, value))).then_some((rule, values))
        };
        self.rules().filter_map(values_of).collect()
    }

    /// A digest of what makes keys what they are: the rules and the secret. Links that were made under
    /// another digest do not fit together with new ones.
    pub fn digest(&self) -> String {
        let names: Vec<String> = self.rules().map(MatchRule::name).collect();
        self.hasher.node(NodeKind::MatchKey, names.join("\n").as_bytes()).to_string()
    }
}

/// Gives the values of a rule's fields, in the rule's order, up to the first that is no value. Says whether all are.
fn for_each_value<'a>(rule: &MatchRule, account: &'a Account<'_>, mut each: impl FnMut(TextField, &'a str)) -> bool {
    rule.key.iter().all(|field| match account.text(*field) {
        Some(value) if !is_placeholder(value) => {
            each(*field, value);
            true
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::Timestamp;

    fn keys(rules: &[&[TextField]], values: &[(TextField, &'static str)]) -> Vec<Node> {
        let rules: Vec<MatchRule> = rules.iter().map(|key| MatchRule { key: key.to_vec() }).collect();
        let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
        let mut account = Account::new("a:1", None, Timestamp::from_milliseconds(0).unwrap());
        for (field, value) in values {
            account.set_text(*field, Some((*value).into()));
        }
        let mut keys = Vec::new();
        Matcher::new(&rules, hasher).keys(&account, &mut keys);
        keys.into_iter().map(|key| key.node).collect()
    }

    const NAMES: &[TextField] = &[TextField::GivenName, TextField::FamilyName];

    #[test]
    fn no_key_is_made_of_nothing() {
        assert!(keys(&[NAMES], &[(TextField::GivenName, "Anna")]).is_empty());
        assert!(keys(&[NAMES], &[(TextField::GivenName, "Anna"), (TextField::FamilyName, " n/a ")]).is_empty());
        assert!(keys(&[NAMES], &[(TextField::GivenName, "Anna"), (TextField::FamilyName, "")]).is_empty());
    }

    #[test]
    fn what_a_key_is_made_of_is_told() {
        let rules = [MatchRule { key: NAMES.to_vec() }, MatchRule { key: vec![TextField::Email] }];
        let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
        let mut account = Account::new("a:1", None, Timestamp::from_milliseconds(0).unwrap());
        for (field, value) in
            [(TextField::GivenName, "Anna"), (TextField::FamilyName, "Weber"), (TextField::Email, "-")]
        {
            account.set_text(field, Some(value.into()));
        }
        let matcher = Matcher::new(&rules, hasher);
        let told = matcher.explain(&account);
        assert_eq!(told, [(&rules[0], vec![(TextField::GivenName, "Anna"), (TextField::FamilyName, "Weber")])]);
    }

    #[test]
    fn tuples_do_not_run_together() {
        let one = keys(&[NAMES], &[(TextField::GivenName, "ab"), (TextField::FamilyName, "c")]);
        let two = keys(&[NAMES], &[(TextField::GivenName, "a"), (TextField::FamilyName, "bc")]);
        assert_eq!(one.len(), 1);
        assert_ne!(one, two);
    }

    #[test]
    fn a_value_under_another_field_is_another_key() {
        let one = keys(&[&[TextField::Email]], &[(TextField::Email, "12345678")]);
        let two = keys(&[&[TextField::PhoneNumber]], &[(TextField::PhoneNumber, "12345678")]);
        assert_ne!(one, two);
    }
}
