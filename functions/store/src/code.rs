//! What an answer of S3 means. The code decides, because one status stands for several cases. The status decides if the
//! code is missing or unknown.

use crate::error::StoreError;
use crate::operation::Operation;

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// There is no such object.
    NotFound,
    /// A condition did not hold.
    Precondition,
    /// The range starts past the end of the object.
    BehindTheEnd,
    /// The request would be refused again.
    Refused,
    /// It may work later.
    Unavailable,
}

/// What a status and a code mean.
pub(crate) fn meaning(status: Option<u16>, code: Option<&str>) -> Meaning {
    code.and_then(of_code).unwrap_or_else(|| of_status(status))
}

fn of_code(code: &str) -> Option<Meaning> {
    Some(match code {
        "NoSuchKey" | "NotFound" => Meaning::NotFound,
        "PreconditionFailed" | "NotModified" => Meaning::Precondition,
        "InvalidRange" => Meaning::BehindTheEnd,
        // AWS asks to send these again. An upload is gone if the answer to its completion was lost: then a new upload
        // writes the same bytes.
        "ConditionalRequestConflict" | "OperationAborted" | "NoSuchUpload" => Meaning::Unavailable,
        // 400 and 403, although the request is right: it came too slowly, too late or cut off, or with credentials that
        // are being renewed.
        "RequestTimeout" | "RequestTimeTooSkewed" | "IncompleteBody" | "ExpiredToken" | "ExpiredTokenException" => {
            Meaning::Unavailable
        }
        "SlowDown" | "ServiceUnavailable" | "InternalError" | "Busy" | "BandwidthLimitExceeded" | "TooManyRequests" => {
            Meaning::Unavailable
        }
        throttled if throttled.contains("Throttl") => Meaning::Unavailable,
        "NoSuchBucket"
        | "AccessDenied"
        | "AllAccessDisabled"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidObjectState"
        | "PermanentRedirect"
        | "NotImplemented" => Meaning::Refused,
        _ => return None,
    })
}

fn of_status(status: Option<u16>) -> Meaning {
    match status {
        Some(404) => Meaning::NotFound,
        Some(304 | 412) => Meaning::Precondition,
        Some(416) => Meaning::BehindTheEnd,
        Some(307 | 408 | 409 | 429) => Meaning::Unavailable,
        Some(300..=499 | 501) => Meaning::Refused,
        // 5xx, no answer, and 200 with an error in its body.
        _ => Meaning::Unavailable,
    }
}

/// The error of an answer. A range past the end is an error here. Callers that allow it check for it first.
pub(crate) fn error(operation: Operation, key: &str, meaning: Meaning, reason: String) -> StoreError {
    let key_too = key.to_owned();
    match meaning {
        Meaning::NotFound => StoreError::NotFound { key: key_too },
        Meaning::Precondition => StoreError::Precondition { key: key_too },
        Meaning::BehindTheEnd | Meaning::Refused => StoreError::refused(operation, key, reason),
        Meaning::Unavailable => StoreError::unavailable(operation, key, reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_decides_before_the_status() {
        // From the list of error codes in the API reference of S3.
        let cases = [
            (404, "NoSuchKey", Meaning::NotFound),
            (404, "NoSuchBucket", Meaning::Refused),
            (404, "NoSuchUpload", Meaning::Unavailable),
            (412, "PreconditionFailed", Meaning::Precondition),
            (409, "ConditionalRequestConflict", Meaning::Unavailable),
            (409, "OperationAborted", Meaning::Unavailable),
            (400, "RequestTimeout", Meaning::Unavailable),
            (400, "InvalidRequest", Meaning::Refused),
            (400, "EntityTooLarge", Meaning::Refused),
            (400, "IncompleteBody", Meaning::Unavailable),
            (400, "ExpiredToken", Meaning::Unavailable),
            (403, "RequestTimeTooSkewed", Meaning::Unavailable),
            (403, "AccessDenied", Meaning::Refused),
            (403, "InvalidObjectState", Meaning::Refused),
            (416, "InvalidRange", Meaning::BehindTheEnd),
            (500, "InternalError", Meaning::Unavailable),
            (501, "NotImplemented", Meaning::Refused),
            (503, "SlowDown", Meaning::Unavailable),
            (503, "ServiceUnavailable", Meaning::Unavailable),
            (200, "InternalError", Meaning::Unavailable),
        ];
        for (status, code, expected) in cases {
            assert_eq!(meaning(Some(status), Some(code)), expected, "{status} {code}");
        }
    }

    #[test]
    fn the_status_decides_where_no_code_is_known() {
        let cases = [
            (Some(301), Meaning::Refused),
            (Some(304), Meaning::Precondition),
            (Some(307), Meaning::Unavailable),
            (Some(400), Meaning::Refused),
            (Some(403), Meaning::Refused),
            (Some(404), Meaning::NotFound),
            (Some(408), Meaning::Unavailable),
            (Some(409), Meaning::Unavailable),
            (Some(412), Meaning::Precondition),
            (Some(416), Meaning::BehindTheEnd),
            (Some(429), Meaning::Unavailable),
            (Some(500), Meaning::Unavailable),
            (Some(501), Meaning::Refused),
            (Some(503), Meaning::Unavailable),
            (None, Meaning::Unavailable),
        ];
        for (status, expected) in cases {
            assert_eq!(meaning(status, None), expected, "{status:?}");
            assert_eq!(meaning(status, Some("SomethingNew")), expected, "{status:?}");
        }
    }
}
