//! `runs/ACTIVE`: the lease of the only run that may publish next. Plan refuses to start a second run at the same time,
//! because its version could not be published in the end.
//!
//! A lease ends with its execution. Whoever finishes the run gives it back. Otherwise Step Functions says whether the
//! execution still runs. If Step Functions cannot be asked, the lease ends when the execution's time is over.

use onefold_store::{Store, Transaction, TransactionError};
use serde::{Deserialize, Serialize};

use crate::keys::{self, RunId};

/// `TimeoutSeconds` of the state machine: no execution runs for longer.
pub const RUN_SECONDS_MAX: i64 = 86_400;

/// The holder of the lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// The run.
    pub run: RunId,
    /// The ARN of the run's execution.
    pub execution: String,
    /// When the execution started, in milliseconds since the epoch.
    pub started_at: i64,
    /// Whether it was given back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_over: bool,
}

impl Lease {
    /// When the execution's time is over, in milliseconds since the epoch.
    pub const fn ends_at(&self) -> i64 {
        self.started_at.saturating_add(RUN_SECONDS_MAX * 1000)
    }
}

/// Reads the lease. The caller may commit a new one.
///
/// # Errors
/// The store failed, or the object is damaged.
pub async fn begin(store: &dyn Store) -> Result<Transaction<Lease>, TransactionError> {
    Transaction::begin(store, keys::ACTIVE).await
}

/// Gives the lease back, if the run still holds it.
///
/// # Errors
/// The store failed, or the object is damaged.
pub async fn give_back(store: &dyn Store, run: &RunId) -> Result<(), TransactionError> {
    let transaction = begin(store).await?;
    let Some(held) = transaction.value().filter(|held| held.run == *run && !held.is_over) else { return Ok(()) };
    let over = Lease { is_over: true, ..held.clone() };
    match transaction.commit(store, &over).await {
        // Another run has taken the lease over.
        Err(TransactionError::Overtaken { .. }) => Ok(()),
        committed => committed,
    }
}
