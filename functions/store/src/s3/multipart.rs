//! Objects that are made of parts, several at once.
//!
//! A failed upload is aborted, which removes its parts. This is tried once. The bucket's lifecycle rule removes parts
//! that are left, also by killed processes.

use std::path::Path;
use std::sync::Arc;

use aws_sdk_s3::primitives::{ByteStream, Length};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::body::{Resumed, WantedBytes};
use super::bucket::{Bucket, quoted};
use super::{answer, put};
use crate::error::StoreError;
use crate::operation::Operation;
use crate::parts::{self, PartLimits, PlannedPart, SourceSlice};
use crate::store::{Object, upload_parts};

/// S3 allows parts from 5 MiB (the last may be smaller) to 5 GiB. Smaller parts are copied side by side.
const LIMITS: PartLimits = PartLimits { part_bytes_min: 5 << 20, part_bytes_max: 256 << 20 };
/// How many parts are copied at once, or small objects read.
const COPIES: usize = 16;
/// How many parts of a file are sent at once.
const UPLOADS: usize = 4;
/// How much of a file is read at once.
const FILE_BUFFER_BYTES: usize = 1 << 18;
/// The characters that need escapes in the name of a source of a copy.
const IN_A_SOURCE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Writes the bytes of some objects, in this order, as one.
pub(super) async fn concatenate(bucket: &Arc<Bucket>, sources: &[Object], key: &str) -> Result<(), StoreError> {
    let Some(parts) = parts::plan(sources, LIMITS) else {
        let mut reads = Vec::new();
        for source in sources.iter().filter(|source| source.size > 0) {
            reads.push(read(bucket, source, 0..source.size));
        }
        let whole: Vec<Bytes> = stream::iter(reads).buffered(COPIES).try_collect().await?;
        return put::put(bucket, key, whole.concat().into()).await;
    };
    let upload = MultipartUpload::begin(bucket, key).await?;
    let mut sent = Vec::new();
    for (number, part) in (1..).zip(&parts) {
        sent.push(upload.part(number, part, sources));
    }
    let sent = stream::iter(sent).buffered(COPIES).try_collect().await;
    upload.end(sent, sources.iter().map(|source| source.size).sum()).await
}

/// Uploads a file.
pub(super) async fn upload(bucket: &Arc<Bucket>, file: &Path, key: &str) -> Result<(), StoreError> {
    let metadata = std::fs::metadata(file).map_err(|error| StoreError::unreadable(key, file, error))?;
    let Some(parts) = upload_parts(metadata.len()) else { return put_file(bucket, file, key, metadata.len()).await };
    let upload = MultipartUpload::begin(bucket, key).await?;
    let mut sent = Vec::new();
    for (number, (offset, length)) in (1..).zip(parts) {
        sent.push(upload.file_part(number, file, offset, length));
    }
    let sent = stream::iter(sent).buffered(UPLOADS).try_collect().await;
    upload.end(sent, metadata.len()).await
}

async fn put_file(bucket: &Bucket, file: &Path, key: &str, length: u64) -> Result<(), StoreError> {
    bucket.count();
    let body = section(file, key, 0, length).await?;
    let request = bucket.client.put_object().bucket(&bucket.name).key(key).body(body).customize();
    let request = request.config_override(bucket.within(bucket.patience.sending_a_file(length)));
    let sent = request.disable_payload_signing().send().await;
    sent.map(drop).map_err(|error| answer::sorted(Operation::Put, key, error))
}

/// A part of a file as a body, which is read while it is sent.
async fn section(file: &Path, key: &str, offset: u64, length: u64) -> Result<ByteStream, StoreError> {
    let section = ByteStream::read_from().path(file).offset(offset).length(Length::Exact(length));
    let body = section.buffer_size(FILE_BUFFER_BYTES).build().await;
    body.map_err(|error| StoreError::unreadable(key, file, error))
}

/// A range of a source, if the source has not changed since it was listed.
async fn read(bucket: &Arc<Bucket>, source: &Object, range: std::ops::Range<u64>) -> Result<Bytes, StoreError> {
    let wanted = range.end - range.start;
    let body = Resumed::begin(bucket, &source.key, WantedBytes::Range(range), Some(&source.etag)).await?;
    let bytes = match body {
        Some(body) => body.collect().await?,
        None => Bytes::new(),
    };
    if bytes.len() as u64 == wanted { Ok(bytes) } else { Err(StoreError::Precondition { key: source.key.clone() }) }
}

/// A multipart upload under way.
struct MultipartUpload<'u> {
    bucket: &'u Arc<Bucket>,
    key: &'u str,
    id: String,
}

impl<'u> MultipartUpload<'u> {
    async fn begin(bucket: &'u Arc<Bucket>, key: &'u str) -> Result<Self, StoreError> {
        bucket.count();
        let begun = bucket.client.create_multipart_upload().bucket(&bucket.name).key(key).send().await;
        let begun = begun.map_err(|error| answer::sorted(Operation::Create, key, error))?;
        let no_id = || StoreError::unavailable(Operation::Create, key, "the upload has no id");
        Ok(Self { bucket, key, id: begun.upload_id.ok_or_else(no_id)? })
    }

    async fn part(&self, number: i32, part: &PlannedPart, sources: &[Object]) -> Result<CompletedPart, StoreError> {
        let slices = match part {
            PlannedPart::Copied(slice) => return self.copy(number, &sources[slice.source], slice).await,
            PlannedPart::Gathered(slices) => slices,
        };
        let mut bytes = Vec::new();
        for SourceSlice { source, range } in slices {
            bytes.extend_from_slice(&read(self.bucket, &sources[*source], range.clone()).await?);
        }
        let patience = self.bucket.patience.sending(bytes.len() as u64);
        self.send(number, bytes.into(), patience).await
    }

    async fn copy(&self, number: i32, source: &Object, slice: &SourceSlice) -> Result<CompletedPart, StoreError> {
        self.bucket.count();
        let range = &slice.range;
        let path = format!("{}/{}", self.bucket.name, source.key);
        let is_whole = range.start == 0 && range.end == source.size;
        let bytes = (!is_whole).then(|| format!("bytes={}-{}", range.start, range.end - 1));
        let request = self.bucket.client.upload_part_copy().bucket(&self.bucket.name).key(self.key);
        let request = request.upload_id(&self.id).part_number(number).set_copy_source_range(bytes);
        let request = request.copy_source(utf8_percent_encode(&path, IN_A_SOURCE).to_string());
        let request = request.copy_source_if_match(quoted(&source.etag)).customize();
        let patience = self.bucket.patience.copying(range.end - range.start);
        let copied = request.config_override(self.bucket.within(patience)).send().await;
        let copied = copied.map_err(|error| answer::sorted(Operation::Copy, &source.key, error))?;
        let etag = copied.copy_part_result.and_then(|result| result.e_tag);
        Ok(CompletedPart::builder().part_number(number).set_e_tag(etag).build())
    }

    async fn file_part(&self, number: i32, file: &Path, offset: u64, length: u64) -> Result<CompletedPart, StoreError> {
        let body = section(file, self.key, offset, length).await?;
        self.send(number, body, self.bucket.patience.sending_a_file(length)).await
    }

    async fn send(
        &self,
        number: i32,
        body: ByteStream,
        patience: std::time::Duration,
    ) -> Result<CompletedPart, StoreError> {
        self.bucket.count();
        let request = self.bucket.client.upload_part().bucket(&self.bucket.name).key(self.key);
        let request = request.upload_id(&self.id).part_number(number).body(body).customize();
        // TLS protects the bytes; hashing them again would take a tenth of Merge's CPU.
        let request = request.config_override(self.bucket.within(patience)).disable_payload_signing();
        let sent = request.send().await.map_err(|error| answer::sorted(Operation::Part, self.key, error))?;
        Ok(CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag).build())
    }

    /// Completes the upload if all parts are there, and aborts it if anything failed.
    async fn end(&self, parts: Result<Vec<CompletedPart>, StoreError>, total: u64) -> Result<(), StoreError> {
        let ended = match parts {
            Ok(parts) => self.complete(parts, total).await,
            Err(error) => Err(error),
        };
        if ended.is_err() {
            self.bucket.count();
            let abort = self.bucket.client.abort_multipart_upload().bucket(&self.bucket.name).key(self.key);
            let _ = abort.upload_id(&self.id).send().await;
        }
        ended
    }

    /// S3 compares the size of the object with `total`.
    async fn complete(&self, parts: Vec<CompletedPart>, total: u64) -> Result<(), StoreError> {
        self.bucket.count();
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = self.bucket.client.complete_multipart_upload().bucket(&self.bucket.name).key(self.key);
        let request =
            request.upload_id(&self.id).multipart_upload(parts).set_mpu_object_size(i64::try_from(total).ok());
        let settings = self.bucket.within(self.bucket.patience.completing());
        let completed = request.customize().config_override(settings).send().await;
        completed.map(drop).map_err(|error| answer::sorted(Operation::Complete, self.key, error))
    }
}
