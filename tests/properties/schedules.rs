//! Random schedules: whole histories, lived through twice. Once nothing happens. The other time requests fail in every
//! way, processes are killed, events come late, twice, in another order and from elsewhere, and each run is taken up
//! until it ends. Both come to the same versions, to the byte, and at no time to a part of one.
//!
//! `ONEFOLD_SCHEDULES=10000` runs so many (`make soak`); `ONEFOLD_SEED=17` repeats the one of a seed.

use std::collections::BTreeMap;
use std::env;

use onefold_lake::calls::EraseRequest;
use onefold_lake::keys;
use onefold_lake::keys::Stage;
use onefold_shell::{ErrorKind, StageError};
use onefold_store::Store;
use onefold_store::memory::{InjectedFailure, InjectedFault};
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use proptest::bool::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

use crate::histories::{Episode, any_history};

/// How many schedules a test run goes through.
const SCHEDULES: u64 = 200;
/// How many of them score pairs.
const SCORED: f64 = 0.3;
/// After so many tries a run is left alone, so that it ends.
const TRIES: u32 = 4;

/// What a schedule is made of follows from its seed.
struct Dice(TestRunner);

impl Dice {
    fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)))
    }

    fn draw<S: Strategy>(&mut self, strategy: S) -> S::Value {
        strategy.new_tree(&mut self.0).expect("a value").current()
    }
}

/// What may fail of a request. A store does not refuse a condition that holds, unless its own answer was lost before.
fn any_fault(requests: u64) -> impl Strategy<Value = InjectedFault> {
    let before = vec![
        InjectedFailure::SlowDown,
        InjectedFailure::InternalError,
        InjectedFailure::ConditionalRequestConflict,
        InjectedFailure::RequestTimeout,
        InjectedFailure::AccessDenied,
        InjectedFailure::NoAnswer,
    ];
    let after = vec![
        InjectedFailure::NoAnswer,
        InjectedFailure::SlowDown,
        InjectedFailure::InternalError,
        InjectedFailure::PreconditionFailed,
    ];
    let how = prop_oneof![
        5 => select(before).prop_map(|failure| InjectedFault::any().with(failure)),
        3 => select(after).prop_map(|failure| InjectedFault::write().after().with(failure)),
        2 => (0u64..4).prop_map(|piece| InjectedFault::any().in_piece(piece).with(InjectedFailure::NoAnswer)),
        3 => Just(InjectedFault::any().with(InjectedFailure::NoAnswer).from_then_on()),
    ];
    (how, 0..requests.max(1)).prop_map(|(fault, place)| fault.nth(place))
}

/// How the queue and the clock treat a try. What a version holds depends on none of it.
fn any_circumstances(knobs: Knobs) -> impl Strategy<Value = Knobs> {
    let queue = (1usize..5, 0usize..5, any::<bool>(), any::<bool>(), any::<bool>());
    (queue, weighted(0.3)).prop_map(move |(queue, hurried)| {
        let (batch, rotate, duplicates, foreign, settles_first) = queue;
        Knobs { batch, rotate, duplicates, foreign, settles_first, hurried, ..knobs }
    })
}

/// What became of a run, as far as it does not depend on how it was run.
#[derive(Debug, PartialEq, Eq)]
enum End {
    NothingNew,
    Published,
    Dry,
    Gated,
}

fn end(outcome: Result<Outcome, StageError>) -> Result<End, StageError> {
    match outcome {
        Ok(Outcome::NothingNew(_)) => Ok(End::NothingNew),
        Ok(Outcome::Published(_)) => Ok(End::Published),
        Ok(Outcome::Dry(_)) => Ok(End::Dry),
        Err(error) if error.kind == ErrorKind::Gated => Ok(End::Gated),
        Err(error) => Err(error),
    }
}

/// The run that CURRENT names.
fn current(pipeline: &Pipeline) -> Option<String> {
    let bytes = pipeline.get(keys::CURRENT)?;
    let current: Value = serde_json::from_slice(&bytes).expect("JSON");
    Some(current["run"].as_str().expect("a run").to_owned())
}

/// Everything that is published, held, or left of versions.
fn versions(pipeline: &Pipeline) -> BTreeMap<String, Vec<u8>> {
    let is_of_version = |key: &String| key != keys::CURRENT && !keys::is_measured(key);
    let keys = pipeline.list(keys::PROCESSED).into_iter().filter(is_of_version);
    keys.map(|key| (key.clone(), pipeline.get(&key).expect("an object").to_vec())).collect()
}

/// A history as it goes when nothing happens, and as it goes when everything does.
struct Schedule {
    seed: u64,
    dice: Dice,
    knobs: Knobs,
    calm: Pipeline,
    rough: Pipeline,
    /// What went wrong, for whoever reads a failure.
    story: Vec<String>,
}

impl Schedule {
    fn live(seed: u64) {
        let mut dice = Dice::new(seed);
        let mut history = dice.draw(any_history());
        let (shards, partitions) = dice.draw((1u32..4, 1u32..4));
        // Sometimes pairs are scored, too, in some of the episodes or in all.
        let (is_scored, threshold) = dice.draw((weighted(SCORED), -4..20));
        for episode in history.iter_mut().filter(|_| is_scored) {
            episode.settings.scores = Some(threshold).filter(|_| dice.draw(weighted(0.8)));
        }
        let settings = &history[0].settings;
        let (calm, rough) = (Pipeline::new(settings), Pipeline::seeded(settings, seed));
        let knobs = Knobs { shards, partitions, ..Knobs::default() };
        let mut schedule = Self { seed, dice, knobs, calm, rough, story: Vec::new() };
        for (number, episode) in history.iter().enumerate() {
            schedule.episode(number, episode);
        }
    }

    fn episode(&mut self, number: usize, episode: &Episode) {
        for pipeline in [&self.calm, &self.rough] {
            pipeline.configure(&episode.config());
            pipeline.correct(&episode.settings);
            crate::data::drop_files(pipeline, number, &episode.files);
        }
        self.erase(episode);
        let run = self.calm.next_run();
        assert_eq!(run, self.rough.next_run());
        let requests_before = self.calm.store.requests();
        let before = current(&self.calm);
        let ended = end(self.calm.start(episode.is_dry, &self.knobs)).expect("nothing disturbs it");
        let requests = self.calm.store.requests() - requests_before;
        let after = current(&self.calm);
        self.story.push(format!("episode {number}: {ended:?} after {requests} requests"));
        let ended_rough = self.run_until_it_ends(episode.is_dry, requests, &[before, after]);
        assert_eq!(ended_rough, ended, "{}", self.told());
        self.compare();
        if let Some(back) = episode.back {
            self.go_back(back);
        }
        while self.calm.next_run() != self.rough.next_run() {
            self.calm.pass_over();
        }
    }

    /// Sometimes somebody is erased before a run.
    fn erase(&mut self, episode: &Episode) {
        let is_erased = self.dice.draw(weighted(0.15));
        let Some(row) = episode.files.first().and_then(|file| file.rows.first()).filter(|_| is_erased) else { return };
        let request = EraseRequest { references: vec![row.reference()], ..EraseRequest::default() };
        let answers = [&self.calm, &self.rough].map(|pipeline| pipeline.erase(request.clone()).expect("an answer"));
        assert_eq!(answers[0], answers[1], "{}", self.told());
        self.story.push(format!("{} is erased", row.reference()));
    }

    fn run_until_it_ends(&mut self, is_dry: bool, requests: u64, currents: &[Option<String>; 2]) -> End {
        let run = self.rough.next_run();
        for number in 0..=TRIES {
            let knobs = self.dice.draw(any_circumstances(self.knobs));
            let is_planned = self.rough.get(&keys::receipt(&run, Stage::Plan, "plan")).is_some();
            if number < TRIES {
                let faults = self.dice.draw(proptest::collection::vec(any_fault(requests * 5 / 4), 0..4));
                self.story.push(format!("try {number}: {faults:?}, {knobs:?}"));
                faults.into_iter().for_each(|fault| self.rough.store.fail(fault));
            }
            let outcome = match number {
                0 => self.rough.start(is_dry, &knobs),
                _ if is_planned => self.rough.resume(&run, &knobs),
                _ => {
                    self.rough.take_back();
                    self.rough.start(is_dry, &knobs)
                }
            };
            self.rough.store.heal();
            let now = current(&self.rough);
            assert!(currents.contains(&now), "CURRENT names {now:?}: {}", self.told());
            match end(outcome) {
                Ok(ended) => return ended,
                Err(error) => {
                    self.story.push(format!("{}: {}", error.kind.name(), error.text()));
                    assert!(number < TRIES, "nothing disturbs it any more: {}", self.told());
                    let is_told = !matches!(error.kind, ErrorKind::Corrupt | ErrorKind::InvalidInput);
                    assert!(is_told, "nothing is damaged: {}", self.told());
                }
            }
        }
        unreachable!("the last try ends")
    }

    /// Both have the same versions, to the byte.
    fn compare(&self) {
        assert_eq!(current(&self.rough), current(&self.calm), "{}", self.told());
        let (rough, calm) = (versions(&self.rough), versions(&self.calm));
        let names = |versions: &BTreeMap<String, Vec<u8>>| versions.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&rough), names(&calm), "{}", self.told());
        let other: Vec<&String> = calm.keys().filter(|key| rough[*key] != calm[*key]).collect();
        assert!(other.is_empty(), "{other:?} are other bytes: {}", self.told());
    }

    fn go_back(&mut self, back: proptest::sample::Index) {
        let versions: Vec<_> =
            self.calm.list(keys::PROCESSED).iter().filter_map(|key| keys::parse_manifest(key)).collect();
        if versions.is_empty() {
            return;
        }
        let run = back.get(&versions);
        let went = [&self.calm, &self.rough].map(|pipeline| pipeline.roll_back(Some(run)).is_ok());
        self.story.push(format!("back to {run}: {went:?}"));
        assert_eq!(went[0], went[1], "{}", self.told());
        assert_eq!(current(&self.rough), current(&self.calm), "{}", self.told());
    }

    fn told(&self) -> String {
        format!("seed {} (repeat it with ONEFOLD_SEED={}): {:#?}", self.seed, self.seed, self.story)
    }
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

/// Says the seed of a schedule that a panic ends, whatever it was that panicked.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the schedule of seed {} failed; repeat it with ONEFOLD_SEED={}", self.0, self.0);
        }
    }
}

#[test]
fn every_schedule_comes_to_the_same_versions() {
    if let Some(seed) = number("ONEFOLD_SEED") {
        return live(seed);
    }
    let schedules = number("ONEFOLD_SCHEDULES").unwrap_or(SCHEDULES);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for worker in 0..workers {
            scope.spawn(move || (worker as u64..schedules).step_by(workers).for_each(live));
        }
    });
}

fn live(seed: u64) {
    let _told = Told(seed);
    Schedule::live(seed);
}
