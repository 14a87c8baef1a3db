//! Settle and Translate at the queue: what is put back, what comes again and when, and what is given up.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_lambda_events::event::sqs::SqsEvent;
use onefold_config::RowFormat;
use onefold_lake::RunId;
use onefold_lake::calls::{SettleRequest, SettleResult, SettleWait};
use onefold_lake::keys::{self, Chunk, Stage};
use onefold_lake::run::event;
use onefold_lake::run::plan::DeadChunk;
use onefold_shell::{Context, ErrorKind, Queue, StageError};
use onefold_store::memory::MemoryStore;
use onefold_store::{Condition, Operation, Store, StoreError};
use onefold_tests::fakes::{RecordingQueue, RecordingTasks};
use onefold_tests::hooked::{HookedStore, Hooks};
use serde_json::json;

fn run_id() -> RunId {
    RunId::parse("20261122T174600Z-1a2b3c4d").expect("a run id")
}

fn chunk(number: u32) -> Chunk {
    Chunk { run: run_id(), source: "crm".to_owned(), split: 0, chunk: number }
}

fn raw(number: u32) -> String {
    chunk(number).raw(RowFormat::JsonLines)
}

fn receipt(number: u32) -> String {
    keys::receipt(&run_id(), Stage::Translate, &chunk(number).receipt_name())
}

/// A store that holds empty objects.
async fn holding(keys: impl IntoIterator<Item = String>) -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::default());
    for key in keys {
        store.put(&key, "{}".into(), Condition::Always).await.expect("a write");
    }
    store
}

fn context(store: Arc<dyn Store>, tasks: &Arc<RecordingTasks>, queue: Arc<dyn Queue>) -> Context {
    Context::new(store, None, tasks.clone(), Some(queue))
}

async fn wait(token: &str, resumed: bool, context: &Context) -> Result<SettleResult, StageError> {
    let wait = SettleWait { run: run_id(), task_token: token.to_owned(), resumed };
    settle::run(SettleRequest::Wait(wait), context).await.map(|answer| answer.expect("an answer"))
}

async fn dead_letter(number: u32, context: &Context) -> Result<(), StageError> {
    let event = serde_json::to_value(messages(&[(&event::format(&raw(number)), 8)])).expect("JSON");
    let dead_letters = serde_json::from_value(event).expect("dead letters");
    settle::run(dead_letters, context).await.map(|_| ())
}

async fn note(store: &MemoryStore, number: u32) -> Option<DeadChunk> {
    let (bytes, _) = store.get(&chunk(number).dead()).await.ok()?;
    Some(serde_json::from_slice(&bytes).expect("a note"))
}

/// A batch of messages and how often each was received; each message's id is its place.
fn messages(bodies: &[(&str, u32)]) -> SqsEvent {
    let message = |(place, (body, times)): (usize, &(&str, u32))| {
        json!({
            "messageId": place.to_string(), "receiptHandle": "handle", "body": body,
            "attributes": {"ApproximateReceiveCount": times.to_string()},
        })
    };
    let records: Vec<_> = bodies.iter().enumerate().map(message).collect();
    serde_json::from_value(json!({"Records": records})).expect("an event")
}

/// A queue that does not take every message at once, and looks around when it is sent some.
#[derive(Default)]
struct BusyQueue {
    store: Arc<MemoryStore>,
    taken: Mutex<Vec<String>>,
    requests: AtomicUsize,
    under_way: AtomicUsize,
    most_under_way: AtomicUsize,
    /// Of so many requests, one is not taken whole; 0 if all are.
    fails_one_of: usize,
}

#[async_trait]
impl Queue for BusyQueue {
    async fn send(&self, bodies: &[String]) -> Result<Vec<usize>, StageError> {
        assert!((1..=10).contains(&bodies.len()), "SQS takes ten messages in a request, not {}", bodies.len());
        assert!(self.store.get(&keys::run_token(&run_id())).await.is_ok(), "the task can be completed already");
        let under_way = self.under_way.fetch_add(1, Ordering::Relaxed) + 1;
        self.most_under_way.fetch_max(under_way, Ordering::Relaxed);
        tokio::task::yield_now().await;
        self.under_way.fetch_sub(1, Ordering::Relaxed);
        let request = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let is_whole = request.checked_rem(self.fails_one_of) != Some(0);
        let is_taken = |place: usize| is_whole || place % 2 == 1;
        let (taken, left): (Vec<usize>, Vec<usize>) = (0..bodies.len()).partition(|place| is_taken(*place));
        self.taken.lock().expect("a lock").extend(taken.into_iter().map(|place| bodies[place].clone()));
        Ok(left)
    }

    async fn give_again(&self, _receipt_handle: &str, _after_s: i32) -> Result<(), StageError> {
        Ok(())
    }
}

const MANY: u32 = 5003;

#[tokio::test]
async fn many_chunks_are_put_back_in_batches_and_each_once() {
    let translated = 3;
    let store = holding((0..MANY).map(raw).chain((0..translated).map(receipt))).await;
    for fails_one_of in [0, 11] {
        let tasks = Arc::default();
        let queue = Arc::new(BusyQueue { store: store.clone(), fails_one_of, ..BusyQueue::default() });
        let answer = wait("token", true, &context(store.clone(), &tasks, queue.clone())).await.expect("an answer");
        assert_eq!((answer.chunks, answer.requeued), (u64::from(MANY), u64::from(MANY - translated)));
        let mut taken = queue.taken.lock().expect("a lock").clone();
        taken.sort();
        assert_eq!(taken, (translated..MANY).map(|number| event::format(&raw(number))).collect::<Vec<_>>());
        assert_eq!(queue.most_under_way.load(Ordering::Relaxed), 8);
        assert_eq!((tasks.succeeded(), tasks.failed()), (vec![], vec![]));
    }
}

#[tokio::test]
async fn a_queue_that_never_takes_a_message_fails_the_task_for_now() {
    let store = holding([raw(0)]).await;
    let tasks = Arc::default();
    let queue = Arc::new(BusyQueue { store: store.clone(), fails_one_of: 1, ..BusyQueue::default() });
    let error = wait("token", true, &context(store, &tasks, queue.clone())).await.expect_err("it is not taken");
    assert_eq!(error.kind, ErrorKind::Transient);
    assert_eq!(queue.requests.load(Ordering::Relaxed), 4);
    assert_eq!(tasks.failed()[0].1, "Onefold.Transient");
}

/// Messages are in the queue when Settle comes the first time. A redrive, or a retry, comes with another token.
#[tokio::test]
async fn settle_puts_back_what_is_not_translated_whenever_it_is_entered_again() {
    let store = holding([raw(0), raw(1), receipt(0)]).await;
    let (tasks, queue) = (Arc::default(), Arc::new(RecordingQueue::default()));
    let context = context(store, &tasks, queue.clone());
    for (token, resumed, requeued) in
        [("first", false, 0), ("first", false, 0), ("redriven", false, 1), ("redriven", true, 1)]
    {
        assert_eq!(wait(token, resumed, &context).await.expect("an answer").requeued, requeued, "{token}");
        assert_eq!(queue.take().len() as u64, requeued, "{token}");
    }
    assert_eq!(tasks.failed(), []);
}

/// A run whose chunk died is redriven when that is put right: what died before must not fail it.
#[tokio::test]
async fn a_dead_chunk_is_tried_again_when_settle_is_entered_again() {
    let store = holding([raw(0), raw(1)]).await;
    let (tasks, queue) = (Arc::new(RecordingTasks::default()), Arc::new(RecordingQueue::default()));
    let context = context(store.clone(), &tasks, queue.clone());
    dead_letter(1, &context).await.expect("it is noted");
    assert_eq!(tasks.failed(), [], "nobody waits");
    wait("first", false, &context).await.expect("an answer");
    assert_eq!(queue.take(), [event::format(&raw(1))], "the other is in the queue");
    assert_eq!(tasks.failed(), []);

    dead_letter(1, &context).await.expect("it is noted");
    let failed = tasks.failed();
    assert_eq!((failed[0].0.as_str(), failed[0].1.as_str()), ("first", "Onefold.DeadLetter"));
    assert_eq!(note(&store, 1).await.expect("a note").task.as_deref(), Some("first"));

    wait("redriven", false, &context).await.expect("an answer");
    assert_eq!(queue.take().len(), 2);
    assert_eq!(tasks.failed().len(), 1, "the death of before does not fail it");
    dead_letter(1, &context).await.expect("it is noted");
    assert_eq!(tasks.failed()[1].0, "redriven");
}

fn unavailable(key: &str) -> StoreError {
    StoreError::unavailable(Operation::Get, key, "slow down")
}

/// Lets a receipt not be read, though it is there.
struct NoReceipts;

impl Hooks for NoReceipts {
    fn got(&self, key: &str) -> Result<(), StoreError> {
        match key.contains("/receipts/") {
            true => Err(unavailable(key)),
            false => Ok(()),
        }
    }
}

#[tokio::test]
async fn a_dead_letter_of_a_translated_chunk_is_no_death_even_if_the_store_fails() {
    let store = holding([raw(0), receipt(0)]).await;
    let (tasks, queue) = (Arc::default(), Arc::new(RecordingQueue::default()));
    let disturbed = Arc::new(HookedStore::new(store.clone(), NoReceipts));
    let error = dead_letter(0, &context(disturbed, &tasks, queue.clone())).await.expect_err("the letter comes again");
    assert_eq!(error.kind, ErrorKind::Transient);
    assert_eq!(note(&store, 0).await, None);
    dead_letter(0, &context(store.clone(), &tasks, queue)).await.expect("it is passed over");
    assert_eq!(note(&store, 0).await, None);
}

/// No plan is there, which no waiting mends.
#[tokio::test]
async fn a_chunk_that_waiting_does_not_mend_is_given_up_at_once() {
    let store = holding([raw(0), raw(1)]).await;
    let (tasks, queue) = (Arc::new(RecordingTasks::default()), Arc::new(RecordingQueue::default()));
    let context = context(store.clone(), &tasks, queue.clone());
    wait("token", false, &context).await.expect("an answer");
    let body = event::format(&raw(0));
    let answer = translate::run(messages(&[(&body, 1), ("no event", 1)]), &context).await.expect("an answer");
    assert_eq!(answer.batch_item_failures.len(), 0, "both are acknowledged");
    assert!(queue.waits_s().is_empty());

    let note = note(&store, 0).await.expect("a note");
    let reason = note.reason.as_deref().expect("a reason");
    assert!(note.task.as_deref() == Some("token") && reason.contains("plan.json"), "{note:?}");
    let failed = tasks.failed();
    let (token, name, cause) = &failed[0];
    assert_eq!((failed.len(), token.as_str(), name.as_str()), (1, "token", "Onefold.DeadLetter"));
    for said in [raw(0).as_str(), reason, &format!("{{\"resume\":\"{}\"}}", run_id())] {
        assert!(cause.contains(said), "{cause}");
    }
}

/// Somebody puts the plan back and starts the run again, at the moment at which a try is given up.
struct MendedMeanwhile {
    store: Arc<MemoryStore>,
    is_mended: AtomicBool,
}

impl Hooks for MendedMeanwhile {
    fn got(&self, key: &str) -> Result<(), StoreError> {
        match self.is_mended.load(Ordering::Relaxed) && key == keys::run_plan(&run_id()) {
            true => Err(unavailable(key)),
            false if key == keys::run_plan(&run_id()) => Err(StoreError::NotFound { key: key.to_owned() }),
            false => Ok(()),
        }
    }

    fn was_put(&self, key: &str) {
        if key == chunk(0).dead() && !self.is_mended.swap(true, Ordering::Relaxed) {
            let token = json!({"task_token": "second", "chunks": 1}).to_string();
            let store = self.store.clone();
            let put = async move { store.put(&keys::run_token(&run_id()), token.into(), Condition::Always).await };
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            std::thread::spawn(move || runtime.block_on(put)).join().expect("a thread").expect("a write");
        }
    }
}

/// The second task must not fail of what a try of before met, and the chunk is tried again for it.
#[tokio::test]
async fn a_try_of_before_a_fault_was_mended_fails_no_later_task() {
    let store = holding([raw(0), keys::run_plan(&run_id())]).await;
    let (tasks, queue) = (Arc::new(RecordingTasks::default()), Arc::new(RecordingQueue::default()));
    let hooks = MendedMeanwhile { store: store.clone(), is_mended: AtomicBool::new(false) };
    let context = context(Arc::new(HookedStore::new(store.clone(), hooks)), &tasks, queue.clone());
    wait("first", false, &context).await.expect("an answer");
    let answer = translate::run(messages(&[(&event::format(&raw(0)), 1)]), &context).await.expect("an answer");
    assert_eq!(note(&store, 0).await.expect("a note").task.as_deref(), Some("first"));
    assert_eq!(tasks.failed(), []);
    assert_eq!(answer.batch_item_failures.len(), 1, "the last try met the plan, which could not be read just then");

    wait("second", true, &context).await.expect("an answer");
    assert_eq!((queue.take().len(), tasks.failed()), (1, vec![]));
}

/// Lets the plan not be read, or panics with what could be a value.
enum Disturbed {
    Fails,
    Panics,
}

impl Hooks for Disturbed {
    fn got(&self, key: &str) -> Result<(), StoreError> {
        match self {
            _ if key != keys::run_plan(&run_id()) => Ok(()),
            Self::Fails => Err(unavailable(key)),
            Self::Panics => panic!("anna@weber.de"),
        }
    }
}

#[tokio::test]
async fn a_chunk_that_a_disturbance_hits_comes_again_later_each_time() {
    let store = holding([raw(0), keys::run_plan(&run_id())]).await;
    let body = event::format(&raw(0));
    for disturbed in [Disturbed::Fails, Disturbed::Panics] {
        let (tasks, queue) = (Arc::default(), Arc::new(RecordingQueue::default()));
        let disturbed = Arc::new(HookedStore::new(store.clone(), disturbed));
        let context = context(disturbed, &tasks, queue.clone());
        for times in 1..=8 {
            let batch = messages(&[(&body, times), ("no event", 1)]);
            let answer = translate::run(batch, &context).await.expect("an answer");
            let failed: BTreeSet<_> =
                answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect();
            assert_eq!(failed, BTreeSet::from(["0".to_owned()]));
        }
        assert_eq!(queue.waits_s(), [5, 20, 60, 180, 180, 180, 180, 180]);
        assert_eq!((note(&store, 0).await, tasks.failed()), (None, vec![]));
    }
}
