//! What people answered, beside what the scores expect.
//!
//! Only answers about a version's sample tell how often scores are right. Other pairs were asked about because they are
//! doubtful, or because somebody noticed that they are wrong.

use onefold_identity::corrections::Pairs;
use onefold_lake::data::asked::LABELLED;
use onefold_lake::version::manifest::MeasuredScores;
use onefold_lake::version::review::{Agreement, AnswerCounts, Calibration, CalibrationBin, Measured};
use onefold_scoring::measured::{self, Estimate, measured};
use onefold_scoring::review::{Draw, Stratum};
use onefold_scoring::weights::{Score, in_bits};

use super::PlacedPair;

/// A pair of which people said something, and that was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LabelledPair {
    pub(super) bits: Score,
    pub(super) is_same: bool,
    pub(super) is_sampled: bool,
}

impl LabelledPair {
    /// None if people said nothing of the pair.
    pub(super) fn new(pair: &PlacedPair<'_>, corrections: &Pairs) -> Option<Self> {
        if !pair.pair.is(LABELLED) {
            return None;
        }
        let references = pair.references();
        Some(Self {
            bits: pair.pair.score.into(),
            is_same: corrections.always.contains(&references),
            is_sampled: corrections.sampled.contains(&references),
        })
    }
}

/// Answers about the pairs of a bin: how many, and how many of them are `same`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Answers {
    all: u64,
    same: u64,
}

impl Answers {
    fn add(&mut self, label: &LabelledPair) {
        self.all += 1;
        self.same += u64::from(label.is_same);
    }
}

/// What the answers say of the scores; `None` if there are none.
pub(super) fn of(draw: &Draw, labelled: &[LabelledPair], corrections: &Pairs) -> Option<Calibration> {
    let (same, different) = (corrections.always.len() as u64, corrections.never.len() as u64);
    let skipped = corrections.skipped.len() as u64;
    if same + different + skipped == 0 {
        return None;
    }
    let not_compared = (same + different).saturating_sub(labelled.len() as u64);
    let bins = bins(draw, labelled);
    let of_bin = |(bin, of): (&CalibrationBin, &Stratum)| stratum(bin, of.from >= draw.threshold);
    let strata: Vec<measured::Stratum> = bins[1..].iter().zip(&draw.strata).map(of_bin).collect();
    // Nobody answered about the pairs below, so recall is that of the others.
    let first = strata.iter().position(|stratum| stratum.is_linked || answers(stratum) > 0).unwrap_or(strata.len());
    let found = measured(&strata[first..]);
    let of_links = strata.iter().filter(|stratum| stratum.is_linked).map(answers).sum();
    let of_all = strata.iter().map(answers).sum();
    let precision = found.precision.map(|share| estimate(share, of_links));
    let recall = found.recall.map(|share| estimate(share, of_all));
    Some(Calibration {
        threshold: in_bits(draw.threshold),
        answers: AnswerCounts { same, different, skipped, not_compared },
        precision: Agreement { expected: expected_precision(draw), measured: precision },
        recall: Agreement { expected: expected_recall(draw, first), measured: recall },
        bins,
    })
}

/// The pairs below the first stratum, and then the strata.
fn bins(draw: &Draw, labelled: &[LabelledPair]) -> Vec<CalibrationBin> {
    let mut sampled = vec![Answers::default(); draw.strata.len() + 1];
    let mut answered = sampled.clone();
    for label in labelled {
        let place = draw.lot(label.bits).stratum.map_or(0, |stratum| stratum as usize + 1);
        answered[place].add(label);
        if label.is_sampled {
            sampled[place].add(label);
        }
    }
    let first = draw.strata.first().map(|stratum| stratum.from);
    let below = (None, first, draw.below.pairs, draw.below.expected);
    let strata = draw.strata.iter().map(|of| (Some(of.from), of.below, of.pairs, of.expected));
    let bin = |((from, below, pairs, expected), (sampled, answered)): ((_, _, u64, f64), (Answers, Answers))| {
        let alone =
            measured::Stratum { pairs, is_linked: true, same: sampled.same, different: sampled.all - sampled.same };
        CalibrationBin {
            from: Option::map(from, in_bits),
            below: Option::map(below, in_bits),
            pairs,
            expected: if pairs > 0 { rounded(expected / pairs as f64) } else { 0.0 },
            sampled: [sampled.all, sampled.same],
            answered: [answered.all, answered.same],
            observed: measured(&[alone]).precision.map(|share| estimate(share, sampled.all)),
        }
    };
    std::iter::once(below).chain(strata).zip(sampled.into_iter().zip(answered)).map(bin).collect()
}

fn stratum(bin: &CalibrationBin, is_linked: bool) -> measured::Stratum {
    let [all, same] = bin.sampled;
    measured::Stratum { pairs: bin.pairs, is_linked, same, different: all - same }
}

fn answers(stratum: &measured::Stratum) -> u64 {
    stratum.same + stratum.different
}

fn expected_precision(draw: &Draw) -> Option<f64> {
    let links = || draw.strata.iter().filter(|stratum| stratum.from >= draw.threshold);
    let pairs: u64 = links().map(|stratum| stratum.pairs).sum();
    let right: f64 = links().map(|stratum| stratum.expected).sum();
    (pairs > 0).then(|| rounded(right / pairs as f64))
}

/// Of the strata from `first` on.
fn expected_recall(draw: &Draw, first: usize) -> Option<f64> {
    let strata = draw.strata.get(first..).unwrap_or_default();
    let all: f64 = strata.iter().map(|stratum| stratum.expected).sum();
    let linked: f64 =
        strata.iter().filter(|stratum| stratum.from >= draw.threshold).map(|stratum| stratum.expected).sum();
    (all > 0.0).then(|| rounded(linked / all))
}

fn estimate(share: Estimate, answers: u64) -> Measured {
    Measured { share: rounded(share.value), interval: [share.low, share.high].map(rounded), answers }
}

/// With six decimals: so many are read back exactly.
fn rounded(share: f64) -> f64 {
    (share * 1e6).round() / 1e6
}

/// What the manifest says of it; `None` if nothing was measured.
pub(super) fn measured_scores(calibration: &Calibration) -> Option<MeasuredScores> {
    let [precision, recall] = [calibration.precision, calibration.recall].map(|share| share.measured);
    let is_measured = precision.is_some() || recall.is_some();
    is_measured.then(|| MeasuredScores { precision, recall, notes: notes(calibration) })
}

/// Remarks where the answers and the scores disagree by more than chance explains.
fn notes(calibration: &Calibration) -> Vec<String> {
    let shares = [("precision", calibration.precision, "raise"), ("recall", calibration.recall, "lower")];
    shares.into_iter().filter_map(|(name, share, remedy)| note(name, share, remedy)).collect()
}

fn note(name: &str, Agreement { expected, measured }: Agreement, remedy: &str) -> Option<String> {
    let (expected, Measured { share, interval: [low, high], answers }) = (expected?, measured?);
    if (low..=high).contains(&expected) {
        return None;
    }
    let advice = if expected > high {
        format!("{remedy} the threshold, or look at what is compared")
    } else {
        "the scores are more careful than they must be".to_owned()
    };
    Some(format!(
        "the model expects a {name} of {expected:.4}, and {answers} answers about the sample measure {share:.4} \
         ({low:.4} to {high:.4}): {advice}"
    ))
}

#[cfg(test)]
mod tests;
