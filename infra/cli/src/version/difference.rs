//! The difference between a version that was not published and the one that it builds on.

use onefold_lake::version::manifest::Manifest;
use onefold_version::{CustomerChanges, TotalChange, VersionComparison};

use crate::documents::{DifferenceDocument, Totals};
use crate::table::{TextTable, count};

/// The counts of a version beside those of the one that it builds on, and the gate's decision.
pub fn of(manifest: &Manifest, before: Option<&Manifest>) -> DifferenceDocument {
    let compared = VersionComparison::new(before, manifest);
    let CustomerChanges { created, updated, merged, split, retired, deleted } = compared.customer_changes;
    let totals = |change: TotalChange| Totals { before: change.before, after: change.after };
    DifferenceDocument {
        customers: totals(compared.customers),
        accounts: totals(compared.accounts),
        largest_customer: totals(compared.largest_customer),
        created,
        updated,
        merged,
        split,
        retired,
        deleted,
        gated: manifest.gated.clone(),
    }
}

/// The difference as a table.
pub fn text(difference: &DifferenceDocument) -> String {
    let DifferenceDocument { customers, accounts, largest_customer, .. } = difference;
    let mut table = TextTable::default();
    table.row(["", "now", "then"].map(str::to_owned));
    for (name, total) in [("customers", customers), ("accounts", accounts), ("largest customer", largest_customer)] {
        table.row([name.to_owned(), count(total.before), count(total.after)]);
    }
    for (name, number) in [
        ("created", difference.created),
        ("updated", difference.updated),
        ("merged", difference.merged),
        ("split", difference.split),
        ("retired", difference.retired),
        ("deleted", difference.deleted),
    ] {
        table.row([name.to_owned(), String::new(), count(number)]);
    }
    let gate: String = match &difference.gated[..] {
        [] => "  The gate is open.\n".to_owned(),
        faults => faults.iter().map(|fault| format!("  The gate is closed: {fault}\n")).collect(),
    };
    table.text() + &gate
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(counts: &str, gated: &str) -> Manifest {
        let zeros = r#""rows_read":0,"accounts":0,"rejected":0,"repeated":0,"previous_members":0,"superseded":0,
            "customers_created":0,"customers_merged":0,"customers_split":0,"blocked_keys":0"#;
        let text = format!(
            r#"{{"format":1,"run":"20261122T193647Z-07d34da9","previous":null,"started_at":"","counts":{{{zeros},{counts}}},
            "blocked":[],"dropped_values":{{}},"files":{{"customers":[],"members":[],"member_links":[],"changes":[],
            "inputs":[]}},"config":"","matching":"","dry_run":true,"gated":[{gated}]}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn what_would_change_is_listed() {
        let before = manifest(r#""customers":1000,"members":2000,"largest_customer":9,"customers_updated":7"#, "");
        let then =
            r#""customers":990,"members":2001,"largest_customer":8,"customers_updated":1200,"customers_retired":3"#;
        let expected = "                      now   then\n  customers         1,000    990\n  accounts          2,000  2,001\n  \
                        largest customer      9      8\n  created                      0\n  updated                  1,200\n  \
                        merged                       0\n  split                        0\n  retired                      3\n  deleted                      0\n";
        assert_eq!(text(&of(&manifest(then, ""), Some(&before))), format!("{expected}  The gate is open.\n"));
        let closed = text(&of(&manifest(then, r#""why","and why""#), None));
        assert!(closed.ends_with("  The gate is closed: why\n  The gate is closed: and why\n"), "{closed}");
    }
}
