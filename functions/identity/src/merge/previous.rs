//! What the customers of the previous version were.

use onefold_config::Config;
use onefold_graph::node::Node;
use onefold_normalise::field::TextField;

use super::{Holder, Record, held_by};
use crate::account::Account;
use crate::corrections::Corrections;
use crate::customer::Customer;
use crate::match_keys::{MatchKey, Matcher};
use crate::survive::{Candidate, Survivorship};

/// The rules by which the previous version was made.
#[derive(Clone, Copy)]
pub enum PreviousRules<'c> {
    /// There is none, so every customer is new and its record says all there is to say: no change is listed.
    NoVersion,
    /// They are not known.
    Unknown,
    /// They are these.
    Known {
        /// The configuration.
        config: &'c Config,
        /// The match keys of that configuration, and the corrections that the version obeyed.
        matcher: &'c Matcher,
        /// The keys that linked nothing, sorted.
        blocked: &'c [Node],
        /// Whether the configuration is this run's, to the letter. Whose `always` pairs are others is found out.
        is_same: bool,
    },
}

/// Folds the members of the previous version as it did.
pub(super) struct PreviousCustomers<'c> {
    survivorship: Survivorship<'c>,
    config: &'c Config,
    matcher: Matcher,
    blocked: &'c [Node],
}

impl<'c> PreviousCustomers<'c> {
    pub(super) fn new(config: &'c Config, matcher: &Matcher, blocked: &'c [Node]) -> Self {
        Self { survivorship: Survivorship::new(config), config, matcher: matcher.clone(), blocked }
    }

    /// The corrections that were obeyed.
    pub(super) fn corrections(&self) -> &Corrections {
        self.matcher.corrections()
    }

    /// What a customer was that had these records.
    pub(super) fn customer<'x>(&'x mut self, records: &'x [Record<'x>], members: &[u32]) -> Customer<'x> {
        let accounts: Vec<&'x Account<'x>> = members.iter().map(|number| &records[*number as usize].account).collect();
        let keys: Vec<(Vec<MatchKey>, u16)> = accounts.iter().map(|account| self.keys(account)).collect();
        let members = accounts.iter().zip(&keys);
        let candidates: Vec<Candidate<'x>> =
            members.clone().map(|(account, (_, nobodys))| Candidate { account, blocked: *nobodys }).collect();
        let mut customer = self.survivorship.fold(&candidates);
        let holders = members.map(|(account, (open, nobodys))| Holder { account, open, nobodys: *nobodys });
        customer.held_by = held_by(holders.collect(), &self.matcher);
        customer
    }

    /// An account's keys that linked, and its fields (by number) whose values were nobody's.
    fn keys(&mut self, account: &Account<'_>) -> (Vec<MatchKey>, u16) {
        let mut nobodys = self.matcher.blocklist().fields(account);
        let mut keys = Vec::new();
        self.matcher.keys_without(account, nobodys, &mut keys);
        keys.retain(|key| {
            let is_blocked = self.blocked.binary_search(&key.node).is_ok();
            let only_field = self.config.matches.get(key.rule).and_then(|rule| rule.only_field());
            if let Some(field) = only_field.filter(|_| is_blocked) {
                nobodys |= 1 << TextField::index(field);
            }
            !is_blocked
        });
        (keys, nobodys)
    }
}
