//! The events about an execution or a rollback.

use onefold_lake::calls::{EndedExecution, RolledBackRequest};
use onefold_lake::keys;
use onefold_lake::version::announcement::{AnnouncedVersion, Announcement, RunFailed, VersionHeld, VersionPublished};
use onefold_lake::version::manifest::Manifest;
use onefold_store::Store;
use serde_json::Value;

use crate::ended::Ended;

/// The most characters of a cause in an event.
const CAUSE_CHARS_MAX: usize = 4_000;

/// The events about an execution. `manifest` is that of its version, if it has one.
pub(crate) fn of(
    execution: &EndedExecution,
    ended: &Ended,
    manifest: Option<&Manifest>,
    store: &dyn Store,
) -> Vec<Announcement> {
    let version = || manifest.map(|manifest| announced(&ended.stack, manifest, store));
    let published = version().filter(|_| ended.is_published);
    let published = published.map(|version| VersionPublished { version, rolled_back_from: None });
    let reasons = || manifest.map(|manifest| manifest.gated.clone()).unwrap_or_default();
    let held = version().filter(|_| ended.is_held).map(|version| VersionHeld { version, reasons: reasons() });
    let failed = ended.has_failed.then(|| failed(execution, ended));
    let published = published.map(Announcement::Published);
    published.into_iter().chain(held.map(Announcement::Held)).chain(failed.map(Announcement::Failed)).collect()
}

/// The event about a rollback to the version of `manifest`.
pub(crate) fn rolled_back(request: &RolledBackRequest, manifest: &Manifest, store: &dyn Store) -> Announcement {
    let version = announced(&request.stack, manifest, store);
    Announcement::Published(VersionPublished { version, rolled_back_from: Some(request.rolled_back_from.clone()) })
}

fn announced(stack: &str, manifest: &Manifest, store: &dyn Store) -> AnnouncedVersion {
    let manifest_key = keys::manifest(&manifest.run);
    AnnouncedVersion {
        stack: stack.to_owned(),
        run: manifest.run.clone(),
        previous: manifest.previous.clone(),
        manifest: store.address(&manifest_key),
        manifest_key,
        counts: manifest.counts,
    }
}

fn failed(execution: &EndedExecution, ended: &Ended) -> RunFailed {
    RunFailed {
        stack: ended.stack.clone(),
        run: ended.run.clone(),
        execution: execution.execution_arn.clone(),
        status: execution.status.clone(),
        error: execution.error.clone().unwrap_or_default(),
        cause: message(execution.cause.as_deref().unwrap_or_default()),
    }
}

/// The message of a cause. The cause of a function's error is JSON around it.
fn message(cause: &str) -> String {
    let wrapped: Value = serde_json::from_str(cause).unwrap_or_default();
    let message = wrapped["errorMessage"].as_str().unwrap_or(cause);
    message.chars().take(CAUSE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_the_functions_message() {
        assert_eq!(
            message(r#"{"errorMessage":"the id is missing","errorType":"Onefold.InvalidInput"}"#),
            "the id is missing"
        );
        for plain in ["", "stopped by hand", "[1]", "{\"errorType\":\"x\"}"] {
            assert_eq!(message(plain), plain);
        }
        assert_eq!(message(&"é".repeat(5_000)).chars().count(), CAUSE_CHARS_MAX);
    }
}
