//! The previous version: the rules that made it, and its customers.

use onefold_config::Config;
use onefold_graph::node::Node;

use super::held_by::held_by;
use super::record::Record;
use crate::corrections::Corrections;
use crate::customer::Customer;
use crate::judge::Judge;
use crate::match_keys::Matcher;
use crate::pool::AccountPool;
use crate::survive::{Candidate, Survivorship};

/// The rules by which the previous version was made.
#[derive(Clone, Copy)]
pub enum PreviousRules<'c> {
    /// There is no previous version. Every customer is new, and no changes are listed.
    NoVersion,
    /// There is one, and its rules are not known.
    Unknown,
    /// There is one, by these rules.
    Known {
        /// The configuration.
        config: &'c Config,
        /// The match keys of that configuration, and the corrections that the version obeyed.
        matcher: &'c Matcher,
        /// The keys that linked nothing, sorted.
        blocked: &'c [Node],
        /// Whether the configuration is this run's, byte for byte. Corrections may differ: Merge compares them itself.
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

    /// The corrections that the version obeyed.
    pub(super) fn corrections(&self) -> &Corrections {
        self.matcher.corrections()
    }

    /// The customer that was made of these records.
    pub(super) fn customer<'x>(&'x mut self, records: &'x [Record<'x>], members: &[u32]) -> Customer<'x> {
        let accounts = members.iter().map(|number| &records[*number as usize].account).collect();
        let pool = AccountPool::with_blocked(accounts, &mut self.matcher, self.blocked);
        let judge = Judge::new(pool, &self.config.matches, self.matcher.corrections());
        let pool = judge.pool();
        let candidate = |number: u32| Candidate { account: pool.account(number), blocked: pool.blocked(number) };
        let mut customer = self.survivorship.fold(&pool.numbers().map(candidate).collect::<Vec<_>>());
        let all: Vec<u32> = pool.numbers().collect();
        customer.held_by = held_by(&judge, &all, &self.matcher);
        customer
    }
}
