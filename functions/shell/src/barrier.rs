//! The barrier between Translate and Link: whoever sees the last chunk completes Settle's task.

use onefold_lake::RunId;
use onefold_lake::keys::{self, Stage};
use onefold_lake::plan::Token;

use crate::context::Context;
use crate::error::StageError;

/// Completes Settle's task if it waits and every raw chunk is translated.
///
/// Settle stores the token, then counts; Translate writes its receipt, then looks for the token and counts.
/// Whichever is later sees both, so the last chunk is never missed.
///
/// # Errors
/// The store or Step Functions could not be reached.
pub async fn complete_if_settled(context: &Context, run: &RunId) -> Result<bool, StageError> {
    let Some((token, _)) = context.json_if_there::<Token>(&keys::run_token(run)).await? else {
        return Ok(false);
    };
    let receipts = context.store.list(&keys::receipts_of(run, Stage::Translate)).await?;
    if (receipts.len() as u64) < token.chunks {
        return Ok(false);
    }
    context.tasks.succeed(&token.task_token, format!("{{\"chunks\":{}}}", token.chunks)).await?;
    Ok(true)
}
