//! The match keys of a partition's accounts, those that link apart from those that are blocked.

use std::collections::BTreeMap;

use onefold_config::Config;
use onefold_graph::node::Node;
use onefold_normalise::field::TextField;

use super::{BlockedRule, MergeOutput, guarded};
use crate::account::Account;
use crate::match_keys::{MatchKey, Matcher};

/// The match keys of all accounts, one account's after the other's: open ones, then blocked ones.
pub(crate) struct Keys {
    all: Vec<MatchKey>,
    accounts: Vec<KeysOfAccount>,
}

/// Which of all match keys are an account's. They start where those of the account before end.
struct KeysOfAccount {
    open_end: usize,
    end: usize,
    /// Text fields (by number) whose value is nobody's: blocked, or alone a blocked key.
    nobodys: u16,
}

impl Keys {
    /// Makes the keys of accounts. `blocked` are those that Link blocked, sorted. What guards did goes to `output`.
    pub(crate) fn new<'x>(
        accounts: impl ExactSizeIterator<Item = &'x Account<'x>> + Clone,
        matcher: &mut Matcher,
        config: &Config,
        blocked: &[Node],
        output: &mut MergeOutput,
    ) -> Self {
        let mut keys = Self {
            all: Vec::with_capacity(accounts.len() * matcher.rules().len()),
            accounts: Vec::with_capacity(accounts.len()),
        };
        for account in accounts.clone() {
            let nobodys = matcher.blocklist().fields(account);
            matcher.keys_without(account, nobodys, &mut keys.all);
            keys.accounts.push(KeysOfAccount { open_end: keys.all.len(), end: keys.all.len(), nobodys });
        }
        let over_limit = keys.over_limit(config);
        let is_blocked =
            |key: &MatchKey| blocked.binary_search(&key.node).is_ok() || over_limit.contains_key(&key.node);
        for (number, account) in accounts.enumerate() {
            let start = keys.start(number as u32);
            let of_account = &mut keys.accounts[number];
            for field in TextField::ALL.into_iter().filter(|field| of_account.nobodys & (1 << field.index()) != 0) {
                guarded::blocked_value(account, field, output);
            }
            if blocked.is_empty() && over_limit.is_empty() {
                continue;
            }
            let found = &mut keys.all[start..of_account.end];
            // Stable: among themselves, both kinds stay in the order of the rules.
            found.sort_by_key(is_blocked);
            let open = found.partition_point(|key| !is_blocked(key));
            of_account.open_end = start + open;
            for key in &found[open..] {
                let Some(rule) = config.matches.get(key.rule) else { continue };
                if let Some(field) = rule.only_field() {
                    of_account.nobodys |= 1 << field.index();
                }
                // What Link blocked is not this partition's to count: other partitions have more of its accounts.
                let is_links = blocked.binary_search(&key.node).is_ok();
                let accounts = over_limit.get(&key.node).copied().filter(|_| !is_links);
                output.blocked.entry(key.node).or_insert_with(|| BlockedRule { rule: rule.name(), accounts });
                guarded::blocked_key(account, rule, output);
            }
        }
        keys
    }

    /// The keys that more accounts share than their own rule allows. Link goes by the most generous rule, and
    /// all accounts of a key that it let pass are in this partition.
    fn over_limit(&self, config: &Config) -> BTreeMap<Node, u32> {
        let guard = &config.guard;
        let rules = &config.matches;
        let widest = guard.widest_limit(rules);
        let limits: Vec<u32> = rules.iter().map(|rule| guard.limit(rule)).collect();
        if limits.iter().all(|limit| *limit == widest) {
            return BTreeMap::new();
        }
        let mut strict: Vec<(usize, Node)> =
            self.all.iter().filter(|key| limits[key.rule] < widest).map(|key| (key.rule, key.node)).collect();
        strict.sort_unstable();
        let groups = strict.chunk_by(|left, right| left == right);
        let over = groups.filter(|group| group.len() > limits[group[0].0] as usize);
        over.map(|group| (group[0].1, group.len() as u32)).collect()
    }

    fn start(&self, account: u32) -> usize {
        account.checked_sub(1).map_or(0, |before| self.accounts[before as usize].end)
    }

    /// An account's keys that link it.
    pub(crate) fn open(&self, account: u32) -> &[MatchKey] {
        &self.all[self.start(account)..self.accounts[account as usize].open_end]
    }

    /// An account's keys that are blocked.
    pub(super) fn blocked(&self, account: u32) -> &[MatchKey] {
        let account = &self.accounts[account as usize];
        &self.all[account.open_end..account.end]
    }

    /// An account's keys.
    pub(crate) fn all(&self, account: u32) -> &[MatchKey] {
        &self.all[self.start(account)..self.accounts[account as usize].end]
    }

    /// An account's text fields (by number) whose value is nobody's: blocked, or alone a blocked key.
    pub(crate) fn nobodys(&self, account: u32) -> u16 {
        self.accounts[account as usize].nobodys
    }
}
