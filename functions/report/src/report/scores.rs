use serde::{Deserialize, Serialize};

use super::MeasuredScores;

/// What scoring pairs came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scores {
    /// The run that the model was learnt in.
    pub learnt_in: String,
    /// Whether there was little to learn from, so that what holds for people's data in general weighs more.
    pub is_prior: bool,
    /// Accounts that were compared.
    pub accounts: u64,
    /// Pairs that were compared.
    pub pairs: u64,
    /// Links among them: pairs that score at least `threshold`.
    pub links: u64,
    /// From where on a pair is linked.
    pub threshold: f64,
    /// The expected share of right ones among the links; `None` if the threshold is too low to say.
    pub precision: Option<f64>,
    /// The expected share of the links among all pairs of one person; likewise.
    pub recall: Option<f64>,
    /// At least so many pairs of one person are expected not to have been compared.
    pub missed: f64,
    /// Rows of blocks that no division made small enough: their pairs were not compared there.
    pub dropped_rows: u64,
    /// What people's answers about a sample measure; `None` without such answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<MeasuredScores>,
    /// What speaks for one person rather than strangers before any field is compared; mostly negative.
    pub strangers_prior: f64,
    /// Likewise, rather than relatives.
    pub relatives_prior: f64,
    /// The match weights of each field, in the order in which they are compared.
    pub fields: Vec<FieldWeights>,
    /// Pairs by score, ascending. Scores that no pair has are left out.
    pub distribution: Vec<ScoreCount>,
    /// What is expected at each threshold, ascending by quarters of a bit.
    pub curve: Vec<CurvePoint>,
    /// The blocking passes, in their order.
    pub passes: Vec<PassPairs>,
}

/// The match weights of a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldWeights {
    /// The field's name.
    pub field: String,
    /// Accounts with a value.
    pub known: u64,
    /// Its comparison levels, from different to equal. A missing value weighs nothing and is not listed.
    pub levels: Vec<LevelWeight>,
}

/// The match weight of a comparison level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelWeight {
    /// What the level means: `different`, `nearly equal`, `equal`.
    pub level: String,
    /// For equal values: how many accounts have the value, at least. Equal values weigh the less, the more accounts have
    /// them.
    pub accounts_from: Option<u64>,
    /// What it adds for one person rather than strangers.
    pub strangers: f64,
    /// What it adds for one person rather than relatives.
    pub relatives: f64,
}

/// Pairs of a score from `bits` to below `bits` + 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreCount {
    /// The score, rounded down.
    pub bits: i64,
    /// How many pairs were compared.
    pub pairs: u64,
    /// How many of them are links.
    pub links: u64,
}

/// What is expected of the links at a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurvePoint {
    /// The threshold.
    pub threshold: f64,
    /// Pairs that score at least as much.
    pub links: u64,
    /// The expected share of right ones among them; 1 if there is none.
    pub precision: f64,
    /// The expected share of them among all pairs of one person.
    pub recall: f64,
}

/// A blocking pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassPairs {
    /// What accounts of a block share.
    pub pass: String,
    /// The greatest block whose pairs are all compared; 0 if the pass is not used.
    pub largest_block: u32,
    /// Pairs within these blocks. A pair can be in several passes.
    pub pairs: u64,
    /// Accounts of greater blocks. They are divided further.
    pub accounts_of_greater: u64,
}
