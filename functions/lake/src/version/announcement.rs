//! What other systems are told about versions and runs: the details of events. No value of an account is in them.
//!
//! `infra/events` has their JSON Schemas. Members are only ever added.

use onefold_identity::counts::VersionCounts;
use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// The detail of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Announcement {
    /// Another version is the current one.
    Published(VersionPublished),
    /// The gate holds a version back.
    Held(VersionHeld),
    /// An execution failed.
    Failed(RunFailed),
}

impl Announcement {
    /// The event's detail type.
    pub const fn detail_type(&self) -> &'static str {
        match self {
            Self::Published(_) => "Onefold Version Published",
            Self::Held(_) => "Onefold Version Held",
            Self::Failed(_) => "Onefold Run Failed",
        }
    }
}

/// A version, by what readers need to find it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnnouncedVersion {
    /// The stack's name.
    pub stack: String,
    /// The run that made the version.
    pub run: RunId,
    /// The run whose version it builds on; `None` for a first version.
    pub previous: Option<RunId>,
    /// The key of its manifest.
    pub manifest_key: String,
    /// The address of its manifest: `s3://bucket/key`.
    pub manifest: String,
    /// The counts of the manifest.
    pub counts: VersionCounts,
}

/// `Onefold Version Published`. The same one may be sent twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VersionPublished {
    /// The version.
    #[serde(flatten)]
    pub version: AnnouncedVersion,
    /// After a rollback: the run of the version that was current before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolled_back_from: Option<RunId>,
}

/// `Onefold Version Held`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VersionHeld {
    /// The version.
    #[serde(flatten)]
    pub version: AnnouncedVersion,
    /// The limits that are broken.
    pub reasons: Vec<String>,
}

/// `Onefold Run Failed`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunFailed {
    /// The stack's name.
    pub stack: String,
    /// The run.
    pub run: RunId,
    /// The ARN of the execution.
    pub execution: String,
    /// `FAILED`, `TIMED_OUT` or `ABORTED`.
    pub status: String,
    /// The error's name, such as `Onefold.InvalidInput`; empty if there is none.
    pub error: String,
    /// What went wrong and what to do, at most 4,000 characters; empty if nothing is known.
    pub cause: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const RUN: &str = "20261122T174600Z-1a2b3c4d";

    /// Other systems read these names.
    #[test]
    fn events_are_flat() {
        let version = AnnouncedVersion {
            stack: "onefold".to_owned(),
            run: RunId::parse(RUN).unwrap(),
            previous: None,
            manifest_key: "k".to_owned(),
            manifest: "s3://b/k".to_owned(),
            counts: VersionCounts { customers: 7, ..VersionCounts::default() },
        };
        let published = VersionPublished { version: version.clone(), rolled_back_from: None };
        let written = serde_json::to_value(Announcement::Published(published)).unwrap();
        let names: Vec<&String> = written.as_object().unwrap().keys().collect();
        assert_eq!(names, ["counts", "manifest", "manifest_key", "previous", "run", "stack"]);
        assert_eq!((&written["run"], &written["counts"]["customers"]), (&json!(RUN), &json!(7)));
        let held = VersionHeld { version, reasons: vec!["why".to_owned()] };
        let written = serde_json::to_value(Announcement::Held(held)).unwrap();
        assert_eq!(written["reasons"], json!(["why"]));
    }
}
