//! First step: the lines of the partition, and the latest version of each account.

use std::collections::BTreeMap;

use hashbrown::HashTable;
use onefold_graph::node::{Node, NodeHasher};
use xxhash_rust::xxh3::xxh3_64;

use super::Merger;
use super::line::{LineError, LineOrigin};
use super::record::{Record, read_records};
use crate::counts::VersionCounts;

/// A partition's accounts.
pub(super) struct Loaded<'a> {
    /// Every line, in the order of the partition.
    pub(super) records: Vec<Record<'a>>,
    /// The accounts that are not deleted, in the order in which they first came.
    pub(super) accounts: Vec<LatestVersion<'a>>,
    /// The records of the accounts that their source marks as deleted.
    pub(super) tombstones: Vec<u32>,
    /// The records of each customer of the previous version.
    pub(super) previous_customers: BTreeMap<&'a str, Vec<u32>>,
    /// The length of the partition's text.
    pub(super) text_bytes: usize,
    /// Counters of what was read; the later steps add theirs.
    pub(super) counts: VersionCounts,
}

/// The latest version of an account.
pub(super) struct LatestVersion<'a> {
    /// The number of its record.
    pub(super) record: u32,
    /// The customers that any version of the account was held by in the previous version.
    pub(super) held_by: Vec<&'a str>,
}

impl<'a> Loaded<'a> {
    /// Reads a partition. Members that the merger erases or replaces count as deleted.
    ///
    /// # Errors
    /// A line is no account.
    pub(super) fn read(text: &'a str, merger: &Merger<'_>) -> Result<Self, LineError> {
        let mut counts = VersionCounts::default();
        let mut records = read_records(text, &mut counts)?;
        for record in records.iter_mut().filter(|record| record.origin != LineOrigin::Run) {
            let is_erased = merger.is_erased(&record.account);
            counts.erased += u64::from(is_erased);
            record.is_gone = is_erased || merger.is_replaced(&record.account);
        }
        let mut accounts = latest_versions(&records);
        counts.superseded = (records.len() - accounts.len()) as u64;
        let tombstones = take_deleted(&mut accounts, &records, &mut counts);
        counts.members = accounts.len() as u64;
        let previous_customers = previous_customers(&records);
        Ok(Self { records, accounts, tombstones, previous_customers, text_bytes: text.len(), counts })
    }

    /// The nodes of the accounts' references.
    pub(super) fn references(&self, hasher: &NodeHasher) -> Vec<Node> {
        let numbers = 0..self.accounts.len() as u32;
        numbers.map(|account| hasher.reference(&self.record(account).account.reference)).collect()
    }

    /// The record of an account.
    pub(super) fn record(&self, account: u32) -> &Record<'a> {
        &self.records[self.accounts[account as usize].record as usize]
    }

    /// The customers that an account was held by in the previous version.
    pub(super) fn held_by(&self, account: u32) -> &[&'a str] {
        &self.accounts[account as usize].held_by
    }
}

/// The latest version of each account, in the order in which accounts first came.
fn latest_versions<'a>(records: &[Record<'a>]) -> Vec<LatestVersion<'a>> {
    let hash = |number: u32| xxh3_64(records[number as usize].account.reference.as_bytes());
    let version = |number: u32| records[number as usize].version();
    let mut index: HashTable<u32> = HashTable::with_capacity(records.len());
    let mut latest: Vec<LatestVersion<'a>> = Vec::with_capacity(records.len());
    for (number, record) in (0..).zip(records) {
        let is_same = |place: &u32| {
            let known = latest[*place as usize].record;
            records[known as usize].account.reference == record.account.reference
        };
        let place = match index.find(hash(number), is_same) {
            Some(place) => {
                let known = &mut latest[*place as usize];
                if version(known.record) < version(number) {
                    known.record = number;
                }
                *place as usize
            }
            None => {
                index.insert_unique(hash(number), latest.len() as u32, |place| hash(latest[*place as usize].record));
                latest.push(LatestVersion { record: number, held_by: Vec::new() });
                latest.len() - 1
            }
        };
        let held_by = &mut latest[place].held_by;
        if let Some(customer_id) = record.customer_id()
            && !held_by.contains(&customer_id)
        {
            held_by.push(customer_id);
        }
    }
    latest
}

/// Removes the deleted accounts, and returns the records of those that their source marks as deleted.
fn take_deleted(accounts: &mut Vec<LatestVersion<'_>>, records: &[Record<'_>], counts: &mut VersionCounts) -> Vec<u32> {
    let mut tombstones = Vec::new();
    accounts.retain(|account| {
        let record = &records[account.record as usize];
        if !record.is_deleted() {
            return true;
        }
        counts.deleted += 1;
        // An account that a snapshot no longer has may come back with any time, and nothing of the erased may be kept.
        if !record.is_gone {
            tombstones.push(account.record);
        }
        false
    });
    tombstones
}

fn previous_customers<'a>(records: &[Record<'a>]) -> BTreeMap<&'a str, Vec<u32>> {
    let mut customers: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (number, record) in (0..).zip(records) {
        if let Some(customer_id) = record.customer_id() {
            customers.entry(customer_id).or_default().push(number);
        }
    }
    customers
}
