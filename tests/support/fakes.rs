//! Stand-ins for Step Functions, SQS and EventBridge that write down what they are told, and for Secrets Manager.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use onefold_lake::version::announcement::Announcement;
use onefold_shell::{EventBus, Progress, Queue, Secrets, StageError, Tasks};

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The tasks that were completed, and the executions that run.
#[derive(Debug, Default)]
pub struct RecordingTasks {
    running: Mutex<BTreeSet<String>>,
    succeeded: Mutex<Vec<(String, String)>>,
    failed: Mutex<Vec<(String, String, String)>>,
}

impl RecordingTasks {
    /// Lets an execution run.
    pub fn start(&self, execution: &str) {
        lock(&self.running).insert(execution.to_owned());
    }

    /// Ends an execution, if it runs.
    pub fn end(&self, execution: &str) {
        lock(&self.running).remove(execution);
    }

    /// Token and output of every success, in order.
    pub fn succeeded(&self) -> Vec<(String, String)> {
        lock(&self.succeeded).clone()
    }

    /// Token, error and cause of every failure, in order.
    pub fn failed(&self) -> Vec<(String, String, String)> {
        lock(&self.failed).clone()
    }
}

#[async_trait]
impl Tasks for RecordingTasks {
    async fn succeed(&self, token: &str, output: String) -> Result<(), StageError> {
        lock(&self.succeeded).push((token.to_owned(), output));
        Ok(())
    }

    async fn fail(&self, token: &str, error: &str, cause: &str) -> Result<(), StageError> {
        lock(&self.failed).push((token.to_owned(), error.to_owned(), cause.to_owned()));
        Ok(())
    }

    async fn progress(&self, execution: &str) -> Result<Progress, StageError> {
        Ok(if lock(&self.running).contains(execution) { Progress::Running } else { Progress::Over })
    }
}

/// The events that were sent.
#[derive(Debug, Default)]
pub struct RecordingBus(Mutex<Vec<Announcement>>);

impl RecordingBus {
    /// The events, in order.
    pub fn sent(&self) -> Vec<Announcement> {
        lock(&self.0).clone()
    }
}

#[async_trait]
impl EventBus for RecordingBus {
    async fn send(&self, announcement: &Announcement) -> Result<(), StageError> {
        lock(&self.0).push(announcement.clone());
        Ok(())
    }
}

/// The messages that were sent, and after how long others come again.
#[derive(Debug, Default)]
pub struct RecordingQueue {
    sent: Mutex<Vec<String>>,
    waits_s: Mutex<Vec<i32>>,
}

impl RecordingQueue {
    /// Takes all messages out, in order.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.sent))
    }

    /// The seconds after which messages come again, in order.
    pub fn waits_s(&self) -> Vec<i32> {
        lock(&self.waits_s).clone()
    }
}

#[async_trait]
impl Queue for RecordingQueue {
    async fn send(&self, bodies: &[String]) -> Result<Vec<usize>, StageError> {
        lock(&self.sent).extend_from_slice(bodies);
        Ok(Vec::new())
    }

    async fn give_again(&self, _receipt_handle: &str, after_s: i32) -> Result<(), StageError> {
        lock(&self.waits_s).push(after_s);
        Ok(())
    }
}

/// Secrets by name.
#[derive(Debug, Default)]
pub struct KnownSecrets(Mutex<BTreeMap<String, String>>);

impl KnownSecrets {
    /// Stores a secret, over the one of its name.
    pub fn store(&self, name: &str, value: &str) {
        lock(&self.0).insert(name.to_owned(), value.to_owned());
    }
}

#[async_trait]
impl Secrets for KnownSecrets {
    async fn value(&self, name: &str) -> Result<String, StageError> {
        let known = lock(&self.0).get(name).cloned();
        known.ok_or_else(|| StageError::invalid_input(format!("there is no secret {name:?}")))
    }
}
