//! The sections of the report that follow from counts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use onefold_config::Config;
use onefold_identity::counts::VersionCounts;
use onefold_identity::statistics::{CustomerStatistics, Weakest, counted_fields, counted_sources};
use onefold_lake::version::manifest::{Manifest, SourceCounts};
use onefold_report::{
    BlockedKey, BlockedKeys, Changes, DroppedValues, FieldFill, Funnel, GuardCount, Health, OtherSets, RefusedFile,
    RejectCount, SizeCount, SkippedSource, SourceInput, SourceRemark, SourceSet, SourceSets, WeakMerge,
};

use super::scored::bits;

/// Customers of at most so many accounts are counted by each size, others by powers of two.
const SMALL_SIZE_MAX: u64 = 8;
/// The most sets of sources that are listed.
const SETS_MAX: usize = 300;
/// What stands for all sources that are not configured any more.
const FORMER_SOURCES: &str = "*";

pub(super) fn health(manifest: &Manifest) -> Health {
    let skipped = manifest.skipped.iter();
    let refused = manifest.refused_files.iter();
    let remarks = manifest.source_notes.iter();
    Health {
        dry_run: manifest.dry_run,
        gated: manifest.gated.clone(),
        published_over: manifest.published_over.clone(),
        skipped: skipped
            .map(|skipped| SkippedSource { source: skipped.source.clone(), reason: skipped.reason.clone() })
            .collect(),
        incomplete_snapshots: manifest.incomplete_snapshots.clone(),
        refused_files: refused
            .map(|file| RefusedFile {
                source: file.source.clone(),
                object: file.object.clone(),
                rows_read: file.rows_read,
                rejected: file.rejected,
            })
            .collect(),
        notes: manifest.notes.clone(),
        remarks: remarks
            .map(|remark| SourceRemark { source: remark.source.clone(), text: remark.note.to_string() })
            .collect(),
    }
}

pub(super) fn input(
    sources: &BTreeMap<String, SourceCounts>,
    rejected_by_kind: &BTreeMap<String, BTreeMap<String, u64>>,
) -> Vec<SourceInput> {
    let of_source = |(source, counts): (&String, &SourceCounts)| SourceInput {
        source: source.clone(),
        rows_read: counts.rows_read,
        accounts: counts.accounts,
        rejected: counts.rejected,
        rejects: rejected_by_kind.get(source).map(rejects).unwrap_or_default(),
        kept_values: counts.kept_values.values().sum(),
        dropped_values: counts
            .dropped_values
            .iter()
            .map(|(field, values)| DroppedValues { field: field.clone(), values: *values })
            .collect(),
    };
    sources.iter().map(of_source).collect()
}

fn rejects(by_kind: &BTreeMap<String, u64>) -> Vec<RejectCount> {
    let counts = by_kind.iter().map(|(reason, rows)| RejectCount { reason: reason.clone(), rows: *rows });
    let mut rejects: Vec<RejectCount> = counts.collect();
    rejects.sort_by_key(|reject| Reverse(reject.rows));
    rejects
}

pub(super) fn funnel(counts: &VersionCounts) -> Funnel {
    Funnel {
        rows_read: counts.rows_read,
        rejected: counts.rejected,
        repeated: counts.repeated,
        suppressed: counts.suppressed,
        accounts: counts.accounts,
        previous_members: counts.previous_members,
        superseded: counts.superseded,
        deleted: counts.deleted,
        erased: counts.erased,
        members: counts.members,
        customers: counts.customers,
        largest_customer: counts.largest_customer,
    }
}

pub(super) fn sizes(customers: &BTreeMap<u64, u64>) -> Vec<SizeCount> {
    let mut sizes: Vec<SizeCount> = Vec::new();
    for (size, customers) in customers {
        let (from, to) = range(*size);
        let accounts = size * customers;
        match sizes.last_mut().filter(|last| last.to == to) {
            Some(last) => {
                last.customers += customers;
                last.accounts += accounts;
            }
            None => sizes.push(SizeCount { from, to, customers: *customers, accounts }),
        }
    }
    sizes
}

/// The sizes that are counted together with this one.
fn range(size: u64) -> (u64, u64) {
    if size <= SMALL_SIZE_MAX {
        return (size, size);
    }
    let to = size.checked_next_power_of_two().unwrap_or(u64::MAX);
    (to / 2 + 1, to)
}

pub(super) fn source_sets(statistics: &CustomerStatistics, config: &Config) -> SourceSets {
    let names = counted_sources(config);
    let name = |source: &u16| names.get(usize::from(*source)).copied().unwrap_or(FORMER_SOURCES).to_owned();
    let set = |counted: &onefold_identity::statistics::SourceSetCount| SourceSet {
        sources: counted.sources.iter().map(name).collect(),
        customers: counted.count.customers,
        accounts: counted.count.accounts,
    };
    let mut sets: Vec<SourceSet> = statistics.source_sets.iter().map(set).collect();
    // Sets of as many customers stay in the order of their sources.
    sets.sort_by_key(|set| Reverse(set.customers));
    let rest = sets.split_off(sets.len().min(SETS_MAX));
    let others = OtherSets {
        customers: statistics.other_sets.customers + rest.iter().map(|set| set.customers).sum::<u64>(),
        accounts: statistics.other_sets.accounts + rest.iter().map(|set| set.accounts).sum::<u64>(),
    };
    SourceSets { sets, others }
}

/// The fields that any account has, or that a source or a table is to fill.
pub(super) fn fill(counts: &[[u64; 2]], config: &Config) -> Vec<FieldFill> {
    let expected: BTreeSet<&str> = config.filled_fields().map(|field| field.name()).collect();
    let fields = counted_fields(config).into_iter().zip(counts);
    let listed = fields.filter(|(field, counts)| **counts != [0, 0] || expected.contains(field));
    listed
        .map(|(field, [accounts, customers])| FieldFill {
            field: field.to_owned(),
            accounts: *accounts,
            customers: *customers,
        })
        .collect()
}

pub(super) fn weakest(weakest: &Weakest) -> Vec<WeakMerge> {
    let listed = weakest.iter().map(|merge| WeakMerge {
        customer: merge.customer.clone(),
        members: merge.members,
        accounts: merge.accounts.clone(),
        score: bits(merge.score),
        link: bits(merge.link),
        parts: merge.parts,
        is_bridge: merge.is_bridge,
    });
    listed.collect()
}

pub(super) fn blocked_keys(manifest: &Manifest) -> BlockedKeys {
    let listed = manifest.blocked.iter();
    BlockedKeys {
        keys: manifest.counts.blocked_keys,
        most_shared: listed
            .map(|key| BlockedKey { fields: key.key.clone(), accounts: u64::from(key.accounts) })
            .collect(),
    }
}

pub(super) fn guards(guards: &BTreeMap<String, u64>) -> Vec<GuardCount> {
    guards.iter().map(|(guard, count)| GuardCount { guard: guard.clone(), count: *count }).collect()
}

pub(super) fn changes(counts: &VersionCounts, before: &VersionCounts) -> Changes {
    Changes {
        customers_before: before.customers,
        created: counts.customers_created,
        updated: counts.customers_updated,
        merged: counts.customers_merged,
        split: counts.customers_split,
        accounts_moved: counts.accounts_moved,
        retired: counts.customers_retired,
        deleted: counts.customers_deleted,
    }
}

#[cfg(test)]
mod tests {
    use onefold_identity::statistics::{SetCount, SourceSetCount};

    use super::*;

    #[test]
    fn large_customers_are_counted_by_powers_of_two() {
        let found = sizes(&[(1, 5), (2, 3), (8, 1), (9, 2), (16, 1), (17, 1), (300, 1)].into());
        let counts: Vec<[u64; 4]> =
            found.iter().map(|size| [size.from, size.to, size.customers, size.accounts]).collect();
        let expected = [[1, 1, 5, 5], [2, 2, 3, 6], [8, 8, 1, 8], [9, 16, 3, 34], [17, 32, 1, 17], [257, 512, 1, 300]];
        assert_eq!(counts, expected);
    }

    #[test]
    fn sets_of_few_customers_are_added_up() {
        let source =
            |name: &str| format!("[[source]]\nname = \"{name}\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n");
        let config = Config::parse(&format!("{}{}[[match]]\nkey = \"email\"\n", source("b"), source("a"))).unwrap();
        let set = |sources: Vec<u16>, customers| SourceSetCount {
            sources,
            count: SetCount { customers, accounts: 2 * customers },
        };
        let mut statistics = CustomerStatistics {
            source_sets: vec![set(vec![0], 3), set(vec![0, 1], 9), set(vec![1, 2], 3)],
            other_sets: SetCount { customers: 1, accounts: 7 },
            ..CustomerStatistics::default()
        };
        let told = |found: &SourceSets| -> Vec<(String, u64)> {
            found.sets.iter().map(|set| (set.sources.join("+"), set.customers)).collect()
        };
        let found = source_sets(&statistics, &config);
        assert_eq!(told(&found), [("a+b".to_owned(), 9), ("a".to_owned(), 3), ("b+*".to_owned(), 3)]);
        assert_eq!(found.others, OtherSets { customers: 1, accounts: 7 });

        statistics.source_sets.extend((3..303).map(|source| set(vec![source], 1)));
        let found = source_sets(&statistics, &config);
        assert_eq!((found.sets.len(), found.others), (SETS_MAX, OtherSets { customers: 4, accounts: 13 }));
    }

    #[test]
    fn fields_that_are_always_empty_are_told_if_a_source_has_them() {
        let config = "[[source]]\nname = \"a\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\nemail = \"/e\"\n\
                      gender = \"/g\"\n[[match]]\nkey = \"email\"\n";
        let config = Config::parse(config).unwrap();
        let mut counts = vec![[0; 2]; counted_fields(&config).len()];
        let salary = counted_fields(&config).iter().position(|field| *field == "salary").unwrap();
        (counts[3], counts[salary]) = ([7, 4], [1, 1]);
        let found = fill(&counts, &config);
        let told: Vec<(&str, u64, u64)> =
            found.iter().map(|field| (field.field.as_str(), field.accounts, field.customers)).collect();
        assert_eq!(told, [("gender", 0, 0), ("email", 7, 4), ("salary", 1, 1)]);
    }
}
