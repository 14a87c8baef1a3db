//! The lease of a run: no other run begins while one is under way that may publish.

use onefold_lake::run::lease::{self, Lease};
use onefold_lake::{RunId, keys};
use onefold_normalise::timestamp::Timestamp;
use onefold_shell::{Context, Progress, StageError};
use onefold_store::TransactionError;

/// Takes the lease for an execution, from nobody or from an execution that is over.
///
/// # Errors
/// `Conflict` if another execution has it.
pub(crate) async fn take(
    run: &RunId,
    execution: &str,
    started_at: Timestamp,
    context: &Context,
) -> Result<(), StageError> {
    let store = context.store.as_ref();
    let transaction = lease::begin(store).await.map_err(StageError::changing)?;
    if let Some(held) = transaction.value() {
        if held.execution == execution {
            return Ok(());
        }
        if is_held(held, started_at, context).await? {
            return Err(refused(held));
        }
    }
    let taken = Lease {
        run: run.clone(),
        execution: execution.to_owned(),
        started_at: started_at.milliseconds(),
        is_over: false,
    };
    match transaction.commit(store, &taken).await {
        // The next try reads the new lease.
        Err(TransactionError::Overtaken { .. }) => {
            Err(StageError::transient(format!("{} was changed while this run began", keys::ACTIVE)))
        }
        taken => taken.map_err(StageError::changing),
    }
}

/// Whether a lease holds at a time. Step Functions knows whether its execution failed or was stopped.
async fn is_held(held: &Lease, now: Timestamp, context: &Context) -> Result<bool, StageError> {
    if held.is_over {
        return Ok(false);
    }
    Ok(match context.tasks.progress(&held.execution).await? {
        Progress::Running => true,
        Progress::Over => false,
        Progress::Unknown => now.milliseconds() < held.ends_at(),
    })
}

fn refused(held: &Lease) -> StageError {
    let time =
        |milliseconds| Timestamp::from_milliseconds(milliseconds).map_or_else(String::new, |time| time.to_string());
    StageError::conflict(format!(
        "the run {} is under way since {}, and this one could not publish beside it; start again when it has ended, or stop \
         its execution first: {} (it ends by itself before {})",
        held.run,
        time(held.started_at),
        held.execution,
        time(held.ends_at())
    ))
}
