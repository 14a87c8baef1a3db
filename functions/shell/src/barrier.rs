//! The barrier between Translate and Divide. Whoever sees that all chunks are translated completes Settle's task.
//! Whoever gives up a chunk fails the task.

use onefold_lake::RunId;
use onefold_lake::keys::{self, Chunk, Stage};
use onefold_lake::run::plan::{DeadChunk, SettleToken};

use crate::context::Context;
use crate::error::{DEAD_LETTER, StageError};

/// Completes Settle's task if the task waits and every raw chunk is translated. Returns whether it did.
///
/// Settle stores the token and then counts. Translate writes its receipt, then looks for the token and counts. The
/// later of the two sees both, so the last chunk is never missed.
///
/// # Errors
/// The store or Step Functions could not be reached.
pub async fn complete_if_settled(context: &Context, run: &RunId) -> Result<bool, StageError> {
    let Some((token, _)) = context.json_if_there::<SettleToken>(&keys::run_token(run)).await? else {
        return Ok(false);
    };
    let receipts = context.list(&keys::receipts_of(run, Stage::Translate)).await?;
    if (receipts.len() as u64) < token.chunks {
        return Ok(false);
    }
    context.tasks.succeed(&token.task_token, format!("{{\"chunks\":{}}}", token.chunks)).await?;
    Ok(true)
}

/// The token of the task that waits for a run's chunks now; `None` before the first one.
///
/// # Errors
/// The store could not be reached.
pub async fn waiting_task(context: &Context, run: &RunId) -> Result<Option<String>, StageError> {
    let found = context.json_if_there::<SettleToken>(&keys::run_token(run)).await?;
    Ok(found.map(|(token, _)| token.task_token))
}

/// Notes that a chunk could not be translated while `task` waited, and fails that task. A chunk that another try
/// translated is skipped. Returns false if another task waits by now: people may have mended the fault before they
/// started it, so the chunk must be tried again.
///
/// # Errors
/// The store or Step Functions could not be reached.
pub async fn give_up(
    context: &Context,
    chunk: &Chunk,
    raw: &str,
    reason: Option<String>,
    task: Option<String>,
) -> Result<bool, StageError> {
    if is_translated(context, chunk).await? {
        return Ok(true);
    }
    tracing::error!(run_id = %chunk.run, key = raw, "a raw chunk could not be translated");
    let note = DeadChunk { raw: raw.to_owned(), reason, task };
    context.put_json(&chunk.dead(), &note).await?;
    // Settle stores its token and then looks for notes, so one of the two sees the other.
    if waiting_task(context, &chunk.run).await? != note.task {
        return Ok(false);
    }
    if let Some(task) = &note.task {
        context.tasks.fail(task, DEAD_LETTER, &note.cause(&chunk.run)).await?;
    }
    Ok(true)
}

async fn is_translated(context: &Context, chunk: &Chunk) -> Result<bool, StageError> {
    let receipt = keys::receipt(&chunk.run, Stage::Translate, &chunk.receipt_name());
    Ok(context.get_if_there(&receipt).await?.is_some())
}
