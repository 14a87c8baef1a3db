//! Completing a task that the state machine waits for.

use async_trait::async_trait;

use crate::error::{ErrorKind, StageError};

/// Whoever waits for a task token.
#[async_trait]
pub trait Tasks: Send + Sync {
    /// Completes a task. One that is over already is left as it is: several may see the last chunk.
    ///
    /// # Errors
    /// [`ErrorKind::Transient`] if Step Functions could not be reached.
    async fn succeed(&self, token: &str, output: String) -> Result<(), StageError>;

    /// Fails a task, likewise.
    ///
    /// # Errors
    /// [`ErrorKind::Transient`] if Step Functions could not be reached.
    async fn fail(&self, token: &str, error: &str, cause: &str) -> Result<(), StageError>;
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

fn unreachable(error: impl std::fmt::Display) -> StageError {
    StageError::new(ErrorKind::Transient, format!("completing the task failed: {error}"))
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
