//! Why a connector could not go on.

use onefold_shell::StageError;
use onefold_store::StoreError;

/// Why a connector could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The source failed. If it need not be read, the run goes on without it.
    #[error(transparent)]
    Source(StageError),
    /// Something of ours failed, so the stage fails.
    #[error(transparent)]
    Stage(#[from] StageError),
}

impl Fault {
    /// The source is not as it should be: what is said must not hold values of rows, or bodies of answers.
    pub fn source(message: impl Into<String>) -> Self {
        Self::Source(StageError::invalid_input(message))
    }

    /// The error, with the source's name in front if it is the source's.
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
