//! Settle: the barrier. The run goes on when every raw chunk is translated, and fails as soon as one cannot be.
//!
//! The state machine calls it with a task token; the dead-letter queue calls it with chunks that Translate
//! gave up. It stores the token, then counts; Translate counts after each chunk. Whoever sees the last
//! chunk completes the task, so nothing polls.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

use std::collections::BTreeSet;

use aws_lambda_events::event::sqs::SqsEvent;
use onefold_lake::keys::{self, Chunk, Stage};
use onefold_lake::plan::{DeadChunk, Token};
use onefold_lake::{RunId, event};
use onefold_shell::{Context, DEAD_LETTER, StageError, Work, complete_if_settled, json_object};
use onefold_store::Condition;
use serde::{Deserialize, Serialize};

/// What calls the function: the state machine, or the dead-letter queue.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Request {
    /// The state machine waits.
    Wait(Wait),
    /// Chunks were given up.
    Dead(Box<SqsEvent>),
}

/// What the state machine sends.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// The run.
    pub run: RunId,
    /// What completes the task.
    pub task_token: String,
    /// Whether this takes up a run that failed.
    pub resumed: bool,
}

/// What the receipt says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// How many raw chunks there are.
    pub chunks: u64,
    /// How many were put back into the queue.
    pub requeued: u64,
}

/// Waits, or fails what waits.
///
/// # Errors
/// `Transient` if the store, the queue or Step Functions could not be reached.
pub async fn run(request: Request, context: &Context) -> Result<Option<Answer>, StageError> {
    match request {
        Request::Wait(wait) => {
            let token = wait.task_token.clone();
            let answer = settle(wait, context).await;
            if let Err(error) = &answer {
                // The task waits for its token, not for this invocation: tell it, or it may wait for hours.
                context.tasks.fail(&token, error.kind.name(), &error.message).await?;
            }
            answer.map(Some)
        }
        Request::Dead(event) => {
            for message in event.records {
                bury(message.body.as_deref().unwrap_or_default(), context).await?;
            }
            Ok(None)
        }
    }
}

async fn settle(wait: Wait, context: &Context) -> Result<Answer, StageError> {
    let Wait { run, task_token, resumed } = wait;
    let work = Work { run: run.clone(), stage: Stage::Settle, name: "settle".to_owned() };
    work.always(context, async |moved| {
        let raw = context.store.list(&keys::raw_of(&run)).await?;
        let chunks = raw.len() as u64;
        moved.records_in = chunks;
        let requeued =
            if resumed { requeue(&run, raw.iter().map(|object| object.key.as_str()), context).await? } else { 0 };
        let token = Token { task_token: task_token.clone(), chunks };
        context.store.put(&keys::run_token(&run), json_object(&token)?, Condition::Always).await?;
        if !complete_if_settled(context, &run).await? {
            fail_if_dead(&run, &task_token, context).await?;
        }
        Ok(Answer { chunks, requeued })
    })
    .await
}

/// Puts every chunk that is not translated back into the queue, dead or not: its message may have expired.
/// One that is under way is then translated twice, which does no harm.
async fn requeue<'k>(run: &RunId, raw: impl Iterator<Item = &'k str>, context: &Context) -> Result<u64, StageError> {
    let queue =
        context.queue.as_ref().ok_or_else(|| StageError::internal("ONEFOLD_QUEUE_URL is not set for settle"))?;
    let receipts = context.store.list(&keys::receipts_of(run, Stage::Translate)).await?;
    let translated: BTreeSet<&str> = receipts.iter().map(|receipt| receipt.key.as_str()).collect();
    let dead: BTreeSet<String> =
        context.store.list(&keys::dead_of(run)).await?.into_iter().map(|object| object.key).collect();
    let mut requeued = 0;
    for key in raw {
        let Some((chunk, _)) = Chunk::parse_raw(key) else { continue };
        if translated.contains(keys::receipt(run, Stage::Translate, &chunk.receipt_name()).as_str()) {
            continue;
        }
        if dead.contains(&chunk.dead()) {
            let note = DeadChunk { raw: key.to_owned(), requeued: true };
            context.store.put(&chunk.dead(), json_object(&note)?, Condition::Always).await?;
        }
        queue.send(event::format(key)).await?;
        requeued += 1;
    }
    Ok(requeued)
}

/// Fails the task if a chunk was given up before the task waited.
async fn fail_if_dead(run: &RunId, task_token: &str, context: &Context) -> Result<(), StageError> {
    for object in context.store.list(&keys::dead_of(run)).await? {
        let note: DeadChunk = context.json(&object.key).await?;
        if !note.requeued {
            return context.tasks.fail(task_token, DEAD_LETTER, &cause(&note.raw, run)).await;
        }
    }
    Ok(())
}

/// Notes a chunk that was given up, and fails the task at once if one waits.
async fn bury(body: &str, context: &Context) -> Result<(), StageError> {
    let Ok(raw) = event::parse(body) else {
        tracing::error!(stage = "settle", "a dead letter is no event of S3 and was dropped");
        return Ok(());
    };
    for key in raw {
        let Some((chunk, _)) = Chunk::parse_raw(&key) else {
            tracing::error!(stage = "settle", key, "a dead letter is about no raw chunk and was dropped");
            continue;
        };
        let translated = keys::receipt(&chunk.run, Stage::Translate, &chunk.receipt_name());
        if context.store.get(&translated).await.is_ok() {
            // A letter of an earlier attempt; a later one succeeded.
            continue;
        }
        tracing::error!(stage = "settle", run_id = %chunk.run, key, "a raw chunk could not be translated");
        let note = DeadChunk { raw: key.clone(), requeued: false };
        context.store.put(&chunk.dead(), json_object(&note)?, Condition::Always).await?;
        // A task that does not wait yet will look for the note.
        if let Some((token, _)) = context.json_if_there::<Token>(&keys::run_token(&chunk.run)).await? {
            context.tasks.fail(&token.task_token, DEAD_LETTER, &cause(&key, &chunk.run)).await?;
        }
    }
    Ok(())
}

fn cause(raw: &str, run: &RunId) -> String {
    format!(
        "the raw chunk {raw} could not be translated; the log of the function translate says why. Mend that, then start the execution with {{\"resume\":\"{run}\"}}"
    )
}
