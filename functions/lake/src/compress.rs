//! Zstandard, as every stored object uses it.

use std::io::Read;

/// Level of everything Onefold writes: the fastest of the regular levels. At level 3 the text is 6 % smaller
/// for 1.7 times the CPU, which costs more than the storage that it saves before the objects expire.
pub const LEVEL: i32 = 1;

/// An object is not in the format that its key says.
#[derive(Debug, thiserror::Error)]
#[error("the object {key} is damaged: {reason}")]
pub struct FormatError {
    /// The object.
    pub key: String,
    /// What is wrong; no text of the object.
    pub reason: String,
}

impl FormatError {
    /// An error about an object.
    pub fn new(key: &str, reason: impl std::fmt::Display) -> Self {
        Self { key: key.to_owned(), reason: reason.to_string() }
    }
}

/// Compresses into one frame.
///
/// # Errors
/// Only if memory runs out.
pub fn compress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::bulk::compress(bytes, LEVEL)
}

/// Decompresses all frames of an object's bytes. `key` is for the error.
///
/// # Errors
/// The bytes are not zstd, or cut off.
pub fn decompress(key: &str, bytes: &[u8]) -> Result<Vec<u8>, FormatError> {
    let mut text = Vec::with_capacity(bytes.len().saturating_mul(6));
    let mut decoder = zstd::stream::read::Decoder::with_buffer(bytes).map_err(|error| FormatError::new(key, error))?;
    decoder.read_to_end(&mut text).map_err(|error| FormatError::new(key, error))?;
    Ok(text)
}
