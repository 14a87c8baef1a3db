//! A run that an earlier program began, which had no stage Divide, is taken up and comes to the same bytes. If it came as far
//! as Link, it is refused.

use onefold_lake::RunId;
use onefold_lake::calls::LinkRequest;
use onefold_lake::keys::{self, Stage};
use onefold_shell::ErrorKind;
use onefold_store::Store;
use onefold_store::memory::InjectedFault;
use onefold_tests::pipeline::{Knobs, Pipeline};

use crate::disturbed::{lake, version};

/// Removes what an earlier program did not leave: Divide's receipt and its lists. Link wrote the layout.
fn remove_what_divide_left(pipeline: &Pipeline, run: &RunId) {
    let mut left = pipeline.list(&keys::receipts_of(run, Stage::Divide));
    left.extend([keys::mappers(run), keys::partitions(run)]);
    pipeline.remove(&left);
}

fn check(versions_before: usize, knobs: &Knobs) {
    let number = versions_before as u32 + 1;
    let run = Pipeline::run_of(number);
    let mut undisturbed = lake(versions_before);
    let requests_before = undisturbed.store.requests();
    undisturbed.run(knobs).expect("nothing disturbs it");
    let expected = version(&undisturbed, number);
    let mut writes = undisturbed.store.served_since(requests_before);
    writes.retain(|served| served.operation.is_write());
    let (mut taken_up, mut refused) = (0, 0);
    for (place, write) in (0..).zip(&writes) {
        let what = format!("killed at the write of {}", write.key);
        let mut pipeline = lake(versions_before);
        pipeline.store.fail(InjectedFault::write().nth(place).from_then_on());
        pipeline.run(knobs).expect_err(&what);
        pipeline.store.heal();
        if pipeline.get(&keys::receipt(&run, Stage::Plan, "plan")).is_none() {
            continue;
        }
        remove_what_divide_left(&pipeline, &run);
        let was_linked = !pipeline.list(&keys::receipts_of(&run, Stage::Link)).is_empty();
        let current = pipeline.get(keys::CURRENT);
        match pipeline.resume(&run, knobs) {
            Ok(_) => {
                assert!(!was_linked, "{what}");
                assert_eq!(version(&pipeline, number), expected, "{what}");
                taken_up += 1;
            }
            Err(error) => {
                assert!(was_linked, "{what}: {error}");
                assert_eq!(error.kind, ErrorKind::InvalidInput, "{what}: {error}");
                assert!(error.text().starts_with(&format!("an earlier program divided the run {run}")), "{error}");
                assert!(error.text().ends_with("; start a new run"), "{what}: {error}");
                assert_eq!(pipeline.get(keys::CURRENT), current, "{what}");
                refused += 1;
            }
        }
    }
    assert!(taken_up > 10 && refused > 10, "{taken_up} were taken up, {refused} refused");
}

#[test]
fn a_run_of_one_shard_is_taken_up_unless_it_was_linked() {
    check(1, &Knobs::default());
}

#[test]
fn a_run_of_several_shards_is_taken_up_unless_it_was_linked() {
    check(0, &Knobs { shards: 2, partitions: 3, ..Knobs::default() });
}

/// A redrive keeps the states that its execution began with. Those of an earlier program have no Divide.
#[test]
fn an_execution_that_passes_divide_by_learns_how_its_run_goes_on() {
    let mut pipeline = lake(0);
    let run = pipeline.next_run();
    pipeline.store.fail(InjectedFault::write().on(keys::receipt(&run, Stage::Divide, "divide")));
    pipeline.run(&Knobs::default()).expect_err("it is not divided");
    pipeline.store.heal();
    let context = pipeline.context(pipeline.store.clone());
    let advance = LinkRequest::Advance { run: run.clone(), round: 0 };
    let error = pipeline.block_on(link::run(advance, &context)).expect_err("it is not divided");
    assert_eq!(error.kind, ErrorKind::InvalidInput, "{error}");
    assert!(error.text().starts_with(&format!("the run {run} was not divided; ")), "{error}");
    assert!(error.text().ends_with(&format!("start one with {{\"resume\":\"{run}\"}}")), "{error}");
    pipeline.resume(&run, &Knobs::default()).expect("it is divided then");
}
