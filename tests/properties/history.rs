//! What two versions say about each other, worked out naively from what readers see of them.

use std::collections::{BTreeMap, BTreeSet};

use onefold_tests::oracle::compare_references;
use onefold_tests::row::{NAME_FIELDS, TEXT_FIELDS};
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
            let into: BTreeSet<&String> =
                members_of(before, old).filter_map(|member| after.members.get(member)).collect();
            changes.push(match into.len() {
                1 => json!({"change": "merged", "customer_id": old, "into": id}),
                _ => json!({"change": "retired", "customer_id": old, "into": into}),
            });
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
        if members_of(before, id).all(|member| !after.members.contains_key(member)) {
            changes.push(json!({"change": "deleted", "customer_id": id}));
        }
    }
    for (account, from) in &before.members {
        if let Some(to) = after.members.get(account).filter(|to| *to != from) {
            changes.push(json!({"change": "moved", "account": account, "from": from, "to": to}));
        }
    }
    changes.sort_by_key(Value::to_string);
    changes
}

fn members_of<'v>(version: &'v Version, id: &'v str) -> impl Iterator<Item = &'v String> {
    version.members.iter().filter(move |(_, customer)| *customer == id).map(|(member, _)| member)
}

/// The change feed that was published, sorted, without the records that it carries.
pub fn told(after: &Version) -> Vec<Value> {
    let mut changes = after.changes.clone();
    for change in changes.iter_mut().filter_map(Value::as_object_mut) {
        change.remove("customer");
    }
    changes.sort_by_key(Value::to_string);
    changes
}

/// What a reader has who follows the feeds and sees nothing else.
#[derive(Clone, Debug, Default)]
pub struct Follower {
    /// The customers by their ids.
    pub customers: BTreeMap<String, Value>,
    /// The ids that ended.
    pub ended: BTreeSet<String>,
    /// The customer of each account, as the records and `moved` say.
    pub crosswalk: BTreeMap<String, String>,
}

impl Follower {
    /// Applies the feed of the next version, in any order.
    ///
    /// # Panics
    /// The feed contradicts itself or what came before it.
    pub fn follow(&mut self, feed: &[Value]) {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let mut ended = BTreeSet::new();
        for line in feed {
            let id = || text(&line["customer_id"]);
            match line["change"].as_str() {
                None => assert!(self.customers.insert(id(), line.clone()).is_none(), "a record is of a new customer"),
                Some("created" | "split") => {
                    assert!(!self.ended.contains(&id()), "an id is never used again");
                    assert!(
                        self.customers.insert(id(), line["customer"].clone()).is_none(),
                        "a new customer has a new id"
                    );
                }
                Some("updated") => {
                    assert!(self.customers.insert(id(), line["customer"].clone()).is_some(), "it was there");
                }
                Some("merged" | "deleted" | "retired") => {
                    assert!(self.customers.remove(&id()).is_some(), "what ends was there");
                    assert!(ended.insert(id()), "an id ends once");
                }
                Some("moved") => {
                    let before = self.crosswalk.get(&text(&line["account"]));
                    assert_eq!(before, Some(&text(&line["from"])), "it moves from where it was");
                }
                Some(other) => panic!("there is no change {other}"),
            }
        }
        self.ended.extend(ended);
        let mut crosswalk = BTreeMap::new();
        for (id, customer) in &self.customers {
            for member in customer["members"].as_array().expect("members") {
                assert!(crosswalk.insert(text(member), id.clone()).is_none(), "an account is in two customers");
            }
        }
        for line in feed.iter().filter(|line| line["change"] == "moved") {
            assert_eq!(crosswalk.get(&text(&line["account"])), Some(&text(&line["to"])), "it moves to where it is");
        }
        self.crosswalk = crosswalk;
    }
}

fn changed_fields(before: &Value, after: &Value) -> Vec<&'static str> {
    let others = [
        "location",
        "salary",
        "interests",
        "emails",
        "phone_numbers",
        "attributes",
        "updated_at",
        "members",
        "held_by",
        "provenance",
    ];
    let value = |customer: &Value, field: &str| match field.strip_prefix("address.") {
        Some(part) => customer["address"][part].clone(),
        None => customer[field].clone(),
    };
    let (plain, address) = TEXT_FIELDS.split_at(6);
    let texts = plain.iter().chain(&NAME_FIELDS).chain(address).copied();
    texts.chain(others).filter(|field| value(before, field) != value(after, field)).collect()
}
