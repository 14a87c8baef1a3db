//! Why a connector could not go on.

use onefold_shell::StageError;

/// Why a connector could not go on. Who makes one decides whose fault it is.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The source failed. If it need not be read, the run goes on without it.
    #[error(transparent)]
    Source(StageError),
    /// The lake or the program failed, so the stage fails.
    #[error(transparent)]
    Stage(StageError),
}

impl Fault {
    /// The source is not as it should be. The message must not hold values of rows or bodies of answers.
    pub fn source(message: impl Into<String>) -> Self {
        Self::Source(StageError::invalid_input(message))
    }

    /// Onefold itself did what it should not.
    pub(crate) fn internal(message: &str) -> Self {
        Self::Stage(StageError::internal(message))
    }

    /// The error of the stage. Errors of the source name it first.
    pub fn into_error(self, source: &str) -> StageError {
        match self {
            Self::Source(error) => error.about(&format!("the source {source:?}")),
            Self::Stage(error) => error,
        }
    }
}
