//! The store on S3, or on a service with the same protocol.
//!
//! The SDK tries requests again, except writes under a condition (see `put.rs`). Broken bodies are resumed (`body.rs`).
//! `tries.rs` counts the tries of both, and `client.rs` has all time limits.

mod answer;
mod body;
mod bucket;
mod client;
mod multipart;
mod put;
mod tries;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bytes::Bytes;

use self::body::{EmptyBody, Resumed, WantedBytes};
use self::bucket::{Bucket, unquoted};
pub use self::client::{Patience, client};
use crate::code;
use crate::error::StoreError;
use crate::operation::Operation;
use crate::store::{Body, Condition, Object, Store};

/// The most objects that S3 removes in one request.
const DELETE_KEYS_MAX: usize = 1000;

/// A bucket.
#[derive(Debug)]
pub struct S3Store {
    bucket: Arc<Bucket>,
}

impl S3Store {
    /// Creates a store for a bucket. Make the client with [`client`] and the same `patience`.
    pub fn new(client: Client, bucket: impl Into<String>, patience: Patience) -> Self {
        let [requests, reads] = [0, 0].map(AtomicU64::new);
        Self { bucket: Arc::new(Bucket { client, name: bucket.into(), patience, requests, reads }) }
    }

    async fn read(&self, key: &str, wanted: WantedBytes) -> Result<Bytes, StoreError> {
        match Resumed::begin(&self.bucket, key, wanted, None).await? {
            Some(body) => body.collect().await,
            None => Ok(Bytes::new()),
        }
    }

    async fn delete_batch(&self, batch: &[String]) -> Result<(), StoreError> {
        let first = batch.first().map_or("", String::as_str);
        let identifier = |key: &String| ObjectIdentifier::builder().key(key).build();
        let objects = batch.iter().map(identifier).collect::<Result<_, _>>().map_err(|error| unsent(first, error))?;
        let delete = Delete::builder().quiet(true).set_objects(Some(objects)).build();
        let delete = delete.map_err(|error| unsent(first, error))?;
        self.bucket.count();
        let request = self.bucket.client.delete_objects().bucket(&self.bucket.name).delete(delete);
        let answer = request.send().await.map_err(|error| answer::sorted(Operation::Delete, first, error))?;
        let Some(failed) = answer.errors().first() else { return Ok(()) };
        let code = failed.code().unwrap_or("no code");
        let reason = format!("{code} for {} of {} objects", answer.errors().len(), batch.len());
        let key = failed.key().unwrap_or(first);
        Err(code::error(Operation::Delete, key, code::meaning(None, failed.code()), reason))
    }
}

/// The error of a delete request that could not be built.
fn unsent(key: &str, error: BuildError) -> StoreError {
    StoreError::refused(Operation::Delete, key, "the request could not be made").caused_by(error)
}

#[async_trait]
impl Store for S3Store {
    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let mut objects = Vec::new();
        let mut token = None;
        loop {
            self.bucket.count();
            let request = self.bucket.client.list_objects_v2().bucket(&self.bucket.name).prefix(prefix);
            let page = request.set_continuation_token(token).send().await;
            let page = page.map_err(|error| answer::sorted(Operation::List, prefix, error))?;
            for object in page.contents.unwrap_or_default() {
                objects.push(Object {
                    key: object.key.unwrap_or_default(),
                    size: object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
                    etag: unquoted(object.e_tag),
                    modified_at: object.last_modified.and_then(|time| time.to_millis().ok()).unwrap_or_default(),
                });
            }
            token = page.next_continuation_token;
            if token.is_none() {
                return Ok(objects);
            }
        }
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let mut folders = Vec::new();
        let mut token = None;
        loop {
            self.bucket.count();
            let request = self.bucket.client.list_objects_v2().bucket(&self.bucket.name).prefix(prefix).delimiter("/");
            let page = request.set_continuation_token(token).send().await;
            let page = page.map_err(|error| answer::sorted(Operation::List, prefix, error))?;
            folders.extend(page.common_prefixes.unwrap_or_default().into_iter().filter_map(|folder| folder.prefix));
            token = page.next_continuation_token;
            if token.is_none() {
                return Ok(folders);
            }
        }
    }

    async fn get(&self, key: &str) -> Result<(Bytes, String), StoreError> {
        let Some(body) = Resumed::begin(&self.bucket, key, WantedBytes::Whole, None).await? else {
            return Err(StoreError::refused(Operation::Get, key, "a whole object is no range"));
        };
        let etag = body.etag.clone();
        Ok((body.collect().await?, etag))
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        self.read(key, WantedBytes::Range(range)).await
    }

    async fn get_tail(&self, key: &str, length: u64) -> Result<Bytes, StoreError> {
        if length == 0 {
            return Ok(Bytes::new());
        }
        self.read(key, WantedBytes::Tail(length)).await
    }

    async fn stream(&self, key: &str, etag: &str, from: u64) -> Result<Box<dyn Body>, StoreError> {
        match Resumed::begin(&self.bucket, key, WantedBytes::From(from), Some(etag)).await? {
            Some(body) => Ok(Box::new(body)),
            None => Ok(Box::new(EmptyBody)),
        }
    }

    async fn put(&self, key: &str, bytes: Bytes, condition: Condition) -> Result<(), StoreError> {
        match condition {
            Condition::Always => put::put(&self.bucket, key, bytes).await,
            Condition::IfAbsent | Condition::IfMatch(_) => put::put_if(&self.bucket, key, bytes, condition).await,
        }
    }

    async fn upload(&self, file: &Path, key: &str) -> Result<(), StoreError> {
        multipart::upload(&self.bucket, file, key).await
    }

    async fn concatenate(&self, sources: &[Object], key: &str) -> Result<(), StoreError> {
        multipart::concatenate(&self.bucket, sources, key).await
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        for batch in keys.chunks(DELETE_KEYS_MAX) {
            self.delete_batch(batch).await?;
        }
        Ok(())
    }

    fn requests(&self) -> u64 {
        self.bucket.requests.load(Ordering::Relaxed)
    }

    fn reads(&self) -> u64 {
        self.bucket.reads.load(Ordering::Relaxed)
    }

    fn address(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket.name)
    }
}
