//! What two versions say about each other, worked out naively from what readers see of them.

use std::collections::{BTreeMap, BTreeSet};

use onefold_tests::oracle::compare_references;
use onefold_tests::row::TEXT_FIELDS;
use onefold_tests::version::Version;
use serde_json::{Value, json};

/// What became of a customer's identity: the ids of the version before that its members had, and those among
/// them of which it has the largest part, which are its own.
#[derive(Debug, Default)]
pub struct Descent {
    /// Ids that its members had.
    pub had: BTreeSet<String>,
    /// Ids that it has a right to; the oldest one is kept.
    pub owns: BTreeSet<String>,
}

/// The descent of each customer of `after`, by its id there.
pub fn descent(before: &Version, after: &Version) -> BTreeMap<String, Descent> {
    let mut descents: BTreeMap<String, Descent> = BTreeMap::new();
    for old in before.customers.keys() {
        let mut parts: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
        for (member, _) in before.members.iter().filter(|(_, customer)| *customer == old) {
            if let Some(customer) = after.members.get(member) {
                parts.entry(customer).or_default().push(member);
            }
        }
        for part in parts.values_mut() {
            part.sort_by(|left, right| compare_references(split(left), split(right)));
        }
        let owner = parts.iter().max_by(|(_, left), (_, right)| {
            left.len().cmp(&right.len()).then(compare_references(split(right[0]), split(left[0])))
        });
        // None if all its accounts are deleted.
        let Some((owner, _)) = owner else { continue };
        descents.entry((*owner).clone()).or_default().owns.insert(old.clone());
        for new in parts.keys() {
            descents.entry((*new).clone()).or_default().had.insert(old.clone());
        }
    }
    descents
}

fn split(reference: &str) -> (&str, &str) {
    reference.split_once(':').expect("a reference has a source")
}

/// The change feed from one version to the next, sorted.
pub fn changes(before: &Version, after: &Version) -> Vec<Value> {
    let descents = descent(before, after);
    let mut changes = Vec::new();
    for (id, customer) in &after.customers {
        let none = Descent::default();
        let Descent { had, owns } = descents.get(id).unwrap_or(&none);
        for old in owns.iter().filter(|old| *old != id) {
            changes.push(json!({"change": "merged", "customer_id": old, "into": id}));
        }
        if let Some(was) = before.customers.get(id) {
            let fields = changed_fields(was, customer);
            if !fields.is_empty() {
                changes.push(json!({"change": "updated", "customer_id": id, "fields": fields}));
            }
        } else if had.is_empty() {
            changes.push(json!({"change": "created", "customer_id": id}));
        } else {
            changes.push(json!({"change": "split", "customer_id": id, "from": had}));
        }
    }
    for id in before.customers.keys() {
        let mut members = before.members.iter().filter(|(_, customer)| *customer == id);
        if members.all(|(member, _)| !after.members.contains_key(member)) {
            changes.push(json!({"change": "deleted", "customer_id": id}));
        }
    }
    changes.sort_by_key(Value::to_string);
    changes
}

fn changed_fields(before: &Value, after: &Value) -> Vec<&'static str> {
    let others = ["location", "salary", "interests", "emails", "phone_numbers", "attributes", "updated_at", "members"];
    let value = |customer: &Value, field: &str| match field.strip_prefix("address.") {
        Some(part) => customer["address"][part].clone(),
        None => customer[field].clone(),
    };
    TEXT_FIELDS.into_iter().chain(others).filter(|field| value(before, field) != value(after, field)).collect()
}
