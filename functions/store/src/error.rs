//! The errors of stores: few kinds, each with the key.

use std::error::Error;
use std::path::Path;

use crate::operation::Operation;

/// The cause of an error of a store.
pub type ErrorSource = Box<dyn Error + Send + Sync>;

/// Why a request to a store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such object.
    #[error("there is no object {key}")]
    NotFound {
        /// The object.
        key: String,
    },
    /// A write's condition, or the entity tag of a read, did not hold. The write did not happen.
    #[error("the object {key} is not the one that was expected: something else wrote it meanwhile")]
    Precondition {
        /// The object.
        key: String,
    },
    /// The request is wrong or not allowed. It would be refused again.
    #[error("{operation} of {key} was refused: {reason}")]
    Refused {
        /// The kind of request.
        operation: Operation,
        /// The object or prefix.
        key: String,
        /// The store's reason, with the ids of the request. The store's operator needs them to find it.
        reason: String,
        /// The cause.
        source: Option<ErrorSource>,
    },
    /// The store could not be reached, or failed; it may work later. Whether a write happened is not known.
    #[error("{operation} of {key} failed: {reason}")]
    Unavailable {
        /// The kind of request.
        operation: Operation,
        /// The object or prefix.
        key: String,
        /// What happened, with the ids of the request. The store's operator needs them to find it.
        reason: String,
        /// The cause.
        source: Option<ErrorSource>,
    },
    /// The store has no space left. The write did not happen.
    #[error("{operation} of {key} failed: the disk is full")]
    Full {
        /// The kind of request.
        operation: Operation,
        /// The object.
        key: String,
        /// The cause.
        source: Option<ErrorSource>,
    },
}

impl StoreError {
    /// A request that may not be made.
    pub fn refused(operation: Operation, key: &str, reason: impl Into<String>) -> Self {
        Self::Refused { operation, key: key.to_owned(), reason: reason.into(), source: None }
    }

    /// A request that may work later.
    pub fn unavailable(operation: Operation, key: &str, reason: impl Into<String>) -> Self {
        Self::Unavailable { operation, key: key.to_owned(), reason: reason.into(), source: None }
    }

    /// An upload whose file cannot be read.
    pub(crate) fn unreadable(key: &str, file: &Path, error: impl Into<ErrorSource>) -> Self {
        Self::refused(Operation::Put, key, format!("{} cannot be read", file.display())).caused_by(error)
    }

    /// The error with its cause. A missing or changed object has no cause.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<ErrorSource>) -> Self {
        if let Self::Refused { source, .. } | Self::Unavailable { source, .. } = &mut self {
            *source = Some(cause.into());
        }
        self
    }

    /// The object or prefix.
    pub fn key(&self) -> &str {
        match self {
            Self::NotFound { key }
            | Self::Precondition { key }
            | Self::Refused { key, .. }
            | Self::Unavailable { key, .. }
            | Self::Full { key, .. } => key,
        }
    }
}
