//! Settle: the barrier. The run continues when every raw chunk is translated. It fails as soon as a chunk is given up.
//!
//! The state machine calls Settle with a task token. The dead-letter queue calls it with the chunks that Translate
//! could not translate. Settle stores the token, then counts the chunks. Translate counts after each chunk. The
//! invocation that sees the last chunk completes the task, so nothing polls.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

use std::collections::BTreeSet;

use onefold_lake::RunId;
use onefold_lake::calls::{SettleRequest, SettleResult, SettleWait};
use onefold_lake::keys::{self, Chunk, Stage};
use onefold_lake::run::event;
use onefold_lake::run::plan::{DeadChunk, SettleToken};
use onefold_lake::run::receipt::Moved;
use onefold_shell::{
    Context, DEAD_LETTER, StageError, Work, complete_if_settled, give_up, in_order, send_all, waiting_task,
};
use onefold_store::Object;

/// The number of notes that are read at once.
const NOTES_AT_ONCE: usize = 16;

/// Waits for the chunks of a run, or fails a waiting run because of dead letters.
///
/// # Errors
/// `Transient` if the store, the queue or Step Functions could not be reached. The whole batch of dead letters then
/// comes again, and its finished letters are noted once more.
pub async fn run(request: SettleRequest, context: &Context) -> Result<Option<SettleResult>, StageError> {
    match request {
        SettleRequest::Wait(wait) => {
            let token = wait.task_token.clone();
            let answer = settle(wait, context).await;
            if let Err(error) = &answer {
                // The task waits for its token, not for this invocation. Without this call it may wait for hours.
                context.tasks.fail(&token, error.kind.name(), &context.line(error)).await?;
            }
            answer.map(Some)
        }
        SettleRequest::DeadLetters { records } => {
            for message in records {
                bury(message.body.as_deref().unwrap_or_default(), context).await?;
            }
            Ok(None)
        }
    }
}

async fn settle(wait: SettleWait, context: &Context) -> Result<SettleResult, StageError> {
    let work = Work { run: wait.run.clone(), stage: Stage::Settle, name: "settle".to_owned() };
    work.always(context, async |moved| wait_for_chunks(wait, context, moved).await).await
}

async fn wait_for_chunks(wait: SettleWait, context: &Context, moved: &mut Moved) -> Result<SettleResult, StageError> {
    let SettleWait { run, task_token, resumed } = wait;
    let raw = context.list(&keys::raw_of(&run)).await?;
    let chunks = raw.len() as u64;
    moved.records_in = chunks;
    let key = keys::run_token(&run);
    let before = context.json_if_there::<SettleToken>(&key).await?;
    // The run is resumed, or its Settle is retried or redriven. A retry has another task token.
    let is_entered_again = resumed || before.is_some_and(|(token, _)| token.task_token != task_token);
    // Store the token first: from now on, chunks that are translated or given up report to this task.
    let token = SettleToken { task_token: task_token.clone(), chunks };
    context.put_json(&key, &token).await?;
    let requeued = requeue(&run, &raw, is_entered_again, context).await?;
    if !complete_if_settled(context, &run).await? {
        fail_if_dead(&run, &task_token, context).await?;
    }
    Ok(SettleResult { chunks, requeued })
}

/// Puts chunks that are not translated back into the queue, and returns how many. These are the chunks that were given
/// up, or all of them (`all`) if Settle is entered again, because their messages may have expired. A chunk in progress
/// is then translated twice, which is harmless.
async fn requeue(run: &RunId, raw: &[Object], all: bool, context: &Context) -> Result<u64, StageError> {
    let dead = keys_of(context.list(&keys::dead_of(run)).await?);
    if !all && dead.is_empty() {
        return Ok(0);
    }
    let queue =
        context.queue.as_ref().ok_or_else(|| StageError::internal("ONEFOLD_QUEUE_URL is not set for settle"))?;
    let translated = keys_of(context.list(&keys::receipts_of(run, Stage::Translate)).await?);
    let is_left = |chunk: &Chunk| {
        let receipt = keys::receipt(run, Stage::Translate, &chunk.receipt_name());
        (all || dead.contains(&chunk.dead())) && !translated.contains(&receipt)
    };
    let chunks = raw.iter().filter_map(|object| Some((Chunk::parse_raw(&object.key)?.0, object.key.as_str())));
    let bodies: Vec<String> = chunks.filter(|(chunk, _)| is_left(chunk)).map(|(_, raw)| event::format(raw)).collect();
    let requeued = bodies.len() as u64;
    send_all(queue.as_ref(), bodies).await?;
    Ok(requeued)
}

fn keys_of(objects: Vec<Object>) -> BTreeSet<String> {
    objects.into_iter().map(|object| object.key).collect()
}

/// Fails the task if a chunk was given up while it waited. Chunks that were given up before are back in the queue.
async fn fail_if_dead(run: &RunId, task_token: &str, context: &Context) -> Result<(), StageError> {
    let notes = context.list(&keys::dead_of(run)).await?;
    let mut dead: Option<DeadChunk> = None;
    let read = async |object: Object| context.json::<DeadChunk>(&object.key).await;
    in_order(notes, NOTES_AT_ONCE, read, |note| {
        dead = dead.take().or(Some(note).filter(|note| note.task.as_deref() == Some(task_token)));
        Ok(())
    })
    .await?;
    match dead {
        Some(note) => context.tasks.fail(task_token, DEAD_LETTER, &note.cause(run)).await,
        None => Ok(()),
    }
}

/// Gives up the chunks of a dead letter. A letter that is no event of S3 is logged and dropped.
async fn bury(body: &str, context: &Context) -> Result<(), StageError> {
    let Ok(raw) = event::parse(body) else {
        tracing::error!("a dead letter is no event of S3 and was dropped");
        return Ok(());
    };
    for key in raw {
        let Some((chunk, _)) = Chunk::parse_raw(&key) else {
            tracing::error!(key, "a dead letter is about no raw chunk and was dropped");
            continue;
        };
        while !give_up(context, &chunk, &key, None, waiting_task(context, &chunk.run).await?).await? {}
    }
    Ok(())
}
