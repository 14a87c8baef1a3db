//! Compact that is tried again goes on where it was.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use onefold_lake::calls::CompactRequest;
use onefold_lake::keys::{self, Stage};
use onefold_store::memory::InjectedFault;
use onefold_store::{Store, StoreError};
use onefold_tests::hooked::{HookedStore, Hooks};
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;

use crate::data::{drop_rows, publish};

/// Notes what is joined, and what is read whole.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<(&'static str, String)>>>);

impl Seen {
    fn note(&self, what: &'static str, key: &str) {
        self.0.lock().expect("nothing panicked").push((what, key.to_owned()));
    }

    fn keys(&self, what: &str) -> Vec<String> {
        let seen = self.0.lock().expect("nothing panicked");
        seen.iter().filter(|(how, _)| *how == what).map(|(_, key)| key.clone()).collect()
    }
}

impl Hooks for Seen {
    fn got(&self, key: &str) -> Result<(), StoreError> {
        self.note("got", key);
        Ok(())
    }

    fn was_joined(&self, key: &str) {
        self.note("joined", key);
    }
}

/// A run that came to its Compact, and what that makes.
pub fn before_compact() -> (Pipeline, BTreeMap<String, Vec<u8>>) {
    let mut pipeline = Pipeline::new(&Settings { max_accounts_per_key: 2, ..Settings::default() });
    let row = |id: &str, email: &str, at: i64| Row::new("crm", id).with("email", email).at(at);
    drop_rows(&pipeline, "a", &[row("1", "a@x.de", 1), row("2", "b@x.de", 1), row("3", "c@x.de", 1)]);
    publish(&mut pipeline, &Knobs::default());
    let current = pipeline.get(keys::CURRENT).expect("a version before");
    let rows = [row("1", "b@x.de", 2), row("4", "d@x.de", 2), row("5", "d@x.de", 2), row("6", "d@x.de", 2)];
    drop_rows(&pipeline, "b", &rows);
    let version = publish(&mut pipeline, &Knobs::default());
    let run = version.manifest.run;
    let objects = pipeline.list(&keys::version(&run));
    let unmeasured = objects.iter().filter(|key| !keys::is_measured(key));
    let made = unmeasured.map(|key| (key.clone(), pipeline.get(key).expect("an object").to_vec())).collect();
    let receipt = keys::receipt(&run, Stage::Compact, Stage::Compact.name());
    pipeline.remove(&[objects, vec![receipt]].concat());
    pipeline.put(keys::CURRENT, current);
    (pipeline, made)
}

#[test]
fn what_an_earlier_try_joined_is_not_joined_again() {
    let run = Pipeline::run_of(2);
    let request = || CompactRequest { run: run.clone(), publish: false };
    let (_, made) = before_compact();
    let joins = ["customers/", "members/", "members/", "changes/", "blocked/", "index/", "retired/"];
    let is_joined = |key: &&String| joins.iter().any(|folder| key.contains(folder)) && !key.ends_with(".jsonl");
    assert_eq!(made.keys().filter(is_joined).count(), joins.len(), "each kind of file is there: {:?}", made.keys());
    for writes in 0.. {
        let (pipeline, _) = before_compact();
        let seen = Seen::default();
        let store: Arc<dyn Store> = Arc::new(HookedStore::new(pipeline.store.clone(), seen.clone()));
        pipeline.store.fail(InjectedFault::write().nth(writes).from_then_on());
        let is_done = pipeline.block_on(compact::run(request(), &pipeline.context(store.clone()))).is_ok();
        pipeline.store.heal();
        pipeline.block_on(compact::run(request(), &pipeline.context(store))).expect("nothing fails any more");
        let mut joined = seen.keys("joined");
        joined.retain(|key| !key.ends_with(".jsonl"));
        assert_eq!(joined.len(), joins.len(), "each file once, after {writes} writes: {joined:?}");
        let again: BTreeMap<String, Vec<u8>> = pipeline
            .list(&keys::version(&run))
            .into_iter()
            .filter(|key| !keys::is_measured(key))
            .map(|key| (key.clone(), pipeline.get(&key).expect("an object").to_vec()))
            .collect();
        assert_eq!(again, made, "after {writes} writes");
        if is_done {
            assert!(writes > joins.len() as u64, "it was killed at every write");
            break;
        }
    }
}

/// A file that another try left cut off, as no store should, is not taken for one that is there.
#[test]
fn a_file_of_another_size_is_joined_again() {
    let run = Pipeline::run_of(2);
    let (pipeline, made) = before_compact();
    let key = keys::processed(&run, keys::VersionPart::Members, 0);
    pipeline.put(&key, made[&key][..1].to_vec());
    let context = pipeline.context(pipeline.store.clone());
    pipeline.block_on(compact::run(CompactRequest { run, publish: false }, &context)).expect("a version");
    assert_eq!(pipeline.get(&key).expect("members"), made[&key]);
}

/// A list of inputs, a line each.
fn inputs(pipeline: &Pipeline, key: &str) -> Vec<String> {
    let text = String::from_utf8(pipeline.get(key).expect("a list").to_vec()).expect("text");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn what_was_read_before_is_neither_planned_nor_read_again() {
    let [first, second] = [1, 2].map(Pipeline::run_of);
    let (pipeline, made) = before_compact();
    let all = made[&keys::processed_inputs(&second)].clone();
    let before = inputs(&pipeline, &keys::processed_inputs(&first));
    let planned = inputs(&pipeline, &keys::run_inputs(&second));
    assert_eq!((before.len(), planned.len()), (1, 1));
    let lines = [before, planned].concat();
    assert_eq!(String::from_utf8_lossy(&all), lines.join("\n") + "\n", "the list before, and behind it what is new");

    let seen = Seen::default();
    let store: Arc<dyn Store> = Arc::new(HookedStore::new(pipeline.store.clone(), seen.clone()));
    let request = CompactRequest { run: second.clone(), publish: false };
    pipeline.block_on(compact::run(request.clone(), &pipeline.context(store))).expect("a version");
    assert!(!seen.keys("got").contains(&keys::processed_inputs(&first)), "the store joins it");

    // As an earlier program planned it.
    let (pipeline, made) = before_compact();
    pipeline.put(&keys::run_inputs(&second), all);
    pipeline.block_on(compact::run(request, &pipeline.context(pipeline.store.clone()))).expect("a version");
    for (key, bytes) in &made {
        assert_eq!(&pipeline.get(key).expect("an object"), bytes, "{key}");
    }
}
