//! Errors of stages: few kinds, each with the name that the state machine retries or catches on.

use std::error::Error;
use std::iter;

use onefold_identity::merge::LineError;
use onefold_lake::FormatError;
use onefold_lake::data::shuffle::ShuffleError;
use onefold_store::{StoreError, TransactionError};

/// What the caller can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Try again.
    Transient,
    /// Mend the input or the configuration.
    InvalidInput,
    /// Something else did it meanwhile: start anew.
    Conflict,
    /// The version is not like what the limits expect: look at it, then publish it or mend the input.
    Gated,
    /// An object is not what Onefold wrote: find out why.
    Corrupt,
    /// A fault of the program or of its set-up.
    Internal,
}

impl ErrorKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Transient, Self::InvalidInput, Self::Conflict, Self::Gated, Self::Corrupt, Self::Internal];

    /// The name that Step Functions sees.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transient => "Onefold.Transient",
            Self::InvalidInput => "Onefold.InvalidInput",
            Self::Conflict => "Onefold.Conflict",
            Self::Gated => "Onefold.Gated",
            Self::Corrupt => "Onefold.Corrupt",
            Self::Internal => "Onefold.Internal",
        }
    }
}

/// The name of the failure that the dead-letter consumer gives Settle's task.
pub const DEAD_LETTER: &str = "Onefold.DeadLetter";

/// Why a stage failed. The message names objects, lines and fields, never a personal value.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct StageError {
    /// What the caller can do.
    pub kind: ErrorKind,
    /// What happened, and what to do.
    pub message: String,
}

impl StageError {
    /// An error of some kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// The input or the configuration must be mended.
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, message)
    }

    /// Something did what only one may do.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, message)
    }

    /// The gate is closed.
    pub fn gated(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Gated, message)
    }

    /// An object is not what it should be.
    pub fn corrupt(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corrupt, message)
    }

    /// A fault of the program.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }
}

impl From<StoreError> for StageError {
    fn from(error: StoreError) -> Self {
        let kind = match &error {
            // What a stage reads was written by the stage before it; one that is missing was taken away.
            StoreError::NotFound { .. } => ErrorKind::Corrupt,
            StoreError::Precondition { .. } => ErrorKind::Conflict,
            StoreError::Refused { .. } => ErrorKind::Internal,
            StoreError::Unavailable { .. } => ErrorKind::Transient,
        };
        Self::new(kind, chain(&error))
    }
}

/// An error and what lies behind it.
fn chain(error: &dyn Error) -> String {
    let behind = iter::successors(error.source(), |error| (*error).source());
    behind.fold(error.to_string(), |text, error| format!("{text}: {error}"))
}

impl From<TransactionError> for StageError {
    fn from(error: TransactionError) -> Self {
        match error {
            TransactionError::Store(error) => error.into(),
            TransactionError::Damaged { .. } => Self::corrupt(error.to_string()),
            TransactionError::Overtaken { .. } => Self::conflict(error.to_string()),
        }
    }
}

impl From<FormatError> for StageError {
    fn from(error: FormatError) -> Self {
        Self::corrupt(error.to_string())
    }
}

impl From<ShuffleError> for StageError {
    fn from(error: ShuffleError) -> Self {
        match error {
            ShuffleError::Store(error) => error.into(),
            ShuffleError::Format(error) => error.into(),
        }
    }
}

impl From<LineError> for StageError {
    fn from(error: LineError) -> Self {
        // The JSON error's text could hold a value; its place does not.
        let place = error.source.as_ref().map_or(String::new(), |source| format!(" (column {})", source.column()));
        Self::corrupt(format!("{error}{place}"))
    }
}

impl From<std::io::Error> for StageError {
    /// Compression into memory fails only for want of memory.
    fn from(error: std::io::Error) -> Self {
        Self::internal(format!("compressing failed: {error}"))
    }
}
