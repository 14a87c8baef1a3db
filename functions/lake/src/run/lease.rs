//! `runs/ACTIVE`: the run that may publish next. Of two that run at once the second would be overtaken after all its work,
//! so Plan does not let it begin.
//!
//! A lease ends when its execution does: it is given back by whoever comes last, and where that did not happen Step
//! Functions says whether the execution still runs. Where nobody can tell, it ends with the time that an execution has.

use onefold_store::{Store, Transaction, TransactionError};
use serde::{Deserialize, Serialize};

use crate::keys::{self, RunId};

/// `TimeoutSeconds` of the state machine: no execution runs for longer.
pub const RUN_SECONDS_MAX: i64 = 86_400;

/// Who holds the lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// The run.
    pub run: RunId,
    /// The ARN of the execution that does it.
    pub execution: String,
    /// When the execution started, in milliseconds since the epoch.
    pub started_at: i64,
    /// Whether it was given back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_over: bool,
}

impl Lease {
    /// From when on the execution cannot run any more, in milliseconds since the epoch.
    pub const fn ends_at(&self) -> i64 {
        self.started_at.saturating_add(RUN_SECONDS_MAX * 1000)
    }
}

/// Reads the lease, to take it or not.
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
        // Whoever took it over has it now.
        Err(TransactionError::Overtaken { .. }) => Ok(()),
        committed => committed,
    }
}
