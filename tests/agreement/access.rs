//! Which objects each function reads and writes, found out by running two runs on a store that takes notes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_lambda_events::event::sqs::SqsEvent;
use bytes::Bytes;
use onefold_connect::{Destination, Sink, TakenUp};
use onefold_graph::node::NodeHasher;
use onefold_lake::calls::{
    AdvanceResult, AnnounceRequest, BlockRequest, BlockResult, BlockWorker, CompactRequest, CompareRequest,
    DivideRequest, EraseRequest, ExecutionStatusChange, ExplainRequest, ExplainResult, ExportRequest, ExtractRequest,
    LinkRequest, LinkResult, LinkShard, LookupRequest, MergeRequest, PartitionRequest, PlanRequest, PurgeRequest,
    ScoreRequest, SettleRequest, SettleWait, TrainRequest,
};
use onefold_lake::keys::Chunk;
use onefold_lake::run::event;
use onefold_lake::run::layout::{ExportedPartitions, Mapper, Partition};
use onefold_lake::run::matching::Tile;
use onefold_lake::run::plan::Split;
use onefold_lake::run::receipt::Moved;
use onefold_lake::{RunId, keys};
use onefold_shell::{Context, StageError};
use onefold_store::memory::MemoryStore;
use onefold_store::{Body, Condition, Object, Store, StoreError};
use onefold_tests::fakes::{RecordingQueue, RecordingTasks};
use serde_json::json;

const CONFIG: &str = r#"
[[source]]
name = "crm"
format = "jsonl"
[source.fields]
id = "/id"
given_name = "/name"
email = "/email"
[[enrich]]
field = "gender"
table = "gender"
on = "given_name"
[[match]]
key = ["email"]
[score]
[publish]
max_reject_ratio = 0.9
max_customer_drop_ratio = 1.0
[export]
parquet = true
"#;

/// The id of a customer that never was.
const NO_ID: &str = "00000000-0000-8000-8000-000000000000";

/// What one function asked for.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Objects that it read.
    pub reads: BTreeSet<String>,
    /// Objects that it wrote.
    pub writes: BTreeSet<String>,
    /// Objects that it removed.
    pub deletes: BTreeSet<String>,
    /// Whether it asked for the match-key secret.
    pub hashes: bool,
}

/// What each function asks for, by stage.
pub fn of_all_functions() -> BTreeMap<&'static str, Access> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let store = Arc::new(NotingStore::default());
        let hasher = NodeHasher::from_hex(&"0".repeat(32)).expect("a secret");
        let tasks = Arc::new(RecordingTasks::default());
        let context = |hasher: Option<NodeHasher>| {
            Context::new(store.clone(), hasher, tasks.clone(), Some(Arc::new(RecordingQueue::default())))
        };
        let (context, without_secret) = (context(Some(hasher)), context(None));
        let put = async |key: &str, text: &str| {
            store.inner.put(key, text.to_owned().into(), Condition::Always).await.expect("a write");
        };
        put(keys::CONFIG, CONFIG).await;
        put("reference/gender.csv", "given_name,gender\nAnna,f\n").await;
        put("corrections/pairs.csv", "kind,left,right\nnever,crm:1,crm:2\n").await;
        let mut accesses = BTreeMap::new();
        for (number, shards) in [(1, 1), (2, 2)] {
            let rows =
                "{\"id\":1,\"name\":\"Anna\",\"email\":\"anna@gmx.de\"}\n{\"id\":2,\"email\":\"anna@gmx.de\"}\n{}\n";
            put(&format!("landing/crm/{number}.jsonl"), rows).await;
            let walk =
                Walk { store: &store, context: &context, without_secret: &without_secret, accesses: &mut accesses };
            walk.execute(number, shards).await;
        }
        accesses
    })
}

struct Walk<'w> {
    store: &'w NotingStore,
    context: &'w Context,
    /// The context of a function that does not have the match-key secret.
    without_secret: &'w Context,
    accesses: &'w mut BTreeMap<&'static str, Access>,
}

impl Walk<'_> {
    /// What was asked for since the last call was asked for by this stage.
    fn note(&mut self, stage: &'static str) {
        let Access { reads, writes, deletes, hashes: _ } = std::mem::take(&mut *self.store.notes());
        let access = self.accesses.entry(stage).or_default();
        access.reads.extend(reads);
        access.writes.extend(writes);
        access.deletes.extend(deletes);
    }

    /// Calls a stage without the match-key secret, and with it if it asks for it.
    async fn call<Request: Clone, Answer>(
        &mut self,
        stage: &'static str,
        run: impl AsyncFn(Request, &Context) -> Result<Answer, StageError>,
        request: Request,
    ) -> Answer {
        let answer = match run(request.clone(), self.without_secret).await {
            Err(error) if error.text().starts_with("ONEFOLD_KEY") => {
                self.accesses.entry(stage).or_default().hashes = true;
                run(request, self.context).await
            }
            answer => answer,
        };
        self.note(stage);
        answer.unwrap_or_else(|error| panic!("{stage}: {error}"))
    }

    async fn execute(mut self, number: u32, shards: u32) {
        let context = self.context;
        let request = PlanRequest {
            execution: number.to_string(),
            execution_arn: Some(number.to_string()),
            started_at: format!("2026-11-22T17:46:0{number}Z"),
            input: json!({"shards": shards, "partitions": 2}),
        };
        let planned = self.call("plan", plan::run, request).await;
        let run = planned.run;
        for split in context.json_lines::<Split>(&planned.splits_key).await.expect("splits") {
            self.note("machine");
            self.call("extract", extract::run, ExtractRequest { run: run.clone(), split, cursor: None }).await;
        }
        self.read_by_pages().await;
        self.settle(&run).await;
        let divided = self.call("divide", divide::run, DivideRequest { run: run.clone() }).await;
        self.block(&run, &divided.mappers_key).await;
        self.score(&run).await;
        let round = self.link(&run).await.round;
        for mapper in context.json_lines::<Mapper>(&divided.mappers_key).await.expect("mappers") {
            self.note("machine");
            self.call("partition", partition::run, PartitionRequest { run: run.clone(), round, mapper }).await;
        }
        for partition in context.json_lines::<Partition>(&divided.partitions_key).await.expect("partitions") {
            self.note("machine");
            self.call("merge", merge::run, MergeRequest { run: run.clone(), round, partition }).await;
        }
        for partitions in context.json_lines::<ExportedPartitions>(&divided.exports_key).await.expect("exports") {
            self.note("machine");
            self.call("export", export::run, ExportRequest { run: run.clone(), partitions }).await;
        }
        let request = CompactRequest { run: run.clone(), publish: false };
        let (lease, _) = self.store.inner.get(keys::ACTIVE).await.expect("a lease");
        let compacted = self.call("compact", compact::run, request).await;
        if compacted.purge {
            // As if a database had been read.
            let ranges = keys::run_key_ranges(&run, "crm");
            self.store.inner.put(&ranges, "{}".into(), Condition::Always).await.expect("a write");
            // Compact gave it back when it was called without the secret, and failed.
            self.store.inner.put(keys::ACTIVE, lease, Condition::Always).await.expect("a write");
            self.call("purge", purge::run, PurgeRequest { run }).await;
        }
        self.explain().await;
        self.call("announce", announce::run, ended(number)).await;
        let request = EraseRequest { references: vec!["crm:1".to_owned()], ..EraseRequest::default() };
        self.call("erase", erase::run, request).await;
    }

    /// An account, a customer that there is, an id that there never was, and whoever has an address.
    async fn explain(&mut self) {
        let about = |of: &str| ExplainRequest { of: of.to_owned(), ..ExplainRequest::default() };
        let answer = self.call("explain", explain::run, about("crm:2")).await;
        let ExplainResult::Customer { customer, .. } = answer else { panic!("crm:2 is a customer's") };
        self.call("explain", explain::run, about(customer["customer_id"].as_str().expect("an id"))).await;
        self.call("explain", explain::run, about(NO_ID)).await;
        self.call("explain", explain::run, about("anna@gmx.de")).await;
        for of in ["crm:2", NO_ID, "anna@gmx.de"] {
            let request = LookupRequest { of: of.to_owned(), ..LookupRequest::default() };
            self.call("lookup", lookup::run, request).await;
        }
    }

    /// What Extract asks for when a source need not answer alike twice: its chunks are written once and read again.
    async fn read_by_pages(&mut self) {
        let run = RunId::parse("20261122T000000Z-00000000").expect("a run of its own, which nothing else counts");
        let (source, format) = ("api", onefold_config::RowFormat::JsonLines);
        let to = Destination { context: self.context, run: &run, source, split: 0, format, received_at: 0 };
        for _ in 0..2 {
            let mut sink = Sink::new(to, 0, Moved::default());
            if sink.take_up().await.expect("chunks") == TakenUp::Nothing {
                sink.row(b"{\"id\":1}");
                sink.end(None).await.expect("a chunk");
            }
        }
        self.note("extract");
    }

    /// Settle in all that it may have to do: a dead letter, waiting for it, waiting again when the run is resumed, and
    /// Translate after that, which completes the task, or gives up a chunk of a run that there is not.
    async fn settle(&mut self, run: &RunId) {
        let chunk = Chunk { run: run.clone(), source: "crm".to_owned(), split: 0, chunk: 0 };
        let body = event::format(&chunk.raw(onefold_config::RowFormat::JsonLines));
        let message = json!({"Records": [{"messageId": "m", "body": body}]});
        let wait = |resumed| SettleWait { run: run.clone(), task_token: "t".to_owned(), resumed };
        for request in [
            serde_json::from_value(message.clone()).expect("dead letters"),
            SettleRequest::Wait(wait(false)),
            SettleRequest::Wait(wait(true)),
        ] {
            self.call("settle", settle::run, request).await;
        }
        let run = RunId::parse("20261122T000000Z-00000001").expect("a run that was never planned");
        let foreign = event::format(&Chunk { run, ..chunk }.raw(onefold_config::RowFormat::JsonLines));
        let foreign = json!({"Records": [{"messageId": "n", "body": foreign}]});
        for message in [message, foreign] {
            self.call("translate", translate, serde_json::from_value(message).expect("an event")).await;
        }
    }

    async fn block(&mut self, run: &RunId, mappers_key: &str) {
        for mapper in self.context.json_lines::<Mapper>(mappers_key).await.expect("mappers") {
            self.note("machine");
            self.call("block", block::run, BlockRequest::Describe { run: run.clone(), mapper }).await;
        }
        let mut round = 0;
        loop {
            let request = BlockRequest::Advance { run: run.clone(), round };
            let BlockResult::Advance(next) = self.call("block", block::run, request).await else {
                panic!("an advance answers with what comes next");
            };
            if next.done {
                return;
            }
            for BlockWorker { worker } in next.workers.iter().copied() {
                let request = BlockRequest::Round { run: run.clone(), round: next.round, work: next.work, worker };
                self.call("block", block::run, request).await;
            }
            round = next.round;
        }
    }

    async fn score(&mut self, run: &RunId) {
        let tiles = self.context.json_lines::<Tile>(&keys::match_tiles(run)).await.expect("tiles");
        self.note("machine");
        for tile in tiles.iter().copied() {
            self.call("compare", compare::run, CompareRequest { run: run.clone(), tile }).await;
        }
        self.call("train", train::run, TrainRequest { run: run.clone() }).await;
        for tile in tiles {
            self.call("score", score::run, ScoreRequest { run: run.clone(), tile }).await;
        }
    }

    async fn link(&mut self, run: &RunId) -> AdvanceResult {
        let mut round = 0;
        loop {
            let request = LinkRequest::Advance { run: run.clone(), round };
            let LinkResult::Advance(next) = self.call("link", link::run, request).await else {
                panic!("an advance answers with what comes next");
            };
            for LinkShard { shard } in next.shards.iter().copied() {
                let request = LinkRequest::Round { run: run.clone(), round: next.round, work: next.work, shard };
                self.call("link", link::run, request).await;
            }
            if next.converged {
                return next;
            }
            round = next.round;
        }
    }
}

/// The end of an execution that published a version.
fn ended(number: u32) -> AnnounceRequest {
    let event = include_str!("../events/announce.json");
    let mut change: ExecutionStatusChange = serde_json::from_str(event).expect("an event");
    change.detail.name = number.to_string();
    change.detail.start_date += i64::from(number) * 1000;
    AnnounceRequest::Ended(change)
}

/// Translate, whose messages fail one by one.
async fn translate(event: SqsEvent, context: &Context) -> Result<(), StageError> {
    match translate::run(event, context).await?.batch_item_failures.is_empty() {
        true => Ok(()),
        // Why is in its log only.
        false => context.hasher().map(|_| ()),
    }
}

/// A store that notes what it is asked for. Listing is not noted: every function may list.
#[derive(Default)]
struct NotingStore {
    inner: MemoryStore,
    notes: Mutex<Access>,
}

impl NotingStore {
    fn notes(&self) -> std::sync::MutexGuard<'_, Access> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, key: &str) {
        self.notes().reads.insert(key.to_owned());
    }
}

#[async_trait]
impl Store for NotingStore {
    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        self.inner.list(prefix).await
    }

    async fn get(&self, key: &str) -> Result<(Bytes, String), StoreError> {
        self.read(key);
        self.inner.get(key).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.read(key);
        self.inner.get_range(key, range).await
    }

    async fn get_tail(&self, key: &str, length: u64) -> Result<Bytes, StoreError> {
        self.read(key);
        self.inner.get_tail(key, length).await
    }

    async fn stream(&self, key: &str, etag: &str, from: u64) -> Result<Box<dyn Body>, StoreError> {
        self.read(key);
        self.inner.stream(key, etag, from).await
    }

    async fn put(&self, key: &str, bytes: Bytes, condition: Condition) -> Result<(), StoreError> {
        self.notes().writes.insert(key.to_owned());
        self.inner.put(key, bytes, condition).await
    }

    async fn upload(&self, file: &Path, key: &str) -> Result<(), StoreError> {
        self.notes().writes.insert(key.to_owned());
        self.inner.upload(file, key).await
    }

    async fn concatenate(&self, sources: &[Object], key: &str) -> Result<(), StoreError> {
        sources.iter().for_each(|source| self.read(&source.key));
        self.notes().writes.insert(key.to_owned());
        self.inner.concatenate(sources, key).await
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        self.notes().deletes.extend(keys.iter().cloned());
        self.inner.delete(keys).await
    }

    fn requests(&self) -> u64 {
        self.inner.requests()
    }

    fn reads(&self) -> u64 {
        self.inner.reads()
    }

    fn address(&self, key: &str) -> String {
        self.inner.address(key)
    }
}
