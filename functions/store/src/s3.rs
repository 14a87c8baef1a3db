//! The store on S3 (or what speaks its protocol).

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier};
use aws_smithy_runtime_api::http::Response;
use bytes::Bytes;

use crate::code;
use crate::error::StoreError;
use crate::operation::Operation;
use crate::store::{Body, Condition, Object, Store};

/// S3's smallest part of a multipart upload, but for the last.
const PART_BYTES_MIN: u64 = 5 << 20;
/// As many objects as S3 removes in one request.
const DELETE_KEYS_MAX: usize = 1000;
/// Largest part that is copied at once, S3's limit being 5 GiB.
const PART_BYTES_MAX: u64 = 1 << 30;

/// A bucket.
#[derive(Debug)]
pub struct S3Store {
    client: Client,
    bucket: String,
    requests: AtomicU64,
}

impl S3Store {
    /// A store in a bucket.
    pub fn new(client: Client, bucket: impl Into<String>) -> Self {
        Self { client, bucket: bucket.into(), requests: AtomicU64::new(0) }
    }

    fn count(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    async fn fetch(&self, key: &str, range: Option<String>, etag: Option<&str>) -> Result<GetObjectOutput, StoreError> {
        self.count();
        self.client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .set_range(range)
            .set_if_match(etag.map(str::to_owned))
            .send()
            .await
            .map_err(|error| classify(Operation::Get, key, &error))
    }

    async fn copy_part(
        &self,
        upload: &Upload<'_>,
        number: i32,
        source: &Object,
        range: Range<u64>,
    ) -> Result<CompletedPart, StoreError> {
        self.count();
        let copied = self
            .client
            .upload_part_copy()
            .bucket(&self.bucket)
            .key(upload.key)
            .upload_id(upload.id)
            .part_number(number)
            .copy_source(format!("{}/{}", self.bucket, source.key))
            .copy_source_if_match(format!("\"{}\"", source.etag))
            .copy_source_range(format!("bytes={}-{}", range.start, range.end - 1))
            .send()
            .await
            .map_err(|error| classify(Operation::Copy, &source.key, &error))?;
        let etag = copied.copy_part_result.and_then(|result| result.e_tag);
        Ok(CompletedPart::builder().part_number(number).set_e_tag(etag).build())
    }

    async fn put_part(&self, upload: &Upload<'_>, number: i32, bytes: Vec<u8>) -> Result<CompletedPart, StoreError> {
        self.count();
        let put = self
            .client
            .upload_part()
            .bucket(&self.bucket)
            .key(upload.key)
            .upload_id(upload.id)
            .part_number(number)
            .body(bytes.into())
            .customize()
            // The connection protects the bytes; hashing them all again would be a tenth of Merge's CPU.
            .disable_payload_signing()
            .send()
            .await
            .map_err(|error| classify(Operation::Put, upload.key, &error))?;
        Ok(CompletedPart::builder().part_number(number).set_e_tag(put.e_tag).build())
    }

    /// Uploads the parts of a concatenation: large sources are copied by the store, runs of small ones are
    /// read and sent together.
    async fn upload_parts(&self, upload: &Upload<'_>, sources: &[Object]) -> Result<Vec<CompletedPart>, StoreError> {
        let mut parts = Vec::new();
        let mut gathered: Vec<u8> = Vec::new();
        let next = |parts: &Vec<CompletedPart>| parts.len() as i32 + 1;
        for source in sources {
            let mut from = 0;
            // Bytes that were gathered must first grow to a whole part; the start of this source helps.
            if !gathered.is_empty() || source.size < PART_BYTES_MIN {
                let missing = PART_BYTES_MIN.saturating_sub(gathered.len() as u64);
                let rest_is_small = source.size.saturating_sub(missing) < PART_BYTES_MIN;
                from = if rest_is_small { source.size } else { missing };
                if from > 0 {
                    gathered.extend_from_slice(&self.get_range(&source.key, 0..from).await?);
                }
                if gathered.len() as u64 >= PART_BYTES_MIN {
                    let bytes = std::mem::take(&mut gathered);
                    parts.push(self.put_part(upload, next(&parts), bytes).await?);
                }
            }
            while from < source.size {
                // Never leave less than a whole part behind.
                let left = source.size - from;
                let length = if left <= PART_BYTES_MAX + PART_BYTES_MIN { left } else { PART_BYTES_MAX };
                parts.push(self.copy_part(upload, next(&parts), source, from..from + length).await?);
                from += length;
            }
        }
        if !gathered.is_empty() || parts.is_empty() {
            parts.push(self.put_part(upload, next(&parts), gathered).await?);
        }
        Ok(parts)
    }
}

/// A multipart upload under way.
struct Upload<'u> {
    key: &'u str,
    id: &'u str,
}

/// Sorts the SDK's errors into the store's.
fn classify<E: ProvideErrorMetadata>(operation: Operation, key: &str, error: &SdkError<E, Response>) -> StoreError {
    let status = error.raw_response().map(|response| response.status().as_u16());
    let code = error.code();
    let reason = match status {
        Some(status) => format!("status {status}, {}", code.unwrap_or("no code")),
        None => match error {
            SdkError::TimeoutError(_) => "timed out".to_owned(),
            SdkError::DispatchFailure(failure) => format!("{failure:?}"),
            _ => "no answer".to_owned(),
        },
    };
    code::error(operation, key, code::meaning(status, code), reason)
}

/// A request to remove an object that could not be put together.
fn unsent(key: &str, error: &BuildError) -> StoreError {
    StoreError::refused(Operation::Delete, key, error.to_string())
}

fn broken(key: &str, reason: impl std::fmt::Display) -> StoreError {
    StoreError::unavailable(Operation::Get, key, reason.to_string())
}

async fn collect(key: &str, output: GetObjectOutput) -> Result<Bytes, StoreError> {
    // One buffer of the right size, instead of pieces that are joined at the end.
    let length = output.content_length.and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
    let mut whole = Vec::with_capacity(length);
    let mut body = output.body;
    while let Some(piece) = body.next().await {
        whole.extend_from_slice(&piece.map_err(|error| broken(key, error))?);
    }
    Ok(whole.into())
}

fn unquoted(etag: Option<String>) -> String {
    etag.unwrap_or_default().trim_matches('"').to_owned()
}

struct S3Body {
    key: String,
    stream: ByteStream,
}

#[async_trait]
impl Body for S3Body {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        self.stream.next().await.transpose().map_err(|error| broken(&self.key, error))
    }
}

struct Empty;

#[async_trait]
impl Body for Empty {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        Ok(None)
    }
}

#[async_trait]
impl Store for S3Store {
    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let mut objects = Vec::new();
        let mut token = None;
        loop {
            self.count();
            let page = self
                .client
                .list_objects_v2()
                .bucket(&self.bucket)
                .prefix(prefix)
                .set_continuation_token(token)
                .send()
                .await
                .map_err(|error| classify(Operation::List, prefix, &error))?;
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

    async fn get(&self, key: &str) -> Result<(Bytes, String), StoreError> {
        let mut output = self.fetch(key, None, None).await?;
        let etag = unquoted(output.e_tag.take());
        Ok((collect(key, output).await?, etag))
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let output = self.fetch(key, Some(format!("bytes={}-{}", range.start, range.end - 1)), None).await?;
        collect(key, output).await
    }

    async fn get_tail(&self, key: &str, length: u64) -> Result<Bytes, StoreError> {
        let output = self.fetch(key, Some(format!("bytes=-{length}")), None).await?;
        collect(key, output).await
    }

    async fn stream(&self, key: &str, etag: &str, from: u64) -> Result<Box<dyn Body>, StoreError> {
        let range = (from > 0).then(|| format!("bytes={from}-"));
        match self.fetch(key, range, Some(&format!("\"{etag}\""))).await {
            Ok(output) => Ok(Box::new(S3Body { key: key.to_owned(), stream: output.body })),
            // A range behind the end of the object (416) holds nothing.
            Err(StoreError::Refused { reason, .. }) if reason.starts_with("status 416") => Ok(Box::new(Empty)),
            Err(error) => Err(error),
        }
    }

    async fn put(&self, key: &str, bytes: Bytes, condition: Condition) -> Result<(), StoreError> {
        self.count();
        let request = self.client.put_object().bucket(&self.bucket).key(key).body(ByteStream::from(bytes));
        let request = match condition {
            Condition::Always => request,
            Condition::IfAbsent => request.if_none_match("*"),
            Condition::IfMatch(etag) => request.if_match(format!("\"{etag}\"")),
        };
        let sent = request.customize().disable_payload_signing().send().await;
        sent.map(|_| ()).map_err(|error| classify(Operation::Put, key, &error))
    }

    async fn concatenate(&self, sources: &[Object], key: &str) -> Result<(), StoreError> {
        let total: u64 = sources.iter().map(|source| source.size).sum();
        if total < 2 * PART_BYTES_MIN {
            let mut whole = Vec::with_capacity(usize::try_from(total).unwrap_or_default());
            for source in sources.iter().filter(|source| source.size > 0) {
                whole.extend_from_slice(&self.get(&source.key).await?.0);
            }
            return self.put(key, whole.into(), Condition::Always).await;
        }
        self.count();
        let created = self
            .client
            .create_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
            .map_err(|error| classify(Operation::Put, key, &error))?;
        let id = created.upload_id.unwrap_or_default();
        let upload = Upload { key, id: &id };
        // An upload that fails is left behind: the bucket's lifecycle rule aborts it.
        let parts = self.upload_parts(&upload, sources).await?;
        self.count();
        self.client
            .complete_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(&id)
            .multipart_upload(CompletedMultipartUpload::builder().set_parts(Some(parts)).build())
            .send()
            .await
            .map(|_| ())
            .map_err(|error| classify(Operation::Put, key, &error))
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        for batch in keys.chunks(DELETE_KEYS_MAX) {
            let first = batch.first().map_or("", String::as_str);
            let mut delete = Delete::builder().quiet(true);
            for key in batch {
                delete =
                    delete.objects(ObjectIdentifier::builder().key(key).build().map_err(|error| unsent(key, &error))?);
            }
            self.count();
            let delete = delete.build().map_err(|error| unsent(first, &error))?;
            let request = self.client.delete_objects().bucket(&self.bucket).delete(delete);
            let answer = request.send().await.map_err(|error| classify(Operation::Delete, first, &error))?;
            if let Some(failed) = answer.errors().first() {
                let key = failed.key().unwrap_or(first);
                return Err(StoreError::unavailable(Operation::Delete, key, failed.code().unwrap_or("no code")));
            }
        }
        Ok(())
    }

    fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}
