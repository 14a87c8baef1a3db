//! Running the real stages in the order of the state machine, against a store in memory.
//!
//! This drives; it does not interpret `statemachine/onefold.asl.json`, and knows of no retries: a stage that
//! fails ends the execution.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use aws_lambda_events::event::sqs::SqsEvent;
use bytes::Bytes;
use onefold_graph::node::NodeHasher;
use onefold_lake::calls::{
    AdvanceResult, AnnounceRequest, BlockAdvanceResult, BlockRequest, BlockResult, BlockWorker, CompactRequest,
    CompactResult, CompareRequest, DeadLetter, DivideRequest, EndedExecution, EraseRequest, EraseResult,
    ExecutionStatusChange, ExplainRequest, ExplainResult, ExportRequest, ExtractRequest, LinkRequest, LinkResult,
    LinkShard, LookupRequest, LookupResult, MergeRequest, PartitionRequest, PlanRequest, PlanResult, PurgeRequest,
    ScoreRequest, SettleRequest, SettleWait, StartInput, TrainRequest,
};
use onefold_lake::run::event;
use onefold_lake::run::layout::{ExportedPartitions, Mapper, Partition};
use onefold_lake::run::matching::Tile;
use onefold_lake::run::plan::Split;
use onefold_lake::version::announcement::Announcement;
use onefold_lake::{RunId, keys};
use onefold_normalise::timestamp::Timestamp;
use onefold_rows::enrich::TableFormat;
use onefold_shell::{Context, DEAD_LETTER, MemoryBudget, StageError};
use onefold_store::memory::MemoryStore;
use onefold_store::{Condition, Store};
use onefold_version::{RollbackError, RolledBack, VersionStatus};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::fakes::{KnownSecrets, RecordingBus, RecordingQueue, RecordingTasks};
use crate::forgetful::forgetful;
use crate::settings::Settings;

/// How an execution goes about it. None of it may matter for what comes out.
#[derive(Clone, Copy, Debug)]
pub struct Knobs {
    /// Shards of Link.
    pub shards: u32,
    /// Partitions of Merge.
    pub partitions: u32,
    /// Bytes of a split.
    pub split_bytes: u64,
    /// Messages that Translate gets at once.
    pub batch: usize,
    /// By how many places the events about raw chunks are rotated.
    pub rotate: usize,
    /// Whether every event comes a second time, at the end.
    pub duplicates: bool,
    /// Whether the queue also gives events that are not this run's: those of earlier runs again, and S3's test event.
    pub foreign: bool,
    /// Whether Settle waits before the first event comes, not after the last.
    pub settles_first: bool,
    /// Whether every invocation is made twice, and the second does all its work again.
    pub twice: bool,
    /// Whether Purge is called where it is due.
    pub purges: bool,
    /// Whether every invocation of Extract is near its time limit, so that it stops after a chunk.
    pub hurried: bool,
}

impl Knobs {
    /// Nothing unusual.
    pub const DEFAULT: Self = Self {
        shards: 1,
        partitions: 2,
        split_bytes: 1 << 20,
        batch: 10,
        rotate: 0,
        duplicates: false,
        foreign: false,
        settles_first: false,
        twice: false,
        purges: true,
        hurried: false,
    };
}

impl Default for Knobs {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What came of an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing to do.
    NothingNew(RunId),
    /// A version was published.
    Published(CompactResult),
    /// A dry run came to its end.
    Dry(CompactResult),
}

impl Outcome {
    /// The run.
    pub fn run(&self) -> &RunId {
        match self {
            Self::NothingNew(run) => run,
            Self::Published(answer) | Self::Dry(answer) => &answer.run,
        }
    }
}

/// The memory of functions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// Link's.
    pub link: MemoryBudget,
    /// Merge's.
    pub merge: MemoryBudget,
    /// That of all others.
    pub others: MemoryBudget,
}

/// A bucket, and everything around it.
pub struct Pipeline {
    /// The bucket.
    pub store: Arc<MemoryStore>,
    /// Step Functions.
    pub tasks: Arc<RecordingTasks>,
    /// Secrets Manager.
    pub secrets: Arc<KnownSecrets>,
    queue: Arc<RecordingQueue>,
    runtime: Runtime,
    executions: u32,
    /// How often Extract stopped before the end of a split.
    pub stops: Cell<u32>,
    /// The functions' memory from now on.
    pub memory: Cell<Memory>,
}

/// The secret of match keys.
const SECRET: &str = "000102030405060708090a0b0c0d0e0f";

impl Pipeline {
    /// A bucket with a configuration and its reference tables.
    pub fn new(settings: &Settings) -> Self {
        Self::seeded(settings, 0)
    }

    /// The same; in which pieces and pages its store answers follows from a seed.
    pub fn seeded(settings: &Settings, seed: u64) -> Self {
        let pipeline = Self::with_store(&settings.config(), MemoryStore::seeded(seed));
        pipeline.correct(settings);
        for (table, csv) in settings.tables() {
            pipeline.put(&keys::reference(table, TableFormat::Csv), csv);
        }
        pipeline
    }

    /// A bucket with a configuration only.
    pub fn without_tables(settings: &Settings) -> Self {
        let pipeline = Self::of(&settings.config());
        pipeline.correct(settings);
        pipeline
    }

    /// A bucket with the text of a configuration only.
    pub fn of(config: &str) -> Self {
        Self::with_store(config, MemoryStore::default())
    }

    fn with_store(config: &str, store: MemoryStore) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let pipeline = Self {
            store: Arc::new(store),
            tasks: Arc::default(),
            secrets: Arc::default(),
            queue: Arc::default(),
            runtime,
            executions: 0,
            stops: Cell::default(),
            memory: Cell::default(),
        };
        pipeline.configure(config);
        pipeline
    }

    /// Writes the configuration.
    pub fn configure(&self, config: &str) {
        self.put(keys::CONFIG, config.to_owned());
    }

    /// Writes the corrections, if there are any or have been.
    pub fn correct(&self, settings: &Settings) {
        let is_corrected = !settings.always.is_empty() || !settings.never.is_empty();
        if is_corrected || !self.list(keys::CORRECTIONS).is_empty() {
            for (name, csv) in settings.corrections() {
                self.put(&format!("{}{name}.csv", keys::CORRECTIONS), csv);
            }
        }
    }

    /// Drops a file of a source.
    pub fn drop_file(&self, source: &str, name: &str, bytes: impl Into<Bytes>) {
        self.put(&(keys::landing(source) + name), bytes);
    }

    /// Writes an object.
    pub fn put(&self, key: &str, bytes: impl Into<Bytes>) {
        self.runtime.block_on(self.store.put(key, bytes.into(), Condition::Always)).expect("a write");
    }

    /// An object's bytes, if it is there.
    pub fn get(&self, key: &str) -> Option<Bytes> {
        self.runtime.block_on(self.store.get(key)).ok().map(|(bytes, _)| bytes)
    }

    /// Removes objects.
    pub fn remove(&self, keys: &[String]) {
        self.runtime.block_on(self.store.delete(keys)).expect("a removal");
    }

    /// Does a work that needs a runtime.
    pub fn block_on<A>(&self, work: impl Future<Output = A>) -> A {
        self.runtime.block_on(work)
    }

    /// The keys under a prefix.
    pub fn list(&self, prefix: &str) -> Vec<String> {
        let objects = self.runtime.block_on(self.store.list(prefix)).expect("a listing");
        objects.into_iter().map(|object| object.key).collect()
    }

    /// The name and start of an execution, by its number.
    pub fn execution(number: u32) -> (String, String) {
        (format!("execution-{number}"), format!("2026-11-22T17:{:02}:{:02}.250Z", number / 60, number % 60))
    }

    /// Starts the next execution.
    ///
    /// # Errors
    /// The error of the stage that failed.
    pub fn run(&mut self, knobs: &Knobs) -> Result<Outcome, StageError> {
        self.executions += 1;
        let input = json!({"shards": knobs.shards, "partitions": knobs.partitions, "split_bytes": knobs.split_bytes});
        self.execute(self.executions, input, knobs)
    }

    /// Starts the next execution, which learns a model.
    ///
    /// # Errors
    /// The error of the stage that failed.
    pub fn run_to_train(&mut self, knobs: &Knobs) -> Result<Outcome, StageError> {
        self.executions += 1;
        let input = json!({"shards": knobs.shards, "partitions": knobs.partitions, "train": true});
        self.execute(self.executions, input, knobs)
    }

    /// Starts the next execution, which is divided as there is memory.
    ///
    /// # Errors
    /// The error of the stage that failed.
    pub fn run_as_there_is_memory(&mut self) -> Result<Outcome, StageError> {
        self.executions += 1;
        self.execute(self.executions, json!({}), &Knobs::default())
    }

    /// Starts the next execution, as a dry run or not.
    ///
    /// # Errors
    /// The error of the stage that failed.
    pub fn start(&mut self, is_dry: bool, knobs: &Knobs) -> Result<Outcome, StageError> {
        if is_dry { self.dry_run(knobs) } else { self.run(knobs) }
    }

    /// Lets the next execution have name and start of the last one, as a redrive has.
    pub fn take_back(&mut self) {
        self.executions -= 1;
    }

    /// Starts the last execution again, as it was.
    ///
    /// # Errors
    /// The error of the stage that failed.
    pub fn run_again(&mut self, knobs: &Knobs) -> Result<Outcome, StageError> {
        self.take_back();
        self.run(knobs)
    }

    /// Starts the next execution, which takes up a run that failed.
    ///
    /// # Errors
    /// The error of the stage that failed.
    pub fn resume(&mut self, run: &RunId, knobs: &Knobs) -> Result<Outcome, StageError> {
        self.executions += 1;
        self.execute(self.executions, json!({"resume": run}), knobs)
    }

    /// Starts the next execution as a dry run.
    ///
    /// # Errors
    /// The error of the stage that failed.
    pub fn dry_run(&mut self, knobs: &Knobs) -> Result<Outcome, StageError> {
        self.executions += 1;
        self.execute(self.executions, json!({"dry_run": true, "partitions": knobs.partitions}), knobs)
    }

    /// Starts the next execution, which publishes the version that a run left.
    ///
    /// # Errors
    /// The error of the stage that failed.
    pub fn publish(&mut self, run: &RunId) -> Result<Outcome, StageError> {
        self.executions += 1;
        self.execute(self.executions, json!({"resume": run, "publish": true}), &Knobs::default())
    }

    /// Lets an execution's number, and with it its name and start, go unused.
    pub fn pass_over(&mut self) {
        self.executions += 1;
    }

    /// The run of the next execution.
    pub fn next_run(&self) -> RunId {
        Self::run_of(self.executions + 1)
    }

    /// Points CURRENT back to a version that is kept.
    ///
    /// # Errors
    /// Why it was refused.
    pub fn roll_back(&self, to: Option<&RunId>) -> Result<RolledBack, RollbackError> {
        self.runtime.block_on(onefold_version::roll_back(self.store.as_ref(), to))
    }

    /// What became of each version, in the order of their runs.
    pub fn statuses(&self) -> Vec<VersionStatus> {
        let versions = self.runtime.block_on(onefold_version::list(self.store.as_ref())).expect("versions");
        versions.into_iter().map(|version| version.status).collect()
    }

    /// The run of an execution.
    pub fn run_of(number: u32) -> RunId {
        let (execution, started_at) = Self::execution(number);
        RunId::new(&started_at, &execution).expect("a run id")
    }

    /// Asks about the current version; gives the answer and how many requests it took.
    ///
    /// # Errors
    /// What the function fails with.
    pub fn explain(&self, of: &str, and: Option<&str>) -> Result<(ExplainResult, u64), StageError> {
        let request = ExplainRequest { of: of.to_owned(), and: and.map(str::to_owned), ..ExplainRequest::default() };
        self.explain_request(request)
    }

    /// Asks; gives the answer and how many requests it took.
    ///
    /// # Errors
    /// What the function fails with.
    pub fn explain_request(&self, request: ExplainRequest) -> Result<(ExplainResult, u64), StageError> {
        let context = self.context(self.store.clone());
        let before = self.store.requests();
        let answer = self.runtime.block_on(explain::run(request, &context))?;
        Ok((answer, self.store.requests() - before))
    }

    /// Looks customers up; gives the answer and how many requests it took.
    ///
    /// # Errors
    /// What the function fails with.
    pub fn lookup(&self, request: LookupRequest) -> Result<(LookupResult, u64), StageError> {
        let context = self.context(self.store.clone());
        let before = self.store.requests();
        let answer = self.runtime.block_on(lookup::run(request, &context))?;
        Ok((answer, self.store.requests() - before))
    }

    /// Puts persons on the suppression list.
    ///
    /// # Errors
    /// Why it was refused.
    pub fn erase(&self, request: EraseRequest) -> Result<EraseResult, StageError> {
        self.runtime.block_on(erase::run(request, &self.context(self.store.clone())))
    }

    /// What is sent about the end of an execution: its events, and its lines of metrics.
    ///
    /// # Panics
    /// Announce fails.
    pub fn announce(&self, execution: u32, ending: &Result<Outcome, StageError>) -> (Vec<Announcement>, Vec<Value>) {
        let (name, started_at) = Self::execution(execution);
        let start = Timestamp::parse(&started_at).expect("a time").milliseconds();
        let output = ending.as_ref().ok().map(|outcome| match outcome {
            Outcome::NothingNew(run) => json!({"run": run, "work": false}).to_string(),
            Outcome::Published(answer) | Outcome::Dry(answer) => serde_json::to_string(answer).expect("JSON"),
        });
        let error = ending.as_ref().err();
        let detail = EndedExecution {
            execution_arn: format!("arn:aws:states:eu-central-1:000000000000:execution:onefold:{name}"),
            state_machine_arn: "arn:aws:states:eu-central-1:000000000000:stateMachine:onefold".to_owned(),
            name,
            status: if error.is_some() { "FAILED" } else { "SUCCEEDED" }.to_owned(),
            start_date: start,
            stop_date: Some(start + 60_000),
            input: Some("{}".to_owned()),
            output,
            error: error.map(|error| error.kind.name().to_owned()),
            cause: error.map(|error| json!({"errorMessage": error.text()}).to_string()),
        };
        let bus = Arc::new(RecordingBus::default());
        let context = self.context(self.store.clone()).with_bus(Some(bus.clone()));
        let request = AnnounceRequest::Ended(ExecutionStatusChange { detail });
        let answer = self.runtime.block_on(announce::run(request, &context)).expect("an answer");
        (bus.sent(), answer.metrics)
    }

    /// Gives Translate the event about a raw chunk.
    ///
    /// # Panics
    /// It fails.
    pub fn translate(&self, raw: &str) {
        let context = self.context(self.store.clone());
        let answer = self.runtime.block_on(translate::run(sqs_event(&[event::format(raw)]), &context));
        assert!(answer.expect("an answer").batch_item_failures.is_empty());
    }

    /// What a function has at hand that works on a store.
    pub fn context(&self, store: Arc<dyn Store>) -> Context {
        let hasher = NodeHasher::from_hex(SECRET).expect("a secret");
        Context::new(store, hasher, self.tasks.clone(), Some(self.queue.clone())).with_secrets(self.secrets.clone())
    }

    fn execute(&self, number: u32, input: Value, knobs: &Knobs) -> Result<Outcome, StageError> {
        let store: Arc<dyn Store> = if knobs.twice { forgetful(self.store.clone()) } else { self.store.clone() };
        let Memory { link, merge, others } = self.memory.get();
        let link_context = self.context(store.clone()).with_memory(link);
        let merge_context = self.context(store.clone()).with_memory(merge);
        let context = self.context(store).with_memory(others).dividing_for(link, merge);
        if knobs.hurried {
            context.set_deadline(1);
        }
        let execution = Execution { pipeline: self, context, link_context, merge_context, knobs, number };
        let (name, _) = Self::execution(number);
        self.tasks.start(&name);
        let outcome = self.runtime.block_on(execution.run(input));
        self.tasks.end(&name);
        outcome
    }
}

/// An execution under way.
struct Execution<'e> {
    pipeline: &'e Pipeline,
    context: Context,
    link_context: Context,
    merge_context: Context,
    knobs: &'e Knobs,
    number: u32,
}

/// Calls a stage, and calls it again if the knobs say so: both answers must be the same.
macro_rules! invoke {
    ($execution:expr, $stage:path, $request:expr) => {
        invoke!($execution, $stage, $request, context)
    };
    ($execution:expr, $stage:path, $request:expr, $context:ident) => {{
        let answer = $stage($request, &$execution.$context).await?;
        if $execution.knobs.twice {
            let again = $stage($request, &$execution.$context).await?;
            assert_eq!(again, answer, "{} twice", stringify!($stage));
        }
        answer
    }};
}

impl Execution<'_> {
    async fn run(&self, input: Value) -> Result<Outcome, StageError> {
        let (execution, started_at) = Pipeline::execution(self.number);
        let request = PlanRequest { execution_arn: Some(execution.clone()), execution, started_at, input };
        let planned = invoke!(self, plan_small, request.clone());
        let run = planned.run.clone();
        if planned.publish {
            return self.compact(run, true).await;
        }
        if !planned.work {
            return Ok(Outcome::NothingNew(run));
        }
        let before = self.raw(&run).await?;
        for split in self.context.json_lines::<Split>(&planned.splits_key).await? {
            self.extract(&run, split).await?;
        }
        let after = self.raw(&run).await?;
        self.settle(&run, planned.resumed, after.difference(&before).map(|key| event::format(key)).collect()).await?;
        let divided = invoke!(self, divide::run, DivideRequest { run: run.clone() });
        if divided.scores {
            self.block(&run, &divided.mappers_key).await?;
            self.score(&run).await?;
        }
        let round = self.link(&run).await?.round;
        for mapper in self.context.json_lines::<Mapper>(&divided.mappers_key).await? {
            let request = || PartitionRequest { run: run.clone(), round, mapper: mapper.clone() };
            invoke!(self, partition::run, request());
        }
        for partition in self.context.json_lines::<Partition>(&divided.partitions_key).await? {
            let request = || MergeRequest { run: run.clone(), round, partition: partition.clone() };
            invoke!(self, merge::run, request(), merge_context);
        }
        if divided.exports > 0 {
            for partitions in self.context.json_lines::<ExportedPartitions>(&divided.exports_key).await? {
                let request = || ExportRequest { run: run.clone(), partitions };
                invoke!(self, export::run, request());
            }
        }
        self.compact(run, false).await
    }

    async fn compact(&self, run: RunId, publish: bool) -> Result<Outcome, StageError> {
        let answer = invoke!(self, compact::run, CompactRequest { run: run.clone(), publish });
        if answer.purge && self.knobs.purges {
            purge::run(PurgeRequest { run }, &self.context).await?;
        }
        Ok(if answer.published { Outcome::Published(answer) } else { Outcome::Dry(answer) })
    }

    async fn raw(&self, run: &RunId) -> Result<BTreeSet<String>, StageError> {
        let objects = self.pipeline.store.list(&keys::raw_of(run)).await.map_err(StageError::listing)?;
        Ok(objects.into_iter().map(|object| object.key).collect())
    }

    async fn extract(&self, run: &RunId, split: Split) -> Result<(), StageError> {
        let mut request = ExtractRequest { run: run.clone(), split, cursor: None };
        loop {
            let answer = invoke!(self, extract::run, request.clone());
            if answer.done {
                return Ok(());
            }
            self.pipeline.stops.update(|stops| stops + 1);
            request = ExtractRequest { run: answer.run, split: answer.split, cursor: answer.cursor };
        }
    }

    /// Translates the chunks that events tell of, and waits for the task as the state machine does.
    async fn settle(&self, run: &RunId, resumed: bool, mut events: Vec<String>) -> Result<(), StageError> {
        let task_token = format!("token-{}", self.number);
        let wait = || SettleRequest::Wait(SettleWait { run: run.clone(), task_token: task_token.clone(), resumed });
        if self.knobs.settles_first {
            invoke!(self, settle::run, wait());
        }
        let places = self.knobs.rotate.checked_rem(events.len()).unwrap_or_default();
        events.rotate_left(places);
        if self.knobs.duplicates {
            events.extend_from_within(..);
        }
        if self.knobs.foreign {
            events.splice(0..0, self.foreign_events(run).await?);
        }
        self.translate(&events).await?;
        if !self.knobs.settles_first {
            invoke!(self, settle::run, wait());
        }
        // What Settle put back into the queue.
        self.translate(&self.pipeline.queue.take()).await?;
        let failed = self.pipeline.tasks.failed();
        if failed.iter().any(|(token, name, _)| *token == task_token && name == DEAD_LETTER) {
            return Err(StageError::internal(DEAD_LETTER));
        }
        let is_over = self.pipeline.tasks.succeeded().iter().any(|(token, _)| *token == task_token);
        assert!(is_over, "every chunk is translated, and nobody completed Settle's task");
        Ok(())
    }

    /// Events that this run has nothing to do with, as a queue gives them late, or again.
    async fn foreign_events(&self, run: &RunId) -> Result<Vec<String>, StageError> {
        let own = keys::raw_of(run);
        let raw = self.pipeline.store.list(keys::RAW).await.map_err(StageError::listing)?;
        let of_others = raw.into_iter().filter(|object| !object.key.starts_with(&own));
        let test_event = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}).to_string();
        Ok(of_others.map(|object| event::format(&object.key)).chain([test_event]).collect())
    }

    async fn translate(&self, events: &[String]) -> Result<(), StageError> {
        for batch in events.chunks(self.knobs.batch) {
            let request = || sqs_event(batch);
            let answer = invoke!(self, translate::run, request());
            if let Some(failure) = answer.batch_item_failures.first() {
                let body = batch[failure.item_identifier.parse::<usize>().expect("the number of a message")].clone();
                let dead = SettleRequest::DeadLetters { records: vec![DeadLetter { body: Some(body) }] };
                settle::run(dead, &self.context).await?;
                return Err(StageError::internal(DEAD_LETTER));
            }
        }
        Ok(())
    }

    /// Finds the pairs that are worth comparing.
    async fn block(&self, run: &RunId, mappers_key: &str) -> Result<(), StageError> {
        for mapper in self.context.json_lines::<Mapper>(mappers_key).await? {
            let request = || BlockRequest::Describe { run: run.clone(), mapper: mapper.clone() };
            invoke!(self, block::run, request());
        }
        let mut round = 0;
        loop {
            let BlockResult::Advance(advanced) =
                invoke!(self, block::run, BlockRequest::Advance { run: run.clone(), round })
            else {
                panic!("an advance answers with what comes next");
            };
            if advanced.done {
                return Ok(());
            }
            let BlockAdvanceResult { round: next, work, .. } = advanced;
            for BlockWorker { worker } in advanced.workers {
                let request = || BlockRequest::Round { run: run.clone(), round: next, work, worker };
                invoke!(self, block::run, request());
            }
            round = next;
        }
    }

    /// Compares the pairs, learns a model, and scores them.
    async fn score(&self, run: &RunId) -> Result<(), StageError> {
        let tiles = self.context.json_lines::<Tile>(&keys::match_tiles(run)).await?;
        for tile in tiles.iter().copied() {
            invoke!(self, compare::run, CompareRequest { run: run.clone(), tile });
        }
        invoke!(self, train::run, TrainRequest { run: run.clone() });
        for tile in tiles {
            invoke!(self, score::run, ScoreRequest { run: run.clone(), tile });
        }
        Ok(())
    }

    async fn link(&self, run: &RunId) -> Result<AdvanceResult, StageError> {
        let mut round = 0;
        loop {
            let LinkResult::Advance(advanced) =
                invoke!(self, link::run, LinkRequest::Advance { run: run.clone(), round }, link_context)
            else {
                panic!("an advance answers with what comes next");
            };
            if advanced.converged {
                return Ok(advanced);
            }
            let AdvanceResult { round: next, work, .. } = advanced;
            for LinkShard { shard } in advanced.shards {
                let request = || LinkRequest::Round { run: run.clone(), round: next, work, shard };
                invoke!(self, link::run, request(), link_context);
            }
            round = next;
        }
    }
}

/// Plans a run, also with splits that are smaller than an execution may ask for: tests have little data.
///
/// # Errors
/// What Plan fails with.
pub async fn plan_small(request: PlanRequest, context: &Context) -> Result<PlanResult, StageError> {
    let mut input = request.input.clone();
    let split_bytes = input.as_object_mut().and_then(|members| members.remove("split_bytes")?.as_u64());
    let input = StartInput { split_bytes, ..plan::read_input(&input)? };
    plan::run_as(request, input, context).await
}

/// A batch of messages as SQS gives it; each message's id is its number.
fn sqs_event(bodies: &[String]) -> SqsEvent {
    let message = |(number, body): (usize, &String)| json!({"messageId": number.to_string(), "body": body});
    let records: Vec<Value> = bodies.iter().enumerate().map(message).collect();
    serde_json::from_value(json!({"Records": records})).expect("an event of SQS")
}
