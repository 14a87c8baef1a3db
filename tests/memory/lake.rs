//! A bucket with a run in it, begun at the stage that is measured.

use std::sync::Arc;

use bytes::Bytes;
use onefold_graph::node::NodeHasher;
use onefold_lake::{RunId, keys};
use onefold_shell::{Context, MemoryBudget};
use onefold_store::Condition;
use onefold_store::memory::MemoryStore;
use onefold_tests::fakes::RecordingTasks;
use serde_json::json;
use tokio::runtime::Runtime;

/// A bucket and what functions have at hand.
pub struct Lake {
    pub context: Context,
    pub run: RunId,
    runtime: Runtime,
}

/// One source, `crm`, whose accounts match by their e-mail addresses.
pub const CONFIG: &str = "[[source]]\nname = \"crm\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\nemail = \"/email\"\n\
given_name = \"/given_name\"\nfamily_name = \"/family_name\"\nphone_number = \"/phone\"\n\"address.street_address\" = \"/street\"\n\
\"address.locality\" = \"/city\"\n[[match]]\nkey = [\"email\"]\n[guard]\nmax_accounts_per_key = 1000000\n";

impl Lake {
    /// A bucket with a planned run of so many shards.
    pub fn new(shards: u32, memory: MemoryBudget) -> Self {
        let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").expect("a secret");
        let context = Context::new(Arc::new(MemoryStore::default()), hasher, Arc::new(RecordingTasks::default()), None);
        let context = context.with_memory(memory);
        let run = RunId::new("2026-11-22T17:46:00Z", "e").expect("a run");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let lake = Self { context, run, runtime };
        // What is not said has a default.
        let plan = json!({
            "run": lake.run, "started_at": 0, "previous": null, "tables": [], "shards": shards, "partitions": null,
            "splits": 0,
        });
        lake.put(&keys::run_plan(&lake.run), plan.to_string());
        lake.put(&keys::run_config(&lake.run), CONFIG);
        lake
    }

    /// The same, with other memory.
    pub fn with_memory(self, memory: MemoryBudget) -> Self {
        Self { context: self.context.with_memory(memory), ..self }
    }

    pub fn put(&self, key: &str, bytes: impl Into<Bytes>) {
        self.block_on(self.context.store.put(key, bytes.into(), Condition::Always)).expect("a write");
    }

    pub fn block_on<F: Future>(&self, work: F) -> F::Output {
        self.runtime.block_on(work)
    }
}

/// Numbers that look like chance.
pub fn scattered(number: u64) -> u64 {
    // The finaliser of SplitMix64.
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
