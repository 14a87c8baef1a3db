//! What functions ask of the state machine: to go on from a task that it waits for, and whether an execution still runs.

use async_trait::async_trait;
use aws_sdk_sfn::error::ProvideErrorMetadata;
use aws_sdk_sfn::types::ExecutionStatus;
use onefold_store::ErrorSource;

use crate::error::StageError;

/// What is known of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It runs.
    Running,
    /// It ended, however it did, or there is none.
    Over,
    /// Nobody can tell: Step Functions is out of reach, or does not answer this function.
    Unknown,
}

/// Whoever waits for a task token.
#[async_trait]
pub trait Tasks: Send + Sync {
    /// Completes a task. One that is over already is left as it is: several may see the last chunk.
    ///
    /// # Errors
    /// [`Transient`](crate::ErrorKind::Transient) if Step Functions could not be reached.
    async fn succeed(&self, token: &str, output: String) -> Result<(), StageError>;

    /// Fails a task, likewise.
    ///
    /// # Errors
    /// [`Transient`](crate::ErrorKind::Transient) if Step Functions could not be reached.
    async fn fail(&self, token: &str, error: &str, cause: &str) -> Result<(), StageError>;

    /// Whether an execution still runs, by its ARN.
    ///
    /// # Errors
    /// [`Transient`](crate::ErrorKind::Transient) if Step Functions failed.
    async fn progress(&self, execution: &str) -> Result<Progress, StageError>;
}

/// No tasks: where there is no state machine.
#[derive(Debug)]
pub struct NoTasks;

#[async_trait]
impl Tasks for NoTasks {
    async fn succeed(&self, _token: &str, _output: String) -> Result<(), StageError> {
        Ok(())
    }

    async fn fail(&self, _token: &str, _error: &str, _cause: &str) -> Result<(), StageError> {
        Ok(())
    }

    async fn progress(&self, _execution: &str) -> Result<Progress, StageError> {
        Ok(Progress::Unknown)
    }
}

/// Tasks of Step Functions.
#[derive(Debug)]
pub struct SfnTasks(pub aws_sdk_sfn::Client);

/// Characters of a cause; Step Functions refuses more.
const CAUSE_CHARS_MAX: usize = 32_768;

/// As much of a cause as Step Functions takes.
fn shortened(cause: &str) -> &str {
    cause.char_indices().nth(CAUSE_CHARS_MAX).map_or(cause, |(end, _)| &cause[..end])
}

fn unreachable(error: impl Into<ErrorSource>) -> StageError {
    StageError::transient("completing the task failed").caused_by(error)
}

#[async_trait]
impl Tasks for SfnTasks {
    async fn succeed(&self, token: &str, output: String) -> Result<(), StageError> {
        let Err(error) = self.0.send_task_success().task_token(token).output(output).send().await else {
            return Ok(());
        };
        let is_over = error.as_service_error().is_some_and(|error| {
            error.is_task_does_not_exist() || error.is_task_timed_out() || error.is_invalid_token()
        });
        if is_over { Ok(()) } else { Err(unreachable(error)) }
    }

    async fn fail(&self, token: &str, name: &str, cause: &str) -> Result<(), StageError> {
        let Err(error) = self.0.send_task_failure().task_token(token).error(name).cause(shortened(cause)).send().await
        else {
            return Ok(());
        };
        let is_over = error.as_service_error().is_some_and(|error| {
            error.is_task_does_not_exist() || error.is_task_timed_out() || error.is_invalid_token()
        });
        if is_over { Ok(()) } else { Err(unreachable(error)) }
    }
    async fn progress(&self, execution: &str) -> Result<Progress, StageError> {
        let error = match self.0.describe_execution().execution_arn(execution).send().await {
            Ok(found) if matches!(found.status, ExecutionStatus::Running | ExecutionStatus::PendingRedrive) => {
                return Ok(Progress::Running);
            }
            Ok(_) => return Ok(Progress::Over),
            Err(error) => error,
        };
        let Some(refusal) = error.as_service_error() else {
            // Plan may run in a network from which only the sources can be reached.
            return Ok(Progress::Unknown);
        };
        if refusal.is_execution_does_not_exist() || refusal.is_invalid_arn() {
            return Ok(Progress::Over);
        }
        if refusal.code().is_some_and(|code| code.starts_with("AccessDenied")) {
            return Ok(Progress::Unknown);
        }
        Err(StageError::transient(format!("asking for the execution {execution} failed")).caused_by(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_as_long_as_step_functions_takes() {
        assert_eq!(shortened("why"), "why");
        assert_eq!(shortened(&"é".repeat(CAUSE_CHARS_MAX)).chars().count(), CAUSE_CHARS_MAX);
        assert_eq!(shortened(&"é".repeat(CAUSE_CHARS_MAX + 1)).chars().count(), CAUSE_CHARS_MAX);
    }
}
