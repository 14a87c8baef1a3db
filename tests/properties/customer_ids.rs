//! Customer ids are stable: kept by the largest part, the oldest survives, and none comes back.

use std::collections::BTreeSet;

use onefold_lake::keys;
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;
use proptest::prelude::*;

use crate::data::{any_rows, cases, drop_rows, publish};
use crate::history;

fn with_email(source: &'static str, id: &str, email: &str, seconds: i64) -> Row {
    Row::new(source, id).with("email", email).at(seconds)
}

fn publish_rows(pipeline: &mut Pipeline, name: &str, rows: &[Row]) -> Version {
    drop_rows(pipeline, name, rows);
    pipeline.drop_file("crm", &format!("empty-{name}.jsonl"), "");
    publish(pipeline, &Knobs::default())
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn a_customer_keeps_the_oldest_id_that_it_has_a_right_to(rows in any_rows(25), more in any_rows(12), guard in 2usize..6) {
        let mut pipeline = Pipeline::new(&Settings { max_accounts_per_key: guard, ..Settings::default() });
        let before = publish_rows(&mut pipeline, "a", &rows);
        let after = publish_rows(&mut pipeline, "b", &more);
        let descents = history::descent(&before, &after);
        for id in after.customers.keys() {
            match descents.get(id).and_then(|descent| descent.owns.first()) {
                Some(oldest) => prop_assert_eq!(id, oldest),
                None => prop_assert!(!before.customers.contains_key(id), "a new customer has a new id"),
            }
        }
    }

    #[test]
    fn a_retired_id_never_comes_back(rows in any_rows(20), more in any_rows(12), last in any_rows(12)) {
        let mut pipeline = Pipeline::new(&Settings::default());
        let versions = [("a", rows), ("b", more), ("c", last)].map(|(name, rows)| publish_rows(&mut pipeline, name, &rows));
        let [first, second, third] = versions.map(|version| version.customers.into_keys().collect::<BTreeSet<_>>());
        prop_assert!(first.difference(&second).all(|retired| !third.contains(retired)));
        prop_assert!(third.iter().all(|id| id.len() == 36 && &id[14..15] == "8"), "ids are UUIDs of version 8");
    }
}

#[test]
fn without_changes_nothing_is_published() {
    let mut pipeline = Pipeline::new(&Settings::default());
    let before = publish_rows(&mut pipeline, "a", &[with_email("crm", "1", "a@x.de", 1)]);
    let (objects, current) = (pipeline.list("processed/"), pipeline.get(keys::CURRENT));
    let outcome = pipeline.run(&Knobs::default()).expect("a run");
    assert!(matches!(outcome, Outcome::NothingNew(_)), "{outcome:?}");
    assert_eq!((pipeline.list("processed/"), pipeline.get(keys::CURRENT)), (objects, current));
    assert_eq!(Version::current(&pipeline).customers, before.customers);
}

#[test]
fn the_largest_part_of_a_split_keeps_the_id() {
    let mut pipeline = Pipeline::new(&Settings::default());
    let rows = [
        with_email("crm", "1", "a@x.de", 1),
        with_email("shop", "1", "a@x.de", 1),
        with_email("shop", "2", "a@x.de", 1),
    ];
    let before = publish_rows(&mut pipeline, "a", &rows);
    let after = publish_rows(&mut pipeline, "b", &[with_email("crm", "1", "b@x.de", 2)]);
    let id = &before.members["crm:1"];
    assert_eq!((before.customers.len(), after.customers.len()), (1, 2));
    assert_eq!((&after.members["shop:1"], &after.members["shop:2"]), (id, id));
    assert_ne!(&after.members["crm:1"], id);
}

#[test]
fn of_equal_parts_the_one_with_the_smallest_reference_keeps_the_id() {
    let mut pipeline = Pipeline::new(&Settings::default());
    let before =
        publish_rows(&mut pipeline, "a", &[with_email("crm", "9", "a@x.de", 1), with_email("crm", "10", "a@x.de", 1)]);
    let after = publish_rows(&mut pipeline, "b", &[with_email("crm", "9", "b@x.de", 2)]);
    assert_eq!(after.members["crm:9"], before.members["crm:9"], "9 comes before 10");
    assert_ne!(after.members["crm:10"], before.members["crm:10"]);
}

#[test]
fn the_oldest_id_survives_a_merge() {
    let mut pipeline = Pipeline::new(&Settings::default());
    let first = publish_rows(&mut pipeline, "a", &[with_email("shop", "1", "a@x.de", 1)]);
    let second =
        publish_rows(&mut pipeline, "b", &[with_email("crm", "1", "b@x.de", 1), with_email("crm", "2", "b@x.de", 1)]);
    let third = publish_rows(&mut pipeline, "c", &[with_email("shop", "1", "b@x.de", 2)]);
    assert_eq!((second.customers.len(), third.customers.len()), (2, 1));
    assert_eq!(third.customers.keys().next(), Some(&first.members["shop:1"]));
}
