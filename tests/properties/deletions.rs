//! Accounts that their source marks as deleted, and accounts that a snapshot no longer has.

use std::collections::BTreeSet;

use onefold_tests::oracle::{self, Dropped};
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::{Row, SOURCES};
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::json;

use crate::data::{any_files, any_rows, cases, drop_files, drop_rows, publish, version_of, without_guard};
use crate::history;

/// Publishes a version for each run.
fn publish_runs(settings: &Settings, runs: &[Vec<Dropped>], knobs: &Knobs) -> Vec<Version> {
    let mut pipeline = Pipeline::new(settings);
    let publish_run = |(number, files): (usize, &Vec<Dropped>)| {
        drop_files(&pipeline, number, files);
        publish(&mut pipeline, knobs)
    };
    runs.iter().enumerate().map(publish_run).collect()
}

/// Runs that each read one or two files of some sources. Rows come again in later ones.
fn any_runs() -> impl Strategy<Value = Vec<Vec<Dropped>>> {
    any_rows(25).prop_flat_map(|rows| proptest::collection::vec(any_files(rows, 1), 1..5))
}

fn any_knobs() -> impl Strategy<Value = Knobs> {
    (1u32..4, 1u32..5, any::<bool>()).prop_map(|(shards, partitions, twice)| Knobs {
        shards,
        partitions,
        twice,
        ..Knobs::default()
    })
}

/// Changes without the customers' records, and without accounts that moved, in an order of their own: what the rest of the feed is about.
fn events(changes: &[serde_json::Value]) -> Vec<serde_json::Value> {
    let mut events = changes.to_vec();
    events.retain(|change| change["change"] != "moved");
    for change in events.iter_mut().filter_map(serde_json::Value::as_object_mut) {
        change.remove("customer");
    }
    events.sort_by_key(serde_json::Value::to_string);
    events
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn a_snapshot_is_the_whole_state_of_its_source(
        runs in any_runs(),
        snapshots in subsequence(SOURCES.to_vec(), 0..=3),
        max_accounts_per_key in 2usize..6,
        knobs in any_knobs(),
    ) {
        let settings = Settings { snapshots, max_accounts_per_key, ..Settings::default() };
        let versions = publish_runs(&settings, &runs, &knobs);
        for (number, version) in versions.iter().enumerate() {
            let standing = oracle::standing(&runs[..=number], &settings);
            prop_assert_eq!(version.values(), oracle::customers(&standing, &settings), "run {}", number);
            prop_assert_eq!(&version.tombstones, &oracle::tombstones(&standing), "run {}", number);
            prop_assert_eq!(version.manifest.counts.tombstones, version.tombstones.len() as u64);
            let incomplete: BTreeSet<&str> = runs[number]
                .iter()
                .filter(|file| file.is_broken && settings.snapshots.contains(&file.source))
                .map(|file| file.source)
                .collect();
            let told: BTreeSet<&str> = version.manifest.incomplete_snapshots.iter().map(String::as_str).collect();
            prop_assert_eq!(told, incomplete);
        }
        let standing = oracle::standing(&runs, &settings);
        let from_scratch = version_of(&standing, &Settings { snapshots: Vec::new(), ..settings });
        prop_assert_eq!(versions[versions.len() - 1].without_ids(), from_scratch.without_ids());
    }

    #[test]
    fn the_feed_tells_of_customers_that_end(
        runs in any_runs(),
        snapshots in subsequence(SOURCES.to_vec(), 0..=3),
        knobs in any_knobs(),
    ) {
        let settings = Settings { snapshots, ..without_guard() };
        let versions = publish_runs(&settings, &runs, &knobs);
        let mut retired: BTreeSet<&String> = BTreeSet::new();
        for pair in versions.windows(2) {
            let [before, after] = pair else { continue };
            let expected = history::changes(before, after);
            prop_assert_eq!(events(&after.changes), events(&expected));
            let deleted = expected.iter().filter(|change| change["change"] == "deleted").count();
            prop_assert_eq!(after.manifest.counts.customers_deleted, deleted as u64);
            retired.extend(before.customers.keys().filter(|id| !after.customers.contains_key(*id)));
            prop_assert!(after.customers.keys().all(|id| !retired.contains(id)), "a retired id is never used again");
        }
    }
}

fn with_email(source: &'static str, id: &str, email: &str, seconds: i64) -> Row {
    Row::new(source, id).with("email", email).at(seconds)
}

fn publish_rows(pipeline: &mut Pipeline, name: &str, rows: &[Row]) -> Version {
    drop_rows(pipeline, name, rows);
    publish(pipeline, &Knobs::default())
}

#[test]
fn a_deletion_beats_an_older_row_of_a_later_run_and_gives_way_to_a_later_one() {
    let mut pipeline = Pipeline::new(&Settings::default());
    let rows = [
        with_email("crm", "1", "a@x.de", 1),
        with_email("shop", "1", "a@x.de", 1),
        with_email("crm", "2", "b@x.de", 1),
    ];
    let first = publish_rows(&mut pipeline, "a", &rows);

    let gone = [Row::new("crm", "1").at(5).marked("true"), Row::new("crm", "2").at(5).marked("true")];
    let second = publish_rows(&mut pipeline, "b", &gone);
    assert_eq!(second.members.keys().collect::<Vec<_>>(), ["shop:1"]);
    let (kept, ended) = (&first.members["crm:1"], &first.members["crm:2"]);
    let expected = [
        json!({"change": "deleted", "customer_id": ended}),
        json!({"change": "updated", "customer_id": kept, "fields": ["members", "held_by", "provenance"]}),
    ];
    assert_eq!(events(&second.changes), expected);
    assert_eq!((second.manifest.counts.deleted, second.manifest.counts.customers_deleted), (2, 1));

    let third = publish_rows(&mut pipeline, "c", &[with_email("crm", "2", "b@x.de", 4)]);
    assert_eq!((third.members.len(), third.tombstones.len()), (1, 2), "the row is older than the deletion");
    assert_eq!(third.changes, Vec::<serde_json::Value>::new());

    let fourth = publish_rows(&mut pipeline, "d", &[with_email("crm", "2", "b@x.de", 6)]);
    assert_eq!(fourth.members.len(), 2, "the account is back");
    assert_ne!(&fourth.members["crm:2"], ended, "as another customer");
    assert_eq!(events(&fourth.changes), [json!({"change": "created", "customer_id": fourth.members["crm:2"]})]);
}

#[test]
fn a_deletion_older_than_the_account_does_nothing() {
    let mut pipeline = Pipeline::new(&Settings::default());
    let first = publish_rows(&mut pipeline, "a", &[with_email("crm", "1", "a@x.de", 5)]);
    let second = publish_rows(&mut pipeline, "b", &[Row::new("crm", "1").at(4).marked("true")]);
    assert_eq!((&second.members, second.tombstones.len()), (&first.members, 0));
}

#[test]
fn accounts_that_are_gone_do_not_count_towards_a_blocked_key() {
    let settings = Settings { max_accounts_per_key: 2, snapshots: vec!["shop"], ..Settings::default() };
    for knobs in [Knobs::default(), Knobs { shards: 3, ..Knobs::default() }] {
        let mut pipeline = Pipeline::new(&settings);
        let shop: Vec<Row> = (1..=3).map(|id| with_email("shop", &id.to_string(), "a@x.de", 1)).collect();
        drop_rows(&pipeline, "a", &shop);
        drop_rows(&pipeline, "b", &[with_email("crm", "1", "a@x.de", 1)]);
        let before = publish(&mut pipeline, &knobs);
        assert_eq!((before.customers.len(), before.manifest.counts.blocked_keys), (4, 1));
        drop_rows(&pipeline, "c", &shop[..1]);
        let after = publish(&mut pipeline, &knobs);
        assert_eq!((after.customers.len(), after.manifest.counts.blocked_keys), (1, 0));
        assert_eq!(after.tombstones.len(), 0, "what a snapshot no longer has leaves nothing behind");
        assert_eq!(after.manifest.counts.deleted, 2);
    }
}

#[test]
fn a_source_that_becomes_a_snapshot_replaces_what_it_had_before() {
    let mut pipeline = Pipeline::new(&Settings::default());
    let before =
        publish_rows(&mut pipeline, "a", &[with_email("shop", "1", "a@x.de", 9), with_email("shop", "2", "b@x.de", 1)]);
    pipeline.configure(&Settings { snapshots: vec!["shop"], ..Settings::default() }.config());
    let same = publish(&mut pipeline, &Knobs::default());
    assert_eq!(same.members, before.members, "nothing was read");
    let after = publish_rows(&mut pipeline, "b", &[with_email("shop", "1", "c@x.de", 2)]);
    assert_eq!(after.members.len(), 1);
    assert_eq!(after.members["shop:1"], before.members["shop:1"]);
    assert_eq!(after.accounts["shop:1"]["email"], "c@x.de", "a snapshot is the state, also where it is older");
}

#[test]
fn members_that_were_no_snapshots_when_they_were_written_do_not_count_towards_a_blocked_key() {
    let settings = |snapshots| Settings { max_accounts_per_key: 2, snapshots, ..Settings::default() };
    let mut pipeline = Pipeline::new(&settings(vec![]));
    let rows: Vec<Row> = (1..=4).map(|id| with_email("shop", &id.to_string(), "a@x.de", 1)).collect();
    publish_rows(&mut pipeline, "a", &rows);
    pipeline.configure(&settings(vec!["shop"]).config());
    let after = publish_rows(&mut pipeline, "b", &rows[..2]);
    assert_eq!((after.customers.len(), after.manifest.counts.blocked_keys), (1, 0));
}

#[test]
fn a_snapshot_that_comes_again_as_it_once_was_is_read_again() {
    let mut pipeline = Pipeline::new(&Settings { snapshots: vec!["shop"], ..Settings::default() });
    let both = [with_email("shop", "1", "a@x.de", 1), with_email("shop", "2", "b@x.de", 1)];
    for (rows, members) in [(&both[..], 2), (&both[..1], 1), (&both[..], 2)] {
        let version = publish_rows(&mut pipeline, "all", rows);
        assert_eq!(version.members.len(), members);
    }
}
