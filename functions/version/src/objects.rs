//! Reads objects of JSON and text.

use onefold_lake::{FormatError, decompress};
use onefold_store::{Store, StoreError};
use serde::de::DeserializeOwned;

use crate::error::VersionError;

/// Reads an object of JSON; `None` if it is missing.
pub(crate) async fn read_json<T: DeserializeOwned>(store: &dyn Store, key: &str) -> Result<Option<T>, VersionError> {
    match store.get(key).await {
        Ok((bytes, _)) => {
            let value = serde_json::from_slice(&bytes);
            value.map(Some).map_err(|error| VersionError::Damaged(FormatError::json(key, &error)))
        }
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(VersionError::Read(error)),
    }
}

/// Reads an object of JSON Lines. A missing object is an error.
pub(crate) async fn read_json_lines<T: DeserializeOwned>(store: &dyn Store, key: &str) -> Result<Vec<T>, VersionError> {
    let (bytes, _) = store.get(key).await.map_err(VersionError::Read)?;
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let values: Result<Vec<T>, _> = lines.map(serde_json::from_slice).collect();
    values.map_err(|error| VersionError::Damaged(FormatError::json(key, &error)))
}

/// Reads the text of an object of compressed frames. `range` selects bytes at frame boundaries; `None` selects all.
pub(crate) async fn read_text(store: &dyn Store, key: &str, range: Option<(u64, u64)>) -> Result<String, VersionError> {
    let bytes = match range {
        Some((start, end)) => store.get_range(key, start..end).await,
        None => store.get(key).await.map(|(bytes, _)| bytes),
    };
    let text = decompress(key, &bytes.map_err(VersionError::Read)?).map_err(VersionError::Damaged)?;
    String::from_utf8(text).map_err(|_| VersionError::Damaged(FormatError::new(key, "it is not UTF-8")))
}
