//! What Plan is asked and what it answers.

use onefold_lake::RunId;
use onefold_shell::StageError;
use serde::{Deserialize, Serialize};

/// What the state machine sends.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The execution's name.
    pub execution: String,
    /// The execution's ARN, by which others learn whether it still runs.
    #[serde(default)]
    pub execution_arn: Option<String>,
    /// The execution's start, RFC 3339.
    pub started_at: String,
    /// What the execution was started with.
    #[serde(default)]
    pub input: serde_json::Value,
}

/// What an execution may be started with. Every member has a default, so `{}` starts a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Take up this run where it failed, instead of starting a new one.
    pub resume: Option<String>,
    /// Publish the version of the run named by `resume`, which the gate held back or which was a dry run.
    #[serde(default)]
    pub publish: bool,
    /// Do everything but publish.
    #[serde(default)]
    pub dry_run: bool,
    /// Shards of Link, 1 to 40 (an inline Map runs no more at once).
    pub shards: Option<u32>,
    /// Partitions of Merge.
    pub partitions: Option<u32>,
    /// Bytes that one Extract invocation reads, about: 1 MiB to 5 GiB.
    pub split_bytes: Option<u64>,
}

/// Fewest bytes of a split. Each is an invocation and a line of a list, and lasts much longer than its start.
const SPLIT_BYTES_MIN: u64 = 1 << 20;

/// Most bytes of a split.
const SPLIT_BYTES_MAX: u64 = 5 << 30;

impl Input {
    /// Reads what an execution was started with. The console's default input, `{"Comment": …}`, is like `{}`.
    ///
    /// # Errors
    /// A member that is unknown or out of range.
    pub fn read(value: &serde_json::Value) -> Result<Self, StageError> {
        let mut value = value.clone();
        if value.is_null() {
            return Ok(Self::default());
        }
        if let Some(members) = value.as_object_mut() {
            members.remove("Comment");
        }
        let input: Self = serde_json::from_value(value).map_err(|error| {
            StageError::invalid_input(format!(
                "the execution's input is not understood: {error}; it may have resume, publish, dry_run, shards, \
                 partitions and split_bytes"
            ))
        })?;
        if input.publish && input.resume.is_none() {
            return Err(StageError::invalid_input(
                "publish needs the run whose version waits to be published: {\"resume\": \"<run>\", \"publish\": true}",
            ));
        }
        if input.dry_run && input.resume.is_some() {
            return Err(StageError::invalid_input(
                "a run that is resumed stays what it was, a dry run or not; leave dry_run away",
            ));
        }
        let ranges = [
            ("shards", input.shards.map(u64::from), 1, 40),
            ("partitions", input.partitions.map(u64::from), 1, 10_000),
            ("split_bytes", input.split_bytes, SPLIT_BYTES_MIN, SPLIT_BYTES_MAX),
        ];
        for (name, value, least, most) in ranges {
            if value.is_some_and(|value| !(least..=most).contains(&value)) {
                return Err(StageError::invalid_input(format!("{name} must be from {least} to {most}")));
            }
        }
        Ok(input)
    }
}

/// What the state machine gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The run.
    pub run: RunId,
    /// Whether there is anything to do.
    pub work: bool,
    /// Whether this takes up a run that failed.
    pub resumed: bool,
    /// Whether the version that is there shall be published as it is, without going through the stages.
    #[serde(default)]
    pub publish: bool,
    /// How many objects are read for the first time.
    pub new_objects: u64,
    /// How many splits there are.
    pub splits: u32,
    /// Where the splits are.
    pub splits_key: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_member_has_a_default() {
        for nothing in [json!(null), json!({}), json!({"Comment": "Insert your JSON here"})] {
            assert_eq!(Input::read(&nothing).unwrap(), Input::default());
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (wrong, expected) in [
            (json!({"resmue": "x"}), "resmue"),
            (json!({"shards": 0}), "shards must be from 1 to 40"),
            (json!({"partitions": 10_001}), "partitions must be"),
            (json!({"split_bytes": 1}), "split_bytes must be from 1048576 to 5368709120"),
            (json!({"split_bytes": (1 << 20) - 1}), "split_bytes must be from 1048576"),
            (json!([1]), "not understood"),
            (json!({"publish": true}), "publish needs the run"),
            (json!({"resume": "x", "dry_run": true}), "stays what it was"),
        ] {
            let message = Input::read(&wrong).unwrap_err().message;
            assert!(message.contains(expected), "{message}");
        }
    }
}
