//! Compares a version with the one that it builds on, by their manifests.

use std::collections::{BTreeMap, BTreeSet};

use onefold_identity::counts::VersionCounts;
use onefold_lake::version::manifest::{Manifest, SourceCounts};

/// How a version differs from the one that it builds on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionComparison {
    /// Customers.
    pub customers: TotalChange,
    /// Accounts, without tombstones.
    pub accounts: TotalChange,
    /// Accounts of the customer that has the most.
    pub largest_customer: TotalChange,
    /// How many customers changed, by kind.
    pub customer_changes: CustomerChanges,
    /// The settings that differ; empty if there is no previous version.
    pub settings: Vec<ChangedSetting>,
    /// The rows of each source in both runs, by the source's name. Sources that neither run read are missing.
    pub sources: BTreeMap<String, SourceComparison>,
}

/// A number in the previous version and in this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TotalChange {
    /// The previous number; 0 if there is no previous version.
    pub before: u64,
    /// In this version.
    pub after: u64,
}

/// How many customers changed, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CustomerChanges {
    /// Customers with a new id.
    pub created: u64,
    /// Customers that kept their id and changed.
    pub updated: u64,
    /// Retired ids whose accounts went to one other customer.
    pub merged: u64,
    /// Customers that were split off another one.
    pub split: u64,
    /// Retired ids whose accounts went to several customers.
    pub retired: u64,
    /// Retired ids whose accounts were all deleted.
    pub deleted: u64,
}

/// A setting that differs between the two versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangedSetting {
    /// The text of the configuration.
    Configuration,
    /// The match rules or the match-key secret.
    MatchRules,
    /// The corrections.
    Corrections,
    /// The suppression list.
    SuppressionList,
}

/// The rows of a source in both runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceComparison {
    /// Rows read.
    pub rows_read: TotalChange,
    /// Rows that were rejected because they are wrong.
    pub faulty: TotalChange,
}

impl VersionComparison {
    /// Compares a version with the one that it builds on, or with nothing if it builds on none.
    pub fn new(before: Option<&Manifest>, after: &Manifest) -> Self {
        let counts_before = before.map(|before| before.counts).unwrap_or_default();
        let change = |number: fn(&VersionCounts) -> u64| TotalChange {
            before: number(&counts_before),
            after: number(&after.counts),
        };
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
    const fn of(counts: &VersionCounts) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{EARLIER, LATER, manifest};

    fn with_counts(run: &str, counts: VersionCounts) -> Manifest {
        Manifest { counts, ..manifest(run) }
    }

    #[test]
    fn totals_are_of_both_versions_and_changes_of_the_later_one() {
        let before = VersionCounts { customers: 1000, members: 2000, largest_customer: 9, ..VersionCounts::default() };
        let before = VersionCounts { customers_created: 100, customers_updated: 7, ..before };
        let after = VersionCounts { customers: 990, members: 2001, largest_customer: 8, ..VersionCounts::default() };
        let after = VersionCounts { customers_created: 1, customers_updated: 2, customers_merged: 3, ..after };
        let after = VersionCounts { customers_split: 4, customers_retired: 5, customers_deleted: 6, ..after };
        let (before, after) = (with_counts(EARLIER, before), with_counts(LATER, after));
        let comparison = VersionComparison::new(Some(&before), &after);
        assert_eq!(comparison.customers, TotalChange { before: 1000, after: 990 });
        assert_eq!(comparison.accounts, TotalChange { before: 2000, after: 2001 });
        assert_eq!(comparison.largest_customer, TotalChange { before: 9, after: 8 });
        let changes = CustomerChanges { created: 1, updated: 2, merged: 3, split: 4, retired: 5, deleted: 6 };
        assert_eq!(comparison.customer_changes, changes);
    }

    #[test]
    fn a_first_version_is_compared_with_nothing() {
        let first = Manifest { config: "c".to_owned(), matching: "m".to_owned(), ..manifest(EARLIER) };
        let first = Manifest { counts: VersionCounts { customers: 5, ..VersionCounts::default() }, ..first };
        let comparison = VersionComparison::new(None, &first);
        assert_eq!(comparison.customers, TotalChange { before: 0, after: 5 });
        assert_eq!(comparison.settings, []);
    }

    #[test]
    fn each_setting_that_changed_is_named() {
        let before = manifest(EARLIER);
        let digest = "4a".to_owned();
        let cases = [
            (ChangedSetting::Configuration, Manifest { config: digest.clone(), ..manifest(LATER) }),
            (ChangedSetting::MatchRules, Manifest { matching: digest.clone(), ..manifest(LATER) }),
            (ChangedSetting::Corrections, Manifest { corrections: digest.clone(), ..manifest(LATER) }),
            (ChangedSetting::SuppressionList, Manifest { suppression: digest, ..manifest(LATER) }),
        ];
        for (setting, after) in cases {
            assert_eq!(VersionComparison::new(Some(&before), &after).settings, [setting]);
        }
        assert_eq!(VersionComparison::new(Some(&before), &manifest(LATER)).settings, []);
    }

    #[test]
    fn a_source_that_either_run_read_is_compared() {
        let counts =
            |rows_read, rejected, repeated| SourceCounts { rows_read, rejected, repeated, ..SourceCounts::default() };
        let read = |sources: &[(&str, SourceCounts)]| {
            sources.iter().map(|(name, counts)| ((*name).to_owned(), counts.clone())).collect()
        };
        let before =
            Manifest { sources: read(&[("crm", counts(10, 3, 1)), ("gone", counts(4, 0, 0))]), ..manifest(EARLIER) };
        let after =
            Manifest { sources: read(&[("crm", counts(20, 0, 0)), ("new", counts(5, 1, 0))]), ..manifest(LATER) };
        let comparison = VersionComparison::new(Some(&before), &after);
        let source = |rows: [u64; 2], faulty: [u64; 2]| SourceComparison {
            rows_read: TotalChange { before: rows[0], after: rows[1] },
            faulty: TotalChange { before: faulty[0], after: faulty[1] },
        };
        let expected =
            [("crm", source([10, 20], [2, 0])), ("gone", source([4, 0], [0, 0])), ("new", source([0, 5], [0, 1]))];
        assert_eq!(comparison.sources, expected.map(|(name, source)| (name.to_owned(), source)).into());
    }
}
