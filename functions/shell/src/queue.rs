//! The queue of raw chunks. Chunks that could not be translated are sent to it again.

use async_trait::async_trait;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use futures_util::stream::{self, TryStreamExt};
use onefold_store::ErrorSource;

use crate::error::StageError;

/// The most messages in one request to SQS.
const BATCH: usize = 10;
/// How many batches are sent at once.
const BATCHES_AT_ONCE: usize = 8;
/// How many times a message is sent if SQS does not accept it.
const TRIES: u32 = 4;

/// A message queue.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Sends up to ten messages. Returns the indexes of messages that the queue did not accept and that may be sent
    /// again.
    ///
    /// # Errors
    /// [`Transient`](crate::ErrorKind::Transient) if the queue could not be reached;
    /// [`Internal`](crate::ErrorKind::Internal) if it rejects a message.
    async fn send(&self, bodies: &[String]) -> Result<Vec<usize>, StageError>;

    /// Makes a message that is being handled visible again after `after_s` seconds, instead of after its visibility
    /// timeout. That timeout is long, because it must cover the slowest batch.
    ///
    /// # Errors
    /// [`Transient`](crate::ErrorKind::Transient) if the queue could not be reached.
    async fn give_again(&self, receipt_handle: &str, after_s: i32) -> Result<(), StageError>;
}

/// Sends messages in concurrent batches, in no order.
///
/// # Errors
/// [`Transient`](crate::ErrorKind::Transient) if the queue did not accept all messages (others may be sent by then);
/// [`Internal`](crate::ErrorKind::Internal) if it rejects one.
pub async fn send_all(queue: &dyn Queue, bodies: Vec<String>) -> Result<(), StageError> {
    // The batches own their bodies. Borrowed ones would need a lifetime that `async_trait` cannot name.
    let batches: Vec<Vec<String>> = bodies.chunks(BATCH).map(<[String]>::to_vec).collect();
    stream::iter(batches.into_iter().map(Ok))
        .try_for_each_concurrent(BATCHES_AT_ONCE, |batch| send_batch(queue, batch))
        .await
}

async fn send_batch(queue: &dyn Queue, mut bodies: Vec<String>) -> Result<(), StageError> {
    for _ in 0..TRIES {
        let left = queue.send(&bodies).await?;
        bodies = left.into_iter().filter_map(|place| bodies.get(place).cloned()).collect();
        if bodies.is_empty() {
            return Ok(());
        }
    }
    Err(StageError::transient(format!("the queue of raw chunks did not take {} messages", bodies.len())))
}

/// A queue on SQS.
#[derive(Debug)]
pub struct SqsQueue {
    /// The client.
    pub client: aws_sdk_sqs::Client,
    /// The queue's address.
    pub url: String,
}

fn unreachable(what: &str, error: impl Into<ErrorSource>) -> StageError {
    StageError::transient(format!("{what} the queue of raw chunks failed")).caused_by(error)
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, bodies: &[String]) -> Result<Vec<usize>, StageError> {
        let entry = |(place, body): (usize, &String)| {
            SendMessageBatchRequestEntry::builder().id(place.to_string()).message_body(body).build()
        };
        let entries: Result<Vec<_>, _> = bodies.iter().enumerate().map(entry).collect();
        let entries = entries.map_err(|error| StageError::internal("a message cannot be built").caused_by(error))?;
        let request = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries));
        let answer = request.send().await.map_err(|error| unreachable("sending to", error))?;
        if let Some(refused) = answer.failed.iter().find(|failed| failed.sender_fault) {
            let code = &refused.code;
            return Err(StageError::internal(format!("the queue of raw chunks refuses a message: {code}")));
        }
        // Only this function sets ids, so an unknown id is an error of the queue and names no message.
        Ok(answer.failed.iter().filter_map(|failed| failed.id.parse().ok()).collect())
    }

    async fn give_again(&self, receipt_handle: &str, after_s: i32) -> Result<(), StageError> {
        let change = self.client.change_message_visibility().queue_url(&self.url).receipt_handle(receipt_handle);
        let changed = change.visibility_timeout(after_s).send().await;
        changed.map(|_| ()).map_err(|error| unreachable("changing a message of", error))
    }
}
