//! Answers that are errors: sorted by their code, with the request's numbers.

use onefold_store::{Condition, Operation, Store, StoreError};
use onefold_tests::http_server::HttpServer;

use crate::bucket::{REQUEST_ID, error, store, wait};

#[test]
fn an_error_says_what_was_asked_about_what_and_under_which_number() {
    let server = HttpServer::start(|_, _| error(403, "AccessDenied"));
    let refused = wait(store(&server).put("a/key", "x".into(), Condition::Always)).expect_err("it is refused");
    assert!(matches!(&refused, StoreError::Refused { operation: Operation::Put, key, .. } if key == "a/key"));
    let text = refused.to_string();
    for part in ["put of a/key", "403", "AccessDenied", REQUEST_ID, "extended/id="] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(server.requests().len(), 1, "it is of no use to ask again");
}

#[test]
fn what_passes_is_asked_for_again_and_what_does_not_is_not() {
    let cases = [
        (503, "SlowDown", 4),
        (500, "InternalError", 4),
        (400, "RequestTimeout", 4),
        (404, "NoSuchBucket", 1),
        (400, "InvalidArgument", 1),
    ];
    for (status, code, requests) in cases {
        let server = HttpServer::start(move |_, _| error(status, code));
        let failed = wait(store(&server).get("a")).expect_err("an error");
        let is_refused = matches!(failed, StoreError::Refused { .. });
        assert_eq!((is_refused, server.requests().len()), (requests == 1, requests), "{failed}");
        assert!(is_refused || matches!(failed, StoreError::Unavailable { .. }), "{failed}");
    }
}

#[test]
fn nobody_there_is_an_error_with_a_source() {
    let server = HttpServer::start(|_, _| error(503, "SlowDown"));
    let store = store(&server);
    drop(server);
    let failed = wait(store.list("runs/")).expect_err("nobody is there");
    assert!(matches!(&failed, StoreError::Unavailable { operation: Operation::List, key, .. } if key == "runs/"));
    assert!(std::error::Error::source(&failed).is_some());
}

#[test]
fn of_many_removals_the_one_that_failed_is_named() {
    let server = HttpServer::start(|_, _| {
        let failed = "<Error><Key>b</Key><Code>AccessDenied</Code></Error>";
        onefold_tests::http_server::Reply::json(format!("<DeleteResult>{failed}</DeleteResult>"))
    });
    let failed = wait(store(&server).delete(&["a".to_owned(), "b".to_owned()])).expect_err("one was refused");
    assert!(matches!(&failed, StoreError::Refused { key, .. } if key == "b"), "{failed}");
}
