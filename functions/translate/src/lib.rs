//! Translate: turns raw chunks into interim accounts, their links, and rejects.
//!
//! The queue of raw chunks drives it. A message that fails is reported as a failed item of its batch; the other
//! messages are done. The queue delivers a failed message again, later each time, and finally moves it to the
//! dead-letter queue. A chunk that a retry cannot mend is given up at once.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod event;

use std::collections::BTreeMap;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use bytes::Bytes;
use onefold_config::RowFormat;
use onefold_lake::calls::TranslateResult;
use onefold_lake::compress;
use onefold_lake::data::links;
use onefold_lake::data::rawchunk;
use onefold_lake::keys::{Chunk, Stage};
use onefold_lake::run::receipt::Moved;
use onefold_rows::translate::{Translator, translate_chunk};
use onefold_shell::{
    Context, ErrorKind, Function, MemoryBudget, StageError, Work, caught, complete_if_settled, give_up, waiting_task,
};
use tracing::Instrument;

/// The seconds until a failed message comes again, by the number of its deliveries. The last value holds for all later
/// deliveries.
const WAITS_S: [i32; 4] = [5, 20, 60, 180];

/// Translates the chunks of a batch of messages.
///
/// # Errors
/// Never: the answer names the messages that failed.
pub async fn run(event: SqsEvent, context: &Context) -> Result<SqsBatchResponse, StageError> {
    let mut answer = SqsBatchResponse::default();
    for message in event.records {
        if translate_message(message.body.as_deref().unwrap_or_default(), context).await.is_err() {
            delay(&message, context).await;
            answer.add_failure(message.message_id.unwrap_or_default());
        }
    }
    Ok(answer)
}

/// Sets when a failed message comes again, later each time. If this fails, the message comes after its visibility
/// timeout.
async fn delay(message: &SqsMessage, context: &Context) {
    let (Some(queue), Some(handle)) = (&context.queue, &message.receipt_handle) else { return };
    let times = message.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok());
    if let Err(error) = queue.give_again(handle, wait_s(times.unwrap_or(1))).await {
        tracing::warn!(reason = error.text(), "a message comes again when its visibility timeout is over");
    }
}

fn wait_s(times_received: usize) -> i32 {
    WAITS_S[times_received.saturating_sub(1).min(WAITS_S.len() - 1)]
}

/// Translates the chunks that a message is about.
async fn translate_message(body: &str, context: &Context) -> Result<(), StageError> {
    let (chunks, dropped) = event::chunks(body);
    for reason in dropped {
        tracing::error!(reason, "a message was dropped");
    }
    for (chunk, format) in chunks {
        let span = tracing::error_span!("chunk", run_id = %chunk.run, key = chunk.raw(format));
        let work = async {
            // A chunk that panics must not fail the other messages of its batch.
            let done = caught(translate_or_give_up(&chunk, format, context)).await;
            if let Err(error) = &done {
                tracing::error!(error = error.kind.name(), reason = context.line(error), "failed");
            }
            done
        };
        work.instrument(span).await?;
    }
    Ok(())
}

/// Translates a chunk, or gives it up if a retry cannot mend it.
///
/// Somebody may put a fault right and start the run again while a try is under way that still met the fault. So a chunk
/// is given up for the task that waited before its last try, and tried again if another task waits by then.
async fn translate_or_give_up(chunk: &Chunk, format: RowFormat, context: &Context) -> Result<(), StageError> {
    let raw = chunk.raw(format);
    let mut failed = translate_or_fault(chunk, &raw, context).await?;
    while failed.is_some() {
        let task = waiting_task(context, &chunk.run).await?;
        failed = translate_or_fault(chunk, &raw, context).await?;
        let Some(fault) = &failed else { break };
        tracing::error!(error = fault.kind.name(), reason = context.line(fault), "failed for good");
        if give_up(context, chunk, &raw, Some(fault.text()), task).await? {
            return Ok(());
        }
    }
    complete_if_settled(context, &chunk.run).await.map(|_| ())
}

/// Translates a chunk. Returns the fault if a retry cannot mend it; all others are errors.
async fn translate_or_fault(chunk: &Chunk, raw: &str, context: &Context) -> Result<Option<StageError>, StageError> {
    match translate_once(chunk, raw, context).await {
        Ok(_) => Ok(None),
        Err(fault) if matches!(fault.kind, ErrorKind::Corrupt | ErrorKind::InvalidInput) => Ok(Some(fault)),
        Err(error) => Err(error),
    }
}

async fn translate_once(chunk: &Chunk, key: &str, context: &Context) -> Result<TranslateResult, StageError> {
    let work = Work { run: chunk.run.clone(), stage: Stage::Translate, name: chunk.receipt_name() };
    // Read the object as it is now. Events can come late or twice, and the object may have been overwritten since.
    let (bytes, etag) = context.get(key).await?;
    let is_current = |translated: &TranslateResult| translated.raw == etag;
    let translated = async |moved: &mut Moved| {
        let translated = translate(chunk, key, bytes, context, moved).await?;
        Ok(TranslateResult { raw: etag.clone(), ..translated })
    };
    work.once_for(context, is_current, translated).await
}

async fn translate(
    chunk: &Chunk,
    key: &str,
    bytes: Bytes,
    context: &Context,
    moved: &mut Moved,
) -> Result<TranslateResult, StageError> {
    let pinned = context.pinned(&chunk.run).await?;
    let tables = context.tables(&pinned).await?;
    let source = pinned.config.source(&chunk.source).ok_or_else(|| {
        StageError::corrupt(format!(
            "there is a raw chunk of the source {:?}, which the run does not know",
            chunk.source
        ))
    })?;
    let (text, index) = rawchunk::parse(key, &bytes).map_err(StageError::damaged)?;
    moved.bytes_in = bytes.len() as u64;
    drop(bytes);
    let needed = MemoryBudget::chunk_bytes(text.len() as u64, index.lines);
    let what = format!("{key} with {} bytes in {} rows", text.len(), index.lines);
    context.memory.check(Function::Other("translate"), needed, what)?;

    let matcher = pinned.matcher(context)?;
    let translator = Translator::new(&pinned.config, source, &tables, matcher).at(pinned.started_at()?);
    let output = translate_chunk(&mut translator.suppressing(pinned.suppression()?), &text, &index.segments);
    drop(text);

    let accounts = compress(&output.accounts).map_err(StageError::compressing)?;
    let star_links = links::format(&output.stars);
    let rejects = compress(&output.rejects).map_err(StageError::compressing)?;
    moved.records_in = output.rows;
    moved.records_out = output.stars.len() as u64;
    moved.records_rejected = output.rejected;
    moved.bytes_out = (accounts.len() + star_links.len()) as u64;
    context.put(&chunk.interim(), accounts).await?;
    context.put(&chunk.links(), star_links).await?;
    if output.rejected > 0 {
        moved.bytes_out += rejects.len() as u64;
        context.put(&chunk.rejects(), rejects).await?;
    }
    if output.must_not_stay {
        // Purge removes the chunk later: a failed run may need it again until the version is published.
        context.put(&chunk.purge(), "{}").await?;
    }
    Ok(TranslateResult {
        raw: String::new(),
        blank: output.blank,
        rows: output.rows,
        accounts: output.stars.len() as u64,
        rejected: output.rejected,
        repeated: output.repeated,
        suppressed: output.suppressed,
        rejected_by_kind: named(output.rejected_by_kind),
        dropped: output.dropped,
        kept: output.kept,
        nodes: output.stars.iter().map(|star| 1 + star.keys.len() as u64).sum(),
        text_bytes: output.accounts.len() as u64,
        files: output.objects,
        notes: index.notes,
    })
}

fn named(counts: BTreeMap<&'static str, u64>) -> BTreeMap<String, u64> {
    counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
}

#[cfg(test)]
mod tests {
    use super::wait_s;

    #[test]
    fn waits_grow_up_to_three_minutes() {
        assert_eq!([0, 1, 2, 3, 4, 5, 8].map(wait_s), [5, 5, 20, 60, 180, 180, 180]);
    }
}
