//! The change feed: what became of each customer of the previous version, and which customers are new.
//!
//! Whoever applies all feeds in their order has the customers and knows the customer of every account: what says
//! that a customer is or became something carries its record, and what ends says so. Every id of the previous
//! version is kept, or it ends once: `merged`, `retired` or `deleted`.

use std::collections::{BTreeMap, BTreeSet};

use onefold_graph::node::Node;

use super::previous::{PreviousCustomers, PreviousRules};
use super::{MergeOutput, Merger, Now, Record, Work};
use crate::customer::Customer;
use crate::customer_id::{Claims, Identity};
use crate::json;

/// Writes the changes of a partition.
pub(super) struct Feed<'f, 'a> {
    records: &'f [Record<'a>],
    /// The records of each customer of the previous version.
    before: &'f BTreeMap<&'a str, Vec<u32>>,
    previous: PreviousCustomers<'f>,
    /// Whether every customer is new, so that none need be told to be.
    is_first: bool,
    /// Whether the rules are those of the previous version; taken for granted where those are not known.
    is_same: bool,
    /// Whether the chains of accounts that people said to be one person's are those of the previous version.
    has_same_chains: bool,
    /// The keys that were blocked, if it is known which.
    was_blocked: Option<&'f [Node]>,
    /// Ids that ended and whose accounts are in several customers: in which.
    retired: BTreeMap<&'a str, BTreeSet<String>>,
}

impl<'f, 'a: 'f> Feed<'f, 'a> {
    pub(super) fn new<'c: 'f>(
        merger: &'f Merger<'c>,
        records: &'f [Record<'a>],
        before: &'f BTreeMap<&'a str, Vec<u32>>,
    ) -> Self {
        let (previous, is_same, was_blocked) = match merger.previous {
            PreviousRules::Known { config, matcher, blocked, is_same } => {
                (PreviousCustomers::new(config, matcher, blocked), is_same, Some(blocked))
            }
            PreviousRules::NoVersion | PreviousRules::Unknown => {
                (PreviousCustomers::new(merger.config, &merger.matcher, merger.blocked), true, None)
            }
        };
        let is_first = matches!(merger.previous, PreviousRules::NoVersion);
        let has_same_chains = previous.corrections().has_chains_of(merger.matcher.corrections());
        Self { records, before, previous, is_first, is_same, has_same_chains, was_blocked, retired: BTreeMap::new() }
    }

    /// Writes what changed about one customer. `held` are the customers that held each member before.
    #[expect(clippy::too_many_arguments, reason = "a customer as it is, as it was found and as it is written")]
    pub(super) fn customer<'h>(
        &mut self,
        work: &Work<'_, '_, 'a>,
        members: &[u32],
        held: impl Iterator<Item = &'h [&'a str]>,
        identity: &Identity<'a>,
        now: &Now,
        customer: &Customer<'_>,
        output: &mut MergeOutput,
    ) where
        'a: 'h,
    {
        let customer_id = now.customer_id.as_str();
        if identity.kept.is_none() && identity.split_from.is_empty() {
            output.counts.created += 1;
            if !self.is_first {
                let record = &output.customers[now.line.clone()];
                write_change(&mut output.changes, "created", customer_id, |out| push_customer(out, record));
            }
            return;
        }
        for merged in &identity.merged {
            output.counts.merged += 1;
            output.ended.push(((*merged).to_owned(), vec![customer_id.to_owned()]));
            write_change(&mut output.changes, "merged", merged, |out| json::push_member(out, "into", customer_id));
        }
        for retired in &identity.retired {
            self.retired.entry(retired).or_default().insert(customer_id.to_owned());
        }
        for (member, held) in members.iter().zip(held) {
            for from in held.iter().filter(|from| **from != customer_id) {
                output.counts.moved += 1;
                write_move(&mut output.changes, &work.record(*member).account.reference, from, customer_id);
            }
        }
        if identity.kept.is_none() {
            output.counts.created += 1;
            output.counts.split += 1;
            let record = &output.customers[now.line.clone()];
            write_change(&mut output.changes, "split", customer_id, |out| {
                json::push_name(out, "from");
                json::push_strings(out, identity.split_from.iter().copied());
                push_customer(out, record);
            });
        } else if !self.is_as_before(work, members, customer_id) {
            self.compare(now, customer, output);
        }
    }

    /// Whether a customer cannot but be what it was: its accounts are the same, text for text, and so is all that
    /// decides what becomes of them.
    fn is_as_before(&self, work: &Work<'_, '_, 'a>, members: &[u32], customer_id: &str) -> bool {
        let before = self.before.get(customer_id).map_or(0, Vec::len);
        if !self.is_same || before != members.len() {
            return false;
        }
        let (then, now) = (self.previous.corrections(), work.merger.matcher.corrections());
        members.iter().all(|member| {
            let record = work.record(*member);
            let reference = record.account.reference.as_ref();
            record.customer_id() == Some(customer_id)
                && (self.has_same_chains || then.chain(reference) == now.chain(reference))
                && self.was_blocked.is_none_or(|was_blocked| {
                    let was_blocked = |node: &Node| was_blocked.binary_search(node).is_ok();
                    work.keys.blocked(*member).iter().all(|key| was_blocked(&key.node))
                        && !work.keys.open(*member).iter().any(|key| was_blocked(&key.node))
                })
        })
    }

    /// Writes in what a customer differs from what it was, if it does.
    fn compare(&mut self, now: &Now, customer: &Customer<'_>, output: &mut MergeOutput) {
        let customer_id = now.customer_id.as_str();
        let before = self.before.get(customer_id).map_or(&[][..], Vec::as_slice);
        let changed = customer.changed_fields(&self.previous.customer(self.records, before));
        if !changed.is_empty() {
            output.counts.updated += 1;
            let record = &output.customers[now.line.clone()];
            write_change(&mut output.changes, "updated", customer_id, |out| {
                json::push_name(out, "fields");
                json::push_strings(out, changed.iter().copied());
                push_customer(out, record);
            });
        }
    }

    /// Writes which ids ended otherwise than in one other customer.
    pub(super) fn ended(self, claims: &Claims<'a>, output: &mut MergeOutput) {
        for (customer_id, into) in &self.retired {
            output.counts.retired += 1;
            output.ended.push(((*customer_id).to_owned(), into.iter().cloned().collect()));
            write_change(&mut output.changes, "retired", customer_id, |out| {
                json::push_name(out, "into");
                json::push_strings(out, into.iter().map(String::as_str));
            });
        }
        for customer_id in self.before.keys().filter(|customer_id| !claims.has(customer_id)) {
            output.counts.customers_deleted += 1;
            output.ended.push(((*customer_id).to_owned(), Vec::new()));
            write_change(&mut output.changes, "deleted", customer_id, |_| {});
        }
    }
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

/// Appends `,"customer":` and the record as it stands among the customers.
fn push_customer(out: &mut Vec<u8>, record: &[u8]) {
    json::push_name(out, "customer");
    out.extend_from_slice(record);
}
