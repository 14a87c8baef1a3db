//! What goes through the state machine stays below its 256 KiB, in the worst case too (the local cloud has no such
//! limit), and what the template says of memory is what the functions go by.

use std::sync::Arc;

use bytes::Bytes;
use onefold_graph::node::NodeHasher;
use onefold_lake::RunId;
use onefold_lake::calls::{
    AdvanceResult, BlockAdvanceResult, BlockWork, BlockWorker, DivideRequest, ExtractCursor, ExtractProgress,
    LinkShard, ObjectPosition, PlanRequest, RoundWork, TranslateResult,
};
use onefold_lake::keys::{self, Chunk, Stage};
use onefold_lake::run::plan::Plan;
use onefold_lake::run::receipt::{Cost, Moved, Receipt};
use onefold_shell::{Context, Function, MemoryBudget, SHARDS_MAX, json_object};
use onefold_store::memory::MemoryStore;
use onefold_store::{Condition, Store};
use onefold_tests::fakes::RecordingTasks;
use serde_json::{Value, json};

use crate::project::{functions, template};

/// What a state's input and output may have.
const STATE_BYTES_MAX: usize = 256 * 1024;
/// The longest key that S3 allows.
const KEY_BYTES_MAX: usize = 1024;

struct Bucket {
    store: Arc<MemoryStore>,
    context: Context,
}

impl Bucket {
    fn new() -> Self {
        let store = Arc::new(MemoryStore::default());
        let hasher = NodeHasher::from_hex(&"0".repeat(32)).expect("a secret");
        let context = Context::new(store.clone(), hasher, Arc::new(RecordingTasks::default()), None);
        // However much there is, nothing is too large here but a payload.
        let endless = MemoryBudget::of_megabytes(u64::MAX);
        let context = context.with_memory(endless).dividing_for(endless, endless);
        Self { store, context }
    }

    async fn put(&self, key: &str, bytes: impl Into<Bytes>) {
        self.store.put(key, bytes.into(), Condition::Always).await.expect("a write");
    }

    async fn lines(&self, key: &str) -> Vec<Value> {
        self.context.json_lines(key).await.expect("a list")
    }
}

fn config(source: &str) -> String {
    format!(
        "[[source]]\nname = \"{source}\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n[[match]]\nkey = [\"email\"]\n"
    )
}

#[track_caller]
fn assert_fits(what: &str, payload: &Value) {
    let bytes = payload.to_string().len();
    assert!(bytes < STATE_BYTES_MAX, "{what} has {bytes} bytes");
}

/// The longest name of a source, which is in every key.
fn longest_source() -> String {
    "s".repeat(40)
}

#[tokio::test]
async fn splits_of_many_small_objects_with_long_keys_fit() {
    let bucket = Bucket::new();
    let source = longest_source();
    bucket.put(keys::CONFIG, config(&source)).await;
    for number in 0..450 {
        let key = format!("{}{number:05}", keys::landing(&source));
        bucket.put(&format!("{key}{}", "k".repeat(KEY_BYTES_MAX - key.len())), "{\"id\":1}\n").await;
    }
    let request = PlanRequest {
        execution: "e".to_owned(),
        execution_arn: None,
        started_at: "2026-11-22T17:46:00Z".to_owned(),
        input: json!({}),
    };
    let planned = plan::run(request, &bucket.context).await.expect("a plan");
    let splits = bucket.lines(&planned.splits_key).await;
    assert!(splits.len() >= 3, "no split has all of them");
    let cursor = ExtractCursor {
        position: Some(ObjectPosition { piece: usize::MAX, byte: u64::MAX, line: Some(u64::MAX) }),
        chunk: u32::MAX,
        records: u64::MAX,
        bytes_in: u64::MAX,
        bytes_out: u64::MAX,
    };
    for split in splits {
        let answer = ExtractProgress {
            run: planned.run.clone(),
            split: serde_json::from_value(split).expect("a split"),
            cursor: Some(cursor),
            done: false,
        };
        // The answer is the next request too.
        assert_fits("a split", &serde_json::to_value(answer).expect("JSON"));
    }
}

#[tokio::test]
async fn mappers_of_many_small_chunks_with_long_keys_fit() {
    let bucket = Bucket::new();
    let run = RunId::new("2026-11-22T17:46:00Z", "e").expect("a run");
    let (source, last) = (longest_source(), u32::MAX - 1000);
    let plan = Plan {
        run: run.clone(),
        started_at: 0,
        previous: None,
        tables: Vec::new(),
        shards: Some(1),
        partitions: Some(10_000),
        // Divide reads the receipts of splits, and there are none here.
        splits: 0,
        skipped: Vec::new(),
        snapshots: vec![source.clone(); 25],
        corrections: Vec::new(),
        suppression: String::new(),
        erases: false,
        notes: Vec::new(),
        source_notes: Vec::new(),
        dry_run: false,
        model: None,
    };
    bucket.put(&keys::run_plan(&run), json_object(&plan).expect("JSON")).await;
    bucket.put(&keys::run_config(&run), config(&source)).await;
    for number in 0..900 {
        let chunk = Chunk { run: run.clone(), source: source.clone(), split: last + number, chunk: last };
        bucket.put(&chunk.raw(onefold_config::RowFormat::JsonLines), "").await;
        let name = chunk.receipt_name();
        let key = keys::receipt(&run, Stage::Translate, &name);
        let result =
            TranslateResult { accounts: 1_000_000_000_000, nodes: 1, text_bytes: 1, ..TranslateResult::default() };
        let (moved, cost) = (Moved::default(), Cost::default());
        let receipt = Receipt { run: run.clone(), stage: Stage::Translate, name, moved, cost, result };
        bucket.put(&key, json_object(&receipt).expect("JSON")).await;
    }
    let divided = divide::run(DivideRequest { run: run.clone() }, &bucket.context).await.expect("a division");
    let mappers = bucket.lines(&divided.mappers_key).await;
    assert!(mappers.len() >= 3, "no invocation has all of them");
    for mapper in mappers {
        assert_fits("a mapper", &json!({"run": run, "round": u32::MAX, "mapper": mapper}));
    }
    let partitions = bucket.lines(&divided.partitions_key).await;
    assert_eq!(partitions.len(), 10_000);
    assert_fits("a partition", &json!({"run": run, "round": u32::MAX, "partition": partitions[9_999]}));
}

/// More slices than there can be; their list is the only thing in an answer that grows.
#[test]
fn the_list_of_slices_fits() {
    let answer = BlockAdvanceResult {
        done: false,
        round: u32::MAX,
        work: BlockWork::RefineByBirthdate,
        workers: (0..1_000).map(|worker| BlockWorker { worker }).collect(),
        tiles_key: "k".repeat(KEY_BYTES_MAX),
    };
    assert_fits("what Block answers", &serde_json::to_value(answer).expect("JSON"));
}

/// The most shards that there can be; their list is the only thing in an answer that grows.
#[test]
fn the_list_of_shards_fits() {
    let answer = AdvanceResult {
        converged: false,
        round: u32::MAX,
        work: RoundWork::SmallStar,
        shards: (0..40).map(|shard| LinkShard { shard }).collect(),
    };
    assert_fits("what Link answers", &serde_json::to_value(answer).expect("JSON"));
}

fn parameter(name: &str) -> &'static Value {
    &template()["Parameters"][name]
}

/// The memory that a parameter gives if it is not set.
fn default_memory(name: &str) -> MemoryBudget {
    MemoryBudget::of_megabytes(parameter(name)["Default"].as_u64().expect("a number"))
}

/// The largest number that fits.
fn most(fits: impl Fn(u64) -> bool) -> u64 {
    (1..).take_while(|number| fits(*number)).last().expect("one fits")
}

#[test]
fn what_the_template_says_of_memory_is_the_formula() {
    let says = |name: &str, words: String| {
        let description = parameter(name)["Description"].as_str().expect("a description");
        assert!(description.contains(&words), "{name} should say: {words}");
    };
    let link = default_memory("LinkMemory");
    let accounts =
        |shards: u32| most(|millions| link.fits(link.link_bytes(millions * 1_000_000, millions * 3_000_000, shards)));
    says(
        "LinkMemory",
        format!("With two match keys an account, {} million accounts fit into one invocation", accounts(1)),
    );
    says("LinkMemory", format!("and {} million into the most that there can be, {SHARDS_MAX}", accounts(SHARDS_MAX)));
    let merge = default_memory("MergeMemory");
    let text = most(|mebibytes| merge.fits(MemoryBudget::merge_bytes(mebibytes << 18, mebibytes << 20)));
    says("MergeMemory", format!("{text} megabytes of their text"));
    assert_eq!(link, MemoryBudget::default(), "what is taken where nothing is said");
    assert_eq!(merge, MemoryBudget::default(), "what is taken where nothing is said");
}

#[test]
fn the_parameter_that_an_error_names_is_that_of_the_function() {
    for (stage, function) in functions() {
        let named = match stage.as_str() {
            "link" => Function::Link.parameter(),
            "merge" => Function::Merge.parameter(),
            _ => Function::Other("").parameter(),
        };
        let size = function.get("MemorySize").unwrap_or(&template()["Globals"]["Function"]["MemorySize"]);
        assert_eq!(size["Ref"], named, "{stage}");
        assert!(parameter(named)["MinValue"].as_u64() >= Some(512), "{named}");
    }
    let known = &functions()["divide"]["Environment"]["Variables"];
    for (variable, function) in [("ONEFOLD_LINK_MEMORY", Function::Link), ("ONEFOLD_MERGE_MEMORY", Function::Merge)] {
        assert_eq!(known[variable]["Fn::Sub"], format!("${{{}}}", function.parameter()), "divide needs {variable}");
    }
}

/// glibc before 2.35 ignores a threshold above half of its HEAP_MAX_SIZE of 64 MiB; Amazon Linux 2023 has 2.34.
#[test]
fn the_c_library_takes_the_threshold_that_it_is_given() {
    let threshold = &template()["Globals"]["Function"]["Environment"]["Variables"]["MALLOC_MMAP_THRESHOLD_"];
    let bytes: u64 = threshold.as_str().expect("text").parse().expect("a number");
    assert!(bytes <= 32 << 20, "{bytes}");
}
