//! Objects that are made of parts: what becomes of an upload that fails.

use onefold_store::{Object, Operation, Store, StoreError};
use onefold_tests::http_server::{HttpServer, Reply, Request};

use crate::bucket::{done, error, store, wait};

const SIZE: u64 = 6 << 20;

fn sources() -> Vec<Object> {
    let source = |name: &str| Object { key: name.to_owned(), size: SIZE, etag: name.to_owned(), modified_at: 0 };
    ["a", "b", "c d+é"].map(source).into()
}

/// What S3 answers to the requests of a concatenation.
fn answer(request: &Request) -> Reply {
    let xml = |body: &str| Reply::json(body);
    match (&*request.method, request.query.contains_key("uploads")) {
        ("POST", true) => xml("<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>"),
        ("POST", false) => {
            xml("<CompleteMultipartUploadResult><ETag>\"joined-3\"</ETag></CompleteMultipartUploadResult>")
        }
        ("PUT", _) => xml("<CopyPartResult><ETag>\"part\"</ETag></CopyPartResult>"),
        _ => Reply { status: 204, ..done() },
    }
}

fn is_complete(request: &Request) -> bool {
    request.method == "POST" && request.query.contains_key("uploadId")
}

fn aborts(server: &HttpServer) -> usize {
    server.requests().iter().filter(|request| request.method == "DELETE" && request.query["uploadId"] == "u1").count()
}

#[test]
fn parts_are_copied_from_what_was_listed_and_the_size_is_checked() {
    let server = HttpServer::start(|request, _| answer(request));
    wait(store(&server).concatenate(&sources(), "joined")).expect("it is joined");
    let requests = server.requests();
    let header = |name: &str| -> Vec<String> {
        let mut values: Vec<String> =
            requests.iter().filter_map(|request| request.headers.get(name).cloned()).collect();
        values.sort();
        values
    };
    let of = |name: &str| format!("onefold-stores/{name}");
    assert_eq!(header("x-amz-copy-source"), [of("a"), of("b"), of("c%20d%2B%C3%A9")]);
    assert_eq!(header("x-amz-copy-source-if-match").len(), 3);
    assert_eq!(header("x-amz-mp-object-size"), [(3 * SIZE).to_string()]);
    assert_eq!(aborts(&server), 0);
}

#[test]
fn an_upload_that_fails_is_aborted() {
    let server = HttpServer::start(|request, _| match request.headers.get("x-amz-copy-source") {
        Some(source) if source.ends_with("/b") => error(412, "PreconditionFailed"),
        _ => answer(request),
    });
    let failed = wait(store(&server).concatenate(&sources(), "joined")).expect_err("a source was changed");
    assert!(matches!(&failed, StoreError::Precondition { key } if key == "b"), "{failed}");
    assert_eq!(aborts(&server), 1);
    assert!(!server.requests().iter().any(is_complete));
}

#[test]
fn an_end_that_fails_behind_its_200_is_an_error() {
    let server = HttpServer::start(|request, _| match is_complete(request) {
        true => Reply { status: 200, ..error(200, "InternalError") },
        false => answer(request),
    });
    let failed = wait(store(&server).concatenate(&sources(), "joined")).expect_err("it did not happen");
    let is_named =
        matches!(&failed, StoreError::Unavailable { operation: Operation::Complete, key, .. } if key == "joined");
    assert!(is_named, "{failed}");
    assert_eq!(aborts(&server), 1);
}

#[test]
fn an_upload_that_is_gone_may_be_made_again() {
    let server = HttpServer::start(|request, _| match is_complete(request) {
        true => error(404, "NoSuchUpload"),
        false => answer(request),
    });
    let failed = wait(store(&server).concatenate(&sources(), "joined")).expect_err("it is gone");
    assert!(matches!(failed, StoreError::Unavailable { .. }), "no object is missing: {failed}");
}
