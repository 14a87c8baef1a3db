//! What the answers say: measured precision and recall, beside what the model expects.

use onefold_lake::version::review::Stratum;
use onefold_scoring::measured::{self, Estimate, measured};
use serde::Serialize;

use super::answer::AnswerKind;
use super::ledger::Ledger;
use super::question::Sample;
use super::session::Tally;
use crate::table::{TextTable, count};

/// What was learnt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Learnt {
    /// The run whose version was reviewed.
    pub(super) run: String,
    /// Where the answers are.
    pub(super) answers: String,
    /// What was answered in this session.
    pub(super) session: Tally,
    /// What all answers about the version's sample say. None if it has no sample.
    pub(super) sample: Option<SampleLearnt>,
}

/// What the answers about a sample say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct SampleLearnt {
    /// Drawn pairs that are answered.
    answered: u64,
    /// Drawn pairs that somebody skipped.
    skipped: u64,
    /// The least score of the pairs that the sample is of, in bits.
    from_bits: f64,
    /// How many compared pairs score as much.
    pairs: u64,
    /// Of one person's pairs, the share that the model expects below.
    left_out: f64,
    precision: Option<Measurement>,
    recall: Option<Measurement>,
}

/// A measured share beside the expected one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Measurement {
    #[serde(flatten)]
    measured: Estimate,
    /// What the model expects.
    expected: f64,
}

impl SampleLearnt {
    /// By the answers of all files.
    pub(super) fn new(sample: &Sample, ledger: &Ledger) -> Self {
        let (counted, skipped) = counted(sample, ledger);
        let Sample { strata, first, .. } = sample;
        let (left_out, asked) = strata.strata.split_at((*first).min(strata.strata.len()));
        let expected = |strata: &[Stratum]| strata.iter().map(|stratum| stratum.expected).sum::<f64>();
        let below = expected(left_out) + strata.below.expected;
        let linked = asked.partition_point(|stratum| stratum.from < strata.threshold);
        let links: u64 = asked[linked..].iter().map(|stratum| stratum.pairs).sum();
        let (right, all) = (expected(&asked[linked..]), expected(asked));
        let found = measured(&counted);
        Self {
            answered: counted.iter().map(|stratum| stratum.same + stratum.different).sum(),
            skipped,
            from_bits: asked.first().map_or(strata.threshold, |stratum| stratum.from),
            pairs: asked.iter().map(|stratum| stratum.pairs).sum(),
            left_out: share(below, below + all),
            precision: found.precision.map(|measured| Measurement { measured, expected: share(right, links as f64) }),
            recall: found.recall.map(|measured| Measurement { measured, expected: share(right, all) }),
        }
    }
}

/// The answers by stratum, of the strata that are asked about, and how many pairs were skipped.
fn counted(Sample { strata, pairs, first }: &Sample, ledger: &Ledger) -> (Vec<measured::Stratum>, u64) {
    let of_stratum = |stratum: &Stratum| {
        let is_linked = stratum.from >= strata.threshold;
        measured::Stratum { pairs: stratum.pairs, is_linked, ..measured::Stratum::default() }
    };
    let mut counted: Vec<measured::Stratum> = strata.strata.iter().map(of_stratum).collect();
    let mut skipped = 0;
    for pair in pairs {
        let Some(stratum) = pair.stratum().and_then(|stratum| counted.get_mut(stratum as usize)) else { continue };
        match ledger.sampled_answer(&pair.accounts) {
            Some(AnswerKind::Same) => stratum.same += 1,
            Some(AnswerKind::Different) => stratum.different += 1,
            Some(AnswerKind::Skip) => skipped += 1,
            None => {}
        }
    }
    (counted.split_off((*first).min(counted.len())), skipped)
}

fn share(one: f64, of: f64) -> f64 {
    if of > 0.0 { one / of } else { 0.0 }
}

impl Learnt {
    /// As text for people.
    pub(super) fn text(&self) -> String {
        let Tally { same, different, skipped } = self.session;
        let mut out = format!("{same} same, {different} different, {skipped} skipped in this session.\n");
        if same + different + skipped > 0 {
            out.push_str(&format!("The answers are in {}. The next run obeys them.\n", self.answers));
        }
        match &self.sample {
            None => out.push_str("The version has no sample: its run scored no pairs. So nothing is measured.\n"),
            Some(sample) if sample.answered == 0 => out.push_str(
                "Answers about the queue measure nothing, as it has the doubtful pairs only.\n`onefold review --sample 100` measures \
                 precision and recall.\n",
            ),
            Some(sample) => sample.write(&mut out),
        }
        out
    }
}

impl SampleLearnt {
    fn write(&self, out: &mut String) {
        let skipped = if self.skipped == 0 { String::new() } else { format!(", {} skipped", count(self.skipped)) };
        out.push_str(&format!("\n{} pairs of the sample are answered{skipped}. They say:\n", count(self.answered)));
        let mut table = TextTable::default();
        table.row(["", "measured", "95 % interval", "expected", "answers to halve it"].map(str::to_owned));
        for (name, found) in [("precision", &self.precision), ("recall", &self.recall)] {
            let Some(Measurement { measured, expected }) = found else {
                let none = "?".to_owned();
                table.row([name.to_owned(), none.clone(), none.clone(), none, String::new()]);
                continue;
            };
            let Estimate { value, low, high, answers_to_halve } = measured;
            let more = format!("{} more", count(*answers_to_halve));
            let interval = format!("{low:.3} to {high:.3}");
            table.row([name.to_owned(), format!("{value:.3}"), interval, format!("{expected:.3}"), more]);
        }
        out.push_str(&table.text());
        out.push_str(&format!(
            "Precision is that of links by scores. Recall is of the {} compared pairs\nfrom {:+.1} bits on; the model expects \
             {:.1} % of one person's compared pairs below.\n",
            count(self.pairs),
            self.from_bits,
            self.left_out * 100.0
        ));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use onefold_lake::version::review::{SampledPair, Strata, Unsampled};
    use onefold_store::memory::MemoryStore;
    use onefold_store::{Condition, Store};

    use super::super::place::Place;
    use super::*;

    fn sample() -> Sample {
        let stratum = |from: f64, pairs, expected, sampled| Stratum { from, below: None, pairs, expected, sampled };
        let strata = Strata {
            threshold: 0.0,
            strata: vec![
                stratum(-9.0, 100_000, 0.5, 10),
                stratum(-2.0, 2_000, 60.0, 20),
                stratum(0.0, 50, 41.0, 10),
                stratum(5.0, 1_000, 999.0, 25),
            ],
            below: Unsampled { pairs: 1_000_000, expected: 0.6 },
            missed: 0.0,
        };
        let pair = |stratum: u32, number: u64| SampledPair {
            accounts: [format!("a:{stratum}-{number}"), "b:1".to_owned()],
            stratum,
            customers: Default::default(),
            bits: 0.0,
            levels: BTreeMap::new(),
        };
        let drawn = (0..)
            .zip(&strata.strata)
            .flat_map(|(number, stratum)| (0..stratum.sampled).map(move |of| pair(number, of)));
        let drawn = drawn.collect();
        Sample::new(strata, drawn)
    }

    /// 2 of 10 links near the threshold are wrong, 1 of 20 pairs below it is missed. A line without a stratum was not drawn.
    async fn ledger() -> Ledger {
        let mut text = "kind,left,right,stratum\n".to_owned();
        for (stratum, kinds) in [(1, (1, 19)), (2, (8, 2)), (3, (24, 0))] {
            for number in 0..kinds.0 + kinds.1 {
                let kind = if number < kinds.0 { "always" } else { "never" };
                // All accounts of b:1 would contradict.
                text.push_str(&format!("{kind},a:{stratum}-{number},b:1,{stratum}\n"));
            }
        }
        text.push_str("skip,a:3-24,b:1,3\nnever,a:0-1,b:1,\n");
        let store = Arc::new(MemoryStore::default());
        store.put("corrections/x.csv", text.into(), Condition::Always).await.unwrap();
        Ledger::open(Place::Bucket(store), vec!["a".to_owned(), "b".to_owned()]).await.unwrap()
    }

    fn learnt(sample: Option<SampleLearnt>) -> Learnt {
        let session = Tally { same: 3, different: 1, skipped: 0 };
        Learnt { run: "run".to_owned(), answers: "data/corrections/review.csv".to_owned(), session, sample }
    }

    #[tokio::test]
    async fn precision_and_recall_are_told_with_what_is_expected() {
        let found = SampleLearnt::new(&sample(), &ledger().await);
        assert_eq!((found.answered, found.skipped, found.from_bits, found.pairs), (54, 1, -2.0, 3_050));
        let text = learnt(Some(found)).text();
        let expected = "3 same, 1 different, 0 skipped in this session.
The answers are in data/corrections/review.csv. The next run obeys them.

54 pairs of the sample are answered, 1 skipped. They say:
             measured   95 % interval  expected  answers to halve it
  precision     0.990";
        assert!(text.starts_with(expected), "{text}");
        assert!(text.contains("\n  recall        0.912"), "{text}");
        assert!(text.contains("of the 3,050 compared pairs\nfrom -2.0 bits on; the model expects 0.1 % of"), "{text}");
        let json = serde_json::to_value(learnt(Some(found))).unwrap();
        assert_eq!(json["sample"]["precision"]["expected"], 1_040.0 / 1_050.0);
        assert_eq!(json["session"]["same"], 3);
    }

    #[tokio::test]
    async fn without_answers_about_a_sample_nothing_is_measured() {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        let ledger = Ledger::open(Place::Bucket(store), Vec::new()).await.unwrap();
        let found = SampleLearnt::new(&sample(), &ledger);
        assert_eq!((found.precision, found.recall), (None, None));
        assert!(learnt(Some(found)).text().contains("`onefold review --sample 100` measures"));
        assert!(learnt(None).text().contains("has no sample"));
    }
}
