//! The pairs of a version that people are asked about.

use std::collections::BTreeMap;

use onefold_identity::corrections::Pair;
use onefold_lake::keys;
use onefold_lake::version::review::{self, Question, Reason, SampledPair, Strata};
use onefold_scoring::measured::{AskedStratum, asking_order};
use onefold_store::{Store, StoreError};
use onefold_version::OpenVersion;
use serde::de::DeserializeOwned;

use super::answer::AnswerKind;
use super::ledger::Ledger;
use crate::error::Error;

/// A pair, and why it is asked about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AskedPair {
    pub(super) accounts: Pair,
    pub(super) customers: [String; 2],
    pub(super) why: Why,
    /// The score, if pairs are scored.
    pub(super) bits: Option<f64>,
    /// The comparison level of each field, by its name.
    pub(super) levels: BTreeMap<String, u8>,
}

/// Why a pair is asked about.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Why {
    /// It was drawn at random, from this stratum.
    Sample { stratum: u32 },
    /// It is in the queue.
    Queue {
        reason: Reason,
        limits: Vec<String>,
        /// The score of the groups that the answer joins or parts.
        group_bits: Option<f64>,
        /// How many pairs of accounts it joins or parts.
        pairs: u64,
    },
}

impl Why {
    /// As a file of answers writes it.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Sample { .. } => "sample",
            Self::Queue { reason: Reason::Doubtful, .. } => "doubtful",
            Self::Queue { reason: Reason::Bridge, .. } => "bridge",
            Self::Queue { reason: Reason::Divided, .. } => "divided",
        }
    }
}

impl AskedPair {
    fn of_question(question: Question) -> Self {
        let Question { accounts, reason, limits, customers, bits, group_bits, levels, pairs, .. } = question;
        Self { accounts, customers, why: Why::Queue { reason, limits, group_bits, pairs }, bits, levels }
    }

    fn of_sample(pair: SampledPair) -> Self {
        let SampledPair { accounts, stratum, customers, bits, levels } = pair;
        Self { accounts, customers, why: Why::Sample { stratum }, bits: Some(bits), levels }
    }

    /// The stratum of a pair that was drawn at random.
    pub(super) const fn stratum(&self) -> Option<u32> {
        match self.why {
            Why::Sample { stratum } => Some(stratum),
            Why::Queue { .. } => None,
        }
    }

    /// Whether the version has both as one customer's.
    pub(super) fn is_together(&self) -> bool {
        self.customers[0] == self.customers[1]
    }
}

/// The sample of a version.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sample {
    pub(super) strata: Strata,
    /// In the order in which they are asked.
    pub(super) pairs: Vec<AskedPair>,
    /// The stratum of the least scores that is asked about.
    pub(super) first: usize,
}

impl Sample {
    /// Puts the drawn pairs into the order in which they are asked.
    pub(super) fn new(strata: Strata, drawn: Vec<SampledPair>) -> Self {
        let mut by_stratum: Vec<Vec<SampledPair>> = vec![Vec::new(); strata.strata.len()];
        for pair in drawn {
            if let Some(of_stratum) = by_stratum.get_mut(pair.stratum as usize) {
                of_stratum.push(pair);
            }
        }
        let asked = strata.strata.iter().zip(&by_stratum).map(|(stratum, drawn)| AskedStratum {
            pairs: stratum.pairs,
            is_linked: stratum.from >= strata.threshold,
            expected: if stratum.pairs == 0 { 0.0 } else { stratum.expected / stratum.pairs as f64 },
            drawn: drawn.len(),
        });
        let order = asking_order(&asked.collect::<Vec<_>>());
        let first = order.iter().min().copied().unwrap_or_default();
        let mut by_stratum: Vec<_> = by_stratum.into_iter().map(Vec::into_iter).collect();
        let next = |stratum: usize| by_stratum.get_mut(stratum).and_then(Iterator::next);
        let pairs = order.into_iter().filter_map(next).map(AskedPair::of_sample).collect();
        Self { strata, pairs, first }
    }

    /// Reads the sample of a version. None if it has none.
    pub(super) async fn read(store: &dyn Store, version: &OpenVersion<'_>) -> Result<Option<Self>, Error> {
        let key = keys::review_strata(version.run());
        let Some(strata) = read(store, &key).await? else { return Ok(None) };
        let strata = serde_json::from_slice(&strata).map_err(|error| Error::malformed(&key, error))?;
        let pairs = lines(store, &keys::review_sample(version.run())).await?;
        Ok(pairs.map(|pairs| Self::new(strata, pairs)))
    }
}

/// The pairs of the queue that nobody has decided, the most useful first. Those that somebody skipped come last. None if the
/// version has no queue.
pub(super) async fn queue(
    store: &dyn Store,
    version: &OpenVersion<'_>,
    ledger: &Ledger,
) -> Result<Option<Vec<AskedPair>>, Error> {
    let Some(questions) = lines(store, &keys::review_queue(version.run())).await? else { return Ok(None) };
    let mut asked: Vec<AskedPair> = questions.into_iter().map(AskedPair::of_question).collect();
    let answer = |pair: &AskedPair| ledger.answer(&pair.accounts);
    asked.retain(|pair| matches!(answer(pair), None | Some(AnswerKind::Skip)));
    asked.sort_by_key(|pair| answer(pair).is_some());
    Ok(Some(asked))
}

async fn lines<T: DeserializeOwned>(store: &dyn Store, key: &str) -> Result<Option<Vec<T>>, Error> {
    let Some(bytes) = read(store, key).await? else { return Ok(None) };
    review::parse(key, &bytes).map(Some).map_err(|error| Error::malformed(key, error))
}

async fn read(store: &dyn Store, key: &str) -> Result<Option<Vec<u8>>, Error> {
    match store.get(key).await {
        Ok((bytes, _)) => Ok(Some(bytes.to_vec())),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(Error::store("read what is to be reviewed")(error)),
    }
}

#[cfg(test)]
mod tests {
    use onefold_lake::version::review::{Stratum, Unsampled};

    use super::*;

    fn sampled(stratum: u32, number: u32) -> SampledPair {
        let accounts = [format!("a:{stratum}-{number}"), "b:1".to_owned()];
        let customers = ["c".to_owned(), "d".to_owned()];
        SampledPair { accounts, stratum, customers, bits: 0.0, levels: BTreeMap::new() }
    }

    #[test]
    fn a_sample_is_asked_by_strata_in_the_order_of_its_lines() {
        let stratum =
            |from: f64, pairs, expected, sampled| Stratum { from, below: Some(from + 1.0), pairs, expected, sampled };
        let strata = Strata {
            threshold: 1.0,
            strata: vec![
                stratum(-1.0, 1_000_000, 0.1, 2),
                stratum(0.0, 1_000, 200.0, 2),
                stratum(1.0, 0, 0.0, 0),
                stratum(2.0, 900, 890.0, 3),
            ],
            below: Unsampled::default(),
            missed: 0.0,
        };
        let drawn =
            [(0, 0), (0, 1), (1, 0), (1, 1), (3, 0), (3, 1), (3, 2)].map(|(stratum, number)| sampled(stratum, number));
        let sample = Sample::new(strata, drawn.into());
        let order: Vec<&str> = sample.pairs.iter().map(|pair| pair.accounts[0].as_str()).collect();
        assert_eq!(order, ["a:3-0", "a:1-0", "a:3-1", "a:1-1", "a:3-2"]);
        assert_eq!(sample.first, 1, "nobody is expected below");
    }
}
