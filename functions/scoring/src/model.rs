//! What is learnt: probabilities, not weights. It is a part of the version that it made, and later runs use it.
//!
//! It has no value of any account.

use serde::{Deserialize, Serialize};

/// The probabilities of comparison levels, learnt from a run's pairs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The version of the comparison levels, [`LEVELS_VERSION`](crate::LEVELS_VERSION).
    pub levels: u32,
    /// The run that it was learnt in.
    pub learnt_in: String,
    /// Whether there was too little to learn from, so that these are the probabilities that hold for people's data in general.
    pub is_prior: bool,
    /// Pairs of one person, per account.
    pub matches_per_account: f64,
    /// Pairs of relatives, per account.
    pub relatives_per_account: f64,
    /// By field, in the order of a pattern.
    pub fields: Vec<FieldModel>,
}

/// The probabilities of a field's levels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldModel {
    /// The field's name.
    pub name: String,
    /// Among pairs of one person that both have a value: by level from 1 to 7, and the last is that of equal values.
    pub m: [f64; 8],
    /// Likewise among relatives. As strangers if nothing is given.
    pub r: Option<[f64; 8]>,
    /// Among strangers that differ: by level from 1 to 7, with the sum 1. That of equal values comes from each run's own counts.
    pub u: [f64; 7],
}
