//! Bodies that break are taken up where they broke, under the entity tag that they began with.

use std::sync::Mutex;
use std::time::Duration;

use onefold_store::{Store, StoreError};
use onefold_tests::http_server::{HttpServer, Mishap, Reply, Request};

use crate::bucket::{self, object, store, wait};

const SIZE: usize = 1000;

fn content() -> Vec<u8> {
    (0..SIZE).map(|at| (at % 251) as u8).collect()
}

/// A server with an object whose first so many bodies break, each in its middle.
fn breaking(breaks: usize, mishap: Mishap) -> HttpServer {
    HttpServer::start(move |request, number| {
        let reply = object(request, &content(), "tag");
        if number < breaks { reply.but(mishap) } else { reply }
    })
}

fn ranges(server: &HttpServer) -> Vec<Option<String>> {
    server.requests().into_iter().map(|request| request.headers.get("range").cloned()).collect()
}

fn tags(server: &HttpServer) -> Vec<Option<String>> {
    server.requests().into_iter().map(|request| request.headers.get("if-match").cloned()).collect()
}

fn range(text: &str) -> Option<String> {
    Some(format!("bytes={text}"))
}

#[test]
fn a_whole_object_is_taken_up_where_it_broke() {
    for mishap in [Mishap::HalfABody, Mishap::SlowBody(Duration::from_secs(2))] {
        let server = breaking(2, mishap);
        let (bytes, etag) = wait(store(&server).get("a")).expect("two breaks are no matter");
        assert_eq!((bytes.to_vec(), etag.as_str()), (content(), "tag"));
        assert_eq!(ranges(&server), [None, range("500-999"), range("750-999")], "{mishap:?}");
        assert_eq!(tags(&server), [None, Some("\"tag\"".to_owned()), Some("\"tag\"".to_owned())]);
    }
}

#[test]
fn ranges_and_tails_are_taken_up_too() {
    let server = breaking(1, Mishap::HalfABody);
    assert_eq!(wait(store(&server).get_range("a", 100..300)).expect("a range"), content()[100..300]);
    assert_eq!(ranges(&server), [range("100-299"), range("200-299")]);
    let server = breaking(1, Mishap::HalfABody);
    assert_eq!(wait(store(&server).get_range("a", 900..5000)).expect("a range"), content()[900..]);
    assert_eq!(ranges(&server), [range("900-4999"), range("950-999")]);
    let server = breaking(1, Mishap::HalfABody);
    assert_eq!(wait(store(&server).get_tail("a", 10)).expect("a tail"), content()[990..]);
    assert_eq!(ranges(&server), [range("-10"), range("995-999")]);
}

/// Reads a stream to its end or to what it fails with.
async fn read(server: &HttpServer, from: u64) -> (Vec<u8>, Option<StoreError>) {
    let mut body = match store(server).stream("a", "tag", from).await {
        Ok(body) => body,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut read = Vec::new();
    loop {
        match body.next().await {
            Ok(Some(piece)) => read.extend_from_slice(&piece),
            Ok(None) => return (read, None),
            Err(error) => return (read, Some(error)),
        }
    }
}

#[test]
fn a_stream_is_taken_up_where_it_broke() {
    let server = breaking(3, Mishap::HalfABody);
    let (bytes, error) = wait(read(&server, 200));
    assert!(error.is_none() && bytes == content()[200..], "{error:?}");
    assert_eq!(ranges(&server), [range("200-"), range("600-999"), range("800-999"), range("900-999")]);
    assert!(tags(&server).iter().all(|tag| tag.as_deref() == Some("\"tag\"")));
}

#[test]
fn a_body_that_breaks_again_and_again_is_given_up() {
    let server = breaking(usize::MAX, Mishap::HalfABody);
    let (bytes, error) = wait(read(&server, 0));
    let error = error.expect("it is given up");
    assert!(matches!(&error, StoreError::Unavailable { key, .. } if key == "a"), "{error}");
    assert!(std::error::Error::source(&error).is_some(), "what lies behind it is kept");
    assert_eq!((server.requests().len(), bytes.len()), (4, 500 + 250 + 125 + 62));
    assert!(content().starts_with(&bytes), "what came is right");
}

#[test]
fn a_long_body_may_break_often_but_not_at_one_place() {
    const LARGE: usize = 40 << 20;
    let whole: Vec<u8> = (0..LARGE).map(|at| (at % 251) as u8).collect();
    let expected = whole.clone();
    // Each body breaks; a large one lets much through before.
    let server = HttpServer::start(move |request, number| {
        let reply = object(request, &whole, "tag");
        if number < 5 { reply.but(Mishap::HalfABody) } else { reply }
    });
    let (bytes, _) = wait(store(&server).get("a")).expect("there is progress");
    assert!(bytes == expected);
    assert_eq!(server.requests().len(), 6);
}

/// A server whose object breaks once and is then answered about by another way.
fn then(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> HttpServer {
    HttpServer::start(move |request, number| match number {
        0 => object(request, &content(), "tag").but(Mishap::HalfABody),
        _ => answer(request),
    })
}

#[test]
fn an_object_that_was_changed_meanwhile_is_not_taken_up() {
    let server = then(|request| object(request, b"something else", "other"));
    let (bytes, error) = wait(read(&server, 0));
    assert!(matches!(error, Some(StoreError::Precondition { ref key }) if key == "a"), "{error:?}");
    assert_eq!(bytes, content()[..500]);
    let server = then(|request| object(request, b"something else", "other"));
    let whole = wait(store(&server).get("a"));
    assert!(matches!(whole, Err(StoreError::Precondition { .. })));

    let server = then(|_| bucket::error(404, "NoSuchKey"));
    let (_, error) = wait(read(&server, 0));
    assert!(matches!(error, Some(StoreError::NotFound { .. })), "{error:?}");
}

#[test]
fn a_body_that_does_not_begin_where_it_broke_is_not_taken_up() {
    // A server that does not know ranges gives the object from its start.
    let server = then(|_| Reply { body: content(), ..Reply::json("") }.with("ETag", "\"tag\""));
    let (bytes, error) = wait(read(&server, 0));
    assert!(matches!(error, Some(StoreError::Unavailable { .. })), "{error:?}");
    assert_eq!(bytes, content()[..500]);
}

#[test]
fn behind_the_end_there_is_nothing() {
    let server = breaking(0, Mishap::None);
    let store = store(&server);
    assert_eq!(wait(store.get_range("a", 1000..1001)).expect("a range"), "");
    assert_eq!(wait(read(&server, 1000)).0, b"");
    assert_eq!(wait(store.get_tail("a", 2000)).expect("a tail"), content());
}

#[test]
fn an_answer_that_does_not_come_is_asked_for_again() {
    let first = Mutex::new(true);
    let server = HttpServer::start(move |request, _| {
        if std::mem::take(&mut *first.lock().expect("a lock")) {
            std::thread::sleep(Duration::from_secs(4));
        }
        object(request, &content(), "tag")
    });
    let (bytes, _) = wait(store(&server).get("a")).expect("the second answer");
    assert_eq!((bytes.to_vec(), server.requests().len()), (content(), 2));
}
