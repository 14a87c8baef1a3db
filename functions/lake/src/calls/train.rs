//! Request and result of Train.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// The request from the state machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainRequest {
    /// The run.
    pub run: RunId,
}

/// The result of Train, also in its receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainResult {
    /// The run whose pairs the model was learnt from. This run, unless the model was pinned.
    pub learnt_in: String,
    /// Accounts that were counted.
    pub accounts: u64,
    /// Pairs that were compared.
    pub pairs: u64,
    /// Comparison patterns of the pairs.
    pub patterns: u64,
    /// From where on a pair is linked, in 1024ths of a bit.
    pub threshold: i64,
}
