//! The checks before a version is published: the counts balance, and the publish gate is open.

use onefold_config::Publish;
use onefold_lake::version::manifest::Manifest;
use onefold_shell::StageError;

use crate::counts::RunCounts;
use crate::scores::ScoreCounts;

/// Checks that every row and account is accounted for (invariant 2).
///
/// # Errors
/// `Internal` with all counts that do not balance.
pub(crate) fn balance(gathered: &RunCounts, previous: Option<&Manifest>) -> Result<(), StageError> {
    if let Some(raw) = gathered.outdated.first() {
        return Err(StageError::internal(format!(
            "{} raw chunks, {raw} among them, were written again after they were translated, so nothing is published; \
             start a new run",
            gathered.outdated.len()
        )));
    }
    let counts = &gathered.counts;
    let expected_members = previous.map_or(0, |previous| previous.counts.members + previous.counts.tombstones);
    let ScoreCounts { accounts, described, pairs, links } = gathered.scores;
    let [customers, members, changes] = gathered.exported.rows;
    let balances = [
        ("lines extracted", gathered.lines[0], "lines translated", gathered.lines[1]),
        ("rows read", counts.rows_read, "accounts and rejects", counts.accounts + counts.rejected),
        ("accounts translated", counts.accounts, "accounts merged", gathered.accounts_merged),
        (
            "members and tombstones of the previous version",
            expected_members,
            "previous members merged",
            counts.previous_members,
        ),
        (
            "accounts and previous members",
            counts.accounts + counts.previous_members,
            "members, superseded and deleted",
            counts.members + counts.superseded + counts.deleted,
        ),
        ("pairs compared", pairs[0], "pairs learnt from", pairs[1]),
        ("pairs compared", pairs[0], "pairs scored", pairs[2]),
        ("links scored", links[0], "links merged", links[1]),
        ("accounts compared", accounts, "accounts scored", described[0]),
        ("accounts scored", described[0], "scored accounts merged", described[1]),
        ("customers exported", customers[0], "customers merged", customers[1]),
        ("members exported", members[0], "members merged", members[1]),
        ("changes exported", changes[0], "changes merged", changes[1]),
    ];
    let faults: Vec<String> = balances
        .iter()
        .filter(|(_, left, _, right)| left != right)
        .map(|(left_name, left, right_name, right)| format!("{left} {left_name}, but {right} {right_name}"))
        .collect();
    if faults.is_empty() {
        return Ok(());
    }
    Err(StageError::internal(format!("the counts do not balance, so nothing is published: {}", faults.join("; "))))
}

/// The limits that a version exceeds, one message each: which limit, by how much, and where to look. Empty if the gate
/// is open.
pub(crate) fn gate(manifest: &Manifest, previous: Option<&Manifest>, limits: &Publish) -> Vec<String> {
    let (counts, run) = (&manifest.counts, &manifest.run);
    let mut faults = Vec::new();
    // Repeated and suppressed rows are rejected on purpose. They are no sign of a faulty source.
    let rejected = counts.rejected.saturating_sub(counts.repeated + counts.suppressed);
    if rejected as f64 > limits.max_reject_ratio * counts.rows_read as f64 {
        faults.push(format!(
            "{rejected} of {} rows were rejected, more than max_reject_ratio = {} allows; rejects/{run}/ says why",
            counts.rows_read, limits.max_reject_ratio
        ));
    }
    if let Some(most) = limits.max_accounts_of_largest_customer
        && counts.largest_customer > most
    {
        faults.push(format!(
            "the largest customer has {} accounts, more than max_accounts_of_largest_customer = {most} allows; it is in \
             processed/{run}/customers/",
            counts.largest_customer
        ));
    }
    let Some(before) = previous.map(|previous| previous.counts.customers) else { return faults };
    let least = before as f64 * (1.0 - limits.max_customer_drop_ratio);
    if (counts.customers as f64) < least {
        faults.push(format!(
            "there are {} customers and were {before}, fewer than max_customer_drop_ratio = {} allows; \
             processed/{run}/changes/ says what became of them",
            counts.customers, limits.max_customer_drop_ratio
        ));
    }
    // Each customer of the previous version counts at most once. If it was split, the part that keeps its id has fewer
    // members and counts as updated. If that part joined an older customer, the id counts as retired.
    let ended = counts.customers_merged + counts.customers_retired + counts.customers_deleted;
    let changed = counts.customers_updated + ended;
    if let Some(ratio) = limits.max_changed_ratio
        && changed as f64 > ratio * before as f64
    {
        faults.push(format!(
            "{changed} of {before} customers changed ({} updated or split, {} merged into others, {} retired, {} deleted), \
             more than max_changed_ratio = {ratio} allows; processed/{run}/changes/ lists them",
            counts.customers_updated, counts.customers_merged, counts.customers_retired, counts.customers_deleted
        ));
    }
    faults
}

#[cfg(test)]
mod tests {
    use onefold_identity::counts::VersionCounts;
    use onefold_lake::RunId;
    use onefold_lake::version::manifest::VersionFiles;

    use super::*;

    fn manifest(counts: VersionCounts) -> Manifest {
        Manifest {
            format: 1,
            run: RunId::parse("20261122T174600Z-1a2b3c4d").unwrap(),
            previous: None,
            started_at: String::new(),
            counts,
            blocked: Vec::new(),
            guards: Default::default(),
            dropped_values: Default::default(),
            snapshots: Vec::new(),
            incomplete_snapshots: Vec::new(),
            files: VersionFiles::default(),
            config: String::new(),
            matching: String::new(),
            corrections: String::new(),
            suppression: String::new(),
            indexed_by: String::new(),
            scores: None,
            notes: Vec::new(),
            sources: Default::default(),
            refused_files: Vec::new(),
            source_notes: Vec::new(),
            watermarks: Default::default(),
            skipped: Vec::new(),
            gated: Vec::new(),
            dry_run: false,
            published_over: Vec::new(),
        }
    }

    #[test]
    fn counts_must_balance() {
        let mut gathered = RunCounts {
            counts: VersionCounts { rows_read: 10, accounts: 9, rejected: 1, members: 9, ..VersionCounts::default() },
            lines: [11, 11],
            ..RunCounts::default()
        };
        gathered.accounts_merged = 9;
        assert!(balance(&gathered, None).is_ok());
        gathered.outdated = vec!["raw/a".to_owned()];
        assert!(balance(&gathered, None).unwrap_err().text().contains("1 raw chunks, raw/a among them"));
        gathered.outdated.clear();
        gathered.lines = [12, 11];
        gathered.counts.members = 8;
        let message = balance(&gathered, None).unwrap_err().text();
        assert!(message.contains("12 lines extracted, but 11 lines translated"), "{message}");
        assert!(message.contains("but 8 members, superseded and deleted"), "{message}");
        let scores = ScoreCounts { links: [3, 2], pairs: [5, 5, 4], ..ScoreCounts::default() };
        let message = balance(&RunCounts { scores, ..RunCounts::default() }, None).unwrap_err().text();
        assert!(
            message.contains("5 pairs compared, but 4 pairs scored; 3 links scored, but 2 links merged"),
            "{message}"
        );
        let before = manifest(VersionCounts { members: 1, ..VersionCounts::default() });
        assert!(
            balance(&gathered, Some(&before))
                .unwrap_err()
                .text()
                .contains("1 members and tombstones of the previous version")
        );
    }

    fn limits() -> Publish {
        Publish {
            max_reject_ratio: 0.1,
            max_reject_ratio_by_source: 1.0,
            max_reject_ratio_by_file: 1.0,
            max_dropped_ratio: 1.0,
            max_dropped_ratio_of: Default::default(),
            max_customer_drop_ratio: 0.2,
            max_changed_ratio: Some(0.25),
            max_accounts_of_largest_customer: Some(5),
        }
    }

    /// The limits that a version breaks, by their names.
    fn closed_by(counts: VersionCounts, before: Option<u64>, limits: &Publish) -> Vec<&'static str> {
        let before = before.map(|customers| manifest(VersionCounts { customers, ..VersionCounts::default() }));
        let faults = gate(&manifest(counts), before.as_ref(), limits);
        let names =
            ["max_reject_ratio", "max_accounts_of_largest_customer", "max_customer_drop_ratio", "max_changed_ratio"];
        let closed = names.into_iter().filter(|name| faults.iter().any(|fault| fault.contains(&format!("{name} = "))));
        let closed: Vec<&str> = closed.collect();
        assert_eq!(closed.len(), faults.len(), "each fault names its limit: {faults:?}");
        closed
    }

    #[test]
    fn rejects_close_the_gate_and_repeated_ids_do_not() {
        let with =
            |rejected, repeated| VersionCounts { rows_read: 100, rejected, repeated, ..VersionCounts::default() };
        assert!(closed_by(with(10, 0), None, &limits()).is_empty());
        assert!(closed_by(with(30, 20), None, &limits()).is_empty());
        assert_eq!(closed_by(with(11, 0), None, &limits()), ["max_reject_ratio"]);
        assert!(closed_by(with(0, 0), None, &limits()).is_empty());
    }

    #[test]
    fn a_drop_closes_the_gate_unless_the_version_is_the_first() {
        let with = |customers| VersionCounts { customers, ..VersionCounts::default() };
        assert!(closed_by(with(80), Some(100), &limits()).is_empty());
        assert_eq!(closed_by(with(79), Some(100), &limits()), ["max_customer_drop_ratio"]);
        assert!(closed_by(with(79), None, &limits()).is_empty());
    }

    #[test]
    fn a_large_customer_closes_the_gate_of_any_version_that_has_the_limit() {
        let with = |largest_customer| VersionCounts { customers: 1, largest_customer, ..VersionCounts::default() };
        assert!(closed_by(with(5), None, &limits()).is_empty());
        assert_eq!(closed_by(with(6), None, &limits()), ["max_accounts_of_largest_customer"]);
        let without = Publish { max_accounts_of_largest_customer: None, ..limits() };
        assert!(closed_by(with(6), Some(1), &without).is_empty());
    }

    #[test]
    fn changed_customers_close_the_gate_and_new_ones_do_not() {
        let with = |updated, merged, retired, deleted| VersionCounts {
            customers: 1000,
            customers_created: 900,
            customers_split: 900,
            customers_updated: updated,
            customers_merged: merged,
            customers_retired: retired,
            customers_deleted: deleted,
            ..VersionCounts::default()
        };
        assert!(closed_by(with(19, 3, 1, 2), Some(100), &limits()).is_empty());
        for one_more in [with(20, 3, 1, 2), with(19, 4, 1, 2), with(19, 3, 2, 2), with(19, 3, 1, 3)] {
            assert_eq!(closed_by(one_more, Some(100), &limits()), ["max_changed_ratio"]);
        }
        assert!(closed_by(with(26, 0, 0, 0), None, &limits()).is_empty(), "there was nothing to change");
        assert!(closed_by(with(26, 0, 0, 0), Some(100), &Publish { max_changed_ratio: None, ..limits() }).is_empty());
    }

    #[test]
    fn all_faults_are_told_with_numbers_and_places() {
        let before = manifest(VersionCounts { customers: 100, ..VersionCounts::default() });
        let counts = VersionCounts {
            rows_read: 100,
            rejected: 11,
            customers: 79,
            largest_customer: 6,
            customers_updated: 30,
            customers_deleted: 21,
            ..VersionCounts::default()
        };
        let faults = gate(&manifest(counts), Some(&before), &limits()).join("; ");
        let run = "20261122T174600Z-1a2b3c4d";
        for expected in [
            format!("11 of 100 rows were rejected, more than max_reject_ratio = 0.1 allows; rejects/{run}/"),
            format!("6 accounts, more than max_accounts_of_largest_customer = 5 allows; it is in processed/{run}/"),
            format!(
                "79 customers and were 100, fewer than max_customer_drop_ratio = 0.2 allows; processed/{run}/changes/"
            ),
            "51 of 100 customers changed (30 updated or split, 0 merged into others, 0 retired, 21 deleted)".to_owned(),
        ] {
            assert!(faults.contains(&expected), "{faults}");
        }
    }
}
