//! What changes CURRENT, and what builds on it, with each of its requests failing in turn, before it took effect or
//! after. What readers see is whole at any time, and another try comes to what an undisturbed one does.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use onefold_lake::calls::{CompactRequest, EraseRequest, ExportRequest, PlanRequest, PurgeRequest};
use onefold_lake::keys;
use onefold_lake::version::manifest::Manifest;
use onefold_shell::Context;
use onefold_store::memory::{InjectedFault, MemoryStore};
use onefold_store::{Condition, Store};
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_version::find_missing;
use serde_json::{Value, json};

use crate::blocking::{before_block, block_alone};
use crate::data::{drop_rows, publish};
use crate::{exported, fence, joins};

type Contents = BTreeMap<String, Bytes>;

/// What a try comes to.
type Outcome = Result<(), String>;

/// The same objects in a store of their own.
fn stored(pipeline: &Pipeline, contents: &Contents) -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::default());
    pipeline.block_on(async {
        for (key, bytes) in contents {
            store.put(key, bytes.clone(), Condition::Always).await.expect("a write");
        }
    });
    store
}

/// What matters: all but how often something was tried. Receipts and reports are measured, and each try of a purge has an
/// epoch.
fn essence(store: &MemoryStore) -> BTreeMap<String, Value> {
    let contents = store.contents().into_iter().filter(|(key, _)| !keys::is_measured(key));
    contents
        .map(|(key, bytes)| {
            let value = match key.as_str() {
                keys::CURRENT => serde_json::from_slice::<Value>(&bytes).expect("a current version")["run"].clone(),
                _ => json!(bytes.to_vec()),
            };
            (key, value)
        })
        .collect()
}

/// Asserts that what CURRENT names is there with all its objects.
async fn assert_whole(store: &MemoryStore, when: &str) {
    let current = onefold_lake::version::current::begin(store).await.expect("CURRENT is not damaged");
    let Some(current) = current.value() else { return };
    let (bytes, _) = store.get(&keys::manifest(&current.run)).await.unwrap_or_else(|error| panic!("{when}: {error}"));
    let manifest: Manifest = serde_json::from_slice(&bytes).expect("a manifest");
    assert_eq!(find_missing(store, &manifest).await.expect("a listing"), None, "{when}");
}

/// Lets each request of a work fail, before and after its effect, and works again. `is_done` tells an error of the second
/// try that only says that the first one did it.
fn check<F: Future<Output = Outcome>>(
    pipeline: &Pipeline,
    work: impl Fn(Context) -> F,
    is_done: impl Fn(&str) -> bool,
) {
    let start = pipeline.store.contents();
    let undisturbed = stored(pipeline, &start);
    let before = undisturbed.requests();
    pipeline.block_on(work(pipeline.context(undisturbed.clone()))).expect("nothing disturbs it");
    let (expected, requests) = (essence(&undisturbed), undisturbed.served_since(before));
    assert!(requests.len() > 5, "{requests:?}");
    for (number, request) in requests.iter().enumerate() {
        for is_after in [false, true] {
            let when =
                format!("request {number}, {} of {}, after its effect: {is_after}", request.operation, request.key);
            let store = stored(pipeline, &start);
            let fault = InjectedFault::any().nth(number as u64);
            store.fail(if is_after { fault.after() } else { fault });
            let outcome = pipeline.block_on(work(pipeline.context(store.clone())));
            assert_eq!(store.hits(), 1, "{when}");
            store.heal();
            pipeline.block_on(assert_whole(&store, &when));
            if let Err(error) = outcome {
                assert!(error.contains(&request.key), "{when}: {error}");
            }
            if let Err(error) = pipeline.block_on(work(pipeline.context(store.clone()))) {
                assert!(is_done(&error), "{when}, again: {error}");
            }
            assert_eq!(essence(&store), expected, "{when}");
        }
    }
}

fn never(_: &str) -> bool {
    false
}

#[test]
fn plan() {
    let mut pipeline = fence::three_versions(false);
    drop_rows(&pipeline, "c", &[fence::row("9", "z@x.de")]);
    pipeline.pass_over();
    let (execution, started_at) = Pipeline::execution(4);
    let plan = |context: Context| {
        let request = PlanRequest {
            execution_arn: Some(execution.clone()),
            execution: execution.clone(),
            started_at: started_at.clone(),
            input: json!({}),
        };
        async move { plan::run(request, &context).await.map(drop).map_err(|error| error.text()) }
    };
    check(&pipeline, plan, never);
}

#[test]
fn block() {
    let (pipeline, run) = before_block();
    let block = |context: Context| {
        let run = run.clone();
        async move { block_alone(&run, &context).await.map_err(|error| error.text()) }
    };
    check(&pipeline, block, never);
}

#[test]
fn export() {
    let (pipeline, exports) = exported::before_export();
    let run = Pipeline::run_of(2);
    let export = |context: Context| {
        let requests: Vec<ExportRequest> =
            exports.iter().map(|partitions| ExportRequest { run: run.clone(), partitions: *partitions }).collect();
        async move {
            for request in requests {
                export::run(request, &context).await.map_err(|error| error.text())?;
            }
            Ok(())
        }
    };
    check(&pipeline, export, never);
}

#[test]
fn compact() {
    let (pipeline, _) = joins::before_compact();
    let run = Pipeline::run_of(2);
    let compact = |context: Context| {
        let request = CompactRequest { run: run.clone(), publish: false };
        async move { compact::run(request, &context).await.map(drop).map_err(|error| error.text()) }
    };
    check(&pipeline, compact, never);
}

#[test]
fn publish_of_a_held_version() {
    let (pipeline, [_, held]) = fence::held();
    let publish = |context: Context| {
        let request = CompactRequest { run: held.clone(), publish: true };
        async move { compact::run(request, &context).await.map(drop).map_err(|error| error.text()) }
    };
    check(&pipeline, publish, never);
}

#[test]
fn purge() {
    let pipeline = fence::three_versions(true);
    let run = Pipeline::run_of(3);
    let purge = |context: Context| {
        let request = PurgeRequest { run: run.clone() };
        async move { purge::run(request, &context).await.map(drop).map_err(|error| error.text()) }
    };
    check(&pipeline, purge, never);
}

#[test]
fn roll_back() {
    let pipeline = fence::three_versions(false);
    let roll_back = async |context: Context| {
        let rolled = onefold_version::roll_back(context.store.as_ref(), Some(&Pipeline::run_of(2))).await;
        rolled.map(drop).map_err(|error| onefold_shell::chain(&error))
    };
    check(&pipeline, roll_back, |error| error.contains("is the current one already"));
}

#[test]
fn erase() {
    let mut pipeline = fence::three_versions(false);
    drop_rows(&pipeline, "c", &[fence::row("9", "bob@x.de")]);
    publish(&mut pipeline, &Knobs { partitions: 3, ..Knobs::default() });
    let erase = |context: Context| {
        let request = EraseRequest { emails: vec!["bob@x.de".to_owned()], ..EraseRequest::default() };
        async move { erase::run(request, &context).await.map(drop).map_err(|error| error.text()) }
    };
    check(&pipeline, erase, never);
}
