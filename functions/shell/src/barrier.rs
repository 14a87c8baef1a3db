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

/// Notes that a chunk cannot be translated, and fails Settle's task if it waits. A task that starts to wait later finds
/// the note. A chunk that another try translated is skipped.
///
/// # Errors
/// The store or Step Functions could not be reached.
pub async fn give_up(context: &Context, chunk: &Chunk, raw: &str, reason: Option<String>) -> Result<(), StageError> {
    if is_translated(context, chunk).await? {
        return Ok(());
    }
    tracing::error!(run_id = %chunk.run, key = raw, "a raw chunk could not be translated");
    let note = DeadChunk { raw: raw.to_owned(), requeued: false, reason };
    context.put_json(&chunk.dead(), &note).await?;
    if let Some((token, _)) = context.json_if_there::<SettleToken>(&keys::run_token(&chunk.run)).await? {
        context.tasks.fail(&token.task_token, DEAD_LETTER, &note.cause(&chunk.run)).await?;
    }
    Ok(())
}

async fn is_translated(context: &Context, chunk: &Chunk) -> Result<bool, StageError> {
    let receipt = keys::receipt(&chunk.run, Stage::Translate, &chunk.receipt_name());
    Ok(context.get_if_there(&receipt).await?.is_some())
}
