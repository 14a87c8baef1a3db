//! A source that is a database, and the stages that read it.

use std::sync::Arc;

use onefold_graph::node::NodeHasher;
use onefold_lake::calls::{ExtractRequest, PlanRequest};
use onefold_lake::data::rawchunk;
use onefold_lake::run::plan::Split;
use onefold_lake::{RunId, keys};
use onefold_shell::{Context, StageError};
use onefold_store::memory::MemoryStore;
use onefold_store::{Condition, Store};
use onefold_tests::fakes::{KnownSecrets, RecordingTasks};
use onefold_tests::pipeline::{Pipeline, plan_small};
use onefold_tests::postgres::Database;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// The secret's name.
pub const SECRET: &str = "onefold/shop";

/// A configuration whose source is read by some settings.
pub fn config(settings: &str) -> String {
    format!(
        "[[source]]\nname = \"shop\"\nkind = \"postgres\"\n[source.postgres]\nsecret = \"{SECRET}\"\n{settings}\n\
         [source.fields]\nid = \"/id\"\nemail = \"/email\"\n[[match]]\nkey = \"email\"\n[publish]\n\
         max_reject_ratio = 1\n"
    )
}

/// A bucket whose one source is a database.
pub struct Shop {
    pub database: Arc<Database>,
    pub secrets: Arc<KnownSecrets>,
    memory: Arc<MemoryStore>,
    /// What the stages are given; the bucket itself if not wrapped.
    store: Arc<dyn Store>,
    runtime: Runtime,
}

impl Shop {
    /// A database in which statements were run, and a source that is read by some settings.
    pub fn new(statements: &str, settings: &str) -> Self {
        let database = Arc::new(Database::new());
        database.execute(statements);
        let secrets = Arc::new(KnownSecrets::default());
        secrets.store(SECRET, &database.secret());
        let memory = Arc::new(MemoryStore::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let shop = Self { database, secrets, store: memory.clone(), memory, runtime };
        shop.configure(settings);
        shop
    }

    /// Reads the source by other settings.
    pub fn configure(&self, settings: &str) {
        self.write_config(&config(settings));
    }

    /// Writes another configuration.
    pub fn write_config(&self, config: &str) {
        let config = config.to_owned().into();
        self.runtime.block_on(self.memory.put(keys::CONFIG, config, Condition::Always)).expect("a write");
    }

    /// Puts something between the stages and the bucket.
    pub fn wrap(&mut self, wrap: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>) {
        self.store = wrap(self.memory.clone());
    }

    fn context(&self) -> Context {
        let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").expect("a secret");
        Context::new(self.store.clone(), hasher, Arc::new(RecordingTasks::default()), None)
            .with_secrets(self.secrets.clone())
    }

    /// The run that [`Shop::plan`] plans.
    pub fn run() -> RunId {
        Pipeline::run_of(1)
    }

    /// Plans the run.
    ///
    /// # Errors
    /// What Plan fails with.
    pub fn plan(&self) -> Result<Vec<Split>, StageError> {
        self.plan_with(json!({}))
    }

    /// Plans the run with some input.
    ///
    /// # Errors
    /// What Plan fails with.
    pub fn plan_with(&self, input: Value) -> Result<Vec<Split>, StageError> {
        let (execution, started_at) = Pipeline::execution(1);
        let request = PlanRequest { execution, execution_arn: None, started_at, input };
        let context = self.context();
        self.runtime.block_on(async {
            let answer = plan_small(request, &context).await?;
            context.json_lines(&answer.splits_key).await
        })
    }

    /// Reads a split to its end. Gives how often an invocation stopped before it; each does, at the end of a page,
    /// if it is `hurried`.
    ///
    /// # Errors
    /// What Extract fails with.
    pub fn extract(&self, split: &Split, is_hurried: bool) -> Result<u32, StageError> {
        let context = self.context();
        if is_hurried {
            context.set_deadline(1);
        }
        let mut request = ExtractRequest { run: Self::run(), split: split.clone(), cursor: None };
        let mut stops = 0;
        loop {
            let answer = self.runtime.block_on(extract::run(request, &context))?;
            if answer.done {
                return Ok(stops);
            }
            stops += 1;
            let state = serde_json::to_string(&answer).expect("JSON");
            assert!(!state.contains('@'), "a state holds data: {state}");
            request = ExtractRequest { run: answer.run, split: answer.split, cursor: answer.cursor };
        }
    }

    /// Plans the run and reads all of it.
    pub fn read(&self) -> Vec<Value> {
        for split in self.plan().expect("a plan") {
            self.extract(&split, false).expect("an extract");
        }
        self.rows()
    }

    /// The lines of all raw chunks, chunk by chunk.
    pub fn lines(&self) -> Vec<String> {
        let objects = self.runtime.block_on(self.memory.list(keys::RAW)).expect("a listing");
        let texts = objects.iter().map(|object| {
            let (bytes, _) = self.runtime.block_on(self.memory.get(&object.key)).expect("an object");
            String::from_utf8(rawchunk::parse(&object.key, &bytes).expect("a chunk").0).expect("UTF-8")
        });
        texts.collect::<String>().lines().map(str::to_owned).collect()
    }

    /// The rows of all raw chunks, chunk by chunk.
    pub fn rows(&self) -> Vec<Value> {
        self.lines().iter().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// The ids of all raw chunks' rows, sorted.
    pub fn ids(&self) -> Vec<String> {
        let id = |row: &Value| row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned);
        let mut ids: Vec<String> = self.rows().iter().map(id).collect();
        ids.sort();
        ids
    }

    /// An object of the run.
    pub fn object(&self, key: &str) -> String {
        let (bytes, _) = self.runtime.block_on(self.memory.get(key)).expect("an object");
        String::from_utf8(bytes.to_vec()).expect("UTF-8")
    }
}
