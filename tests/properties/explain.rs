//! Answers of explain agree with the version that they are about.

use std::collections::BTreeSet;

use onefold_identity::explain::PairFinding;
use onefold_identity::judge::Verdict;
use onefold_lake::calls::{ExplainResult, Together};
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;
use proptest::prelude::*;
use serde_json::Value;

use crate::corrections::any_settings as corrected_settings;
use crate::data::{any_rows, cases, drop_rows, publish};
use crate::match_rules::any_settings;

fn publish_rows(pipeline: &mut Pipeline, name: &str, rows: &[Row], knobs: &Knobs) -> Version {
    drop_rows(pipeline, name, rows);
    pipeline.drop_file("crm", &format!("empty-{name}.jsonl"), "");
    publish(pipeline, knobs)
}

/// Each link is a correction or accepted by its rule, and goes on where the one before it ends.
fn is_chain(path: &[PairFinding], from: &str, to: &str) -> bool {
    let ends = path.iter().map(|link| link.accounts[1].as_str());
    let starts = path.iter().map(|link| link.accounts[0].as_str());
    let is_accepted = |link: &PairFinding| match link.verdict {
        Verdict::Always => link.rule == "always",
        Verdict::Accepted => link.key[0] == link.key[1] && link.conditions.iter().all(|one| one.holds),
        _ => false,
    };
    starts.chain([to]).eq([from].into_iter().chain(ends)) && path.iter().all(is_accepted)
}

/// Whether a rule says that two accounts are two persons'.
fn keeps_apart(finding: &PairFinding) -> bool {
    let differs = finding.conditions.iter().any(|one| one.requirement == "unless_differ" && !one.holds);
    finding.verdict == Verdict::Refused && differs
}

fn told(pairs: &[[&str; 2]], left: &str, right: &str) -> bool {
    pairs.iter().any(|pair| *pair == [left, right] || *pair == [right, left])
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn answers_are_those_of_the_version(
        rows in any_rows(20),
        rules in any_settings(),
        corrected in corrected_settings(),
        partitions in 1u32..4,
    ) {
        let settings = Settings { always: corrected.always, never: corrected.never, ..rules };
        let mut pipeline = Pipeline::new(&settings);
        let version = publish_rows(&mut pipeline, "a", &rows, &Knobs { partitions, ..Knobs::default() });
        for (reference, customer_id) in &version.members {
            let (answer, _) = pipeline.explain(reference, None).unwrap();
            let ExplainResult::Customer { customer, accounts, links, .. } = answer else { panic!("{answer:?}") };
            prop_assert_eq!(&customer, &version.customers[customer_id]);
            let mut found: Vec<&str> = accounts.iter().filter_map(|account| account["ref"].as_str()).collect();
            found.sort_unstable();
            let held = version.members.iter().filter(|(_, id)| *id == customer_id).map(|(member, _)| member.as_str());
            prop_assert_eq!(&found, &held.collect::<Vec<_>>());
            prop_assert_eq!(links.len(), accounts.len() - 1, "a tree reaches every member");
            for (other, id) in &version.members {
                let (answer, _) = pipeline.explain(reference, Some(other)).unwrap();
                let ExplainResult::Pair { together, rules, .. } = answer else { panic!("{answer:?}") };
                match together {
                    Together::Yes { path } => {
                        prop_assert_eq!(id, customer_id);
                        prop_assert!(is_chain(&path, reference, other), "{path:?}");
                        let is_linked = |one: &PairFinding| matches!(one.verdict, Verdict::Accepted | Verdict::Always);
                        prop_assert!(rules.iter().any(is_linked) || !rules.iter().any(keeps_apart), "{rules:?}");
                    }
                    Together::No { shared, divided_by, kept_apart, left_out } => {
                        prop_assert!(kept_apart.iter().all(keeps_apart), "{kept_apart:?}");
                        prop_assert!(left_out.iter().all(|one| one.verdict == Verdict::Accepted), "{left_out:?}");
                        prop_assert!(left_out.is_empty() || !divided_by.is_empty());
                        prop_assert_ne!(id, customer_id);
                        let accepted = shared.iter().any(|finding| finding.verdict == Verdict::Accepted);
                        prop_assert!(!accepted || !divided_by.is_empty(), "a limit alone keeps an accepted pair apart");
                        let is_never = told(&settings.never, reference, other);
                        let said = rules.iter().any(|finding| finding.verdict == Verdict::Never);
                        prop_assert_eq!(is_never, said);
                    }
                }
            }
        }
        for reference in &version.tombstones {
            let is_deleted = matches!(pipeline.explain(reference, None).unwrap().0, ExplainResult::AccountDeleted { .. });
            prop_assert!(is_deleted);
        }
        let is_unknown = matches!(pipeline.explain("crm:nobody", None).unwrap().0, ExplainResult::Unknown { .. });
        prop_assert!(is_unknown);
    }

    #[test]
    fn a_retired_id_leads_to_who_holds_its_accounts(
        rows in any_rows(20),
        more in any_rows(12),
        last in any_rows(12),
        partitions in 1u32..4,
    ) {
        let knobs = Knobs { partitions, ..Knobs::default() };
        let mut pipeline = Pipeline::new(&Settings::default());
        let versions = [("a", rows), ("b", more), ("c", last)]
            .map(|(name, rows)| publish_rows(&mut pipeline, name, &rows, &knobs));
        let now = &versions[2];
        // By the change feeds alone.
        let changes: Vec<_> = versions.iter().flat_map(|version| &version.changes).collect();
        for id in versions.iter().flat_map(|version| version.customers.keys()) {
            let mut ends = BTreeSet::from([id.as_str()]);
            let ended = |id: &str| changes.iter().find(|change| {
                change["customer_id"] == id
                    && ["merged", "retired", "deleted"].iter().any(|kind| change["change"] == *kind)
            });
            let mut steps = 0;
            while let Some((end, change)) = ends.iter().find_map(|end| Some((*end, ended(end)?))) {
                steps += 1;
                ends.remove(end);
                match &change["into"] {
                    Value::Array(into) => ends.extend(into.iter().filter_map(Value::as_str)),
                    into => ends.extend(into.as_str()),
                }
            }
            match pipeline.explain(id, None).unwrap().0 {
                ExplainResult::Customer { customer, became, .. } => {
                    prop_assert_eq!(became.len(), steps);
                    prop_assert_eq!(ends.len(), 1);
                    prop_assert_eq!(Some(&customer), ends.first().map(|end| &now.customers[*end]));
                }
                ExplainResult::Ended { customers, became, .. } => {
                    prop_assert_eq!(became.len(), steps);
                    prop_assert!(ends.len() != 1 && ends.iter().copied().eq(customers.iter().map(String::as_str)));
                }
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}

#[test]
fn an_answer_takes_few_requests() {
    let mut pipeline = Pipeline::new(&Settings::default());
    let rows: Vec<Row> = (0..3000)
        .map(|number| Row::new("crm", &number.to_string()).with("email", &format!("{number}@x.de")).at(1))
        .collect();
    let knobs = Knobs { partitions: 3, ..Knobs::default() };
    publish_rows(&mut pipeline, "a", &rows, &knobs);
    // CURRENT, manifest, configuration, corrections, frames; a section of the index a partition, a frame of customers
    // and one of members.
    let (answer, requests) = pipeline.explain("crm:2718", None).unwrap();
    assert!(matches!(answer, ExplainResult::Customer { .. }));
    assert_eq!(requests, 5 + 3 + 2);
}
