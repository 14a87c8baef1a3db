//! The request and the result of each function, one file per function.
//!
//! The state machine passes requests and results on. Receipts keep results, and later stages and the command read them
//! there. No other crate declares such a document. The queue calls Translate and Settle with events of SQS.

mod announce;
mod block;
mod compact;
mod compare;
mod divide;
mod erase;
mod explain;
mod export;
mod extract;
mod link;
mod lookup;
mod merge;
mod partition;
mod plan;
mod purge;
mod score;
mod settle;
#[cfg(test)]
mod tests;
mod train;
mod translate;

pub use announce::{AnnounceRequest, AnnounceResult, EndedExecution, ExecutionStatusChange, RolledBackRequest};
pub use block::{
    BlockAdvanceResult, BlockRequest, BlockResult, BlockRoundResult, BlockWork, BlockWorker, DescribeResult,
};
pub use compact::{CompactRequest, CompactResult};
pub use compare::{CompareRequest, CompareResult};
pub use divide::{DivideRequest, DivideResult};
pub use erase::{EraseCursor, EraseRequest, EraseResult};
pub use explain::{ExplainRequest, ExplainResult, SourcedValue, Together};
pub use export::{ExportRequest, ExportResult};
pub use extract::{ExtractCursor, ExtractProgress, ExtractRequest, ExtractResult, ObjectPosition};
pub use link::{AdvanceResult, LinkRequest, LinkResult, LinkShard, RoundResult, RoundWork};
pub use lookup::{LookupRequest, LookupResult};
pub use merge::{MergeRequest, MergeResult};
pub use partition::{PartitionRequest, PartitionResult};
pub use plan::{PlanRequest, PlanResult, StartInput};
pub use purge::{PurgeRequest, PurgeResult};
pub use score::{ScoreRequest, ScoreResult, ScoredPairs};
pub use settle::{DeadLetter, SettleRequest, SettleResult, SettleWait};
pub use train::{TrainRequest, TrainResult};
pub use translate::TranslateResult;
