//! The barrier between Translate and Divide: whoever sees the last chunk completes Settle's task, and whoever gives a chunk
//! up fails it.

use onefold_lake::RunId;
use onefold_lake::keys::{self, Chunk, Stage};
use onefold_lake::run::plan::{DeadChunk, SettleToken};

use crate::context::Context;
use crate::error::{DEAD_LETTER, StageError};

/// Completes Settle's task if it waits and every raw chunk is translated.
///
/// Settle stores the token, then counts; Translate writes its receipt, then looks for the token and counts.
/// Whichever is later sees both, so the last chunk is never missed.
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

/// Notes that a chunk cannot be translated, and fails Settle's task if it waits. One that does not wait yet finds the
/// note. A chunk that another try translated is passed over.
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
