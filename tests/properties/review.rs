//! What people are asked about a version, beside a full listing of its pairs.

use std::collections::{BTreeMap, BTreeSet};

use onefold_config::Config;
use onefold_graph::node::{Node, NodeHasher};
use onefold_lake::RunId;
use onefold_lake::data::records;
use onefold_lake::data::vectors::Vectors;
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::matching::Tile;
use onefold_lake::version::review::{Question, Reason, SampledPair, Strata, parse};
use onefold_scoring::ScoredFields;
use onefold_scoring::model::RunModel;
use onefold_scoring::review::{SAMPLED_MAX, pair_hash};
use onefold_scoring::weights::Weights;
use onefold_store::memory::InjectedFault;
use onefold_tests::oracle;
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;
use proptest::prelude::*;

use crate::data::{any_rows, cases, drop_rows, publish, without_guard};

/// The bit, as scores count.
const BIT: i64 = 1024;
/// How far from the threshold people are asked.
const DOUBTFUL_BITS: i64 = 8 * BIT;

/// Every pair of accounts, and what the version asks about them.
struct Listed {
    version: Version,
    threshold: i64,
    /// The pairs that were compared, by both references, the lesser first.
    bits: BTreeMap<[String; 2], i64>,
    /// The other pairs. Merge meets some of them where customers grow.
    not_compared: BTreeMap<[String; 2], i64>,
    queue: Vec<Question>,
    sample: Vec<SampledPair>,
    strata: Strata,
}

impl Listed {
    fn new(rows: &[Row], threshold: i32, knobs: &Knobs) -> Self {
        let settings = Settings { rules: vec![], scores: Some(threshold), ..without_guard() };
        let config = Config::parse(&settings.config()).unwrap();
        let mut pipeline = Pipeline::new(&settings);
        drop_rows(&pipeline, "a", rows);
        pipeline.drop_file("crm", "empty.jsonl", "");
        let version = publish(&mut pipeline, knobs);
        let run = &version.manifest.run.clone();
        let model: RunModel = serde_json::from_slice(&pipeline.get(&keys::processed_model(run)).unwrap()).unwrap();
        let weights = Weights::new(&model.model, &model.counts);
        let fields: Vec<&str> = ScoredFields::of(&config).iter().map(|field| field.name).collect();
        let scores = oracle::Scores { fields: &fields, weights: &weights, threshold: model.threshold };
        let accounts = oracle::latest(rows, &settings);
        let pairs = oracle::Pairs::new(&accounts, scores);
        let compared = compared(&pipeline, run);
        let (mut bits, mut not_compared) = (BTreeMap::new(), BTreeMap::new());
        for right in 0..accounts.len() {
            for left in 0..right {
                let mut both = [left, right].map(|account| accounts[account].name());
                both.sort_by(|one, other| oracle::compare_references(*one, *other));
                let both = both.map(|(source, id)| format!("{source}:{id}"));
                let known = if compared.contains(&nodes(&both)) { &mut bits } else { &mut not_compared };
                known.insert(both, pairs.bits(left, right));
            }
        }
        assert_eq!(bits.len(), compared.len());
        let read = |key: &str| pipeline.get(key).unwrap();
        let (queue, sample) = (keys::review_queue(run), keys::review_sample(run));
        Self {
            threshold: model.threshold,
            bits,
            not_compared,
            queue: parse(&queue, &read(&queue)).unwrap(),
            sample: parse(&sample, &read(&sample)).unwrap(),
            strata: serde_json::from_slice(&read(&keys::review_strata(run))).unwrap(),
            version,
        }
    }

    /// The references of each customer.
    fn customers(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut customers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (reference, customer) in &self.version.members {
            customers.entry(customer).or_default().push(reference);
        }
        customers
    }

    /// None if the two were not compared.
    fn bits(&self, one: &str, other: &str) -> Option<i64> {
        of_pair(&self.bits, one, other)
    }

    fn question(&self, customers: [&str; 2]) -> Option<&Question> {
        self.queue.iter().find(|question| question.about() == customers)
    }
}

fn of_pair(bits: &BTreeMap<[String; 2], i64>, one: &str, other: &str) -> Option<i64> {
    let pair = [one.to_owned(), other.to_owned()];
    let turned = [other.to_owned(), one.to_owned()];
    bits.get(&pair).or_else(|| bits.get(&turned)).copied()
}

/// The nodes of two references, the lesser first.
fn nodes(pair: &[String; 2]) -> [Node; 2] {
    let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
    let [left, right] = [&pair[0], &pair[1]].map(|reference| hasher.reference(reference));
    [left.min(right), left.max(right)]
}

/// The pairs that Compare wrote.
fn compared(pipeline: &Pipeline, run: &RunId) -> BTreeSet<[Node; 2]> {
    let references = |slice: u32| {
        let key = keys::match_slice(run, slice, "records");
        let mut references = Vec::new();
        let take = |reference, _: &[u8]| {
            references.push(reference);
            Ok(())
        };
        records::each(&key, &pipeline.get(&key).unwrap(), take).unwrap();
        references
    };
    let mut found = BTreeSet::new();
    let tiles = String::from_utf8(pipeline.get(&keys::match_tiles(run)).unwrap().to_vec()).unwrap();
    for tile in tiles.lines().map(|line| serde_json::from_str::<Tile>(line).unwrap()) {
        let slices = [references(tile.first), references(tile.second)];
        let key = keys::match_vectors(run, tile.tile);
        let vectors = pipeline.block_on(Vectors::read(pipeline.store.as_ref(), &key)).unwrap();
        let take = |_, [first, second]: [u32; 2]| {
            let (left, right) = (slices[0][first as usize], slices[1][second as usize]);
            assert!(found.insert([left.min(right), left.max(right)]));
            Ok(())
        };
        vectors.each_pair(take).unwrap();
    }
    found
}

/// How much an answer is worth, if the groups have this score and the version may be wrong in one way.
fn gain(bits: i64, is_together: bool, pairs: usize) -> f64 {
    let bits = if is_together { -bits } else { bits };
    let wrong = 1.0 / (1.0 + (-(bits as f64) / BIT as f64).exp2());
    wrong * pairs as f64
}

/// With three digits.
fn in_bits(score: i64) -> f64 {
    (score as f64 * 1000.0 / BIT as f64).round() / 1000.0
}

fn apart_gain(bits: i64, pairs: usize) -> f64 {
    gain(bits - (512.0 * (pairs as f64).log2()).round() as i64, false, pairs)
}

fn is_about(one: f64, other: f64) -> bool {
    (one - other).abs() < 2e-6
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn the_sample_is_that_of_a_full_listing(
        rows in any_rows(25), threshold in -3i32..9, shards in 1u32..3, partitions in 1u32..4,
    ) {
        let listed = Listed::new(&rows, threshold, &Knobs { shards, partitions, ..Knobs::default() });
        let hash = |pair: &[String; 2]| pair_hash(nodes(pair));
        let Strata { strata, below, threshold, .. } = &listed.strata;
        prop_assert_eq!((threshold * 1024.0) as i64, listed.threshold);
        let mut expected = Vec::new();
        for (place, stratum) in strata.iter().enumerate() {
            prop_assert_eq!(stratum.below, strata.get(place + 1).map(|next| next.from));
            prop_assert!(stratum.from.fract() == 0.0 || stratum.from == *threshold);
            let (from, to) = ((stratum.from * 1024.0) as i64, stratum.below.map_or(i64::MAX, |below| (below * 1024.0) as i64));
            let mut pairs: Vec<_> = listed.bits.iter().filter(|(_, bits)| (from..to).contains(*bits)).collect();
            prop_assert_eq!(stratum.pairs, pairs.len() as u64);
            let right: f64 = pairs.iter().map(|(_, bits)| gain(**bits, false, 1)).sum();
            prop_assert!(is_about(stratum.expected, right));
            pairs.sort_by_key(|(pair, _)| hash(pair));
            pairs.truncate(SAMPLED_MAX as usize);
            prop_assert_eq!(stratum.sampled, pairs.len() as u64);
            expected.extend(pairs.into_iter().map(|(pair, bits)| (place as u32, pair.clone(), in_bits(*bits))));
        }
        let lines = listed.sample.iter().map(|line| (line.stratum, line.accounts.clone(), line.bits));
        prop_assert_eq!(lines.collect::<Vec<_>>(), expected);
        // Weights add up to all pairs.
        let weight = |line: &SampledPair| { let of = strata[line.stratum as usize]; of.pairs as f64 / of.sampled as f64 };
        let all: f64 = listed.sample.iter().map(weight).sum();
        prop_assert!((all + below.pairs as f64 - listed.bits.len() as f64).abs() < 1e-6);
        for line in &listed.sample {
            let customers = line.accounts.clone().map(|account| listed.version.members[&account].clone());
            prop_assert_eq!(&line.customers, &customers);
        }
    }

    #[test]
    fn the_queue_has_what_a_full_listing_finds_doubtful(
        rows in any_rows(25), threshold in -3i32..9, shards in 1u32..3, partitions in 1u32..4,
    ) {
        let listed = Listed::new(&rows, threshold, &Knobs { shards, partitions, ..Knobs::default() });
        let customers = listed.customers();
        let least = listed.threshold - DOUBTFUL_BITS;
        for (one, of_one) in &customers {
            for (other, of_other) in customers.range::<str, _>((std::ops::Bound::Excluded(*one), std::ops::Bound::Unbounded)) {
                let across = || of_one.iter().flat_map(|left| of_other.iter().map(move |right| (left, right)));
                let best = across().filter_map(|(left, right)| listed.bits(left, right)).max().unwrap_or(i64::MIN);
                let question = listed.question([one, other]);
                let met = across().filter_map(|(left, right)| of_pair(&listed.not_compared, left, right)).max();
                if met.is_some_and(|met| met >= listed.threshold) {
                    // Where customers grow, a pair that was not compared can link two that then stay apart. Which pair is asked
                    // about depends on the way in which they grew.
                    let Some(question) = question else { continue };
                    let [left, right] = &question.accounts;
                    let bits = listed.bits(left, right).or_else(|| of_pair(&listed.not_compared, left, right));
                    prop_assert_eq!(question.bits, bits.map(in_bits));
                } else if best < least {
                    prop_assert!(question.is_none());
                } else if best < listed.threshold {
                    let question = question.unwrap();
                    prop_assert_eq!((question.reason, question.pairs), (Reason::Doubtful, (of_one.len() * of_other.len()) as u64));
                    prop_assert_eq!(listed.bits(&question.accounts[0], &question.accounts[1]), Some(best));
                    prop_assert!(is_about(question.gain, apart_gain(best, of_one.len() * of_other.len())));
                }
            }
        }
        let linked = |account: &str| listed.bits.iter().filter(|(pair, bits)| pair.iter().any(|of| of == account) && **bits >= listed.threshold).count();
        for (id, accounts) in customers.iter().filter(|(_, accounts)| accounts.len() == 2) {
            let Some(bits) = listed.bits(accounts[0], accounts[1]) else { continue };
            if accounts.iter().any(|account| linked(account) != 1) {
                continue;
            }
            let question = listed.question([id, id]);
            prop_assert_eq!(question.is_some(), bits < listed.threshold + DOUBTFUL_BITS);
            if let Some(question) = question {
                prop_assert!(question.reason == Reason::Bridge && is_about(question.gain, gain(bits, true, 1)));
            }
        }
    }

    #[test]
    fn questions_come_by_their_gain_and_about_each_two_customers_once(rows in any_rows(25), threshold in -3i32..9) {
        let listed = Listed::new(&rows, threshold, &Knobs::default());
        prop_assert!(listed.queue.is_sorted_by(|one, other| one.gain >= other.gain));
        let about: BTreeSet<_> = listed.queue.iter().map(Question::about).collect();
        prop_assert_eq!(about.len(), listed.queue.len());
        for question in &listed.queue {
            let customers = question.accounts.clone().map(|account| listed.version.members[&account].clone());
            prop_assert_eq!(&question.customers, &customers);
            prop_assert_eq!(question.reason == Reason::Bridge, customers[0] == customers[1]);
            prop_assert!(question.reason != Reason::Divided, "nothing divides");
        }
    }
}

/// An earlier program may have trained the model of a run that is taken up: then no pair was drawn.
#[test]
fn a_run_without_a_draw_has_no_sample() {
    let settings = Settings { rules: vec![], scores: Some(3), ..without_guard() };
    let mut pipeline = Pipeline::new(&settings);
    let row =
        |id: &str| Row::new("crm", id).with("given_name", "Anna").with("family_name", "Weber").with("email", "a@x.de");
    drop_rows(&pipeline, "a", &[row("1"), row("2"), row("3").with("birthdate", "1970-01-01")]);
    let run = pipeline.next_run();
    pipeline.store.fail(InjectedFault::write().on(keys::receipt(&run, Stage::Score, "00000")));
    pipeline.run(&Knobs::default()).expect_err("Score does not end");
    pipeline.store.heal();
    pipeline.remove(&[keys::match_draw(&run)]);
    pipeline.resume(&run, &Knobs::default()).expect("it ends well");
    let files = Version::current(&pipeline).manifest.files.review;
    let is_queue = |key: &str| key == keys::review_queue(&run);
    assert!(files.iter().all(|file| is_queue(&file.key)), "{files:?}");
    assert!(pipeline.get(&keys::link_asked(&run)).is_none() && pipeline.get(&keys::review_sample(&run)).is_none());
}
