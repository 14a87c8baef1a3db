//! Second step: which accounts are one customer.

use onefold_config::Config;
use onefold_graph::node::Node;

use super::loaded::Loaded;
use crate::cluster::Clusters;
use crate::judge::Judge;
use crate::match_keys::Matcher;
use crate::pool::AccountPool;
use crate::scores::PoolScores;

/// A partition's accounts, by customer. Accounts are named by their numbers in [`Loaded::accounts`].
pub(super) struct Clustered<'l> {
    pub(super) judge: Judge<'l>,
    pub(super) clusters: Clusters,
    /// None if pairs are not scored.
    pub(super) scores: Option<PoolScores<'l>>,
    /// The accounts whose customers people are asked about, with the nodes of their references.
    pub(super) asked: Vec<(u32, Node)>,
}

/// The judge of a partition's accounts. `blocked` are the keys that Link blocked, sorted.
pub(super) fn judge<'l>(
    loaded: &'l Loaded<'_>,
    config: &'l Config,
    matcher: &mut Matcher,
    blocked: &[Node],
) -> Judge<'l> {
    let accounts = (0..loaded.accounts.len() as u32).map(|account| &loaded.record(account).account).collect();
    let pool = AccountPool::new(accounts, matcher, config, blocked);
    Judge::new(pool, &config.matches, matcher.corrections())
}
