//! Which keys were blocked when a version was made.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use onefold_config::Config;
use onefold_graph::node::Node;

use crate::account::Account;
use crate::match_keys::{MatchKey, Matcher};
use crate::merge::Guarded;

/// The nodes of the accounts' keys that a guard holds back, sorted.
///
/// Rules of one key have one name. As many accounts share it under each of them, so of those rules the ones with the
/// lowest limits block it.
pub(super) fn keys_of(
    guard: &str,
    config: &Config,
    matcher: &mut Matcher,
    guarded: &[Guarded],
    accounts: &[Account<'_>],
) -> BTreeSet<Node> {
    let mut times: BTreeMap<(String, String, Vec<String>), usize> = BTreeMap::new();
    for (account, rule, values) in guarded.iter().filter_map(|guarded| guarded.key_of(guard)) {
        let values = values.into_iter().map(str::to_owned).collect();
        *times.entry((account.to_owned(), rule.to_owned(), values)).or_default() += 1;
    }
    let mut nodes = BTreeSet::new();
    for account in accounts {
        let mut keys = keys_with_values(matcher, account);
        keys.sort_by_key(|(key, ..)| config.matches.get(key.rule).map(|rule| config.guard.limit(rule)));
        for (key, rule, values) in keys {
            let values = values.into_iter().map(Cow::into_owned).collect();
            if let Some(times) = times.get_mut(&(account.reference.to_string(), rule, values))
                && *times > 0
            {
                *times -= 1;
                nodes.insert(key.node);
            }
        }
    }
    nodes
}

/// The keys of an account with the names of their rules and their values.
fn keys_with_values<'a>(matcher: &mut Matcher, account: &'a Account<'_>) -> Vec<(MatchKey, String, Vec<Cow<'a, str>>)> {
    let mut keys = Vec::new();
    matcher.keys(account, &mut keys);
    let with_values = |key: MatchKey| (key, matcher.rule_name(key.rule).to_owned(), matcher.values_of(key, account));
    keys.into_iter().map(with_values).collect()
}
