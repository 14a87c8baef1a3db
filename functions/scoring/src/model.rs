//! What is learnt: probabilities, not weights. It is a part of the version that it made, and later runs use it.
//!
//! It has no value of any account.

use serde::{Deserialize, Serialize};

use crate::counts::Counts;
use crate::curve::Curve;
use crate::weights::Score;
use crate::{FREQUENCIES, LEVELS_VERSION, ScoredFields};

/// The probabilities of comparison levels, learnt from a run's pairs. Each has ten digits, so it is read back as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The version of the comparison levels, [`LEVELS_VERSION`](crate::LEVELS_VERSION).
    pub levels: u32,
    /// The run that it was learnt in.
    pub learnt_in: String,
    /// Whether there was little to learn from, so that the probabilities that hold for people's data in general weigh more.
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
    /// Likewise among relatives. If nothing is given, they are as strangers, but for [`Self::equal_relatives`].
    pub r: Option<[f64; 8]>,
    /// Of relatives who are as strangers otherwise, the share with equal values: of birth dates, these are twins.
    pub equal_relatives: f64,
    /// Among strangers that differ: by level from 1 to 7, with the sum 1. That of equal values comes from each run's own counts.
    pub u: [f64; 7],
    /// Of pairs of equal values, by the value's frequency class: the share that is not one person's.
    pub equal_strangers: [f64; FREQUENCIES],
}

/// `model.json`: the model that a run scored with, and what it is expected to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunModel {
    /// The model.
    pub model: Model,
    /// What was counted of the run's accounts. With the model, it makes the [`Weights`](crate::weights::Weights).
    pub counts: Counts,
    /// The blocking passes, in their order.
    pub passes: Vec<Pass>,
    /// What is expected at each threshold.
    pub curve: Curve,
    /// From where on a pair is linked, in 1024ths of a bit.
    pub threshold: Score,
    /// The digest of what was counted, see [`digest`](crate::counts::digest).
    pub digest: String,
}

impl RunModel {
    /// The names of the passes that later runs do without.
    pub fn dropped_passes(&self) -> Vec<String> {
        self.passes.iter().filter(|pass| pass.is_dropped).map(|pass| pass.name.clone()).collect()
    }

    /// Whether accounts with these fields can be scored by it.
    pub fn fits(&self, fields: &ScoredFields) -> bool {
        let names = self.model.fields.iter().map(|field| field.name.as_str());
        self.model.levels == LEVELS_VERSION && names.eq(fields.iter().map(|field| field.name))
    }
}

/// A blocking pass of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pass {
    /// Its name, as people read it.
    pub name: String,
    /// The most accounts of a block. 0 if the run did without it.
    pub cap: u32,
    /// Links that no pass of less cost found.
    #[serde(default)]
    pub first_found: u64,
    /// Whether later runs with this model do without it.
    #[serde(default)]
    pub is_dropped: bool,
}

/// How many digits a probability has in a model. So many are read back exactly by any reader of JSON.
const DIGITS: usize = 10;

/// The number with [`DIGITS`] digits.
pub(crate) fn rounded(number: f64) -> f64 {
    let text = format!("{number:.*e}", DIGITS - 1);
    text.parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_back_from_json() {
        let mut number = 0.987_654_321_098_765_4_f64;
        for _ in 0..2_000 {
            let short = rounded(number);
            assert!((short - number).abs() <= number * 1e-9);
            let read: f64 = serde_json::from_str(&serde_json::to_string(&short).unwrap()).unwrap();
            assert_eq!(read.to_bits(), short.to_bits());
            number *= 0.986_123_456_789;
        }
    }
}
