//! What changed from one version to the next one, by their manifests.

use std::collections::{BTreeMap, BTreeSet};

use onefold_lake::version::manifest::{Counts, Manifest, SourceCounts};

/// How a version differs from the one that it builds on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionComparison {
    /// Customers.
    pub customers: TotalChange,
    /// Accounts, tombstones not among them.
    pub accounts: TotalChange,
    /// Accounts of the largest customer.
    pub largest_customer: TotalChange,
    /// What became of the customers.
    pub customer_changes: CustomerChanges,
    /// The settings that changed; none if there is no version before.
    pub settings: Vec<ChangedSetting>,
    /// What each source gave to the two runs, by its name. A source that neither run read is not here.
    pub sources: BTreeMap<String, SourceComparison>,
}

/// A number in the version before, and in this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TotalChange {
    /// 0 if there is no version before.
    pub before: u64,
    /// In this version.
    pub after: u64,
}

/// How many customers changed in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CustomerChanges {
    /// Have a new id.
    pub created: u64,
    /// Kept their id and changed.
    pub updated: u64,
    /// Ended in another customer.
    pub merged: u64,
    /// Left another customer.
    pub split: u64,
    /// Ended, and have their accounts in several customers.
    pub retired: u64,
    /// Ended, as all their accounts are deleted.
    pub deleted: u64,
}

/// A setting under which the two versions were not made alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangedSetting {
    /// The text of the configuration.
    Configuration,
    /// The match rules, or the secret of the match keys.
    MatchRules,
    /// The corrections.
    Corrections,
    /// The suppression list.
    SuppressionList,
}

/// What a source gave to the two runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceComparison {
    /// Rows that it gave.
    pub rows_read: TotalChange,
    /// Rows among them that were refused as they are wrong.
    pub faulty: TotalChange,
}

impl VersionComparison {
    /// Compares a version with the one that it builds on, if it builds on any.
    pub fn new(before: Option<&Manifest>, after: &Manifest) -> Self {
        let counts_before = before.map(|before| before.counts.clone()).unwrap_or_default();
        let change =
            |number: fn(&Counts) -> u64| TotalChange { before: number(&counts_before), after: number(&after.counts) };
        Self {
            customers: change(|counts| counts.customers),
            accounts: change(|counts| counts.members),
            largest_customer: change(|counts| counts.largest_customer),
            customer_changes: CustomerChanges::of(&after.counts),
            settings: before.map(|before| changed_settings(before, after)).unwrap_or_default(),
            sources: compare_sources(before, after),
        }
    }
}

impl CustomerChanges {
    const fn of(counts: &Counts) -> Self {
        Self {
            created: counts.customers_created,
            updated: counts.customers_updated,
            merged: counts.customers_merged,
            split: counts.customers_split,
            retired: counts.customers_retired,
            deleted: counts.customers_deleted,
        }
    }
}

fn changed_settings(before: &Manifest, after: &Manifest) -> Vec<ChangedSetting> {
    let settings = [
        (ChangedSetting::Configuration, &before.config, &after.config),
        (ChangedSetting::MatchRules, &before.matching, &after.matching),
        (ChangedSetting::Corrections, &before.corrections, &after.corrections),
        (ChangedSetting::SuppressionList, &before.suppression, &after.suppression),
    ];
    settings.into_iter().filter(|(_, before, after)| before != after).map(|(setting, ..)| setting).collect()
}

fn compare_sources(before: Option<&Manifest>, after: &Manifest) -> BTreeMap<String, SourceComparison> {
    let names = before.into_iter().chain([after]).flat_map(|manifest| manifest.sources.keys());
    let names: BTreeSet<&String> = names.collect();
    let compare = |name: &String| {
        let of_before = before.and_then(|before| before.sources.get(name));
        let of_after = after.sources.get(name);
        let change = |number: fn(&SourceCounts) -> u64| TotalChange {
            before: of_before.map_or(0, number),
            after: of_after.map_or(0, number),
        };
        SourceComparison { rows_read: change(|counts| counts.rows_read), faulty: change(SourceCounts::faulty) }
    };
    names.into_iter().map(|name| (name.clone(), compare(name))).collect()
}
