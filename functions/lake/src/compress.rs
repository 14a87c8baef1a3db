//! Zstandard, the compression of stored objects.

use std::io::Read;

use onefold_identity::json_error::JsonError;
use onefold_store::ErrorSource;
use zstd::zstd_safe::{CParameter, ParamSwitch, compress_bound};

/// The level of everything that Onefold writes, the fastest of the regular levels. Level 3 makes the text 6 % smaller
/// for 1.7 times the CPU. That costs more than it saves in storage before the objects expire.
const LEVEL: i32 = 1;
/// The logarithm of the window, so how far back a frame may refer. Level 1 uses 19. Measured on accounts and customers,
/// 18 takes 5 to 8 % less CPU for 1 % more bytes.
const WINDOW_LOG: u32 = 18;
/// How many places are skipped where nothing was found. Level 1 skips none. Measured on accounts and customers, this
/// takes 5 to 7 % less CPU for 1.5 % more bytes. Alone it would also leave literals uncompressed, for a third more
/// bytes.
const TARGET_LENGTH: u32 = 2;
/// The most places that zstd lets be skipped.
const TARGET_LENGTH_MAX: u32 = 128 << 10;

/// The largest plausible ratio of a frame's text to its bytes. Memory is reserved only for plausible sizes.
const PLAUSIBLE_RATIO: usize = 1000;

/// An object does not have the format that its key promises.
#[derive(Debug, thiserror::Error)]
#[error("the object {key} is damaged: {reason}")]
pub struct FormatError {
    /// The object.
    pub key: String,
    /// What is wrong. It holds no text of the object.
    pub reason: String,
    /// The cause. It holds no text of the object either.
    source: Option<ErrorSource>,
}

impl FormatError {
    /// An error about an object.
    pub fn new(key: &str, reason: impl Into<String>) -> Self {
        Self { key: key.to_owned(), reason: reason.into(), source: None }
    }

    /// An error about an object whose text cannot be decompressed.
    pub fn zstd(key: &str, cause: std::io::Error) -> Self {
        Self::new(key, "its zstd cannot be read").caused_by(cause)
    }

    /// An error about an object whose JSON cannot be read.
    pub fn json(key: &str, cause: &serde_json::Error) -> Self {
        Self::new(key, "its JSON cannot be read").caused_by(JsonError::new(cause))
    }

    /// Adds a cause, which must not hold text of the object.
    #[must_use]
    pub fn caused_by(self, cause: impl Into<ErrorSource>) -> Self {
        Self { source: Some(cause.into()), ..self }
    }
}

/// A compressor for all stored objects. It is kept from frame to frame to reuse its memory.
pub struct Compressor {
    context: zstd::bulk::Compressor<'static>,
    /// Holds the current frame. It has room for text that does not compress.
    frame: Vec<u8>,
}

impl Compressor {
    /// Creates a compressor.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn new() -> std::io::Result<Self> {
        Self::with(TARGET_LENGTH, ParamSwitch::Enable)
    }

    /// Creates a compressor that takes next to no CPU, for what hardly compresses: hashes and numbers.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn storing() -> std::io::Result<Self> {
        Self::with(TARGET_LENGTH_MAX, ParamSwitch::Disable)
    }

    fn with(target_length: u32, literals: ParamSwitch) -> std::io::Result<Self> {
        let mut context = zstd::bulk::Compressor::new(LEVEL)?;
        for parameter in [
            CParameter::WindowLog(WINDOW_LOG),
            CParameter::TargetLength(target_length),
            CParameter::LiteralCompressionMode(literals),
            // Each frame ends with 32 bits of XXH64. Without them a changed literal would give other text unnoticed.
            CParameter::ChecksumFlag(true),
        ] {
            context.set_parameter(parameter)?;
        }
        Ok(Self { context, frame: Vec::new() })
    }

    /// Appends a frame and returns its length. Frames that follow each other decompress to their concatenated texts.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn append_frame(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> std::io::Result<usize> {
        self.write_frame(bytes)?;
        out.extend_from_slice(&self.frame);
        Ok(self.frame.len())
    }

    fn write_frame(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.frame.clear();
        self.frame.reserve(compress_bound(bytes.len()));
        self.context.compress_to_buffer(bytes, &mut self.frame)?;
        Ok(())
    }
}

/// Compresses into one frame.
///
/// # Errors
/// Only if memory runs out.
pub fn compress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressor = Compressor::new()?;
    compressor.write_frame(bytes)?;
    Ok(compressor.frame)
}

/// The text size of all frames together; `None` unless each frame declares its own. Frames of Onefold do.
fn decompressed_size(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    let mut size = 0usize;
    while !rest.is_empty() {
        let content = zstd::zstd_safe::get_frame_content_size(rest).ok()??;
        size = size.checked_add(usize::try_from(content).ok()?)?;
        rest = rest.get(zstd::zstd_safe::find_frame_compressed_size(rest).ok()?..)?;
    }
    // A frame can declare any size. Text of an implausible size is decompressed piece by piece.
    (size <= bytes.len().saturating_mul(PLAUSIBLE_RATIO)).then_some(size)
}

/// Decompresses all frames of an object. `key` is for the error.
///
/// # Errors
/// The bytes are not zstd, or are cut off.
pub fn decompress(key: &str, bytes: &[u8]) -> Result<Vec<u8>, FormatError> {
    if let Some(size) = decompressed_size(bytes) {
        return zstd::bulk::decompress(bytes, size).map_err(|error| FormatError::zstd(key, error));
    }
    let mut text = Vec::new();
    let mut decoder = zstd::stream::read::Decoder::with_buffer(bytes).map_err(|error| FormatError::zstd(key, error))?;
    decoder.read_to_end(&mut text).map_err(|error| FormatError::zstd(key, error))?;
    Ok(text)
}

/// Reads the text of an object frame by frame. Merge and Translate end each frame after a whole line, so a reader of
/// lines needs memory for one frame only.
pub struct FrameReader<'b> {
    key: &'b str,
    rest: &'b [u8],
    decompressor: zstd::bulk::Decompressor<'static>,
    text: Vec<u8>,
}

impl<'b> FrameReader<'b> {
    /// Creates a reader. `key` is for errors.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn new(key: &'b str, bytes: &'b [u8]) -> Result<Self, FormatError> {
        let decompressor = zstd::bulk::Decompressor::new().map_err(|error| FormatError::zstd(key, error))?;
        Ok(Self { key, rest: bytes, decompressor, text: Vec::new() })
    }

    /// The text size of the largest unread frame, in bytes.
    ///
    /// # Errors
    /// The bytes are not zstd, are cut off, or do not declare their text size.
    pub fn largest_frame(&self) -> Result<usize, FormatError> {
        let mut rest = self.rest;
        let mut largest = 0;
        while !rest.is_empty() {
            let (frame, text_bytes) = self.split(&mut rest)?;
            // A frame can declare any size.
            largest = largest.max(text_bytes.min(frame.len().saturating_mul(PLAUSIBLE_RATIO)));
        }
        Ok(largest)
    }

    /// The text of the next frame; `None` at the end.
    ///
    /// # Errors
    /// The bytes are not zstd, are cut off, or do not declare their text size.
    pub fn next_frame(&mut self) -> Result<Option<&[u8]>, FormatError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut rest = self.rest;
        let (frame, text_bytes) = self.split(&mut rest)?;
        self.rest = rest;
        if text_bytes > frame.len().saturating_mul(PLAUSIBLE_RATIO) {
            self.text = decompress(self.key, frame)?;
            return Ok(Some(&self.text));
        }
        self.text.clear();
        self.text.reserve_exact(text_bytes);
        let length = self.decompressor.decompress_to_buffer(frame, &mut self.text);
        length.map_err(|error| FormatError::zstd(self.key, error))?;
        Ok(Some(&self.text))
    }

    /// Splits off the first frame. Returns it and its declared text size.
    fn split<'r>(&self, rest: &mut &'r [u8]) -> Result<(&'r [u8], usize), FormatError> {
        let damaged = || FormatError::new(self.key, "it ends within a frame, or is not zstd");
        let length = zstd::zstd_safe::find_frame_compressed_size(rest).map_err(|_| damaged())?;
        let (frame, behind) = rest.split_at_checked(length).ok_or_else(damaged)?;
        let text_bytes = zstd::zstd_safe::get_frame_content_size(frame).ok().flatten();
        let text_bytes = text_bytes.and_then(|text_bytes| usize::try_from(text_bytes).ok());
        *rest = behind;
        Ok((frame, text_bytes.ok_or_else(|| FormatError::new(self.key, "a frame does not say its length"))?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frames(key: &str, bytes: &[u8]) -> Result<Vec<Vec<u8>>, FormatError> {
        let mut reader = FrameReader::new(key, bytes)?;
        let mut frames = Vec::new();
        while let Some(text) = reader.next_frame()? {
            frames.push(text.to_vec());
        }
        Ok(frames)
    }

    proptest! {
        #[test]
        fn frames_are_read_back(texts in proptest::collection::vec("[a-z\n]{0,200}", 0..6)) {
            let mut bytes = Vec::new();
            let mut compressor = Compressor::new().unwrap();
            for text in &texts {
                compressor.append_frame(text.as_bytes(), &mut bytes).unwrap();
            }
            let texts: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
            let largest = FrameReader::new("k", &bytes).unwrap().largest_frame().unwrap();
            prop_assert_eq!(largest, texts.iter().map(Vec::len).max().unwrap_or_default());
            prop_assert_eq!(decompress("k", &bytes).unwrap(), texts.concat());
            prop_assert_eq!(frames("k", &bytes).unwrap(), texts);
            if let Some(cut) = bytes.len().checked_sub(1) {
                prop_assert!(frames("k", &bytes[..cut]).is_err());
            }
        }
    }

    #[test]
    fn text_that_hardly_takes_bytes_is_read_too() {
        let text = vec![b'a'; 1 << 20];
        let bytes = compress(&text).unwrap();
        assert!(bytes.len() * PLAUSIBLE_RATIO < text.len());
        assert_eq!(frames("k", &bytes).unwrap(), [text]);
    }
}
