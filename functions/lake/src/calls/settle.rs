//! What Settle is called with and what it answers.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// What Settle is called with: by the state machine, or by the dead-letter queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SettleRequest {
    /// The state machine waits.
    Wait(SettleWait),
    /// Translate failed with these messages every time that the queue gave them.
    DeadLetters {
        /// The messages.
        #[serde(rename = "Records")]
        records: Vec<DeadLetter>,
    },
}

/// What the state machine sends to Settle.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettleWait {
    /// The run.
    pub run: RunId,
    /// What completes the task.
    pub task_token: String,
    /// Whether this takes up a run that failed.
    pub resumed: bool,
}

/// A message of the dead-letter queue, as far as Settle reads it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The event that Translate was to work on: see [`crate::run::event`].
    #[serde(default)]
    pub body: Option<String>,
}

/// What Settle's receipt says. The task's own result is what completes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettleResult {
    /// How many raw chunks there are.
    pub chunks: u64,
    /// How many were put back into the queue.
    pub requeued: u64,
}
