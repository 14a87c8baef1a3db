//! Scored pairs come to what the oracle comes to: comparison levels, customers that grow by scores, and whole runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use onefold_config::Config;
use onefold_graph::node::NodeHasher;
use onefold_identity::account::Account;
use onefold_identity::blocked_values::Blocklist;
use onefold_identity::corrections::{Corrections, Pairs};
use onefold_identity::match_keys::Matcher;
use onefold_identity::merge::Merger;
use onefold_identity::scores::{Scorer, SliceScores};
use onefold_identity::unblocked_texts::UnblockedTexts;
use onefold_lake::keys;
use onefold_normalise::timestamp::Timestamp;
use onefold_scoring::counts::{Counts, FieldCounts, Histogram};
use onefold_scoring::describe::Describer;
use onefold_scoring::levels::{Comparer, Records};
use onefold_scoring::model::RunModel;
use onefold_scoring::weights::{Score, Weights};
use onefold_scoring::{FieldKind, Pattern, ScoredFields, frequency, record, train};
use onefold_tests::oracle;
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::Value;

use crate::data::{any_corrections, any_customer_limits, any_rows, cases, publish_in_two, version_of, without_guard};
use crate::match_rules;

/// All accounts of a small set, compared with each other: what the stages from Block to Score come to if blocking finds
/// every pair.
struct AllPairs {
    fields: ScoredFields,
    /// Reference and text.
    accounts: Vec<(String, String)>,
    frequencies: Vec<Vec<u8>>,
    /// By both accounts, the lesser first.
    patterns: BTreeMap<(usize, usize), Pattern>,
    weights: Weights,
}

impl AllPairs {
    fn new(rows: &[Row], settings: &Settings, config: &Config) -> Self {
        let accounts: Vec<(String, String)> = version_of(rows, settings)
            .accounts
            .into_iter()
            .map(|(reference, account)| (reference, account.to_string()))
            .collect();
        let described = described(&accounts, config);
        let fields = ScoredFields::of(config);
        let holders = holders(&described, &fields);
        let frequencies: Vec<Vec<u8>> = described
            .iter()
            .map(|record| hashes(record, &fields).map(|value| frequency(holders[&value])).collect())
            .collect();
        let mut records = Records::new(&fields);
        for (record, frequencies) in described.iter().zip(&frequencies) {
            records.push(record, frequencies);
        }
        let comparer = Comparer::new(&fields);
        let mut counts = counts(&described, &holders, &fields);
        train::sample_levels(&comparer, &records, &mut counts);
        let (mut patterns, mut histogram) = (BTreeMap::new(), Histogram::default());
        for right in 0..records.len() {
            for left in 0..right {
                let pattern = comparer.pattern(&records, left, &records, right);
                assert_eq!(pattern, comparer.pattern(&records, right, &records, left));
                patterns.insert((left, right), pattern);
                histogram.add(pattern, 1, 1);
            }
        }
        let model = train::train(&fields, &counts, &histogram, "20261122T174600Z-1a2b3c4d");
        Self { weights: Weights::new(&model, &counts), fields, accounts, frequencies, patterns }
    }

    /// What Score sends to Merge.
    fn scores(&self, threshold: Score, hasher: &NodeHasher) -> SliceScores {
        let mut scores = SliceScores::default();
        let node = |account: usize| hasher.reference(&self.accounts[account].0);
        for (account, classes) in self.frequencies.iter().enumerate() {
            scores.push_frequencies(node(account), classes);
        }
        for ((left, right), pattern) in &self.patterns {
            let bits = self.weights.pair(*pattern).bits();
            if bits >= threshold {
                scores.push_link([node(*left), node(*right)], bits);
            }
        }
        scores
    }

    /// The customers that Merge makes, as the oracle gives them. `turned` accounts come last.
    fn customers(&self, settings: &Settings, config: &Config, turned: usize) -> Vec<Value> {
        let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
        let owned = |pairs: &[[&str; 2]]| pairs.iter().map(|pair| pair.map(str::to_owned)).collect();
        let corrections = Pairs { always: owned(&settings.always), never: owned(&settings.never), ..Pairs::default() };
        let matcher = Matcher::new(config, hasher.clone()).correcting(Arc::new(Corrections::new(corrections)));
        let threshold = threshold(settings);
        let scorer = Scorer::new(config, self.weights.clone(), threshold);
        let mut lines: Vec<&str> = self.accounts.iter().map(|(_, text)| text.as_str()).collect();
        if !lines.is_empty() {
            let middle = turned % lines.len();
            lines.rotate_left(middle);
        }
        let mut merger = Merger::new(config, matcher, &[], Timestamp::default()).scoring(&scorer);
        let merged = merger.merge_scored(&lines.join("\n"), &self.scores(threshold, &hasher)).unwrap();
        let text = String::from_utf8(merged.customers).unwrap();
        let mut customers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for customer in customers.iter_mut().filter_map(Value::as_object_mut) {
            customer.retain(|name, _| name != "customer_id" && name != "held_by");
        }
        customers.sort_by_key(|customer| customer["members"].to_string());
        customers
    }
}

fn threshold(settings: &Settings) -> Score {
    Score::from(settings.scores.unwrap_or_default()) * 1024
}

fn described(accounts: &[(String, String)], config: &Config) -> Vec<Vec<u8>> {
    let (describer, blocklist) = (Describer::new(config), Blocklist::new(config));
    let record = |(_, text): &(String, String)| {
        let account = Account::parse(text).unwrap();
        let mut record = Vec::new();
        describer.record(&UnblockedTexts::new(&account, blocklist.of(&account)), &mut record);
        record
    };
    accounts.iter().map(record).collect()
}

/// The values of a record: the place of the field, and a hash.
fn hashes(record: &[u8], fields: &ScoredFields) -> impl Iterator<Item = (usize, u64)> {
    let address = fields.place(FieldKind::Address);
    record::values(record).map(move |(field, value)| (field, value.hash(Some(field) == address)))
}

/// How many accounts have each value.
fn holders(described: &[Vec<u8>], fields: &ScoredFields) -> BTreeMap<(usize, u64), u64> {
    let mut holders = BTreeMap::new();
    for value in described.iter().flat_map(|record| hashes(record, fields)) {
        *holders.entry(value).or_default() += 1;
    }
    holders
}

fn counts(described: &[Vec<u8>], holders: &BTreeMap<(usize, u64), u64>, fields: &ScoredFields) -> Counts {
    let known = |field: usize| {
        let knows = |record: &&Vec<u8>| hashes(record, fields).any(|(of, _)| of == field);
        described.iter().filter(knows).count() as u64
    };
    let of_field = |field| FieldCounts { known: known(field), ..FieldCounts::default() };
    let mut counts = Counts { accounts: described.len() as u64, fields: (0..fields.len()).map(of_field).collect() };
    for ((field, _), accounts) in holders {
        let (of_field, class) = (&mut counts.fields[*field], usize::from(frequency(*accounts)));
        of_field.accounts[class] += accounts;
        of_field.equal_pairs[class] += u128::from(accounts * (accounts - 1) / 2);
    }
    counts
}

/// Rules, conditions and limits beside scores. No key is blocked.
fn any_settings() -> impl Strategy<Value = Settings> {
    let rules = vec![vec!["email"], vec!["phone_number"], vec!["family_name", "birthdate"]];
    let fields = select(&["given_name", "birthdate"][..]);
    let conditions = proptest::collection::vec((0usize..3, select(&["if_agree", "unless_differ"][..]), fields), 0..3);
    let limits = (any_customer_limits(), proptest::option::weighted(0.2, 1usize..3), any::<bool>());
    (subsequence(rules, 0..=2), conditions, limits, any_corrections(), -6i32..9, any::<bool>()).prop_map(
        |(
            rules,
            mut conditions,
            ((accounts, distinct), alike, is_limited),
            (always, never),
            threshold,
            is_corrected,
        )| {
            conditions.retain(|(rule, ..)| *rule < rules.len());
            conditions.sort();
            conditions.dedup();
            let rest = Settings { rules, conditions, scores: Some(threshold), ..without_guard() };
            let limited = Settings {
                max_accounts_per_customer: accounts,
                max_distinct: distinct,
                max_distinct_alike: alike,
                blocked_emails: vec!["bob@x.de"],
                ..rest.clone()
            };
            let settings = if is_limited { limited } else { rest };
            if is_corrected { Settings { always, never, ..settings } } else { settings }
        },
    )
}

/// Changes weights by up to four bits each, so that all kinds of merges come about.
fn vary(weights: &mut Weights, mut seed: u64) {
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as Score % 8192 - 4096
    };
    for field in &mut weights.fields {
        for level in 1..field.strangers.len() {
            field.strangers[level] += next();
            field.relatives[level] += next();
        }
    }
}

proptest! {
    #![proptest_config(cases(2500))]

    #[test]
    fn levels_and_customers_are_those_of_the_oracle(
        rows in any_rows(25),
        settings in any_settings(),
        turned in 0usize..25,
        seed in proptest::option::of(any::<u64>()),
    ) {
        let config = Config::parse(&settings.config()).unwrap();
        let mut all = AllPairs::new(&rows, &settings, &config);
        if let Some(seed) = seed {
            vary(&mut all.weights, seed);
        }
        let fields: Vec<&str> = all.fields.iter().map(|field| field.name).collect();
        let scores = oracle::Scores { fields: &fields, weights: &all.weights, threshold: threshold(&settings) };
        let accounts = oracle::latest(&rows, &settings);
        let pairs = oracle::Pairs::new(&accounts, scores);
        for ((left, right), pattern) in &all.patterns {
            let levels: Vec<u8> = (0..fields.len()).map(|field| pattern.level(field)).collect();
            let [one, other] = [*left, *right].map(|account| &all.accounts[account].1);
            prop_assert_eq!(pairs.levels(*left, *right), &levels[..], "{:?} {} {}", fields, one, other);
            prop_assert_eq!(pairs.bits(*left, *right), all.weights.pair(*pattern).bits());
        }
        let expected = oracle::scored_customers(&rows, scores, &settings);
        prop_assert_eq!(all.customers(&settings, &config, turned), expected);
    }

}

proptest! {
    #![proptest_config(cases(25))]

    /// With the model of the run, where blocking finds all pairs that are linked, as it mostly does.
    #[test]
    fn customers_of_a_run_are_those_of_the_oracle(
        rows in any_rows(25),
        rules in match_rules::any_settings(),
        (always, never) in any_corrections(),
        threshold in 0i32..9,
        cut in 0.0f64..1.0,
        shards in 1u32..4,
        partitions in 1u32..4,
    ) {
        let settings = Settings { scores: Some(threshold), always, never, ..rules };
        let config = Config::parse(&settings.config()).unwrap();
        let mut pipeline = Pipeline::new(&settings);
        let version = publish_in_two(&mut pipeline, &rows, cut, &Knobs { shards, partitions, ..Knobs::default() });
        let model = pipeline.get(&keys::processed_model(&version.manifest.run)).unwrap();
        let model: RunModel = serde_json::from_slice(&model).unwrap();
        let weights = Weights::new(&model.model, &model.counts);
        let fields: Vec<&str> = ScoredFields::of(&config).iter().map(|field| field.name).collect();
        let scores = oracle::Scores { fields: &fields, weights: &weights, threshold: model.threshold };
        let linked = oracle::Pairs::new(&oracle::latest(&rows, &settings), scores).linked();
        let found = version.manifest.scores.as_ref().map_or(0, |scores| scores.links);
        prop_assert!(found <= linked);
        prop_assume!(found == linked);
        prop_assert_eq!(version.values(), oracle::scored_customers(&rows, scores, &settings));
    }
}
