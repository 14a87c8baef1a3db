//! The queue of raw chunks, for putting back what could not be translated.

use async_trait::async_trait;

use crate::error::{ErrorKind, StageError};

/// A queue.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Sends a message.
    ///
    /// # Errors
    /// [`ErrorKind::Transient`] if the queue could not be reached.
    async fn send(&self, body: String) -> Result<(), StageError>;

    /// Gives a message that is being worked on again after some seconds, instead of after its whole
    /// visibility timeout, which must be long enough for the slowest batch.
    ///
    /// # Errors
    /// [`ErrorKind::Transient`] if the queue could not be reached.
    async fn give_again(&self, receipt_handle: &str, after_s: i32) -> Result<(), StageError>;
}

/// A queue on SQS.
#[derive(Debug)]
pub struct SqsQueue {
    /// The client.
    pub client: aws_sdk_sqs::Client,
    /// The queue's address.
    pub url: String,
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, body: String) -> Result<(), StageError> {
        let sent = self.client.send_message().queue_url(&self.url).message_body(body).send().await;
        sent.map(|_| ()).map_err(|error| {
            StageError::new(ErrorKind::Transient, format!("sending to the queue of raw chunks failed: {error}"))
        })
    }

    async fn give_again(&self, receipt_handle: &str, after_s: i32) -> Result<(), StageError> {
        let changed = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt_handle)
            .visibility_timeout(after_s)
            .send()
            .await;
        changed.map(|_| ()).map_err(|error| {
            StageError::new(
                ErrorKind::Transient,
                format!("changing a message of the queue of raw chunks failed: {error}"),
            )
        })
    }
}
