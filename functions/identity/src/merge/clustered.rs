//! Second step: which accounts are one customer.

use onefold_config::Config;
use onefold_graph::node::Node;

use super::loaded::Loaded;
use crate::cluster::Clusters;
use crate::judge::Judge;
use crate::match_keys::Matcher;
use crate::pool::AccountPool;

/// A partition's accounts, by customer. Accounts are named by their numbers in [`Loaded::accounts`].
pub(super) struct Clustered<'l> {
    pub(super) judge: Judge<'l>,
    pub(super) clusters: Clusters,
}

impl<'l> Clustered<'l> {
    /// Clusters accounts. `blocked` are the keys that Link blocked, sorted.
    pub(super) fn new(loaded: &'l Loaded<'_>, config: &'l Config, matcher: &mut Matcher, blocked: &[Node]) -> Self {
        let accounts = (0..loaded.accounts.len() as u32).map(|account| &loaded.record(account).account).collect();
        let pool = AccountPool::new(accounts, matcher, config, blocked);
        let judge = Judge::new(pool, &config.matches, matcher.corrections());
        let clusters = Clusters::new(&judge, &config.guard);
        Self { judge, clusters }
    }
}
