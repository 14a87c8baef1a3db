//! Invariants 3 and 4: a run that is killed at any write publishes nothing, and taken up again it comes to the same
//! bytes.

use onefold_lake::keys;
use onefold_shell::ErrorKind;
use onefold_store::Store;
use onefold_store::memory::{InjectedFault, Served};
use onefold_tests::pipeline::{Knobs, Pipeline};

use crate::disturbed::{go_on, lake, scored, scored_lake, version};

/// The writes behind the commit: three lists of files of the current version and three of its Parquet files, the lease, and
/// Compact's receipt.
const BEHIND_COMMIT: u64 = 8;

fn is_of_translate(key: &str) -> bool {
    key.starts_with("interim/") || key.starts_with("rejects/") || key.contains("/receipts/translate/")
}

fn check(lake: fn(usize) -> Pipeline, versions_before: usize, knobs: &Knobs) {
    let number = versions_before as u32 + 1;
    let mut undisturbed = lake(versions_before);
    let before = undisturbed.get(keys::CURRENT);
    let requests_before = undisturbed.store.requests();
    undisturbed.run(knobs).expect("nothing disturbs it");
    let mut writes = undisturbed.store.served_since(requests_before);
    writes.retain(|served| served.operation.is_write());
    let (expected, committed) = (version(&undisturbed, number), undisturbed.get(keys::CURRENT));
    let expected_scores = scored(&undisturbed, number);
    assert!(writes.len() > 20 && expected.len() > 4, "{} writes make {} objects", writes.len(), expected.len());

    let mut committed_runs = 0;
    for (writes_left, Served { operation, key }) in (0..).zip(writes) {
        let mut pipeline = lake(versions_before);
        pipeline.store.fail(InjectedFault::write().nth(writes_left).from_then_on());
        let error = pipeline.run(knobs).expect_err("a write fails");
        assert_eq!(error.kind, ErrorKind::Transient, "after {writes_left} writes: {}", error.text());
        // Where Translate fails, its chunk is buried, which fails next.
        let named = if is_of_translate(&key) { keys::dead_of(&Pipeline::run_of(number)) } else { key };
        let what = format!("{operation} of {named}");
        assert!(error.text().starts_with(&what), "the message names the object: {}, not {what}", error.text());
        let current = pipeline.get(keys::CURRENT);
        if current == committed {
            committed_runs += 1;
            assert_eq!(version(&pipeline, number), expected, "what CURRENT names is whole");
        } else {
            assert_eq!(current, before, "after {writes_left} writes");
        }

        // It is killed once more on the way, further on each time, and then let be.
        pipeline.store.fail(InjectedFault::write().nth(writes_left % 7).from_then_on());
        let _ = go_on(&mut pipeline, number, knobs);
        pipeline.store.heal();
        assert_eq!(go_on(&mut pipeline, number, knobs), Ok(()), "after {writes_left} writes");
        assert_eq!(version(&pipeline, number), expected, "after {writes_left} writes");
        assert_eq!(scored(&pipeline, number), expected_scores, "after {writes_left} writes");
        assert_eq!(pipeline.get(keys::CURRENT), committed);
    }
    assert_eq!(committed_runs, BEHIND_COMMIT, "only these come behind the commit");
}

#[test]
fn a_first_run_killed_at_any_write_is_resumed_to_the_same_bytes() {
    check(lake, 0, &Knobs::default());
}

#[test]
fn a_first_run_over_several_shards_killed_at_any_write_is_resumed_to_the_same_bytes() {
    check(lake, 0, &Knobs { shards: 2, partitions: 3, settles_first: true, ..Knobs::default() });
}

#[test]
fn a_next_run_killed_at_any_write_is_resumed_to_the_same_bytes() {
    check(lake, 1, &Knobs { split_bytes: 100, ..Knobs::default() });
}

#[test]
fn a_run_with_scored_pairs_killed_at_any_write_is_resumed_to_the_same_bytes() {
    check(scored_lake, 1, &Knobs { shards: 2, ..Knobs::default() });
}

#[test]
fn a_run_that_another_one_overtook_does_not_publish() {
    let mut pipeline = lake(1);
    let writes = {
        let mut undisturbed = lake(1);
        let before = undisturbed.store.requests();
        undisturbed.run(&Knobs::default()).expect("nothing disturbs it");
        undisturbed.store.writes_since(before)
    };
    pipeline.store.fail(InjectedFault::write().nth(writes - 1 - BEHIND_COMMIT).from_then_on());
    pipeline.run(&Knobs::default()).expect_err("the commit fails");
    pipeline.store.heal();
    pipeline.run(&Knobs::default()).expect("another run publishes");
    let current = pipeline.get(keys::CURRENT);
    let error = pipeline.resume(&Pipeline::run_of(2), &Knobs::default()).expect_err("it was overtaken");
    assert_eq!(error.kind, ErrorKind::Conflict);
    assert!(error.text().contains(Pipeline::run_of(3).as_str()), "{}", error.text());
    assert_eq!(pipeline.get(keys::CURRENT), current);
}

/// A run that was killed when all raw chunks were there, Settle waited, and nothing was translated.
fn killed_before_translate(knobs: &Knobs) -> Pipeline {
    let run = Pipeline::run_of(1);
    for writes in 0.. {
        let mut pipeline = lake(0);
        pipeline.store.fail(InjectedFault::write().nth(writes).from_then_on());
        pipeline.run(knobs).expect_err("a write fails");
        if pipeline.get(&keys::run_token(&run)).is_some() {
            pipeline.store.heal();
            return pipeline;
        }
    }
    unreachable!("Settle waits before anything is translated")
}

#[test]
fn a_chunk_that_cannot_be_translated_fails_the_task_by_name_until_it_is_mended() {
    let knobs = Knobs { settles_first: true, ..Knobs::default() };
    let run = Pipeline::run_of(1);
    let mut pipeline = killed_before_translate(&knobs);
    let raw = pipeline.list(&keys::raw_of(&run)).remove(0);
    let bytes = pipeline.get(&raw).expect("a raw chunk");
    pipeline.put(&raw, "no raw chunk");
    let error = pipeline.resume(&run, &knobs).expect_err("a chunk is damaged");
    assert_eq!(error.text(), "Onefold.DeadLetter");
    let failed = pipeline.tasks.failed();
    let (token, name, cause) = failed.last().expect("the task that waits is failed");
    assert_eq!((token.as_str(), name.as_str()), ("token-2", "Onefold.DeadLetter"));
    assert!(cause.contains(&raw) && cause.contains(&format!("{{\"resume\":\"{run}\"}}")), "{cause}");
    assert_eq!(pipeline.get(keys::CURRENT), None);

    pipeline.put(&raw, bytes);
    pipeline.resume(&run, &knobs).expect("the chunk is mended");
    assert!(pipeline.get(keys::CURRENT).is_some());
}
