//! Zstandard, as every stored object uses it.

use std::io::Read;

use zstd::zstd_safe::{CParameter, ParamSwitch, compress_bound};

/// Level of everything Onefold writes: the fastest of the regular levels. At level 3 the text is 6 % smaller
/// for 1.7 times the CPU, which costs more than the storage that it saves before the objects expire.
const LEVEL: i32 = 1;
/// The logarithm of how far back a frame refers. Level 1 has 19: measured on accounts and customers, 18 takes 5 to 8 %
/// less CPU for 1 % more bytes.
const WINDOW_LOG: u32 = 18;
/// How many places are passed over when nothing was found. Level 1 has none: measured on accounts and customers, this
/// takes 5 to 7 % less CPU for 1.5 % more bytes. By itself it would also leave literals as they are, for a third more.
const TARGET_LENGTH: u32 = 2;

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

/// Compresses everything that is stored. Kept from one frame to the next for its memory.
pub struct Compressor {
    context: zstd::bulk::Compressor<'static>,
    /// Where a frame is made: there must be room for one that does not get any smaller.
    frame: Vec<u8>,
}

impl Compressor {
    /// A compressor.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn new() -> std::io::Result<Self> {
        let mut context = zstd::bulk::Compressor::new(LEVEL)?;
        for parameter in [
            CParameter::WindowLog(WINDOW_LOG),
            CParameter::TargetLength(TARGET_LENGTH),
            CParameter::LiteralCompressionMode(ParamSwitch::Enable),
        ] {
            context.set_parameter(parameter)?;
        }
        Ok(Self { context, frame: Vec::new() })
    }

    /// Appends a frame; gives its length. Frames one behind the other are text one behind the other.
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

/// The size of all frames together, if each says its own, as those that Onefold writes do.
fn decompressed_size(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    let mut size = 0usize;
    while !rest.is_empty() {
        let content = zstd::zstd_safe::get_frame_content_size(rest).ok()??;
        size = size.checked_add(usize::try_from(content).ok()?)?;
        rest = rest.get(zstd::zstd_safe::find_frame_compressed_size(rest).ok()?..)?;
    }
    // A frame can claim any size; what is implausible is decompressed piece by piece.
    (size <= bytes.len().saturating_mul(1000)).then_some(size)
}

/// Decompresses all frames of an object's bytes. `key` is for the error.
///
/// # Errors
/// The bytes are not zstd, or cut off.
pub fn decompress(key: &str, bytes: &[u8]) -> Result<Vec<u8>, FormatError> {
    if let Some(size) = decompressed_size(bytes) {
        return zstd::bulk::decompress(bytes, size).map_err(|error| FormatError::new(key, error));
    }
    let mut text = Vec::new();
    let mut decoder = zstd::stream::read::Decoder::with_buffer(bytes).map_err(|error| FormatError::new(key, error))?;
    decoder.read_to_end(&mut text).map_err(|error| FormatError::new(key, error))?;
    Ok(text)
}
