//! Every request of every stage fails once, before it took effect or after: the run publishes nothing, or all of it,
//! says which object it was about, and comes to the same bytes when it is taken up.

use onefold_lake::keys;
use onefold_shell::ErrorKind;
use onefold_store::Store;
use onefold_store::memory::{InjectedFailure, InjectedFault, Served};
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};

use crate::disturbed::{go_on, lake, version};

/// What is asked of a run when nothing disturbs it.
fn undisturbed(versions_before: usize, knobs: &Knobs) -> (Pipeline, Vec<Served>) {
    let mut pipeline = lake(versions_before);
    let before = pipeline.store.requests();
    pipeline.run(knobs).expect("nothing disturbs it");
    let served = pipeline.store.served_since(before);
    (pipeline, served)
}

/// What the driver, which knows no second try, makes of a chunk that Translate gives up.
const IS_DEAD: &str = "Onefold.DeadLetter";

/// A request that fails: which one, and how.
struct Failing<'s> {
    number: usize,
    request: &'s Served,
    fault: InjectedFault,
    says: String,
}

/// Each request failing before it has an effect, and each change after it had its effect.
fn each(served: &[Served]) -> impl Iterator<Item = Failing<'_>> {
    served.iter().enumerate().flat_map(|(number, request)| {
        let fault = InjectedFault::any().nth(number as u64);
        let before = Failing { number, request, fault: fault.clone(), says: "before".to_owned() };
        let after =
            Failing { number, request, fault: fault.after().with(InjectedFailure::NoAnswer), says: "after".to_owned() };
        let is_write = request.operation.is_write();
        [Some(before), is_write.then_some(after)].into_iter().flatten()
    })
}

fn check(versions_before: usize, knobs: &Knobs) {
    let number = versions_before as u32 + 1;
    let (expected, served) = undisturbed(versions_before, knobs);
    let before = lake(versions_before).get(keys::CURRENT);
    let (version_expected, committed) = (version(&expected, number), expected.get(keys::CURRENT));
    assert!(served.len() > 60, "{} requests", served.len());
    for Failing { number: place, request, fault, says } in each(&served) {
        let what = format!("request {place}, {} of {}, fails {says}", request.operation, request.key);
        let mut pipeline = lake(versions_before);
        pipeline.store.fail(fault);
        let outcome = pipeline.run(knobs);
        assert_eq!(pipeline.store.hits(), 1, "{what}");
        match outcome {
            // Whose answer was lost is looked up where an object says who wrote it.
            Ok(_) => {
                assert!(says == "after" && [keys::ACTIVE, keys::CURRENT].contains(&request.key.as_str()), "{what}")
            }
            Err(error) if error.text() == IS_DEAD => {}
            Err(error) => {
                assert_eq!(error.kind, ErrorKind::Transient, "{what}: {}", error.text());
                assert!(error.text().contains(&request.key), "{what}: {}", error.text());
            }
        }
        let current = pipeline.get(keys::CURRENT);
        if current == committed {
            assert_eq!(version(&pipeline, number), version_expected, "{what}: what CURRENT names is whole");
        } else {
            assert_eq!(current, before, "{what}: nothing is published");
        }
        assert_eq!(go_on(&mut pipeline, number, knobs), Ok(()), "{what}");
        assert_eq!(version(&pipeline, number), version_expected, "{what}");
        assert_eq!(pipeline.get(keys::CURRENT), committed, "{what}");
    }
}

#[test]
fn each_request_of_a_first_run_fails_in_turn() {
    check(0, &Knobs::default());
}

#[test]
fn each_request_of_a_first_run_over_several_shards_fails_in_turn() {
    check(0, &Knobs { shards: 2, partitions: 3, settles_first: true, foreign: true, ..Knobs::default() });
}

#[test]
fn each_request_of_a_next_run_fails_in_turn() {
    check(1, &Knobs { split_bytes: 100, duplicates: true, foreign: true, ..Knobs::default() });
}

/// A stream that breaks is no row that is lost: the run fails, or reads on.
#[test]
fn each_body_breaks_in_each_of_its_first_pieces() {
    let knobs = Knobs::default();
    let (expected, served) = undisturbed(1, &knobs);
    let streams = served.iter().filter(|request| request.operation == onefold_store::Operation::Stream).count();
    assert!(streams > 2, "{streams} streams");
    for (stream, piece) in (0..streams).flat_map(|stream| (0..3).map(move |piece| (stream, piece))) {
        let what = format!("piece {piece} of stream {stream}");
        let mut pipeline = lake(1);
        let fault = InjectedFault::of(onefold_store::Operation::Stream).nth(stream as u64).in_piece(piece);
        pipeline.store.fail(fault.with(InjectedFailure::NoAnswer));
        match pipeline.run(&knobs) {
            Ok(outcome) => assert!(matches!(outcome, Outcome::Published(_)), "{what}: {outcome:?}"),
            Err(error) => {
                assert_eq!(error.kind, ErrorKind::Transient, "{what}: {}", error.text());
                pipeline.store.heal();
                assert_eq!(go_on(&mut pipeline, 2, &knobs), Ok(()), "{what}");
            }
        }
        assert_eq!(version(&pipeline, 2), version(&expected, 2), "{what}");
    }
}
