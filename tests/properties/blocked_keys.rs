//! Blocked keys: an invocation of Merge reads those of its own accounts, and so comes to what it would come to by all.

use std::collections::BTreeSet;

use onefold_graph::Blocked;
use onefold_graph::node::Node;
use onefold_lake::data::blocked;
use onefold_lake::keys;
use onefold_lake::run::layout::{Partition, PartitionCounts};
use onefold_lake::version::manifest::Manifest;
use onefold_shell::{ErrorKind, MemoryBudget};
use onefold_store::Store;
use onefold_tests::oracle;
use onefold_tests::pipeline::{Knobs, Memory, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::version::{Version, text};
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::json;

use crate::data::{any_rows, cases, drop_rows, publish};
use crate::history;

/// All accounts in one partition, whose invocation so reads all keys that any account has.
const TOGETHER: Knobs = Knobs { partitions: 1, ..Knobs::DEFAULT };

/// Many partitions of few accounts, from so many shards.
fn apart(shards: u32) -> Knobs {
    Knobs { shards, partitions: 7, ..Knobs::DEFAULT }
}

/// All that a version says, in an order that does not follow from partitions.
fn said(pipeline: &Pipeline, version: &Version) -> (serde_json::Value, BTreeSet<String>) {
    let Version { manifest, customers, members, accounts, tombstones, changes } = version;
    let guarded: Vec<String> = manifest.files.blocked.iter().map(|file| text(pipeline, &file.key)).collect();
    let manifest = json!([manifest.counts, manifest.blocked, manifest.guards]);
    let said = json!([manifest, customers, members, accounts, tombstones, changes]);
    (said, guarded.concat().lines().map(str::to_owned).collect())
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let rules = vec![vec!["email"], vec!["phone_number"], vec!["family_name"], vec!["given_name", "family_name"]];
    let own_limits = proptest::option::of((0usize..2, 2usize..5));
    (subsequence(rules, 2..=4), 2usize..5, own_limits).prop_map(|(rules, max_accounts_per_key, own_limits)| Settings {
        rules,
        max_accounts_per_key,
        own_limits: own_limits.into_iter().collect(),
        ..Settings::default()
    })
}

/// The runs of a history: rows, and the settings from then on if they change.
fn any_runs() -> impl Strategy<Value = Vec<(Vec<Row>, Option<Settings>)>> {
    let settings = || proptest::collection::vec(proptest::option::weighted(0.3, any_settings()), 3);
    let cuts = (0.0..1.0, 0.0..1.0);
    (any_rows(40), cuts, any_settings(), settings()).prop_map(|(rows, cuts, first, mut settings)| {
        let at = |cut: f64| (rows.len() as f64 * cut) as usize;
        let (one, two) = (at(f64::min(cuts.0, cuts.1)), at(f64::max(cuts.0, cuts.1)));
        settings[0] = Some(first);
        [&rows[..one], &rows[one..two], &rows[two..]].map(<[Row]>::to_vec).into_iter().zip(settings).collect()
    })
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn the_keys_of_a_partition_are_all_that_it_needs(runs in any_runs(), shards in 1u32..=4) {
        let start = runs[0].1.clone().unwrap_or_default();
        let mut pipelines = [(Pipeline::new(&start), TOGETHER), (Pipeline::new(&start), apart(shards))];
        let mut settings = start;
        let mut read = Vec::new();
        let mut before: Option<Version> = None;
        for (number, (rows, changed)) in runs.into_iter().enumerate() {
            settings = changed.unwrap_or(settings);
            let versions = pipelines.each_mut().map(|(pipeline, knobs)| {
                pipeline.configure(&settings.config());
                drop_rows(pipeline, &format!("run-{number}"), &rows);
                pipeline.drop_file("crm", &format!("empty-{number}.jsonl"), "");
                let version = publish(pipeline, knobs);
                (said(pipeline, &version), version)
            });
            let [(together, _), (apart, after)] = versions;
            prop_assert_eq!(apart, together);
            read.extend(rows);
            prop_assert_eq!(after.values(), oracle::customers(&read, &settings));
            if let Some(before) = &before {
                prop_assert_eq!(history::told(&after), history::changes(before, &after));
            }
            before = Some(after);
        }
    }
}

fn with(id: u32, email: &str, seconds: i64) -> Row {
    let phone = format!("212 345 {:04}", id / 2);
    Row::new("crm", &id.to_string()).with("email", email).with("phone_number", &phone).at(seconds)
}

/// The blocked keys that each partition read, and those that it met.
fn of_partitions(pipeline: &Pipeline, version: &Version) -> Vec<[BTreeSet<String>; 2]> {
    let run = &version.manifest.run;
    let partitions = pipeline.get(&keys::partitions(run)).expect("partitions");
    let partitions = partitions.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let partitions = partitions.map(|line| serde_json::from_slice::<Partition>(line).expect("a partition"));
    let lists: Vec<String> =
        pipeline.list(&format!("links/{run}/")).into_iter().filter(|key| key.ends_with(".partitions")).collect();
    let of_partition = |Partition { partition, partitions, shards, .. }: Partition| {
        assert_eq!(lists.len(), shards as usize);
        let store: &dyn Store = pipeline.store.as_ref();
        let mut found: Vec<Node> = Vec::new();
        pipeline.block_on(async {
            for key in &lists {
                let unread = blocked::open_partition(store, key, partition, partitions).await.expect("keys");
                unread.append_to(store, &mut found).await.expect("keys");
            }
        });
        let counts = pipeline.get(&keys::merged_counts(run, partition)).expect("counts");
        let counts: PartitionCounts = serde_json::from_slice(&counts).expect("counts");
        let met = counts.blocked.into_iter().filter(|(_, rule)| rule.accounts.is_none()).map(|(key, _)| key);
        [found.iter().map(Node::to_string).collect(), met.collect()]
    };
    partitions.map(of_partition).collect()
}

#[test]
fn a_partition_reads_the_keys_of_its_accounts_and_no_other() {
    let settings = Settings { max_accounts_per_key: 4, ..Settings::default() };
    // Two keys of twenty accounts each, and one of six.
    let email = |id: u32| if id < 34 { format!("shared{}@x.de", id % 2) } else { "rare@x.de".to_owned() };
    let rows: Vec<Row> = (0..40).map(|id| with(id, &email(id), 1)).collect();
    for shards in [1, 3] {
        let mut pipeline = Pipeline::new(&settings);
        drop_rows(&pipeline, "a", &rows);
        let version = publish(&mut pipeline, &apart(shards));
        assert_eq!(version.values(), oracle::customers(&rows, &settings));
        assert_eq!((version.customers.len(), version.manifest.counts.blocked_keys), (20, 3));
        let of_partitions = of_partitions(&pipeline, &version);
        for [read, met] in &of_partitions {
            assert_eq!(read, met);
        }
        let sizes: BTreeSet<usize> = of_partitions.iter().map(|[read, _]| read.len()).collect();
        assert!(
            sizes.len() > 1 && sizes.contains(&2),
            "keys are in several partitions, and not all in each: {sizes:?}"
        );
    }
}

#[test]
fn a_key_that_link_blocks_is_counted_once_where_its_rule_has_a_limit_of_its_own() {
    let settings = Settings { max_accounts_per_key: 4, own_limits: vec![(0, 2)], ..Settings::default() };
    // Three accounts of one customer are more than the rule allows, too.
    let phone = |id: u32| format!("212 345 678{}", id / 3);
    let rows: Vec<Row> = (0..6).map(|id| with(id, "shared@x.de", 1).with("phone_number", &phone(id))).collect();
    let mut pipeline = Pipeline::new(&settings);
    drop_rows(&pipeline, "a", &rows);
    let version = publish(&mut pipeline, &TOGETHER);
    assert_eq!(version.customers.len(), 2);
    let told: Vec<u32> = version.manifest.blocked.iter().map(|key| key.accounts).collect();
    assert_eq!((version.manifest.counts.blocked_keys, told), (1, vec![6]));
}

/// Histories in which a customer is other than before, or is not, for what keys were or are blocked.
fn told_histories() -> [(&'static str, [Vec<Row>; 2]); 4] {
    let shared = |ids: std::ops::Range<u32>| ids.map(|id| with(id * 2, "a@x.de", 1)).collect::<Vec<_>>();
    [
        (
            "a version whose key is blocked is superseded",
            [shared(0..8), vec![with(0, "b@x.de", 2), with(2, "c@x.de", 2)]],
        ),
        ("a key is blocked no longer", [shared(0..3), vec![with(0, "b@x.de", 2)]]),
        ("a key becomes blocked", [shared(0..2), shared(2..8)]),
        ("a key stays blocked, and another account has it", [shared(0..8), vec![with(99, "a@x.de", 2)]]),
    ]
}

/// Publishes two runs' rows, and does something to the bucket between them.
fn in_two(runs: &[Vec<Row>; 2], knobs: &Knobs, between: impl Fn(&Pipeline, &Manifest)) -> (Pipeline, [Version; 2]) {
    let mut pipeline = Pipeline::new(&Settings { max_accounts_per_key: 2, ..Settings::default() });
    drop_rows(&pipeline, "a", &runs[0]);
    let before = publish(&mut pipeline, knobs);
    between(&pipeline, &before.manifest);
    drop_rows(&pipeline, "b", &runs[1]);
    let after = publish(&mut pipeline, knobs);
    (pipeline, [before, after])
}

#[test]
fn changes_are_told_for_what_was_blocked_and_what_is() {
    for (what, runs) in told_histories() {
        for shards in [1, 3] {
            let (_, [before, after]) = in_two(&runs, &apart(shards), |_, _| {});
            assert_eq!(history::told(&after), history::changes(&before, &after), "{what}, {shards} shards");
            assert!(before.manifest.counts.blocked_keys + after.manifest.counts.blocked_keys > 0, "{what}");
        }
    }
}

/// As versions of earlier programs have them.
#[test]
fn a_version_whose_blocked_keys_are_json_is_built_upon() {
    let as_json = |pipeline: &Pipeline, manifest: &Manifest| {
        let key = keys::processed_blocked(&manifest.run);
        let (list, _) = pipeline.block_on(blocked::read(pipeline.store.as_ref(), &key)).expect("a list");
        let list: Vec<_> = list.iter().map(|blocked| (blocked.node, blocked.accounts)).collect();
        pipeline.remove(&[key]);
        let json = serde_json::to_vec(&list).expect("JSON");
        pipeline.put(&keys::processed_blocked_of_earlier(&manifest.run), json);
    };
    for (what, runs) in told_histories() {
        let (of_now, [_, expected]) = in_two(&runs, &apart(2), |_, _| {});
        let (of_earlier, [_, found]) = in_two(&runs, &apart(2), as_json);
        assert_eq!(said(&of_earlier, &found), said(&of_now, &expected), "{what}");
    }
}

#[test]
fn a_version_that_does_not_say_how_it_was_made_is_compared_by_all_keys_of_the_run() {
    let forget = |pipeline: &Pipeline, manifest: &Manifest| pipeline.remove(&[keys::processed_config(&manifest.run)]);
    for (what, runs) in told_histories() {
        let (together, [_, expected]) = in_two(&runs, &TOGETHER, forget);
        for shards in [1, 3] {
            let (apart, [_, found]) = in_two(&runs, &apart(shards), forget);
            assert_eq!(said(&apart, &found), said(&together, &expected), "{what}, {shards} shards");
        }
    }
}

#[test]
fn more_blocked_keys_than_fit_are_refused_before_the_work() {
    let settings = Settings::default();
    let rows = [with(0, "a@x.de", 1), with(2, "b@x.de", 1)];
    let mut pipeline = Pipeline::new(&settings);
    drop_rows(&pipeline, "a", &rows[..1]);
    let version = publish(&mut pipeline, &TOGETHER).manifest.run;
    let many = (0..100_000).map(|number| Blocked { node: Node::from_bits(number << 100), accounts: 26 });
    let many = blocked::format(&many.collect::<Vec<_>>()).expect("a list");
    pipeline.put(&keys::processed_blocked(&version), many);

    drop_rows(&pipeline, "b", &rows[1..]);
    let run = pipeline.next_run();
    pipeline.memory.set(Memory { merge: MemoryBudget::of_usable(2 << 20), ..Memory::default() });
    let error = pipeline.run(&TOGETHER).expect_err("the keys do not fit");
    assert_eq!(error.kind, ErrorKind::InvalidInput);
    assert!(error.text().contains("a partition that is compared with 100000 blocked keys would need"), "{error}");
    assert!(error.text().ends_with("deploy with MergeMemory=100 or more, then resume the run"), "{error}");
    assert_eq!(pipeline.get(&keys::merged_counts(&run, 0)), None);

    pipeline.memory.set(Memory { merge: MemoryBudget::of_megabytes(100), ..Memory::default() });
    pipeline.resume(&run, &TOGETHER).expect("a version");
    assert_eq!(Version::current(&pipeline).values(), oracle::customers(&rows, &settings));
}
