//! Calls to Step Functions: completing or failing a task, and asking about an execution.

use async_trait::async_trait;
use aws_sdk_sfn::error::ProvideErrorMetadata;
use aws_sdk_sfn::types::ExecutionStatus;
use onefold_store::ErrorSource;

use crate::error::StageError;

/// The state of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It runs.
    Running,
    /// It ended in any way, or does not exist.
    Over,
    /// Not known: Step Functions cannot be reached, or does not allow this function to ask.
    Unknown,
}

/// A client of Step Functions.
#[async_trait]
pub trait Tasks: Send + Sync {
    /// Completes a task. A finished task stays as it is and is not an error, because several invocations may see the
    /// last chunk.
    ///
    /// # Errors
    /// [`Transient`](crate::ErrorKind::Transient) if Step Functions could not be reached.
    async fn succeed(&self, token: &str, output: String) -> Result<(), StageError>;

    /// Fails a task. A finished task stays as it is and is not an error.
    ///
    /// # Errors
    /// [`Transient`](crate::ErrorKind::Transient) if Step Functions could not be reached.
    async fn fail(&self, token: &str, error: &str, cause: &str) -> Result<(), StageError>;

    /// Asks for the state of an execution by its ARN.
    ///
    /// # Errors
    /// [`Transient`](crate::ErrorKind::Transient) if Step Functions failed.
    async fn progress(&self, execution: &str) -> Result<Progress, StageError>;
}

/// A client for stages without a state machine. It does nothing.
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

/// A client of AWS Step Functions.
#[derive(Debug)]
pub struct SfnTasks(pub aws_sdk_sfn::Client);

/// The most characters of a cause. Step Functions rejects longer ones.
const CAUSE_CHARS_MAX: usize = 32_768;

/// The first part of a cause, as long as Step Functions allows.
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
            // Plan's network may have access only to the sources.
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
