//! What all requests to a bucket share.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_s3::Client;
use aws_sdk_s3::config;

use super::client::Patience;

/// A bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) client: Client,
    pub(super) name: String,
    pub(super) patience: Patience,
    pub(super) requests: AtomicU64,
    /// Those of them that read an object.
    pub(super) reads: AtomicU64,
}

impl Bucket {
    pub(super) fn count(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_read(&self) {
        self.count();
        self.reads.fetch_add(1, Ordering::Relaxed);
    }

    /// The settings of a request whose attempts take up to `attempt`.
    pub(super) fn within(&self, attempt: std::time::Duration) -> config::Builder {
        config::Builder::new().timeout_config(self.patience.timeouts(attempt))
    }
}

pub(super) fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

pub(super) fn unquoted(etag: Option<String>) -> String {
    etag.unwrap_or_default().trim_matches('"').to_owned()
}
