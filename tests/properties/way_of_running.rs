//! Invariants 1 and 8: order, batching, splits, shards, partitions and repetition do not matter, and the same
//! inputs give the same bytes.

use std::collections::BTreeMap;

use onefold_lake::keys::{self, Key};
use onefold_store::{Operation, Store};
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::version::rejects;
use proptest::prelude::*;
use serde_json::Value;

use crate::data::{any_rows, cases, drop_rows, publish, version_of};

fn any_knobs() -> impl Strategy<Value = Knobs> {
    let sizes = (1u32..=4, 1u32..=7, prop::sample::select(&[60u64, 300, 2_000, 1 << 20][..]));
    (sizes, 1usize..4, 0usize..8, any::<[bool; 3]>()).prop_map(
        |(sizes, batch, rotate, [duplicates, settles_first, twice])| {
            let (shards, partitions, split_bytes) = sizes;
            Knobs {
                shards,
                partitions,
                split_bytes,
                batch,
                rotate,
                duplicates,
                settles_first,
                twice,
                ..Knobs::default()
            }
        },
    )
}

/// Every object but those that say how long things took.
fn objects(pipeline: &Pipeline) -> Vec<(String, Vec<u8>)> {
    let keys = pipeline.list("").into_iter().filter(|key| !keys::is_measured(key));
    keys.map(|key| (key.clone(), pipeline.get(&key).expect("an object").to_vec())).collect()
}

/// Publishes rows in several runs.
fn in_runs(runs: &[&[Row]], knobs: &Knobs) -> Vec<Value> {
    let mut pipeline = Pipeline::new(&Settings { exports: true, ..Settings::default() });
    let mut customers = Vec::new();
    for (number, rows) in runs.iter().enumerate() {
        drop_rows(&pipeline, &format!("part-{number}"), rows);
        if rows.is_empty() {
            pipeline.drop_file("crm", &format!("empty-{number}.jsonl"), "");
        }
        customers = publish(&mut pipeline, knobs).without_ids();
    }
    customers
}

proptest! {
    #![proptest_config(cases(80))]

    #[test]
    fn the_way_of_running_does_not_matter(rows in any_rows(30), knobs in any_knobs()) {
        let expected = version_of(&rows, &Settings::default()).without_ids();
        prop_assert_eq!(in_runs(&[&rows], &knobs), expected);
    }

    #[test]
    fn the_order_of_rows_does_not_matter(
        (rows, shuffled) in any_rows(30).prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
    ) {
        let settings = Settings::default();
        prop_assert_eq!(version_of(&shuffled, &settings).without_ids(), version_of(&rows, &settings).without_ids());
    }

    #[test]
    fn the_division_into_files_does_not_matter(rows in any_rows(30), most in 1usize..5, knobs in any_knobs()) {
        let expected = version_of(&rows, &Settings::default()).without_ids();
        let mut pipeline = Pipeline::new(&Settings::default());
        pipeline.drop_file("list", "empty.csv", "");
        for (number, rows) in rows.chunks(most).enumerate() {
            drop_rows(&pipeline, &format!("part-{number}"), rows);
        }
        prop_assert_eq!(publish(&mut pipeline, &knobs).without_ids(), expected);
    }

    #[test]
    fn repeated_rows_do_not_matter(rows in any_rows(20), knobs in any_knobs()) {
        let expected = version_of(&rows, &Settings::default()).without_ids();
        let twice = [rows.clone(), rows.clone()].concat();
        prop_assert_eq!(in_runs(&[&twice, &rows], &knobs), expected);
    }

    #[test]
    fn the_number_of_runs_does_not_matter(rows in any_rows(30), cuts in (0.0..1.0, 0.0..1.0), knobs in any_knobs()) {
        let expected = version_of(&rows, &Settings::default()).without_ids();
        let at = |cut: f64| (rows.len() as f64 * cut) as usize;
        let (first, second) = (at(f64::min(cuts.0, cuts.1)), at(f64::max(cuts.0, cuts.1)));
        prop_assert_eq!(in_runs(&[&rows[..first], &rows[first..second], &rows[second..]], &knobs), expected);
    }
}

proptest! {
    #![proptest_config(cases(25))]

    #[test]
    fn the_same_inputs_give_the_same_bytes(rows in any_rows(30), more in any_rows(10), knobs in any_knobs()) {
        let lake = || {
            let mut pipeline = Pipeline::new(&Settings::default());
            drop_rows(&pipeline, "a", &rows);
            pipeline.drop_file("crm", "empty.jsonl", "");
            publish(&mut pipeline, &knobs);
            drop_rows(&pipeline, "b", &more);
            pipeline.drop_file("crm", "empty-b.jsonl", "");
            publish(&mut pipeline, &knobs);
            objects(&pipeline)
        };
        prop_assert_eq!(lake(), lake());
    }
}

#[test]
fn twice_means_that_every_object_is_written_twice() {
    let writes = |twice: bool| {
        let mut pipeline = Pipeline::new(&Settings::default());
        drop_rows(&pipeline, "a", &[Row::new("crm", "1").at(1), Row::new("shop", "1").at(1)]);
        let before = pipeline.store.requests();
        publish(&mut pipeline, &Knobs { shards: 2, twice, ..Knobs::default() });
        let mut writes: BTreeMap<String, usize> = BTreeMap::new();
        let served =
            pipeline.store.served_since(before).into_iter().filter(|served| served.operation == Operation::Put);
        served.for_each(|served| *writes.entry(served.key).or_default() += 1);
        writes
    };
    // What says who wrote it is not written again by the same, and a file of the version that is there not joined again.
    let is_joined = |key: &str| matches!(Key::parse(key), Some(Key::Processed { .. }));
    let once = |key: &str| [keys::ACTIVE, keys::CURRENT].contains(&key) || is_joined(key);
    let times = |key: &str| if once(key) { 1 } else { 2 };
    let expected: BTreeMap<_, _> =
        writes(false).into_iter().map(|(key, writes)| (key.clone(), writes * times(&key))).collect();
    assert_eq!(writes(true), expected);
}

/// Text that hardly compresses.
fn padding(seed: u32) -> String {
    let mut state = seed;
    let next = std::iter::repeat_with(|| {
        // Numerical Recipes' generator; only its high bits are any good.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'A' + (state >> 24) as u8 % 26)
    });
    next.take(900_000).collect()
}

/// A file of two chunks: long rows, of which one near the end is bad; and the line of that one.
fn long_file(source: &str) -> (String, u64) {
    let mut text = if source == "list" { "id,email,padding\n".to_owned() } else { String::new() };
    for id in 1..=22 {
        let padding = padding(id);
        text += &match (source, id) {
            ("list", 21) => "21\n".to_owned(),
            ("list", _) => format!("{id},a{id}@x.de,\"{padding}\n\"\n"),
            (_, 21) => "{\n".to_owned(),
            _ => format!("{{\"id\":{id},\"email\":\"a{id}@x.de\",\"padding\":\"{padding}\"}}\n"),
        };
    }
    // The CSV has a header, and two lines a row.
    (text, if source == "list" { 1 + 20 * 2 + 1 } else { 21 })
}

#[test]
fn an_extract_that_runs_out_of_time_goes_on_where_it_stopped() {
    for (source, name) in [("crm", "long.jsonl"), ("crm", "long.jsonl.zst"), ("list", "long.csv")] {
        let (text, bad_line) = long_file(source);
        let content =
            if name.ends_with(".zst") { zstd::encode_all(text.as_bytes(), 1).expect("zstd") } else { text.into() };
        let with = |hurried: bool| {
            let mut pipeline = Pipeline::new(&Settings::default());
            pipeline.drop_file(source, name, content.clone());
            let version = publish(&mut pipeline, &Knobs { hurried, split_bytes: 1 << 30, ..Knobs::default() });
            assert_eq!(pipeline.list("raw/").len(), 2, "{name} makes two chunks");
            let rejects = rejects(&pipeline, &version.manifest.run);
            assert_eq!((rejects.len(), rejects[0]["line"].as_u64()), (1, Some(bad_line)), "{name}");
            assert_eq!(pipeline.stops.get() > 0, hurried, "{name} is stopped when it is hurried");
            (version.without_ids(), rejects)
        };
        let unhurried = with(false);
        assert_eq!(unhurried.0.len(), 21, "{name}");
        assert!(with(true) == unhurried, "{name}");
    }
}
