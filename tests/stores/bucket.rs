//! A bucket at some address, and what S3 would answer about one object in it.

use std::time::Duration;

use aws_sdk_s3::config::{BehaviorVersion, Builder, Credentials, Region};
use onefold_store::s3::{Patience, S3Store, client};
use onefold_tests::http_server::{HttpServer, Reply, Request};
use tokio::runtime;

/// The bucket's name.
pub const BUCKET: &str = "onefold-stores";
/// The number of every request that the server answers.
pub const REQUEST_ID: &str = "8ZKW1RX5DYQQ6Q5M";

/// Where and as whom.
pub fn config(endpoint: &str) -> Builder {
    Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .force_path_style(true)
}

/// Little patience, so that tests are quick.
pub const HASTY: Patience =
    Patience { answer: Duration::from_millis(300), pause: Duration::from_millis(1), ..Patience::AWS };

/// The bucket of a server that misbehaves.
pub fn store(server: &HttpServer) -> S3Store {
    let endpoint = server.url("");
    S3Store::new(client(config(&endpoint), HASTY), BUCKET, HASTY)
}

/// Waits for a request.
pub fn wait<T>(request: impl Future<Output = T>) -> T {
    runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(request)
}

/// An answer that is an error.
pub fn error(status: u16, code: &str) -> Reply {
    let body = format!("<Error><Code>{code}</Code><Message>As a test wants it</Message></Error>");
    Reply { status, body: body.into_bytes(), ..Reply::json("") }
        .with("x-amz-request-id", REQUEST_ID)
        .with("x-amz-id-2", "extended/id=")
}

/// An answer without a body, as to a write.
pub fn done() -> Reply {
    Reply { body: Vec::new(), ..Reply::json("") }.with("ETag", "\"written\"")
}

/// What S3 answers to a read of an object: all of it, the range that was asked for, or that a condition does not hold.
pub fn object(request: &Request, content: &[u8], etag: &str) -> Reply {
    let etag = format!("\"{etag}\"");
    if request.headers.get("if-match").is_some_and(|expected| *expected != etag) {
        return error(412, "PreconditionFailed");
    }
    let size = content.len();
    let Some(range) = request.headers.get("range") else {
        return Reply { body: content.to_vec(), ..Reply::json("") }.with("ETag", &etag);
    };
    let (start, end) = range.trim_start_matches("bytes=").split_once('-').expect("a range");
    let (start, end) = match (start.parse::<usize>(), end.parse::<usize>()) {
        (Ok(start), end) => (start, end.map_or(size, |end| size.min(end + 1))),
        (Err(_), length) => (size - size.min(length.expect("a length")), size),
    };
    if start >= size {
        return error(416, "InvalidRange");
    }
    let body = content[start..end].to_vec();
    let range = format!("bytes {start}-{}/{size}", end - 1);
    Reply { status: 206, body, ..Reply::json("") }.with("ETag", &etag).with("Content-Range", &range)
}
