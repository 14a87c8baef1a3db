//! Phone lines: the number of an account that has an extension of it also forms keys.
//!
//! So an account with the number alone and one with an extension of it meet, unless the accounts of the key have several
//! extensions between them. Then it is a switchboard, and nobody's number.

use std::borrow::Cow;

use onefold_config::ComparedField;
use onefold_graph::node::Node;
use onefold_normalise::field::TextField;
use onefold_normalise::split_extension;

use super::{compared, values};
use crate::account::Account;
use crate::blocked_set::BlockedSet;

/// A value of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyValue<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Whether the account has it, and not only extensions of it.
    pub(super) is_own: bool,
    /// Those that the account has of it.
    pub(super) extensions: Vec<&'a str>,
}

/// Whether an account has a phone number with an extension.
#[inline]
pub(super) fn has_extension(account: &Account<'_>) -> bool {
    account.values(TextField::PhoneNumber).any(|number| split_extension(number).is_some())
}

/// The values that an account's keys by a part of a rule are made of: first those of the account, then the numbers of
/// their extensions.
pub(crate) fn key_values<'a>(part: &ComparedField, account: &'a Account<'_>, blocked: BlockedSet) -> Vec<KeyValue<'a>> {
    let own =
        values(part, account, blocked).into_iter().map(|text| KeyValue { text, is_own: true, extensions: Vec::new() });
    let mut found: Vec<KeyValue<'a>> = own.collect();
    if part.field != TextField::PhoneNumber {
        return found;
    }
    for number in blocked.values(account, part.field) {
        let Some((line, extension)) = split_extension(number) else { continue };
        let Some(text) = compared(part, account, blocked, line) else { continue };
        match found.iter_mut().find(|value| value.text == text) {
            None => found.push(KeyValue { text, is_own: false, extensions: vec![extension] }),
            Some(value) => value.extensions.push(extension),
        }
    }
    found
}

/// An account's key by a phone number of which it has extensions.
pub(crate) struct LineKey<'a> {
    pub(crate) node: Node,
    /// Whether the account has the number, and not only extensions of it.
    pub(crate) is_own: bool,
    pub(crate) extensions: Vec<&'a str>,
}

impl<'a> LineKey<'a> {
    /// `None` if the account has no extension of the number in these values.
    pub(super) fn new(node: impl FnOnce(&[KeyValue<'a>]) -> Node, values: &[KeyValue<'a>]) -> Option<Self> {
        let extensions: Vec<&str> = values.iter().flat_map(|value| value.extensions.iter().copied()).collect();
        let is_own = values.iter().all(|value| value.is_own);
        (!extensions.is_empty()).then(|| Self { node: node(values), is_own, extensions })
    }
}
