use serde::{Deserialize, Serialize};

/// What the run used up to Compact, and what that costs by list price.
///
/// Failed invocations, logs and stored bytes are not in it, and neither are Compact and Purge.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// `arm64` or `x86_64`, as the functions were built.
    pub architecture: String,
    /// Invocations of functions.
    pub invocations: u64,
    /// CPU time in milliseconds.
    pub cpu_ms: u64,
    /// Seconds of all invocations, each times the memory size of its function in GB.
    pub gb_seconds: f64,
    /// Requests to the bucket.
    pub s3_requests: u64,
    /// State transitions of the state machine: an estimate from the number of invocations.
    pub state_transitions: u64,
    /// In the order of the stages.
    pub stages: Vec<StageCost>,
    /// What that costs.
    pub dollars: Dollars,
    /// By which prices.
    pub prices: Prices,
}

/// What a stage used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageCost {
    /// The stage's name.
    pub stage: String,
    /// CPU time in milliseconds.
    pub cpu_ms: u64,
    /// As [`Cost::gb_seconds`].
    pub gb_seconds: f64,
    /// Requests to the bucket.
    pub s3_requests: u64,
}

/// Dollars by list price, without what is free of charge at first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dollars {
    /// The time of invocations.
    pub lambda_seconds: f64,
    /// Their number.
    pub lambda_requests: f64,
    /// Requests to the bucket.
    pub s3_requests: f64,
    /// State transitions.
    pub state_transitions: f64,
    /// All of it.
    pub total: f64,
}

/// List prices in dollars.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The region.
    pub region: String,
    /// The day on which they were looked up: `2026-11-28`.
    pub date: String,
    /// Where.
    pub source: String,
    /// A GB-second of Lambda.
    pub gb_second: f64,
    /// A million requests to Lambda.
    pub million_lambda_requests: f64,
    /// A thousand requests to S3 that read.
    pub thousand_s3_reads: f64,
    /// A thousand requests to S3 that write or list.
    pub thousand_s3_writes: f64,
    /// A thousand state transitions.
    pub thousand_state_transitions: f64,
}
