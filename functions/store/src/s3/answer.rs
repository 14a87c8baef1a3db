//! The SDK's errors as the store's.

use std::error::Error;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::{RequestId, RequestIdExt};
use aws_smithy_runtime_api::http::Response;

use crate::code::{self, Meaning};
use crate::error::StoreError;
use crate::operation::Operation;

/// What an error of the SDK means.
pub(super) fn meaning<E: ProvideErrorMetadata>(error: &SdkError<E, Response>) -> Meaning {
    match error {
        // The request could not be made.
        SdkError::ConstructionFailure(_) => Meaning::Refused,
        SdkError::DispatchFailure(failure) if failure.is_user() => Meaning::Refused,
        SdkError::ServiceError(_) => {
            code::meaning(error.raw_response().map(|response| response.status().as_u16()), error.code())
        }
        _ => Meaning::Unavailable,
    }
}

/// The store's error.
pub(super) fn sorted<E>(operation: Operation, key: &str, error: SdkError<E, Response>) -> StoreError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let sorted = code::error(operation, key, meaning(&error), reason(&error));
    match error {
        // The reason says all.
        SdkError::ServiceError(_) => sorted,
        error => match error.into_source() {
            Ok(source) => sorted.caused_by(source),
            Err(error) => sorted.caused_by(error),
        },
    }
}

fn reason<E: ProvideErrorMetadata>(error: &SdkError<E, Response>) -> String {
    let Some(response) = error.raw_response() else {
        return match error {
            SdkError::TimeoutError(_) => "it took too long",
            SdkError::ConstructionFailure(_) => "the request could not be made",
            _ => "no answer",
        }
        .to_owned();
    };
    let mut reason = format!("status {}, {}", response.status().as_u16(), error.code().unwrap_or("no code"));
    if let Some(message) = error.message() {
        reason += &format!(", {message}");
    }
    if let Some(request) = error.request_id() {
        reason += &format!(" (request {request}, {})", error.extended_request_id().unwrap_or("no extended id"));
    }
    reason
}
