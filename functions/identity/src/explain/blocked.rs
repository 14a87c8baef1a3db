//! Which keys were blocked when a version was made.

use std::collections::{BTreeMap, BTreeSet};

use onefold_config::{Config, MatchRule};
use onefold_graph::node::Node;

use crate::account::Account;
use crate::match_keys::Matcher;
use crate::merge::Guarded;

/// The nodes of the accounts' keys that link nothing, sorted.
///
/// Rules of one key have one name. As many accounts share it under each of them, so of those rules the ones with the
/// lowest limits block it.
pub(super) fn blocked_keys(
    config: &Config,
    matcher: &mut Matcher,
    guarded: &[Guarded],
    accounts: &[Account<'_>],
) -> Vec<Node> {
    let names: Vec<String> = config.matches.iter().map(MatchRule::name).collect();
    let mut times: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (account, rule) in guarded.iter().filter_map(Guarded::blocked_key) {
        *times.entry((account, rule)).or_default() += 1;
    }
    let mut nodes = BTreeSet::new();
    let mut keys = Vec::new();
    for account in accounts {
        keys.clear();
        matcher.keys(account, &mut keys);
        keys.sort_by_key(|key| config.matches.get(key.rule).map(|rule| config.guard.limit(rule)));
        for key in &keys {
            let Some(name) = names.get(key.rule) else { continue };
            if let Some(times) = times.get_mut(&(account.reference.as_ref(), name.as_str()))
                && *times > 0
            {
                *times -= 1;
                nodes.insert(key.node);
            }
        }
    }
    nodes.into_iter().collect()
}
