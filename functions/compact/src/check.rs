//! What must hold before a version is published.

use onefold_core::config::Publish;
use onefold_lake::manifest::Manifest;
use onefold_shell::StageError;

use crate::counts::Gathered;

/// Asserts that nothing came or went unseen (invariant 2).
pub(crate) fn balance(gathered: &Gathered, previous: Option<&Manifest>) -> Result<(), StageError> {
    let counts = &gathered.counts;
    let expected_members = previous.map_or(0, |previous| previous.counts.members + previous.counts.tombstones);
    let balances = [
        ("lines extracted", gathered.lines[0], "lines translated", gathered.lines[1]),
        ("rows read", counts.rows_read, "accounts and rejects", counts.accounts + counts.rejected),
        ("accounts translated", counts.accounts, "accounts merged", gathered.merged.accounts),
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

/// Asserts that the version is like what the user expects.
pub(crate) fn gate(manifest: &Manifest, previous: Option<&Manifest>, limits: &Publish) -> Result<(), StageError> {
    let counts = &manifest.counts;
    let mut faults = Vec::new();
    let rejected = counts.rejected - counts.repeated.min(counts.rejected);
    if rejected as f64 > limits.max_reject_ratio * counts.rows_read as f64 {
        faults.push(format!(
            "{rejected} of {} rows were rejected, more than max_reject_ratio = {} allows; rejects/{} says why",
            counts.rows_read, limits.max_reject_ratio, manifest.run
        ));
    }
    if let Some(previous) = previous {
        let least = previous.counts.customers as f64 * (1.0 - limits.max_customer_drop_ratio);
        if (counts.customers as f64) < least {
            faults.push(format!(
                "there are {} customers and were {}, fewer than max_customer_drop_ratio = {} allows",
                counts.customers, previous.counts.customers, limits.max_customer_drop_ratio
            ));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(StageError::invalid_input(format!("the version is not published: {}", faults.join("; "))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use onefold_lake::RunId;
    use onefold_lake::manifest::{Counts, Files};

    fn manifest(counts: Counts) -> Manifest {
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
            files: Files::default(),
            config: String::new(),
            matching: String::new(),
            corrections: String::new(),
            notes: Vec::new(),
            watermarks: Default::default(),
            skipped: Vec::new(),
        }
    }

    #[test]
    fn counts_must_balance() {
        let mut gathered = Gathered {
            counts: Counts { rows_read: 10, accounts: 9, rejected: 1, members: 9, ..Counts::default() },
            lines: [11, 11],
            ..Gathered::default()
        };
        gathered.merged.accounts = 9;
        assert!(balance(&gathered, None).is_ok());
        gathered.lines = [12, 11];
        gathered.counts.members = 8;
        let message = balance(&gathered, None).unwrap_err().message;
        assert!(message.contains("12 lines extracted, but 11 lines translated"), "{message}");
        assert!(message.contains("but 8 members, superseded and deleted"), "{message}");
        let before = manifest(Counts { members: 1, ..Counts::default() });
        assert!(
            balance(&gathered, Some(&before))
                .unwrap_err()
                .message
                .contains("1 members and tombstones of the previous version")
        );
    }

    #[test]
    fn the_gate_closes_on_rejects_and_on_a_drop() {
        let limits = Publish { max_reject_ratio: 0.1, max_customer_drop_ratio: 0.2 };
        let with = |rejected, repeated, customers| {
            manifest(Counts { rows_read: 100, rejected, repeated, customers, ..Counts::default() })
        };
        let before = with(0, 0, 100);
        assert!(gate(&with(10, 0, 80), Some(&before), &limits).is_ok());
        assert!(gate(&with(30, 20, 80), Some(&before), &limits).is_ok(), "repeated ids are no faults of rows");
        let message = gate(&with(11, 0, 79), Some(&before), &limits).unwrap_err().message;
        assert!(message.contains("11 of 100 rows") && message.contains("79 customers and were 100"), "{message}");
    }
}
