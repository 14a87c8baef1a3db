//! Invariants 1 and 8: order, batching, splits, shards, partitions and repetition do not matter, and the same
//! inputs give the same bytes.

use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use proptest::prelude::*;
use serde_json::Value;

use crate::data::{any_rows, cases, drop_rows, publish, version_of};

fn any_knobs() -> impl Strategy<Value = Knobs> {
    let sizes = (1u32..=4, 1u32..=7, prop::sample::select(&[60u64, 300, 2_000, 1 << 20][..]));
    (sizes, 1usize..4, 0usize..8, any::<[bool; 3]>()).prop_map(|(sizes, batch, rotate, [duplicates, settles_first, twice])| {
        let (shards, partitions, split_bytes) = sizes;
        Knobs { shards, partitions, split_bytes, batch, rotate, duplicates, settles_first, twice }
    })
}

/// Every object but the receipts, which say how long things took.
fn objects(pipeline: &Pipeline) -> Vec<(String, Vec<u8>)> {
    let keys = pipeline.list("").into_iter().filter(|key| !key.contains("/receipts/"));
    keys.map(|key| (key.clone(), pipeline.get(&key).expect("an object").to_vec())).collect()
}

/// Publishes rows in several runs.
fn in_runs(runs: &[&[Row]], knobs: &Knobs) -> Vec<Value> {
    let mut pipeline = Pipeline::new(&Settings::default());
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
