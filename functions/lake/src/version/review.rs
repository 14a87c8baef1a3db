//! `processed/<run>/review/`: what people are asked about a version, and how well its scores agree with what they said.
//!
//! `queue.jsonl.zst` has the pairs whose answers are worth most, a [`Question`] a line. `sample.jsonl.zst` has a stratified random sample of all
//! compared pairs, by which precision and recall can be measured, and `strata.json` says what it is a sample of.
//! `calibration.json` compares the answers so far with the scores. References are the only values of accounts in any of them.

use std::collections::BTreeMap;

pub use onefold_identity::question::{Question, Reason};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::compress::{FormatError, compress, decompress};

/// The most questions of a version.
pub const QUESTIONS_MAX: usize = 2_000;

/// A line of `sample.jsonl.zst`: a compared pair that was drawn at random.
///
/// Lines come by strata, and those of a stratum in the order of keyed hashes of the two references. So the first ones of a
/// stratum are a random sample of it as well: whoever answers may stop anywhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampledPair {
    /// The references of both, the lesser first as in corrections.
    pub accounts: [String; 2],
    /// The place of its stratum in [`Strata::strata`].
    pub stratum: u32,
    /// The customer of each account in this version.
    pub customers: [String; 2],
    /// The score of the two accounts, in bits.
    pub bits: f64,
    /// The comparison level of each field that both have, by its name.
    pub levels: BTreeMap<String, u8>,
}

/// `strata.json`: what `sample.jsonl.zst` is a sample of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Strata {
    /// From where on a pair is linked, in bits. It is a bound of a stratum, unless all strata are on one side of it.
    pub threshold: f64,
    /// By ascending score, without gaps.
    pub strata: Vec<Stratum>,
    /// Compared pairs below the first stratum. None of them is drawn.
    pub below: Unsampled,
    /// At least so many pairs of one person are expected not to have been compared.
    pub missed: f64,
}

/// The compared pairs whose scores are in a range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stratum {
    /// The least score of it, in bits.
    pub from: f64,
    /// The least score above it, in bits; `None` if it has no upper bound.
    pub below: Option<f64>,
    /// How many pairs it has.
    pub pairs: u64,
    /// How many of them are expected to be one person's, by the model.
    pub expected: f64,
    /// How many of them were drawn: each stands for `pairs / sampled` pairs.
    pub sampled: u64,
}

/// Compared pairs of which none is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Unsampled {
    /// How many there are.
    pub pairs: u64,
    /// How many of them are expected to be one person's, by the model.
    pub expected: f64,
}

/// `calibration.json`: the answers that the run knew, beside what its model expected. It is written if there are any.
///
/// Only answers about the sample say how often the scores are right: the others were asked for because they are doubtful.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// From where on a pair is linked, in bits.
    pub threshold: f64,
    /// What people said of all pairs of accounts that they named.
    pub answers: AnswerCounts,
    /// By ascending score: the strata of the version, see [`Strata`].
    pub bins: Vec<CalibrationBin>,
    /// The share of right ones among the links.
    pub precision: Agreement,
    /// The share of links among one person's pairs of the strata, from the first one on that somebody answered about. What was
    /// not compared does not count.
    pub recall: Agreement,
}

/// Answers of people, by what they said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerCounts {
    /// Pairs that are one person's: `always`.
    pub same: u64,
    /// Pairs that are not: `never`.
    pub different: u64,
    /// Pairs about which they could not say: `skip`.
    pub skipped: u64,
    /// Pairs of `same` and `different` that were not compared, or that the version does not have.
    pub not_compared: u64,
}

/// Answers about pairs whose scores are in a range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// The least score of it, in bits; `None` if it has no lower bound.
    pub from: Option<f64>,
    /// The least score above it, in bits; `None` if it has no upper bound.
    pub below: Option<f64>,
    /// How many pairs the version has in it.
    pub pairs: u64,
    /// The share of one person's pairs that the model expects.
    pub expected: f64,
    /// Answers about the sample: how many, and how many of them are `same`.
    pub sampled: [u64; 2],
    /// All answers, likewise.
    pub answered: [u64; 2],
    /// The share of `same` among the answers about the sample.
    pub observed: Option<Measured>,
}

/// What the model expects, beside what the answers about the sample say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// What the model expects; `None` if there is no such pair.
    pub expected: Option<f64>,
    /// What the answers about the sample measure; `None` if there are too few.
    pub measured: Option<Measured>,
}

/// A share with its interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The estimate.
    pub share: f64,
    /// The interval that holds the true share with a confidence of 95 %.
    pub interval: [f64; 2],
    /// How many answers it rests on.
    pub answers: u64,
}

/// Writes lines of one of the two files. Also gives the size of their text.
///
/// # Errors
/// Only if memory runs out.
pub fn format<T: Serialize>(lines: &[T]) -> std::io::Result<(Vec<u8>, u64)> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, line)?;
        text.push(b'\n');
    }
    Ok((compress(&text)?, text.len() as u64))
}

/// Reads the lines of one of the two files. `key` is for the error.
///
/// # Errors
/// The object is damaged.
pub fn parse<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<Vec<T>, FormatError> {
    let text = decompress(key, bytes)?;
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).map_err(|error| FormatError::json(key, &error))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_back() {
        let question = |reason, bits| Question {
            accounts: ["crm:1".to_owned(), "shop:2".to_owned()],
            reason,
            limits: Vec::new(),
            customers: ["a".to_owned(), "b".to_owned()],
            bits,
            group_bits: bits,
            levels: bits.iter().map(|_| ("email".to_owned(), 9)).collect(),
            pairs: 6,
            gain: 1.25,
        };
        let questions = [question(Reason::Doubtful, Some(-0.5)), question(Reason::Divided, None)];
        let (bytes, text_bytes) = format(&questions).unwrap();
        assert_eq!(parse::<Question>("k", &bytes).unwrap(), questions);
        let text = String::from_utf8(decompress("k", &bytes).unwrap()).unwrap();
        assert_eq!(text.len() as u64, text_bytes);
        let without_scores =
            r#"{"accounts":["crm:1","shop:2"],"reason":"divided","customers":["a","b"],"pairs":6,"gain":1.25}"#;
        assert_eq!(text.lines().nth(1), Some(without_scores));
        assert!(parse::<Question>("k", &bytes[..bytes.len() - 3]).is_err());
        assert!(parse::<SampledPair>("k", &bytes).is_err());
        assert_eq!(parse::<Question>("k", &format::<Question>(&[]).unwrap().0).unwrap(), []);
    }
}
