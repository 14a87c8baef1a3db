use serde::{Deserialize, Serialize};

/// What people's answers about a sample measure of the links, beside what the model expects of the same pairs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredScores {
    /// The share of right ones among the links.
    pub precision: Agreement,
    /// The share of the links among one person's compared pairs, from the lowest bin on that somebody answered about.
    pub recall: Agreement,
    /// By ascending score, without gaps. They have every compared pair once.
    pub bins: Vec<CalibrationBin>,
    /// Where the model and the answers differ by more than chance explains, as sentences.
    pub notes: Vec<String>,
}

/// What the model expects, beside what the answers measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// What the model expects; `None` if there is no such pair.
    pub expected: Option<f64>,
    /// What the answers measure; `None` if there are too few.
    pub measured: Option<Measured>,
}

/// A share with its interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// The estimate.
    pub share: f64,
    /// The interval that holds the true share with a confidence of 95 %.
    pub interval: [f64; 2],
    /// How many answers it rests on.
    pub answers: u64,
}

/// Compared pairs whose scores are in a range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationBin {
    /// The least score of it; `None` if it has no lower bound.
    pub from: Option<f64>,
    /// The least score above it; `None` if it has no upper bound.
    pub below: Option<f64>,
    /// How many pairs there are.
    pub pairs: u64,
    /// The share of one person's pairs that the model expects.
    pub expected: f64,
    /// Answers about the sample: how many, and how many of them say that the two are one person's.
    pub sampled: [u64; 2],
    /// That share among the answers; `None` without any.
    pub observed: Option<Measured>,
}
