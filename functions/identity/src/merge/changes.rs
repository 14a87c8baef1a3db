//! The change feed: what happened to each customer of the previous version, and which customers are new.
//!
//! A reader that applies all feeds in their order has all customers and knows the customer of every account: a change
//! that makes or changes a customer carries its record, and a change that ends one says so. Every id of the previous
//! version is kept, or it ends once: `merged`, `retired` or `deleted`.

use std::collections::{BTreeMap, BTreeSet};

use onefold_graph::node::Node;

use super::clustered::Clustered;
use super::loaded::Loaded;
use super::previous::{PreviousCustomers, PreviousRules};
use super::written::WrittenCustomer;
use super::{MergeOutput, Merger};
use crate::corrections::Corrections;
use crate::json;

/// Writes the changes of a partition.
pub(super) struct ChangeFeed<'f> {
    loaded: &'f Loaded<'f>,
    clustered: &'f Clustered<'f>,
    /// The corrections that this run obeys.
    corrections: &'f Corrections,
    previous: PreviousCustomers<'f>,
    /// Whether there is no previous version: then no customer is listed as new.
    is_first: bool,
    /// Whether the rules are those of the previous version; assumed if those are not known.
    is_same: bool,
    /// Whether the chains of accounts that people said to be one person's are those of the previous version.
    has_same_chains: bool,
    /// The keys that were blocked in the previous version, if they are known.
    was_blocked: Option<&'f [Node]>,
    /// Ids that ended and whose accounts are in several customers, with these customers.
    retired: BTreeMap<&'f str, BTreeSet<String>>,
}

impl<'f> ChangeFeed<'f> {
    pub(super) fn new(merger: &'f Merger<'_>, loaded: &'f Loaded<'f>, clustered: &'f Clustered<'f>) -> Self {
        let (previous, is_same, was_blocked) = match merger.previous {
            PreviousRules::Known { config, matcher, blocked, is_same } => {
                (PreviousCustomers::new(config, matcher, blocked), is_same, Some(blocked))
            }
            PreviousRules::NoVersion | PreviousRules::Unknown => {
                (PreviousCustomers::new(merger.config, &merger.matcher, merger.blocked), true, None)
            }
        };
        let corrections = merger.matcher.corrections();
        Self {
            loaded,
            clustered,
            corrections,
            is_first: matches!(merger.previous, PreviousRules::NoVersion),
            is_same,
            has_same_chains: previous.corrections().has_chains_of(corrections),
            previous,
            was_blocked,
            retired: BTreeMap::new(),
        }
    }

    /// Writes what changed about one customer.
    pub(super) fn write(&mut self, now: &WrittenCustomer<'_, 'f>, output: &mut MergeOutput) {
        if now.ids.kept.is_none() && now.ids.split_from.is_empty() {
            self.created(now, output);
            return;
        }
        self.ended_here(now, output);
        self.moved(now, output);
        if now.ids.kept.is_none() {
            split(now, output);
        } else if !self.is_as_before(now) {
            self.updated(now, output);
        }
    }

    fn created(&self, now: &WrittenCustomer<'_, 'f>, output: &mut MergeOutput) {
        output.counts.customers_created += 1;
        if !self.is_first {
            let record = &output.customers[now.line.clone()];
            write_change(&mut output.changes, "created", &now.customer_id, |out| push_customer(out, record));
        }
    }

    /// The ids that ended in this customer alone; those that ended in several are noted.
    fn ended_here(&mut self, now: &WrittenCustomer<'_, 'f>, output: &mut MergeOutput) {
        let customer_id = now.customer_id.as_str();
        for merged in &now.ids.merged {
            output.counts.customers_merged += 1;
            output.ended.push(((*merged).to_owned(), vec![customer_id.to_owned()]));
            write_change(&mut output.changes, "merged", merged, |out| json::push_member(out, "into", customer_id));
        }
        for retired in &now.ids.retired {
            self.retired.entry(retired).or_default().insert(customer_id.to_owned());
        }
    }

    /// The accounts that another customer held before.
    fn moved(&self, now: &WrittenCustomer<'_, 'f>, output: &mut MergeOutput) {
        let customer_id = now.customer_id.as_str();
        for member in now.members {
            let reference = &self.loaded.record(*member).account.reference;
            for from in self.loaded.held_by(*member).iter().filter(|from| **from != customer_id) {
                output.counts.accounts_moved += 1;
                write_move(&mut output.changes, reference, from, customer_id);
            }
        }
    }

    /// Whether a customer must be what it was: its accounts are the same, text for text, and so are the rules, the
    /// corrections and the blocked keys that decide what the customer is.
    fn is_as_before(&self, now: &WrittenCustomer<'_, 'f>) -> bool {
        self.is_same
            && self.previous_records(now).len() == now.members.len()
            && now.members.iter().all(|member| self.is_member_as_before(*member, &now.customer_id))
    }

    fn is_member_as_before(&self, member: u32, customer_id: &str) -> bool {
        let record = self.loaded.record(member);
        let reference = record.account.reference.as_ref();
        record.customer_id() == Some(customer_id)
            && (self.has_same_chains
                || self.previous.corrections().chain(reference) == self.corrections.chain(reference))
            && self.was_blocked.is_none_or(|was_blocked| self.has_same_blocked_keys(member, was_blocked))
    }

    fn has_same_blocked_keys(&self, member: u32, was_blocked: &[Node]) -> bool {
        let pool = self.clustered.judge.pool();
        let was_blocked = |node: &Node| was_blocked.binary_search(node).is_ok();
        pool.blocked_keys(member).iter().all(|key| was_blocked(&key.node))
            && !pool.linking_keys(member).iter().any(|key| was_blocked(&key.node))
    }

    /// The records that the customer of the same id had in the previous version.
    fn previous_records(&self, now: &WrittenCustomer<'_, 'f>) -> &'f [u32] {
        self.loaded.previous_customers.get(now.customer_id.as_str()).map_or(&[][..], Vec::as_slice)
    }

    /// Compares a customer with what it was, and writes the fields that differ, if any do.
    fn updated(&mut self, now: &WrittenCustomer<'_, 'f>, output: &mut MergeOutput) {
        let records = self.previous_records(now);
        let changed = now.customer.changed_fields(&self.previous.customer(&self.loaded.records, records));
        if changed.is_empty() {
            return;
        }
        output.counts.customers_updated += 1;
        let record = &output.customers[now.line.clone()];
        write_change(&mut output.changes, "updated", &now.customer_id, |out| {
            json::push_name(out, "fields");
            json::push_strings(out, changed.iter().copied());
            push_customer(out, record);
        });
    }

    /// Writes the ids that ended but were not merged. `deleted` are those whose accounts are all deleted.
    pub(super) fn finish(self, deleted: &[&str], output: &mut MergeOutput) {
        for (customer_id, into) in &self.retired {
            output.counts.customers_retired += 1;
            output.ended.push(((*customer_id).to_owned(), into.iter().cloned().collect()));
            write_change(&mut output.changes, "retired", customer_id, |out| {
                json::push_name(out, "into");
                json::push_strings(out, into.iter().map(String::as_str));
            });
        }
        for customer_id in deleted {
            output.counts.customers_deleted += 1;
            output.ended.push(((*customer_id).to_owned(), Vec::new()));
            write_change(&mut output.changes, "deleted", customer_id, |_| {});
        }
    }
}

/// A customer whose accounts left another one.
fn split(now: &WrittenCustomer<'_, '_>, output: &mut MergeOutput) {
    output.counts.customers_created += 1;
    output.counts.customers_split += 1;
    let record = &output.customers[now.line.clone()];
    write_change(&mut output.changes, "split", &now.customer_id, |out| {
        json::push_name(out, "from");
        json::push_strings(out, now.ids.split_from.iter().copied());
        push_customer(out, record);
    });
}

/// Appends a change as one line of JSON.
fn write_change(out: &mut Vec<u8>, change: &str, customer_id: &str, more: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'{');
    json::push_member(out, "change", change);
    json::push_member(out, "customer_id", customer_id);
    more(out);
    out.extend_from_slice(b"}\n");
}

fn write_move(out: &mut Vec<u8>, account: &str, from: &str, to: &str) {
    out.push(b'{');
    for (name, value) in [("change", "moved"), ("account", account), ("from", from), ("to", to)] {
        json::push_member(out, name, value);
    }
    out.extend_from_slice(b"}\n");
}

/// Appends `,"customer":` and the record as it was written to the customers.
fn push_customer(out: &mut Vec<u8>, record: &[u8]) {
    json::push_name(out, "customer");
    out.extend_from_slice(record);
}
