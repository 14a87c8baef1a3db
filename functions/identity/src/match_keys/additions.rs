//! Additions to values of keys: the extension of a phone number, and the generation behind a family name (`Jr.`).
//!
//! People write them or leave them out. So an account with an addition also has the key without it, and meets accounts that
//! have none, unless the accounts of that key have several additions between them: desks of a switchboard, or father and son.

use std::borrow::Cow;

use onefold_config::ComparedField;
use onefold_graph::node::Node;
use onefold_normalise::field::TextField;
use onefold_normalise::person_name::generation;
use onefold_normalise::split_extension;

use super::{compared, values};
use crate::account::Account;
use crate::blocked_set::BlockedSet;

/// A value of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyValue<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Whether the account has it as it is, and not only with additions.
    pub(crate) is_own: bool,
    /// The additions that the account has to it.
    pub(super) additions: Vec<Addition<'a>>,
}

/// An addition, and the field that it is to.
type Addition<'a> = (TextField, &'a str);

impl<'a> KeyValue<'a> {
    fn own(text: Cow<'a, str>) -> Self {
        Self { text, is_own: true, additions: Vec::new() }
    }
}

/// Whether an account has a value with an addition.
#[inline]
pub(super) fn has_additions(account: &Account<'_>) -> bool {
    account.values(TextField::PhoneNumber).any(|number| split_extension(number).is_some())
        || generation_of(account).is_some()
}

#[inline]
fn generation_of(account: &Account<'_>) -> Option<&'static str> {
    account.text(TextField::HonorificSuffix).and_then(generation)
}

/// The values that an account's keys by a part of a rule are made of: first those of the account, then what these are
/// without their additions.
pub(crate) fn key_values<'a>(part: &ComparedField, account: &'a Account<'_>, blocked: BlockedSet) -> Vec<KeyValue<'a>> {
    let own = values(part, account, blocked).into_iter();
    match part.field {
        TextField::FamilyName => match generation_of(account) {
            Some(generation) => own.flat_map(|name| with_generation(name, generation)).collect(),
            None => own.map(KeyValue::own).collect(),
        },
        TextField::PhoneNumber => {
            let mut found: Vec<KeyValue<'a>> = own.map(KeyValue::own).collect();
            add_numbers_of_extensions(part, account, blocked, &mut found);
            found
        }
        _ => own.map(KeyValue::own).collect(),
    }
}

fn with_generation<'a>(name: Cow<'a, str>, generation: &'static str) -> [KeyValue<'a>; 2] {
    let with = KeyValue::own(Cow::Owned([&name, " ", generation].concat()));
    [with, KeyValue { text: name, is_own: false, additions: vec![(TextField::FamilyName, generation)] }]
}

fn add_numbers_of_extensions<'a>(
    part: &ComparedField,
    account: &'a Account<'_>,
    blocked: BlockedSet,
    found: &mut Vec<KeyValue<'a>>,
) {
    for number in blocked.values(account, part.field) {
        let Some((line, extension)) = split_extension(number) else { continue };
        let Some(text) = compared(part, account, blocked, line) else { continue };
        let addition = (part.field, extension);
        match found.iter_mut().find(|value| value.text == text) {
            None => found.push(KeyValue { text, is_own: false, additions: vec![addition] }),
            Some(value) => value.additions.push(addition),
        }
    }
}

/// An account's key of values to which it has additions.
pub(crate) struct KeyWithAdditions<'a> {
    pub(crate) node: Node,
    /// Whether the account has the values as they are.
    pub(crate) is_own: bool,
    pub(crate) additions: Vec<Addition<'a>>,
}

impl<'a> KeyWithAdditions<'a> {
    /// `None` if the account has no additions to these values.
    pub(super) fn new(node: impl FnOnce(&[KeyValue<'a>]) -> Node, values: &[KeyValue<'a>]) -> Option<Self> {
        let additions: Vec<Addition<'_>> = values.iter().flat_map(|value| value.additions.iter().copied()).collect();
        let is_own = values.iter().all(|value| value.is_own);
        (!additions.is_empty()).then(|| Self { node: node(values), is_own, additions })
    }
}
