//! Secrets of sources: connection strings, tokens and keys, by name.

use async_trait::async_trait;

use crate::error::StageError;

/// Where secrets are kept.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The text of a secret. It must never be in a log, an error, an object or a state.
    ///
    /// # Errors
    /// There is no secret of the name, or it may not be read; or what keeps it could not be reached.
    async fn get(&self, name: &str) -> Result<String, StageError>;
}
