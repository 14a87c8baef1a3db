//! Formats values as objects of JSON.

use serde::Serialize;

use crate::error::StageError;

/// Formats an object of JSON.
///
/// # Errors
/// A value cannot be written as JSON.
pub fn json_object<T: Serialize>(value: &T) -> Result<bytes::Bytes, StageError> {
    serde_json::to_vec(value).map(Into::into).map_err(|error| StageError::unwritable(&error))
}

/// Formats an object of JSON Lines.
///
/// # Errors
/// A value cannot be written as JSON.
pub fn json_lines<T: Serialize>(lines: &[T]) -> Result<bytes::Bytes, StageError> {
    let mut out = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut out, line).map_err(|error| StageError::unwritable(&error))?;
        out.push(b'\n');
    }
    Ok(out.into())
}
