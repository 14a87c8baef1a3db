//! Events of S3 about new objects. Only the fields that Onefold needs are read.

use serde::{Deserialize, Serialize};

/// An event of S3.
#[derive(Debug, Serialize, Deserialize)]
struct ObjectEvent {
    #[serde(rename = "Records", default)]
    records: Vec<ObjectEventRecord>,
    /// Only S3's test event has this. S3 sends it once, when the notification is set up.
    #[serde(rename = "Event", default, skip_serializing_if = "Option::is_none")]
    event: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ObjectEventRecord {
    s3: ObjectEventDetail,
}

#[derive(Debug, Serialize, Deserialize)]
struct ObjectEventDetail {
    object: ObjectName,
}

#[derive(Debug, Serialize, Deserialize)]
struct ObjectName {
    key: String,
}

/// The message is not an event of S3 about an object.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the message is no event of S3 about an object")]
pub struct EventError;

/// The keys of an event's objects. S3's test event has none.
///
/// Keys are not decoded: raw chunks have no characters that S3 encodes.
///
/// # Errors
/// The message is not such an event.
pub fn parse(body: &str) -> Result<Vec<String>, EventError> {
    let event: ObjectEvent = serde_json::from_str(body).map_err(|_| EventError)?;
    if event.records.is_empty() && event.event.as_deref() != Some("s3:TestEvent") {
        return Err(EventError);
    }
    Ok(event.records.into_iter().map(|record| record.s3.object.key).collect())
}

/// Formats an event about one object, as S3 does.
pub fn format(key: &str) -> String {
    serde_json::json!({"Records": [{"s3": {"object": {"key": key}}}]}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_back() {
        assert_eq!(parse(&format("raw/a/b.zst")), Ok(vec!["raw/a/b.zst".to_owned()]));
    }

    #[test]
    fn knows_the_test_event_and_refuses_anything_else() {
        assert_eq!(parse(r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}"#), Ok(vec![]));
        for wrong in ["hello", "{}", "[]", r#"{"Records":[]}"#, r#"{"Records":[{"sns":{}}]}"#] {
            assert_eq!(parse(wrong), Err(EventError), "{wrong}");
        }
    }

    /// As AWS documents it, shortened.
    #[test]
    fn reads_what_s3_sends() {
        let body = r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-west-2","eventName":"ObjectCreated:Put","s3":{"s3SchemaVersion":"1.0","bucket":{"name":"b","arn":"arn:aws:s3:::b"},"object":{"key":"raw/x","size":1024,"eTag":"d41d","sequencer":"0055AED6DCD90281E5"}}}]}"#;
        assert_eq!(parse(body), Ok(vec!["raw/x".to_owned()]));
    }
}
