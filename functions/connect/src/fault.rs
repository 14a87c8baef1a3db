//! Why a connector could not go on.

use onefold_shell::StageError;
use onefold_store::StoreError;

/// Why a connector could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The source failed. If it need not be read, the run goes on without it.
    #[error(transparent)]
    Source(StageError),
    /// The lake or the program failed, so the stage fails.
    #[error(transparent)]
    Stage(#[from] StageError),
}

impl Fault {
    /// The source is not as it should be. The message must not hold values of rows or bodies of answers.
    pub fn source(message: impl Into<String>) -> Self {
        Self::Source(StageError::invalid_input(message))
    }

    /// The error of the stage. Errors of the source name it first.
    pub fn into_error(self, source: &str) -> StageError {
        match self {
            Self::Source(error) => StageError::new(error.kind, format!("the source {source:?}: {}", error.message)),
            Self::Stage(error) => error,
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Stage(error.into())
    }
}
