//! Writes under a condition: which answers are asked for again, and whose bytes are there in the end.

use onefold_store::{Condition, Store, StoreError};
use onefold_tests::http_server::{HttpServer, Mishap, Reply, Request};

use crate::bucket::{done, error, object, store, wait};

/// What comes of a write of `mine`, and how many writes and reads it took.
fn outcome(
    condition: Condition,
    answer: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static,
) -> (Result<(), StoreError>, usize, usize) {
    let server = HttpServer::start(answer);
    let written = wait(store(&server).put("CURRENT", "mine".into(), condition));
    let requests = server.requests();
    let writes = requests.iter().filter(|request| request.method == "PUT").count();
    (written, writes, requests.len() - writes)
}

fn conditions() -> [Condition; 2] {
    [Condition::IfAbsent, Condition::IfMatch("before".to_owned())]
}

fn lost() -> Reply {
    done().but(Mishap::NoAnswer)
}

#[test]
fn a_conflict_is_sent_again() {
    for condition in conditions() {
        let (written, writes, reads) = outcome(condition, |_, number| match number {
            0 | 1 => error(409, "ConditionalRequestConflict"),
            _ => done(),
        });
        assert!(written.is_ok(), "{written:?}");
        assert_eq!((writes, reads), (3, 0));
    }
}

#[test]
fn a_conflict_that_does_not_end_is_no_lost_race() {
    for condition in conditions() {
        let (written, writes, reads) = outcome(condition, |_, _| error(409, "ConditionalRequestConflict"));
        assert!(matches!(written, Err(StoreError::Unavailable { .. })), "{written:?}");
        assert_eq!((writes, reads), (4, 0), "it surely did not happen, so nothing is looked for");
    }
}

#[test]
fn what_a_conflict_left_is_not_taken_for_ones_own() {
    for condition in conditions() {
        let (written, _, reads) = outcome(condition, |_, number| match number {
            0 => error(409, "ConditionalRequestConflict"),
            _ => error(412, "PreconditionFailed"),
        });
        assert!(matches!(written, Err(StoreError::Precondition { .. })), "{written:?}");
        assert_eq!(reads, 0);
    }
}

#[test]
fn a_condition_that_does_not_hold_is_told_at_once() {
    for condition in conditions() {
        let (written, writes, reads) = outcome(condition, |_, _| error(412, "PreconditionFailed"));
        assert!(matches!(written, Err(StoreError::Precondition { ref key }) if key == "CURRENT"), "{written:?}");
        assert_eq!((writes, reads), (1, 0), "also if the same bytes are there: they are somebody else's");
    }
    let (written, ..) = outcome(Condition::IfMatch("before".to_owned()), |_, _| error(404, "NoSuchKey"));
    assert!(matches!(written, Err(StoreError::Precondition { .. })), "there is nothing: {written:?}");
    let (written, ..) = outcome(Condition::IfMatch("before".to_owned()), |_, _| error(404, "NoSuchBucket"));
    assert!(matches!(written, Err(StoreError::Refused { .. })), "{written:?}");
}

/// A write whose first answer is lost, and whose second try meets an object.
fn met(there: &'static str, how: impl Fn() -> Reply + Send + Sync + Copy + 'static) -> Vec<Result<(), StoreError>> {
    let answered = conditions().map(|condition| {
        let (written, writes, reads) = outcome(condition, move |request, number| match (&*request.method, number) {
            ("GET", _) => object(request, there.as_bytes(), "now"),
            (_, 0) => how(),
            _ => error(412, "PreconditionFailed"),
        });
        assert_eq!((writes, reads), (2, 1));
        written
    });
    answered.into()
}

#[test]
fn a_write_whose_answer_was_lost_is_recognised_by_its_bytes() {
    for how in [lost, || error(500, "InternalError"), || error(503, "SlowDown")] {
        for written in met("mine", how) {
            assert!(written.is_ok(), "{written:?}");
        }
        for written in met("somebody else's", how) {
            assert!(matches!(written, Err(StoreError::Precondition { .. })), "{written:?}");
        }
    }
}

#[test]
fn a_write_that_is_never_answered_is_looked_for() {
    for (there, is_there) in [("mine", true), ("somebody else's", false)] {
        for condition in conditions() {
            let (written, writes, reads) = outcome(condition, move |request, _| match &*request.method {
                "GET" => object(request, there.as_bytes(), "now"),
                _ => lost(),
            });
            assert_eq!((writes, reads), (4, 1));
            match is_there {
                true => assert!(written.is_ok(), "{written:?}"),
                false => assert!(matches!(written, Err(StoreError::Precondition { .. })), "{written:?}"),
            }
        }
    }
    // What was there before is there: it may still happen.
    let (written, ..) = outcome(Condition::IfMatch("before".to_owned()), |request, _| match &*request.method {
        "GET" => object(request, b"old", "before"),
        _ => lost(),
    });
    assert!(matches!(written, Err(StoreError::Unavailable { .. })), "{written:?}");
    let (written, ..) = outcome(Condition::IfAbsent, |request, _| match &*request.method {
        "GET" => error(404, "NoSuchKey"),
        _ => lost(),
    });
    assert!(matches!(written, Err(StoreError::Unavailable { .. })), "{written:?}");
}

#[test]
fn a_write_that_cannot_be_looked_for_is_not_called_lost() {
    for condition in conditions() {
        let (written, ..) = outcome(condition, |request, number| match (&*request.method, number) {
            ("GET", _) => error(503, "SlowDown"),
            (_, 0) => lost(),
            _ => error(412, "PreconditionFailed"),
        });
        assert!(matches!(written, Err(StoreError::Unavailable { .. })), "it may be one's own: {written:?}");
    }
}

#[test]
fn a_write_under_no_condition_is_sent_again() {
    let (written, writes, reads) = outcome(Condition::Always, |_, number| if number < 2 { lost() } else { done() });
    assert!(written.is_ok(), "{written:?}");
    assert_eq!((writes, reads), (3, 0));
}
