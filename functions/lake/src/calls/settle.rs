//! Request and result of Settle.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// The request of Settle, from the state machine or from the dead-letter queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SettleRequest {
    /// The state machine waits until all chunks are translated.
    Wait(SettleWait),
    /// Messages that Translate could not handle in any try.
    DeadLetters {
        /// The messages.
        #[serde(rename = "Records")]
        records: Vec<DeadLetter>,
    },
}

/// The request from the state machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettleWait {
    /// The run.
    pub run: RunId,
    /// The token that completes the task.
    pub task_token: String,
    /// Whether this run resumes a failed one.
    pub resumed: bool,
}

/// A message of the dead-letter queue. Settle reads only its body.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The event for Translate: see [`crate::run::event`].
    #[serde(default)]
    pub body: Option<String>,
}

/// The receipt of Settle. The result of the task itself comes with its completion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettleResult {
    /// The number of raw chunks.
    pub chunks: u64,
    /// How many chunks were put back into the queue.
    pub requeued: u64,
}
