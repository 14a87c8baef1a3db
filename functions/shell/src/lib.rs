//! What all functions share: JSON tracing, the environment, receipts, the error names in Step Functions, and the Lambda
//! runtime, which no other crate uses.
//!
//! A stage is `async fn run(request, &Context) -> Result<answer, StageError>`. [`serve`] turns it into a function. This
//! crate has no pipeline logic.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod access;
mod barrier;
mod bus;
mod context;
mod cost;
mod environment;
mod error;
mod folder_bucket;
mod invocation;
mod json;
mod memory;
mod objects;
mod panics;
mod queue;
mod secrets;
mod serve;
mod signed;
mod slice_records;
mod tasks;
mod versions;
mod work;

pub use barrier::{complete_if_settled, give_up, waiting_task};
pub use bus::{EVENT_SOURCE, EventBridge, EventBus};
pub use context::{Context, Pinned};
pub use environment::{Environment, EnvironmentError};
pub use error::{DEAD_LETTER, ErrorKind, StageError, chain};
pub use json::{json_lines, json_object};
pub use memory::{FEW_SLICES, Function, Lack, MemoryBudget, SHARDS_MAX};
pub use objects::{Receipts, in_order};
pub use panics::{caught, hide_panic_messages};
pub use queue::{Queue, SqsQueue, send_all};
pub use secrets::{NoSecrets, Secrets, SecretsManager};
pub use serve::{Fatal, serve};
pub use signed::{Refusal, SignedAnswer, SignedClient, SignedError};
pub use slice_records::SliceRecords;
pub use tasks::{NoTasks, Progress, SfnTasks, Tasks};
pub use work::Work;
