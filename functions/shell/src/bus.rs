//! The event bus that other systems learn of versions from.

use async_trait::async_trait;
use onefold_lake::version::announcement::Announcement;
use onefold_store::ErrorSource;
use serde_json::{Value, json};

use crate::error::StageError;
use crate::signed::SignedClient;

/// The source of all events.
pub const EVENT_SOURCE: &str = "onefold";

/// An event bus.
#[async_trait]
pub trait EventBus: Send + Sync {
    /// Sends an event.
    ///
    /// # Errors
    /// [`Transient`](crate::ErrorKind::Transient) if the bus could not be reached;
    /// [`Internal`](crate::ErrorKind::Internal) if it rejects the event.
    async fn send(&self, announcement: &Announcement) -> Result<(), StageError>;
}

/// A bus of EventBridge.
#[derive(Debug)]
pub struct EventBridge {
    /// EventBridge.
    pub client: SignedClient,
    /// The bus by its name or ARN.
    pub bus: String,
}

#[async_trait]
impl EventBus for EventBridge {
    async fn send(&self, announcement: &Announcement) -> Result<(), StageError> {
        let body = json!({"Entries": [entry(&self.bus, announcement)?]}).to_string().into_bytes();
        let headers = &[("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "AWSEvents.PutEvents")];
        let sent = self.client.post("PutEvents", "/".to_owned(), headers, body).await;
        let answer = sent.map_err(|error| unreachable(&self.bus, error))?;
        accepted(&self.bus, &answer.body)
    }
}

fn unreachable(bus: &str, error: impl Into<ErrorSource>) -> StageError {
    StageError::transient(format!("sending an event to the bus {bus} failed")).caused_by(error)
}

/// An event as PutEvents takes it.
fn entry(bus: &str, announcement: &Announcement) -> Result<Value, StageError> {
    let detail =
        serde_json::to_string(announcement).map_err(|error| StageError::unwritable(&error).about("an event"))?;
    Ok(json!({
        "Source": EVENT_SOURCE,
        "DetailType": announcement.detail_type(),
        "Detail": detail,
        "EventBusName": bus,
    }))
}

/// Checks the answer of PutEvents, which is a success even if the bus took nothing.
fn accepted(bus: &str, answer: &[u8]) -> Result<(), StageError> {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    if answer["FailedEntryCount"] == 0 {
        return Ok(());
    }
    let code = answer["Entries"][0]["ErrorCode"].as_str().unwrap_or("no code");
    let message = format!("the bus {bus} did not take an event: {code}");
    let is_passing = matches!(code, "ThrottlingException" | "InternalFailure" | "InternalException" | "no code");
    Err(if is_passing { StageError::transient(message) } else { StageError::internal(message) })
}

#[cfg(test)]
mod tests {
    use onefold_lake::RunId;
    use onefold_lake::version::announcement::RunFailed;

    use super::*;
    use crate::ErrorKind;

    #[test]
    fn an_event_names_its_bus_its_source_and_its_kind() {
        let failed = Announcement::Failed(RunFailed {
            stack: "onefold".to_owned(),
            run: RunId::parse("20261122T174600Z-1a2b3c4d").unwrap(),
            execution: "arn".to_owned(),
            status: "FAILED".to_owned(),
            error: "Onefold.Corrupt".to_owned(),
            cause: String::new(),
        });
        let entry = entry("audit", &failed).unwrap();
        assert_eq!((&entry["Source"], &entry["EventBusName"]), (&json!("onefold"), &json!("audit")));
        assert_eq!(entry["DetailType"], "Onefold Run Failed");
        let detail: Value = serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap();
        assert_eq!(detail["error"], "Onefold.Corrupt");
    }

    #[test]
    fn what_the_bus_did_not_take_is_an_error() {
        let kind = |answer: &str| accepted("default", answer.as_bytes()).map_err(|error| error.kind);
        assert_eq!(kind(r#"{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}"#), Ok(()));
        let refused = |code: &str| format!(r#"{{"FailedEntryCount":1,"Entries":[{{"ErrorCode":"{code}"}}]}}"#);
        assert_eq!(kind(&refused("ThrottlingException")), Err(ErrorKind::Transient));
        assert_eq!(kind(&refused("NotAuthorizedForSourceException")), Err(ErrorKind::Internal));
        assert_eq!(kind("no JSON"), Err(ErrorKind::Transient));
    }
}
