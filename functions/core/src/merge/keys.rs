//! The match keys of a partition's accounts, those that link apart from those that are blocked.

use std::collections::BTreeMap;

use crate::account::Account;
use crate::matching::{MatchKey, Matcher};
use crate::node::Node;

/// The match keys of all accounts, one account's after the other's: open ones, then blocked ones.
pub(super) struct Keys {
    all: Vec<MatchKey>,
    accounts: Vec<KeysOfAccount>,
}

/// Which of all match keys are an account's. They start where those of the account before end.
struct KeysOfAccount {
    open_end: usize,
    end: usize,
    /// Text fields (by number) whose value alone is a blocked key.
    blocked_fields: u16,
}

impl Keys {
    /// Makes the keys of accounts. `blocked` is sorted; the rules of those that are met are noted in `met`.
    pub(super) fn new<'x>(
        accounts: impl ExactSizeIterator<Item = &'x Account<'x>>,
        matcher: &mut Matcher,
        blocked: &[Node],
        met: &mut BTreeMap<Node, String>,
    ) -> Self {
        let mut keys = Self {
            all: Vec::with_capacity(accounts.len() * matcher.rules().len()),
            accounts: Vec::with_capacity(accounts.len()),
        };
        for account in accounts {
            let start = keys.all.len();
            matcher.keys(account, &mut keys.all);
            let found = &mut keys.all[start..];
            let mut open = found.len();
            let mut blocked_fields = 0;
            if !blocked.is_empty() {
                let is_blocked = |key: &MatchKey| blocked.binary_search(&key.node).is_ok();
                // Stable: among themselves, both kinds stay in the order of the rules.
                found.sort_by_key(is_blocked);
                open = found.partition_point(|key| !is_blocked(key));
                for key in &found[open..] {
                    let Some(rule) = matcher.rules().nth(key.rule) else { continue };
                    if let [field] = rule.key.as_slice() {
                        blocked_fields |= 1 << field.index();
                    }
                    met.entry(key.node).or_insert_with(|| rule.name());
                }
            }
            keys.accounts.push(KeysOfAccount { open_end: start + open, end: keys.all.len(), blocked_fields });
        }
        keys
    }

    fn start(&self, account: u32) -> usize {
        account.checked_sub(1).map_or(0, |before| self.accounts[before as usize].end)
    }

    /// An account's keys that link it.
    pub(super) fn open(&self, account: u32) -> &[MatchKey] {
        &self.all[self.start(account)..self.accounts[account as usize].open_end]
    }

    /// An account's keys.
    pub(super) fn all(&self, account: u32) -> &[MatchKey] {
        &self.all[self.start(account)..self.accounts[account as usize].end]
    }

    /// An account's text fields (by number) whose value alone is a blocked key.
    pub(super) fn blocked_fields(&self, account: u32) -> u16 {
        self.accounts[account as usize].blocked_fields
    }
}
