//! CURRENT never names what a purge takes away, in whatever order the two do their steps.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use onefold_lake::calls::{CompactRequest, EraseRequest, PurgeRequest, PurgeResult};
use onefold_lake::version::current::CurrentVersion;
use onefold_lake::version::manifest::Manifest;
use onefold_lake::{RunId, keys};
use onefold_shell::{Context, ErrorKind, StageError};
use onefold_store::memory::MemoryStore;
use onefold_store::{Condition, Store, StoreError};
use onefold_tests::hooked::{HookedStore, Hooks};
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::stepped::{SteppedStore, interleave, steps};
use onefold_version::{RollbackError, find_missing, roll_back};

use crate::data::{drop_rows, publish};

const UNPURGED: Knobs = Knobs { purges: false, ..Knobs::DEFAULT };

pub fn row(id: &str, email: &str) -> Row {
    Row::new("crm", id).with("email", email).at(1)
}

fn erase(pipeline: &Pipeline, email: &str) {
    let request = EraseRequest { emails: vec![email.to_owned()], ..EraseRequest::default() };
    pipeline.erase(request).expect("an address");
}

/// Three versions: one with Anna and Bob, one without Anna, and the current one, that was to drop Bob too, if `erases`.
/// Nothing was purged for the last one, and the purge of the one before left that one alone.
pub fn three_versions(erases: bool) -> Pipeline {
    let mut pipeline = Pipeline::new(&Settings { exports: true, ..Settings::default() });
    drop_rows(&pipeline, "a", &[row("1", "anna@x.de"), row("2", "bob@x.de"), row("3", "c@x.de")]);
    publish(&mut pipeline, &Knobs::default());
    erase(&pipeline, "anna@x.de");
    publish(&mut pipeline, &Knobs::default());
    if erases {
        erase(&pipeline, "bob@x.de");
    }
    drop_rows(&pipeline, "b", &[row("4", "d@x.de")]);
    publish(&mut pipeline, &UNPURGED);
    pipeline
}

/// The same objects in a store of their own.
fn copied(store: &MemoryStore) -> Arc<MemoryStore> {
    let copy = Arc::new(MemoryStore::default());
    for (key, bytes) in store.contents() {
        now(copy.put(&key, bytes, Condition::Always)).expect("a write");
    }
    copy
}

/// Memory is never waited for.
fn now<A>(work: impl Future<Output = A>) -> A {
    interleave(work, async {}, (0, 0)).0
}

fn current(store: &dyn Store) -> CurrentVersion {
    let (bytes, _) = now(store.get(keys::CURRENT)).expect("a current version");
    serde_json::from_slice(&bytes).expect("a current version")
}

/// Asserts that readers find what CURRENT names.
fn assert_whole(store: &dyn Store, when: &str) -> RunId {
    let run = current(store).run;
    let (bytes, _) = now(store.get(&keys::manifest(&run))).unwrap_or_else(|error| panic!("{when}: {error}"));
    let manifest: Manifest = serde_json::from_slice(&bytes).expect("a manifest");
    assert_eq!(now(find_missing(store, &manifest)).expect("a listing"), None, "{when}");
    run
}

async fn purge(run: RunId, context: Context) -> Result<PurgeResult, StageError> {
    purge::run(PurgeRequest { run }, &context).await
}

/// Does two works on copies of a store in every order in which one begins, is interrupted by some steps of the other,
/// and goes on before it.
fn in_every_order<A, B, F: Future<Output = A>, G: Future<Output = B>>(
    pipeline: &Pipeline,
    one: impl Fn(Context) -> F,
    other: impl Fn(Context) -> G,
    check: impl Fn(&Arc<MemoryStore>, A, B, &str),
) {
    let context = |store: &Arc<MemoryStore>| pipeline.context(Arc::new(SteppedStore::new(store.clone())));
    let alone = |pipeline: &Pipeline| context(&copied(&pipeline.store));
    let most = (steps(one(alone(pipeline))), steps(other(alone(pipeline))));
    assert!(most.0 > 4 && most.1 > 4, "both ask the store for something: {most:?}");
    for first in 0..=most.0 {
        for second in 0..=most.1 {
            for is_swapped in [false, true] {
                let store = copied(&pipeline.store);
                let (one, other) = (one(context(&store)), other(context(&store)));
                let (one, other) = if is_swapped {
                    let (other, one) = interleave(other, one, (second, first));
                    (one, other)
                } else {
                    interleave(one, other, (first, second))
                };
                check(&store, one, other, &format!("after {first} and {second} steps, swapped: {is_swapped}"));
            }
        }
    }
}

#[test]
fn what_a_purge_takes_away_is_never_gone_back_to() {
    let pipeline = three_versions(true);
    let [before, purging] = [2, 3].map(Pipeline::run_of);
    let roll_back = |context: Context| {
        let before = before.clone();
        async move { roll_back(context.store.as_ref(), Some(&before)).await }
    };
    let check =
        |store: &Arc<MemoryStore>, rolled: Result<_, RollbackError>, purged: Result<_, StageError>, when: &str| {
            assert!(rolled.is_err(), "Bob is in it: {when}");
            assert_eq!(assert_whole(store.as_ref(), when), purging);
            assert!(purged.is_ok(), "{when}: {purged:?}");
            assert_eq!(now(store.list(&keys::version(&before))).expect("a listing").len(), 0, "{when}");
        };
    in_every_order(&pipeline, roll_back, |context| purge(purging.clone(), context), check);
}

#[test]
fn what_a_purge_leaves_alone_may_be_gone_back_to() {
    let pipeline = three_versions(false);
    let [before, purging] = [2, 3].map(Pipeline::run_of);
    let roll_back = |context: Context| {
        let before = before.clone();
        async move { roll_back(context.store.as_ref(), Some(&before)).await }
    };
    let check =
        |store: &Arc<MemoryStore>, rolled: Result<_, RollbackError>, purged: Result<_, StageError>, when: &str| {
            let expected = if rolled.is_ok() { &before } else { &purging };
            assert_eq!(&assert_whole(store.as_ref(), when), expected, "{when}");
            if let Err(error) = purged {
                assert_eq!(error.kind, ErrorKind::Transient, "{when}: {}", error.text());
                let again = now(purge(purging.clone(), pipeline.context(store.clone())));
                assert_eq!(again.expect("it can be called again").versions, 0);
            }
            assert_eq!(&assert_whole(store.as_ref(), when), expected, "{when}");
        };
    in_every_order(&pipeline, roll_back, |context| purge(purging.clone(), context), check);
}

#[test]
fn two_tries_of_a_purge_do_not_harm_each_other() {
    let pipeline = three_versions(true);
    let [before, purging] = [2, 3].map(Pipeline::run_of);
    let both = |context| purge(purging.clone(), context);
    let check = |store: &Arc<MemoryStore>, one: Result<PurgeResult, _>, other: Result<PurgeResult, _>, when: &str| {
        assert!(one.is_ok() || other.is_ok(), "{when}");
        assert_eq!(assert_whole(store.as_ref(), when), purging);
        assert_eq!(now(store.list(&keys::version(&before))).expect("a listing").len(), 0, "{when}");
    };
    in_every_order(&pipeline, both, both, check);
}

/// A version that was held, and the one that it builds on, for which nothing was purged yet.
pub fn held() -> (Pipeline, [RunId; 2]) {
    let mut pipeline = three_versions(true);
    drop_rows(&pipeline, "c", &[row("5", "e@x.de")]);
    assert!(matches!(pipeline.dry_run(&Knobs::default()), Ok(Outcome::Dry(_))));
    (pipeline, [3, 4].map(Pipeline::run_of))
}

fn manifest(store: &dyn Store, run: &RunId) -> Manifest {
    let (bytes, _) = now(store.get(&keys::manifest(run))).expect("a manifest");
    serde_json::from_slice(&bytes).expect("a manifest")
}

#[test]
fn a_held_version_is_published_whole_or_not_at_all_while_its_base_is_purged() {
    let (pipeline, [base, held]) = held();
    let publish = |context: Context| {
        let request = CompactRequest { run: held.clone(), publish: true };
        async move { compact::run(request, &context).await }
    };
    let check =
        |store: &Arc<MemoryStore>, published: Result<_, StageError>, purged: Result<_, StageError>, when: &str| {
            let expected = if published.is_ok() { &held } else { &base };
            assert_eq!(&assert_whole(store.as_ref(), when), expected, "{when}");
            assert_eq!(manifest(store.as_ref(), &held).is_held(), published.is_err(), "{when}");
            for kind in [published.err().map(|error| error.kind), purged.err().map(|error| error.kind)] {
                assert!(kind.is_none_or(|kind| matches!(kind, ErrorKind::Conflict | ErrorKind::Transient)), "{when}");
            }
        };
    in_every_order(&pipeline, publish, |context| purge(base.clone(), context), check);
}

/// Purges once, right behind the first read of CURRENT.
struct PurgeBehindRead {
    is_done: AtomicBool,
    purge: Box<dyn Fn() + Send + Sync>,
}

impl Hooks for PurgeBehindRead {
    fn got(&self, key: &str) -> Result<(), StoreError> {
        if key == keys::CURRENT && !self.is_done.swap(true, Ordering::Relaxed) {
            (self.purge)();
        }
        Ok(())
    }
}

/// A store on which a run's purge happens between the first read of CURRENT and whatever comes behind it.
fn purged_behind_read(pipeline: &Pipeline, run: &RunId) -> Arc<dyn Store> {
    let (context, run) = (pipeline.context(pipeline.store.clone()), run.clone());
    let purge = move || {
        now(purge::run(PurgeRequest { run: run.clone() }, &context)).expect("a purge");
    };
    let hooks = PurgeBehindRead { is_done: AtomicBool::new(false), purge: Box::new(purge) };
    Arc::new(HookedStore::new(pipeline.store.clone(), hooks))
}

#[test]
fn who_read_the_epoch_before_a_purge_is_overtaken_and_writes_nothing() {
    let pipeline = three_versions(false);
    let [before, purging] = [2, 3].map(Pipeline::run_of);
    let store = purged_behind_read(&pipeline, &purging);
    let error = now(roll_back(store.as_ref(), Some(&before))).expect_err("something was purged").to_string();
    assert!(error.contains("meanwhile") && error.contains("try again"), "{error}");
    assert_eq!(current(store.as_ref()), CurrentVersion { run: purging, epoch: 2 });
    let rolled = pipeline.roll_back(Some(&before)).expect("it obeys the same list");
    assert_eq!(current(store.as_ref()), CurrentVersion { run: rolled.to.run, epoch: 2 }, "the epoch stays");

    let (pipeline, [base, held]) = held();
    let store = purged_behind_read(&pipeline, &base);
    let request = CompactRequest { run: held.clone(), publish: true };
    let error = now(compact::run(request, &pipeline.context(store.clone()))).expect_err("something was purged");
    assert_eq!(error.kind, ErrorKind::Conflict);
    assert!(error.text().contains("start a new run"), "{}", error.text());
    assert_eq!(current(store.as_ref()), CurrentVersion { run: base, epoch: 2 });
    assert!(manifest(store.as_ref(), &held).is_held(), "it goes on saying why");
}

#[test]
fn the_next_run_builds_on_what_was_purged() {
    let mut pipeline = three_versions(true);
    let run = Pipeline::run_of(3);
    now(purge(run.clone(), pipeline.context(pipeline.store.clone()))).expect("a purge");
    assert_eq!(current(pipeline.store.as_ref()), CurrentVersion { run: run.clone(), epoch: 2 });
    drop_rows(&pipeline, "c", &[row("5", "e@x.de")]);
    let version = publish(&mut pipeline, &Knobs::default());
    assert_eq!(version.manifest.previous, Some(run));
    assert_eq!(current(pipeline.store.as_ref()).epoch, 3);
    assert_eq!(version.members.len(), 3);
}
