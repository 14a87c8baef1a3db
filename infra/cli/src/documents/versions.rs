//! Documents about versions.

use onefold_lake::RunId;
use onefold_lake::version::manifest::Manifest;
use serde::{Deserialize, Serialize};

use super::Totals;

/// Of `onefold versions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct VersionsDocument {
    /// The versions that are kept, the oldest first.
    pub versions: Vec<VersionEntry>,
}

/// A version that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct VersionEntry {
    /// The run that made it.
    pub run: RunId,
    /// `current`, `kept`, `gated`, `dry_run` or `unpublished`.
    pub status: String,
    /// The run whose version it builds on; null for a first version.
    pub previous: Option<RunId>,
    /// When its run started, RFC 3339.
    pub started_at: String,
    /// How many customers it has.
    pub customers: u64,
    /// How many accounts it has.
    pub accounts: u64,
}

/// Of `onefold fetch`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct FetchDocument {
    /// The run whose version was fetched.
    pub run: RunId,
    /// The folder that it is in.
    pub out: String,
    /// Its manifest.
    pub manifest: Manifest,
}

/// Of `onefold rollback`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct RollbackDocument {
    /// The run whose version is the current one now.
    pub run: RunId,
    /// The run whose version was the current one before.
    pub instead_of: RunId,
    /// How many customers the current version has.
    pub customers: u64,
}

/// Of `onefold diff`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct DiffDocument {
    /// The run of the earlier version.
    pub before: RunId,
    /// The run of the later version.
    pub after: RunId,
    /// What differs of the settings: `configuration`, `match_rules`, `corrections`, `suppression_list`.
    pub settings: Vec<String>,
    /// How many customers and accounts differ.
    pub counts: DiffCounts,
    /// The customers that changed most: those most of whose accounts came from other customers or went to them, first.
    pub most_changed: Vec<ChangedCustomer>,
}

/// How many customers and accounts of two versions differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct DiffCounts {
    /// Customers.
    pub customers: Totals,
    /// Accounts.
    pub accounts: Totals,
    /// Ids of the later version only, all of whose accounts are new.
    pub created: u64,
    /// Ids of both versions, whose accounts or records differ.
    pub changed: u64,
    /// Ids of the earlier version only: all accounts that are left are in one other customer.
    pub merged: u64,
    /// Ids of the later version only, with accounts that were in another customer.
    pub split: u64,
    /// Ids of the earlier version only: the accounts that are left are in several customers.
    pub retired: u64,
    /// Ids of the earlier version only: no account is left.
    pub deleted: u64,
    /// Accounts in both versions whose customers have different ids.
    pub moved: u64,
    /// Accounts of the later version only.
    pub added: u64,
    /// Accounts of the earlier version only.
    pub gone: u64,
}

/// A customer whose accounts changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct ChangedCustomer {
    /// Its id.
    pub customer_id: String,
    /// What became of it.
    pub became: WhatBecame,
    /// Its accounts in the earlier version.
    pub before: u64,
    /// Its accounts in the later version.
    pub after: u64,
    /// Customers that accounts came from, those with the most accounts first; at most 10.
    pub from: Vec<OtherCustomer>,
    /// Customers that accounts went to, likewise.
    pub to: Vec<OtherCustomer>,
    /// Accounts that the earlier version did not have.
    pub added: u64,
    /// Accounts that the later version does not have.
    pub gone: u64,
}

/// What became of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhatBecame {
    /// It is in both versions.
    Changed,
    /// It has a new id and accounts that were in another customer.
    Split,
    /// Its id ended, and its accounts are in several customers.
    Retired,
}

/// A customer that accounts came from or went to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct OtherCustomer {
    /// Its id.
    pub customer_id: String,
    /// How many accounts.
    pub accounts: u64,
}

/// Of `onefold sync`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct SyncDocument {
    /// The run whose version the tables are.
    pub run: RunId,
    /// How many customers it has.
    pub customers: u64,
    /// How many accounts it has.
    pub accounts: u64,
    /// The schema of the tables.
    pub schema: String,
    /// What was done, a step for each transaction. Empty if nothing was to be done.
    pub steps: Vec<SyncStep>,
}

/// A transaction of a sync.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub struct SyncStep {
    /// The run whose version the tables were brought to.
    pub run: RunId,
    /// Why all of it was loaded; null if its changes were applied.
    pub why: Option<String>,
    /// Customers that were added or changed.
    pub written: u64,
    /// Customers that were removed.
    pub removed: u64,
    /// Records in which the character U+0000 was replaced.
    pub replaced: u64,
}
