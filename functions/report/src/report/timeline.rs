use serde::{Deserialize, Serialize};

/// When each stage of the run ran, as measured. Compact, which writes the report, and Purge behind it are not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timeline {
    /// The start of the first invocation, in milliseconds since 1970; `None` if an earlier program ran the stages.
    pub started_ms: Option<u64>,
    /// The stages, in their order.
    pub stages: Vec<StageTimes>,
}

/// When a stage ran. Invocations that failed and were tried again are not counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageTimes {
    /// The stage's name.
    pub stage: String,
    /// Its invocations.
    pub invocations: u64,
    /// How many of them started a new process.
    pub cold_starts: u64,
    /// The start of its first invocation, in milliseconds since [`Timeline::started_ms`]; `None` if it is not known.
    pub start_ms: Option<u64>,
    /// The end of its last invocation, likewise.
    pub end_ms: Option<u64>,
    /// The longest invocation, in milliseconds.
    pub longest_ms: u64,
    /// All invocations together, in milliseconds.
    pub elapsed_ms: u64,
    /// The most resident memory of an invocation, in bytes.
    pub max_rss_bytes: u64,
    /// The memory size of its function in MB; 0 if it is not known.
    pub memory_mb: u64,
}
