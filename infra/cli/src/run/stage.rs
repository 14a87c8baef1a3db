//! How the stages of a run show in the state machine and on the screen.

use onefold_lake::keys::Stage;

/// The stage that a state of the state machine belongs to. States that only decide belong to none.
pub fn of_state(state: &str) -> Option<Stage> {
    match state {
        "Plan" => Some(Stage::Plan),
        "Extract" => Some(Stage::Extract),
        "Settle" => Some(Stage::Settle),
        "LinkAdvance" | "LinkRound" | "LinkShard" => Some(Stage::Link),
        "Partition" => Some(Stage::Partition),
        "Merge" => Some(Stage::Merge),
        "Compact" => Some(Stage::Compact),
        "Purge" => Some(Stage::Purge),
        _ => None,
    }
}

/// What the stage works through, one an invocation. Some stages are a single invocation.
pub fn unit(stage: Stage) -> Option<&'static str> {
    match stage {
        Stage::Plan | Stage::Settle | Stage::Compact | Stage::Purge => None,
        Stage::Extract => Some("split"),
        Stage::Translate => Some("chunk"),
        Stage::Link => Some("step"),
        Stage::Partition => Some("file"),
        Stage::Merge => Some("partition"),
    }
}
