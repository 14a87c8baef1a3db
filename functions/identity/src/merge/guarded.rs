//! What guards did, a line of JSON each.

use std::borrow::Cow;

use onefold_config::MatchRule;
use serde::Deserialize;
use serde_json::Value;

use super::clustered::Clustered;
use super::{BlockedRule, MergeOutput, Merger};
use crate::account::Account;
use crate::cluster::DividedCluster;
use crate::json;
use crate::pool::AccountPool;

/// The guard of keys that too many accounts share.
pub const BLOCKED_KEY: &str = "max_accounts_per_key";
/// The guard of keys that an account has with one of several additions, so that it does not meet those without any.
pub const AMBIGUOUS_KEY: &str = "ambiguous_keys";

/// A line of what guards did, as Explain reads it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Guarded {
    /// `max_accounts_per_key`, `ambiguous_keys` and `blocked_values`; or the limits at which a customer was divided, with commas.
    guard: String,
    /// The rule, of a key that is blocked.
    key: Option<String>,
    /// The values of the key, or the value.
    value: Option<Value>,
    /// The account, of a key or a value.
    account: Option<String>,
    /// The accounts of each part, of a customer that was divided.
    #[serde(default)]
    pub parts: Vec<Vec<String>>,
}

impl Guarded {
    /// The accounts that it is about.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        self.account.iter().chain(self.parts.iter().flatten()).map(String::as_str)
    }

    /// The account, the rule and the values of a key that links nothing, by the guard of this name.
    pub fn key_of(&self, guard: &str) -> Option<(&str, &str, Vec<&str>)> {
        if self.guard != guard {
            return None;
        }
        let values = self.value.as_ref().and_then(Value::as_array)?;
        let values = values.iter().filter_map(Value::as_str).collect();
        Some((self.account.as_deref()?, self.key.as_deref()?, values))
    }

    /// The limits at which a customer was divided, without those that `always` corrections exceed.
    pub fn limits(&self) -> impl Iterator<Item = &str> {
        let limits = (!self.parts.is_empty()).then_some(self.guard.as_str());
        limits.into_iter().flat_map(|limits| limits.split(',')).filter(|limit| !limit.starts_with("always."))
    }
}

/// Writes what guards did, to accounts in their order and then to clusters, and counts it.
pub(super) fn write(clustered: &Clustered<'_>, merger: &Merger<'_>, output: &mut MergeOutput) {
    let pool = clustered.judge.pool();
    for number in pool.numbers() {
        let account = pool.account(number);
        for (field, value) in pool.listed(number).blocked(account, &merger.config.text_fields) {
            blocked_value(account, field, value, output);
        }
        for key in pool.blocked_keys(number) {
            let rule = &merger.config.matches[key.rule];
            let accounts = pool.over_limit(key.node);
            output.blocked.entry(key.node).or_insert_with(|| BlockedRule { rule: rule.name(), accounts });
            let values = merger.matcher.values_of(*key, account);
            key_of_account(BLOCKED_KEY, account, rule, &values, output);
        }
        for key in pool.ambiguous_keys(number) {
            *output.guards.entry(AMBIGUOUS_KEY.to_owned()).or_default() += 1;
            let values = merger.matcher.values_of(*key, account);
            key_of_account(AMBIGUOUS_KEY, account, &merger.config.matches[key.rule], &values, output);
        }
    }
    for divided in &clustered.clusters.divided {
        divided_cluster(divided, pool, output);
    }
}

/// A key does not link an account.
fn key_of_account(
    guard: &str,
    account: &Account<'_>,
    rule: &MatchRule,
    values: &[Cow<'_, str>],
    output: &mut MergeOutput,
) {
    let out = &mut output.guarded;
    out.push(b'{');
    json::push_member(out, "guard", guard);
    json::push_member(out, "key", &rule.name());
    json::push_name(out, "value");
    json::push_strings(out, values.iter().map(AsRef::as_ref));
    json::push_member(out, "account", &account.reference);
    out.extend_from_slice(b"}\n");
}

/// A value of an account is blocked.
fn blocked_value(account: &Account<'_>, field: &str, value: &str, output: &mut MergeOutput) {
    *output.guards.entry("blocked_values".to_owned()).or_default() += 1;
    let out = &mut output.guarded;
    out.push(b'{');
    json::push_member(out, "guard", "blocked_values");
    json::push_member(out, "field", field);
    json::push_member(out, "value", value);
    json::push_member(out, "account", &account.reference);
    out.extend_from_slice(b"}\n");
}

/// A cluster was divided: the limits, and the accounts of each part.
fn divided_cluster(divided: &DividedCluster, pool: &AccountPool<'_>, output: &mut MergeOutput) {
    for limit in &divided.limits {
        *output.guards.entry(limit.clone()).or_default() += 1;
    }
    let out = &mut output.guarded;
    out.push(b'{');
    let limits: Vec<&str> = divided.limits.iter().map(String::as_str).collect();
    json::push_member(out, "guard", &limits.join(","));
    json::push_name(out, "parts");
    out.push(b'[');
    for (number, part) in divided.parts.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        json::push_strings(out, part.iter().map(|member| pool.reference(*member)));
    }
    out.extend_from_slice(b"]}\n");
}
