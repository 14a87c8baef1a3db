//! Reading what an execution was started with.

use onefold_lake::calls::StartInput;
use onefold_shell::StageError;

/// Fewest bytes of a split. Each is an invocation and a line of a list, and lasts much longer than its start.
const SPLIT_BYTES_MIN: u64 = 1 << 20;

/// Most bytes of a split.
const SPLIT_BYTES_MAX: u64 = 5 << 30;

/// Reads what an execution was started with. The console's default input, `{"Comment": …}`, is like `{}`.
///
/// # Errors
/// A member that is unknown or out of range.
pub fn read_input(value: &serde_json::Value) -> Result<StartInput, StageError> {
    let mut value = value.clone();
    if value.is_null() {
        return Ok(StartInput::default());
    }
    if let Some(members) = value.as_object_mut() {
        members.remove("Comment");
    }
    let input: StartInput = serde_json::from_value(value).map_err(|error| {
        StageError::invalid_input(format!(
            "the execution's input is not understood: {error}; it may have resume, publish, dry_run, train, \
             shards, partitions and split_bytes"
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
    if input.train && input.resume.is_some() {
        return Err(StageError::invalid_input(
            "a run that is resumed scores with the model that it was planned with; leave train away",
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_member_has_a_default() {
        for nothing in [json!(null), json!({}), json!({"Comment": "Insert your JSON here"})] {
            assert_eq!(read_input(&nothing).unwrap(), StartInput::default());
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
            (json!({"resume": "x", "train": true}), "leave train away"),
        ] {
            let message = read_input(&wrong).unwrap_err().text();
            assert!(message.contains(expected), "{message}");
        }
    }
}
