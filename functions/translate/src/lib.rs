//! Translate: turns raw chunks into interim accounts, their links, and rejects.
//!
//! It is driven by the queue of raw chunks. A chunk that fails is reported as a failed item of its batch,
//! so that the queue gives it again, and in the end to the dead-letter queue; the others are done.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod event;

use std::collections::BTreeMap;

use aws_lambda_events::event::sqs::SqsEvent;
use bytes::Bytes;
use onefold_core::translate::{ObjectRows, Translator};
use onefold_lake::keys::{Chunk, Stage};
use onefold_lake::note::Note;
use onefold_lake::receipt::Moved;
use onefold_lake::{compress, links, rawchunk};
use onefold_shell::{Context, Function, MemoryBudget, StageError, Work, complete_if_settled};
use onefold_store::Condition;
use serde::{Deserialize, Serialize};

/// Seconds after which a chunk that failed is tried again.
const GIVE_AGAIN_S: i32 = 5;

/// What the queue gets: the messages that it must give again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Failed messages.
    #[serde(rename = "batchItemFailures")]
    pub failures: Vec<Failure>,
}

/// A message that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The message's id.
    #[serde(rename = "itemIdentifier")]
    pub message_id: String,
}

/// What the receipt of a chunk says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translated {
    /// The entity tag of the raw chunk that this is about; empty in receipts of earlier programs.
    #[serde(default)]
    pub raw: String,
    /// Blank lines.
    pub blank: u64,
    /// Rows that are not blank.
    pub rows: u64,
    /// Rows that became accounts.
    pub accounts: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Those among them that were older versions of an account in the chunk.
    pub repeated: u64,
    /// Those among the refused whose persons were erased.
    #[serde(default)]
    pub suppressed: u64,
    /// Values that could not be used, by field.
    pub dropped: BTreeMap<String, u64>,
    /// References and match keys, repetitions included.
    pub nodes: u64,
    /// The accounts' text, decompressed.
    pub text_bytes: u64,
    /// Files of which rows were refused, and the first and the last of the chunk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ObjectRows>,
    /// What is told of the source since the chunk before, and is no fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// Translates the chunks of a batch of messages.
///
/// # Errors
/// None: a message that fails is named in the answer.
pub async fn run(event: SqsEvent, context: &Context) -> Result<Answer, StageError> {
    let mut answer = Answer::default();
    for message in event.records {
        let message_id = message.message_id.unwrap_or_default();
        if let Err(error) = translate_message(message.body.as_deref().unwrap_or_default(), context).await {
            tracing::error!(stage = "translate", error = error.kind.name(), reason = error.message, "failed");
            if let (Some(queue), Some(handle)) = (&context.queue, &message.receipt_handle) {
                // Only a hurry: without it the message comes again when its visibility timeout is over.
                if let Err(error) = queue.give_again(handle, GIVE_AGAIN_S).await {
                    tracing::warn!(stage = "translate", reason = error.message, "not hurried");
                }
            }
            answer.failures.push(Failure { message_id });
        }
    }
    Ok(answer)
}

async fn translate_message(body: &str, context: &Context) -> Result<(), StageError> {
    for (chunk, format) in event::chunks(body)? {
        let work = Work { run: chunk.run.clone(), stage: Stage::Translate, name: chunk.receipt_name() };
        // What counts is the object as it is: events come late and twice, and it may have been written again since.
        let (bytes, etag) = context.store.get(&chunk.raw(format)).await?;
        let is_current = |translated: &Translated| translated.raw == etag;
        let translated = async |moved: &mut Moved| {
            let translated = translate(&chunk, &chunk.raw(format), bytes, context, moved).await?;
            Ok(Translated { raw: etag.clone(), ..translated })
        };
        work.once_for(context, is_current, translated).await?;
        complete_if_settled(context, &chunk.run).await?;
    }
    Ok(())
}

async fn translate(
    chunk: &Chunk,
    key: &str,
    bytes: Bytes,
    context: &Context,
    moved: &mut Moved,
) -> Result<Translated, StageError> {
    let pinned = context.pinned(&chunk.run).await?;
    let tables = context.tables(&pinned).await?;
    let source = pinned.config.source(&chunk.source).ok_or_else(|| {
        StageError::corrupt(format!(
            "there is a raw chunk of the source {:?}, which the run does not know",
            chunk.source
        ))
    })?;
    let (text, index) = rawchunk::parse(key, &bytes)?;
    moved.bytes_in = bytes.len() as u64;
    drop(bytes);
    let needed = MemoryBudget::chunk_bytes(text.len() as u64, index.lines);
    let what = format!("{key} with {} bytes in {} rows", text.len(), index.lines);
    context.memory.check(Function::Other("translate"), needed, what)?;

    let matcher = pinned.matcher(context);
    let translator = Translator::new(&pinned.config, source, &tables, matcher);
    let output = translator.suppressing(&pinned.suppression).chunk(&text, &index.segments);
    drop(text);

    let accounts = compress(&output.accounts)?;
    let star_links = links::format(&output.stars);
    let rejects = compress(&output.rejects)?;
    moved.records_in = output.rows;
    moved.records_out = output.stars.len() as u64;
    moved.records_rejected = output.rejected;
    moved.bytes_out = (accounts.len() + star_links.len()) as u64;
    context.store.put(&chunk.interim(), accounts.into(), Condition::Always).await?;
    context.store.put(&chunk.links(), star_links.into(), Condition::Always).await?;
    if output.rejected > 0 {
        moved.bytes_out += rejects.len() as u64;
        context.store.put(&chunk.rejects(), rejects.into(), Condition::Always).await?;
    }
    if output.must_not_stay {
        // Until the version is published a failed run may need the chunk again.
        context.store.put(&chunk.purge(), b"{}".to_vec().into(), Condition::Always).await?;
    }
    Ok(Translated {
        raw: String::new(),
        blank: output.blank,
        rows: output.rows,
        accounts: output.stars.len() as u64,
        rejected: output.rejected,
        repeated: output.repeated,
        suppressed: output.suppressed,
        dropped: output.dropped,
        nodes: output.stars.iter().map(|star| 1 + star.keys.len() as u64).sum(),
        text_bytes: output.accounts.len() as u64,
        files: output.objects,
        notes: index.notes,
    })
}
