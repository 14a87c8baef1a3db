//! What guards did, a line of JSON each.

use super::MergeOutput;
use crate::account::Account;
use crate::cluster::{Divided, Pool};
use crate::config::MatchRule;
use crate::field::TextField;
use crate::json;
use crate::matching;

/// A key of an account links nothing, since too many accounts share it.
pub(super) fn blocked_key(account: &Account<'_>, rule: &MatchRule, output: &mut MergeOutput) {
    let out = &mut output.guarded;
    out.push(b'{');
    json::push_member(out, "guard", "max_accounts_per_key");
    json::push_member(out, "key", &rule.name());
    json::push_name(out, "value");
    let values: Vec<_> = rule.key.iter().filter_map(|part| matching::value(part, account)).collect();
    json::push_strings(out, values.iter().map(AsRef::as_ref));
    json::push_member(out, "account", &account.reference);
    out.extend_from_slice(b"}\n");
}

/// A value of an account is nobody's.
pub(super) fn blocked_value(account: &Account<'_>, field: TextField, output: &mut MergeOutput) {
    *output.guards.entry("blocked_values".to_owned()).or_default() += 1;
    let out = &mut output.guarded;
    out.push(b'{');
    json::push_member(out, "guard", "blocked_values");
    json::push_member(out, "field", field.name());
    json::push_member(out, "value", account.text(field).unwrap_or_default());
    json::push_member(out, "account", &account.reference);
    out.extend_from_slice(b"}\n");
}

/// A cluster was divided: the limits, and the accounts of each part.
pub(super) fn divided(divided: &Divided, members: &impl Pool, output: &mut MergeOutput) {
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
        json::push_strings(out, part.iter().map(|member| members.account(*member).reference.as_ref()));
    }
    out.extend_from_slice(b"]}\n");
}
