//! Policies, lifecycle rules and the notification are about keys that there are, and the keys that there are need them.
//!
//! The local cloud enforces no policy, so this is where a missing one shows before AWS does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;

use crate::access::{Access, of_all_functions};
use crate::project::{functions, template, texts};

/// What each function was seen to do.
pub static ACCESS: LazyLock<BTreeMap<&str, Access>> = LazyLock::new(of_all_functions);

/// The keys of the bucket, in statements of a policy that allow an action: patterns with stars.
fn allowed<'t>(policies: &'t Value, action: &str) -> Vec<&'t str> {
    let statements = policies.as_array().expect("policies").iter().flat_map(|policy| policy["Statement"].as_array());
    let allowing = statements
        .flatten()
        .filter(|statement| statement["Effect"] == "Allow" && texts(&statement["Action"]).contains(&action));
    allowing
        .flat_map(|statement| texts(&statement["Resource"]))
        .filter_map(|text| text.strip_prefix("${Bucket.Arn}/"))
        .collect()
}

/// Whether a key fits a pattern whose stars stand for anything.
fn fits(pattern: &str, key: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == key,
        Some((start, rest)) => key.strip_prefix(start).is_some_and(|behind| {
            (0..=behind.len()).filter(|end| behind.is_char_boundary(*end)).any(|end| fits(rest, &behind[end..]))
        }),
    }
}

/// The keys that no pattern lets through, told with who wanted what.
fn refused(who: &str, policies: &Value, action: &str, keys: &BTreeSet<String>) -> Vec<String> {
    let patterns = allowed(policies, action);
    let is_refused = |key: &&String| !patterns.iter().any(|pattern| fits(pattern, key));
    keys.iter().filter(is_refused).map(|key| format!("{who} needs {action} of {key}")).collect()
}

#[test]
fn functions_may_do_what_they_do() {
    let mut all = Vec::new();
    for (stage, function) in functions() {
        let Access { reads, writes, deletes, .. } = &ACCESS[stage.as_str()];
        assert!(!reads.is_empty(), "{stage} was seen at work");
        assert_eq!(
            writes.is_empty(),
            ["announce", "explain", "lookup"].contains(&stage.as_str()),
            "{stage} was seen at work"
        );
        assert_eq!(deletes.is_empty(), stage != "purge", "{stage} was seen at work");
        all.extend(refused(&stage, &function["Policies"], "s3:GetObject", reads));
        all.extend(refused(&stage, &function["Policies"], "s3:PutObject", writes));
        all.extend(refused(&stage, &function["Policies"], "s3:DeleteObject", deletes));
    }
    let machine = &template()["Resources"]["StateMachine"]["Properties"]["Policies"];
    all.extend(refused("the state machine", machine, "s3:GetObject", &ACCESS["machine"].reads));
    assert_eq!(all, Vec::<String>::new());
}

/// A local cloud whose bucket is a folder has the item lists in the bucket all the same.
#[test]
fn what_the_state_machine_reads_are_the_item_lists() {
    let read = &ACCESS["machine"].reads;
    let others: Vec<&String> = read.iter().filter(|key| !onefold_lake::keys::is_item_list(key)).collect();
    assert_eq!((others, read.len() >= 5), (Vec::<&String>::new(), true));
}

#[test]
fn functions_may_not_do_what_they_never_do() {
    let mut idle = Vec::new();
    for (stage, function) in functions() {
        let Access { reads, writes, deletes, .. } = &ACCESS[stage.as_str()];
        for (action, keys) in [("s3:GetObject", reads), ("s3:PutObject", writes), ("s3:DeleteObject", deletes)] {
            let patterns = allowed(&function["Policies"], action);
            let never = patterns.into_iter().filter(|pattern| !keys.iter().any(|key| fits(pattern, key)));
            idle.extend(never.map(|pattern| format!("{stage} may {action} {pattern}")));
        }
    }
    assert_eq!(idle, Vec::<String>::new());
}

#[test]
fn no_function_but_purge_may_delete_and_none_may_do_anything_it_likes() {
    for (stage, function) in functions() {
        let policies = function["Policies"].as_array().expect("policies").iter();
        let statements = policies.flat_map(|policy| policy["Statement"].as_array()).flatten();
        for action in statements.flat_map(|statement| texts(&statement["Action"])) {
            let may_delete = action == "sqs:DeleteMessage" || (stage == "purge" && action == "s3:DeleteObject");
            assert!(!action.contains("Delete") || may_delete, "{stage} may {action}");
            assert!(!action.ends_with(":*"), "{stage} may {action}");
        }
    }
}

/// Of the records of a run and of a version, which are of many kinds, a function that writes one kind may write no other.
#[test]
fn functions_may_write_no_kinds_that_they_never_write() {
    let mut broad = Vec::new();
    for (stage, function) in functions() {
        let Access { writes, deletes, .. } = &ACCESS[stage.as_str()];
        for (action, keys) in [("s3:PutObject", writes), ("s3:DeleteObject", deletes)] {
            let patterns = allowed(&function["Policies"], action).into_iter();
            for pattern in patterns.filter(|pattern| pattern.starts_with("runs/") || pattern.starts_with("processed/"))
            {
                let kinds: BTreeSet<String> =
                    keys.iter().filter(|key| fits(pattern, key)).filter_map(|key| kind(key)).collect();
                let only = kinds.first().filter(|kind| kinds.len() == 1 && !fits(kind, pattern));
                broad.extend(only.map(|kind| format!("{stage} may {action} {pattern} and needs {kind}")));
            }
        }
    }
    assert_eq!(broad, Vec::<String>::new());
}

/// The pattern of the keys that are beside one: `runs/*/receipts/*`, `runs/*/token.json`.
fn kind(key: &str) -> Option<String> {
    let mut parts = key.split('/');
    let (folder, _run, name) = (parts.next()?, parts.next()?, parts.next()?);
    let rest = if parts.next().is_some() { "/*" } else { "" };
    Some(format!("{folder}/*/{name}{rest}"))
}

/// With a KMS key, writing needs a data key. So does a message to a queue.
#[test]
fn functions_that_write_may_have_data_keys_made_and_the_others_may_not() {
    let mut of_machine = texts(&template()["Resources"]["StateMachine"]["Properties"]["Policies"]).into_iter();
    assert!(of_machine.any(|text| text == "kms:Decrypt"));
    for (stage, function) in functions() {
        let allowed = texts(&function["Policies"]);
        let may = |action: &str| allowed.contains(&action);
        let writes = !ACCESS[stage.as_str()].writes.is_empty();
        assert_eq!((may("kms:Decrypt"), may("kms:GenerateDataKey")), (true, writes), "{stage}");
    }
}

fn keys() -> BTreeSet<&'static str> {
    ACCESS.values().flat_map(|access| access.reads.iter().chain(&access.writes)).map(String::as_str).collect()
}

/// What is run-scoped expires; what people give and what is published does not.
#[test]
fn what_a_run_leaves_on_its_way_expires() {
    let rules = &template()["Resources"]["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"];
    let expire = rules.as_array().expect("rules").iter().filter(|rule| rule.get("ExpirationInDays").is_some());
    let expire: BTreeSet<&str> = expire.map(|rule| rule["Prefix"].as_str().expect("a prefix")).collect();
    let stay =
        BTreeSet::from(["config/", "corrections/", "current/", "landing/", "processed/", "reference/", "suppression/"]);
    let first = |key: &'static str| &key[..=key.find('/').expect("a folder")];
    let all: BTreeSet<&str> = keys().into_iter().map(first).collect();
    assert_eq!(expire.union(&stay).copied().collect::<BTreeSet<_>>(), all);
    assert_eq!(expire.intersection(&stay).count(), 0);
}

/// An event for anything but a raw chunk would be a message that cannot be worked on.
#[test]
fn events_are_about_raw_chunks_and_nothing_else() {
    let notification = &template()["Resources"]["Bucket"]["Properties"]["NotificationConfiguration"];
    let rules = notification["QueueConfigurations"][0]["Filter"]["S3Key"]["Rules"].as_array().expect("rules");
    let rule = |name: &str| {
        let rule = rules.iter().find(|rule| rule["Name"] == name).expect("a rule");
        rule["Value"].as_str().expect("its value")
    };
    let (prefix, suffix) = (rule("prefix"), rule("suffix"));
    let all = ACCESS.values().flat_map(|access| &access.writes).map(String::as_str);
    let told: BTreeSet<&str> = all.filter(|key| key.starts_with(prefix) && key.ends_with(suffix)).collect();
    let written = ACCESS["extract"].writes.iter().map(String::as_str).filter(|key| !key.contains("/receipts/"));
    assert_eq!(told, written.collect());
}
