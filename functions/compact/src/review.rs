//! What people are asked about the version, and how well its scores agree with what they have answered.

mod calibration;
mod sources;

use std::collections::{BTreeMap, BTreeSet};

use onefold_graph::node::Node;
use onefold_identity::corrections::{Pair, Pairs};
use onefold_identity::merge::{PlacedAccount, levels};
use onefold_identity::question::{Question, Reason, best};
use onefold_identity::reference;
use onefold_lake::RunId;
use onefold_lake::data::asked::{AskedPair, DOUBTFUL, LABELLED, SAMPLED};
use onefold_lake::keys;
use onefold_lake::run::layout::PartitionCounts;
use onefold_lake::version::manifest::{MeasuredScores, VersionFile};
use onefold_lake::version::review::{self, QUESTIONS_MAX, SampledPair, Strata, Stratum, Unsampled};
use onefold_scoring::ScoredFields;
use onefold_scoring::review::{Draw, gain, group_bits, pair_hash};
use onefold_scoring::weights::in_bits;
use onefold_shell::{Context, Pinned, StageError, json_object};

use calibration::LabelledPair;
use sources::Sources;

use crate::file;

/// The files of the version that are for people to answer, and what their answers so far say.
#[derive(Debug, Default)]
pub(crate) struct Review {
    pub(crate) files: Vec<VersionFile>,
    /// What the answers measure; `None` without answers about a sample.
    pub(crate) measured: Option<MeasuredScores>,
}

/// Writes what people are asked about the version.
pub(crate) async fn write(
    run: &RunId,
    pinned: &Pinned,
    partitions: &[PartitionCounts],
    context: &Context,
) -> Result<Review, StageError> {
    let Sources { questions, placed, drawn } = Sources::read(run, partitions, context).await?;
    let Some((draw, pairs)) = drawn else {
        let questions = best(questions, QUESTIONS_MAX);
        let files = if questions.is_empty() { Vec::new() } else { vec![put_queue(run, &questions, context).await?] };
        return Ok(Review { files, measured: None });
    };
    let pairs = placed_pairs(pairs, &placed)?;
    let corrections = pinned.corrections.pairs();
    let fields = ScoredFields::of(&pinned.config);
    let sample = sample(&pairs, &draw, &fields);
    let strata = strata(&draw, &sample);
    let questions = queue(questions, &pairs, corrections, &fields);
    let mut files = vec![put_queue(run, &questions, context).await?];
    files.push(put_lines(keys::review_sample(run), review::format(&sample), sample.len(), context).await?);
    files.push(file::put(keys::review_strata(run), json_object(&strata)?, strata.strata.len() as u64, context).await?);
    let labelled: Vec<LabelledPair> = pairs.iter().filter_map(|pair| LabelledPair::new(pair, corrections)).collect();
    let calibration = calibration::of(&draw, &labelled, corrections);
    if let Some(calibration) = &calibration {
        let key = keys::review_calibration(run);
        files.push(file::put(key, json_object(calibration)?, calibration.bins.len() as u64, context).await?);
    }
    Ok(Review { files, measured: calibration.as_ref().and_then(calibration::measured_scores) })
}

async fn put_queue(run: &RunId, questions: &[Question], context: &Context) -> Result<VersionFile, StageError> {
    put_lines(keys::review_queue(run), review::format(questions), questions.len(), context).await
}

async fn put_lines(
    key: String,
    formatted: std::io::Result<(Vec<u8>, u64)>,
    lines: usize,
    context: &Context,
) -> Result<VersionFile, StageError> {
    let (bytes, text_bytes) = formatted.map_err(StageError::compressing)?;
    let file = file::put(key, bytes.into(), lines as u64, context).await?;
    Ok(VersionFile { text_bytes, ..file })
}

/// A pair that Score asks about, and where its accounts stand. The lesser reference is first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlacedPair<'p> {
    pair: AskedPair,
    accounts: [&'p PlacedAccount; 2],
}

impl PlacedPair<'_> {
    fn references(&self) -> Pair {
        self.accounts.map(|account| account.account.clone())
    }

    fn customers(&self) -> [String; 2] {
        self.accounts.map(|account| account.customer_id.clone())
    }

    /// The two customers, the lesser id first.
    fn about(&self) -> [String; 2] {
        let mut customers = self.customers();
        customers.sort_unstable();
        customers
    }
}

/// Finds the accounts of each pair. Merge has met all of them.
fn placed_pairs(
    pairs: Vec<AskedPair>,
    placed: &BTreeMap<Node, PlacedAccount>,
) -> Result<Vec<PlacedPair<'_>>, StageError> {
    let found = |pair: AskedPair| {
        let [left, right] = pair.accounts.map(|node| placed.get(&node));
        let mut accounts = [left?, right?];
        accounts.sort_unstable_by(|left, right| reference::compare(&left.account, &right.account));
        Some(PlacedPair { pair, accounts })
    };
    let asked = pairs.len();
    let found: Vec<PlacedPair<'_>> = pairs.into_iter().filter_map(found).collect();
    if found.len() == asked {
        return Ok(found);
    }
    Err(StageError::internal(format!(
        "Score asks about {asked} pairs of accounts, and Merge knows the accounts of {} of them",
        found.len()
    )))
}

/// The questions of Merge, and those about pairs near the threshold; without what people have answered.
fn queue(
    mut questions: Vec<Question>,
    pairs: &[PlacedPair<'_>],
    corrections: &Pairs,
    fields: &ScoredFields,
) -> Vec<Question> {
    let is_never = |pair: &&PlacedPair<'_>| pair.pair.is(LABELLED) && corrections.never.contains(&pair.references());
    let kept_apart: BTreeSet<[String; 2]> = pairs.iter().filter(is_never).map(PlacedPair::about).collect();
    let doubtful = pairs
        .iter()
        .filter(|pair| pair.pair.is(DOUBTFUL) && pair.accounts[0].customer_id != pair.accounts[1].customer_id);
    questions.extend(doubtful.map(|pair| question(pair, fields)));
    questions.retain(|question| {
        let pair = &question.accounts;
        !kept_apart.contains(&question.about())
            && !corrections.skipped.contains(pair)
            && !corrections.never.contains(pair)
    });
    best(questions, QUESTIONS_MAX)
}

fn question(pair: &PlacedPair<'_>, fields: &ScoredFields) -> Question {
    let pairs = pair.accounts[0].accounts * pair.accounts[1].accounts;
    let bits = pair.pair.score.into();
    let of_groups = group_bits(bits, pairs);
    Question {
        accounts: pair.references(),
        reason: Reason::Doubtful,
        limits: Vec::new(),
        customers: pair.customers(),
        bits: Some(in_bits(bits)),
        group_bits: Some(in_bits(of_groups)),
        levels: levels(fields, pair.pair.pattern),
        pairs,
        gain: gain(Some(of_groups), false, pairs),
    }
}

/// The sample, by strata and then by the hashes of the pairs.
fn sample(pairs: &[PlacedPair<'_>], draw: &Draw, fields: &ScoredFields) -> Vec<SampledPair> {
    let drawn = pairs.iter().filter(|pair| pair.pair.is(SAMPLED));
    let mut drawn: Vec<(u32, u64, &PlacedPair<'_>)> = drawn
        .filter_map(|pair| Some((draw.lot(pair.pair.score.into()).stratum?, pair_hash(pair.pair.accounts), pair)))
        .collect();
    drawn.sort_unstable_by_key(|(stratum, hash, pair)| (*stratum, *hash, pair.pair.accounts));
    let line = |(stratum, _, pair): &(u32, u64, &PlacedPair<'_>)| SampledPair {
        accounts: pair.references(),
        stratum: *stratum,
        customers: pair.customers(),
        bits: in_bits(pair.pair.score.into()),
        levels: levels(fields, pair.pair.pattern),
    };
    drawn.iter().map(line).collect()
}

fn strata(draw: &Draw, sample: &[SampledPair]) -> Strata {
    let mut sampled = vec![0; draw.strata.len()];
    sample.iter().for_each(|pair| sampled[pair.stratum as usize] += 1);
    let stratum = |(of, sampled): (&onefold_scoring::review::Stratum, u64)| Stratum {
        from: in_bits(of.from),
        below: of.below.map(in_bits),
        pairs: of.pairs,
        expected: of.expected,
        sampled,
    };
    Strata {
        threshold: in_bits(draw.threshold),
        strata: draw.strata.iter().zip(sampled).map(stratum).collect(),
        below: Unsampled { pairs: draw.below.pairs, expected: draw.below.expected },
        missed: draw.missed,
    }
}

#[cfg(test)]
mod tests;
