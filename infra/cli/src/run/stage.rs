//! Stages by the states of the state machine, and the units that they work through.

use onefold_lake::keys::Stage;

/// The stage of a state. States that only decide belong to none.
pub fn of_state(state: &str) -> Option<Stage> {
    match state {
        "Plan" => Some(Stage::Plan),
        "Extract" => Some(Stage::Extract),
        "Settle" => Some(Stage::Settle),
        "Divide" => Some(Stage::Divide),
        "Block" | "BlockAdvance" | "BlockRound" | "BlockWorker" => Some(Stage::Block),
        "Compare" => Some(Stage::Compare),
        "Train" => Some(Stage::Train),
        "Score" => Some(Stage::Score),
        "LinkAdvance" | "LinkRound" | "LinkShard" => Some(Stage::Link),
        "Partition" => Some(Stage::Partition),
        "Merge" => Some(Stage::Merge),
        "Export" => Some(Stage::Export),
        "Compact" => Some(Stage::Compact),
        "Purge" => Some(Stage::Purge),
        _ => None,
    }
}

/// The unit that one invocation of a stage works on; `None` for stages of a single invocation.
pub fn unit(stage: Stage) -> Option<&'static str> {
    match stage {
        Stage::Plan | Stage::Settle | Stage::Divide | Stage::Train | Stage::Compact | Stage::Purge => None,
        Stage::Extract => Some("split"),
        Stage::Translate => Some("chunk"),
        Stage::Block | Stage::Link => Some("step"),
        Stage::Compare | Stage::Score => Some("tile"),
        Stage::Partition | Stage::Export => Some("file"),
        Stage::Merge => Some("partition"),
    }
}
