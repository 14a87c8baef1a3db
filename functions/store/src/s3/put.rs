//! Writes whole objects. Writes under a condition are tried again here and not by the SDK. The second try of the SDK
//! could find the object of the first one and take it for another writer's.

use std::sync::Arc;

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::put_object::PutObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::http::Response;
use bytes::Bytes;

use super::answer;
use super::body::{Resumed, WantedBytes};
use super::bucket::{Bucket, quoted};
use super::tries::FailedTries;
use crate::code::Meaning;
use crate::error::StoreError;
use crate::operation::Operation;
use crate::store::Condition;

type PutError = SdkError<PutObjectError, Response>;

/// Writes an object without a condition.
pub(super) async fn put(bucket: &Bucket, key: &str, bytes: Bytes) -> Result<(), StoreError> {
    let sent = send(bucket, key, bytes, &Condition::Always).await;
    sent.map_err(|error| answer::sorted(Operation::Put, key, error))
}

/// Writes an object under a condition. It is tried again until it is known whether it happened.
pub(super) async fn put_if(
    bucket: &Arc<Bucket>,
    key: &str,
    bytes: Bytes,
    condition: Condition,
) -> Result<(), StoreError> {
    let mut may_have_happened = false;
    let mut failed = FailedTries::default();
    loop {
        let Err(error) = send(bucket, key, bytes.clone(), &condition).await else { return Ok(()) };
        // Another writer was faster, and this write did not happen. AWS asks to send it again.
        let did_not_happen = error.code() == Some("ConditionalRequestConflict");
        let error = sorted(key, error);
        let is_unavailable = matches!(error, StoreError::Unavailable { .. });
        may_have_happened |= is_unavailable && !did_not_happen;
        if is_unavailable && failed.wait_for_next(&bucket.patience, key).await {
            continue;
        }
        if may_have_happened {
            return what_became(bucket, key, &bytes, &condition, error).await;
        }
        return Err(error);
    }
}

async fn send(bucket: &Bucket, key: &str, bytes: Bytes, condition: &Condition) -> Result<(), PutError> {
    bucket.count();
    let settings = bucket.within(bucket.patience.sending(bytes.len() as u64));
    let request = bucket.client.put_object().bucket(&bucket.name).key(key).body(ByteStream::from(bytes));
    let (request, settings) = match condition {
        Condition::Always => (request, settings),
        Condition::IfAbsent => (request.if_none_match("*"), settings.retry_config(RetryConfig::disabled())),
        Condition::IfMatch(etag) => (request.if_match(quoted(etag)), settings.retry_config(RetryConfig::disabled())),
    };
    // TLS protects the bytes; hashing them again would take a tenth of Merge's CPU.
    let request = request.customize().config_override(settings).disable_payload_signing();
    request.send().await.map(drop)
}

/// The error of a write under a condition. If there is no object (404), the expected one is missing.
fn sorted(key: &str, error: PutError) -> StoreError {
    match answer::meaning(&error) {
        Meaning::NotFound => StoreError::Precondition { key: key.to_owned() },
        _ => answer::sorted(Operation::Put, key, error),
    }
}

/// Finds out whether a write happened whose answer was lost. It did if the object now has the written bytes.
async fn what_became(
    bucket: &Arc<Bucket>,
    key: &str,
    bytes: &Bytes,
    condition: &Condition,
    error: StoreError,
) -> Result<(), StoreError> {
    let there = match Resumed::begin(bucket, key, WantedBytes::Whole, None).await {
        Ok(Some(body)) => {
            let etag = body.etag.clone();
            body.collect().await.map(|there| Some((there, etag)))
        }
        Ok(None) | Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    };
    let does_not_hold = StoreError::Precondition { key: key.to_owned() };
    match (there, condition) {
        (Ok(Some((there, _))), _) if there == *bytes => Ok(()),
        (Ok(Some((_, etag))), Condition::IfMatch(expected)) if etag == *expected => Err(error),
        (Ok(Some(_)), _) | (Ok(None), Condition::IfMatch(_)) => Err(does_not_hold),
        (Ok(None), _) => Err(error),
        // It is not known whether the write happened; a failed condition would hide that.
        (Err(unread), _) => Err(StoreError::unavailable(Operation::Put, key, "its answer was lost").caused_by(unread)),
    }
}
