//! The counters of Merge.

use serde::{Deserialize, Serialize};

/// Counters of one partition, or of all; they are summed into the manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeCounts {
    /// Accounts of this run.
    pub accounts: u64,
    /// Members and tombstones of the previous version.
    pub previous_members: u64,
    /// Versions of accounts that have a later one.
    pub superseded: u64,
    /// Accounts that are members now. Accounts and previous members are these, the superseded and the deleted.
    pub members: u64,
    /// Accounts that are deleted: the tombstones, what a snapshot no longer has, and the erased.
    #[serde(default)]
    pub deleted: u64,
    /// Members and tombstones of the previous version whose persons were erased since; they are among the deleted and the
    /// superseded.
    #[serde(default)]
    pub erased: u64,
    /// Accounts that their source marks as deleted. The version keeps them, as an older row may still come.
    #[serde(default)]
    pub tombstones: u64,
    /// Customers.
    pub customers: u64,
    /// Customers of the previous version.
    pub previous_customers: u64,
    /// Members of the largest customer.
    pub largest_customer: u64,
    /// Customers with a new id.
    pub created: u64,
    /// Customers that kept their id and changed.
    pub updated: u64,
    /// Ids that ended in another customer.
    pub merged: u64,
    /// Customers that left another one.
    pub split: u64,
    /// Customers all of whose accounts are deleted.
    #[serde(default)]
    pub customers_deleted: u64,
    /// Ids that ended and whose accounts are in several customers.
    #[serde(default)]
    pub retired: u64,
    /// Accounts that are in another customer than before.
    #[serde(default)]
    pub moved: u64,
}

impl MergeCounts {
    /// Adds the counts of another partition.
    pub fn add(&mut self, other: &Self) {
        self.accounts += other.accounts;
        self.previous_members += other.previous_members;
        self.superseded += other.superseded;
        self.members += other.members;
        self.deleted += other.deleted;
        self.erased += other.erased;
        self.tombstones += other.tombstones;
        self.customers += other.customers;
        self.previous_customers += other.previous_customers;
        self.largest_customer = self.largest_customer.max(other.largest_customer);
        self.created += other.created;
        self.updated += other.updated;
        self.merged += other.merged;
        self.split += other.split;
        self.customers_deleted += other.customers_deleted;
        self.retired += other.retired;
        self.moved += other.moved;
    }

    /// Whether nothing came or went unseen (invariant 2).
    pub fn balance(&self) -> bool {
        self.accounts + self.previous_members == self.members + self.superseded + self.deleted
    }
}
