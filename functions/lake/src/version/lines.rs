//! The lines of a version's file, read in pieces, because files grow with the version.

use std::io::Write;

use onefold_store::Store;

use crate::compress::FormatError;
use crate::data::shuffle::ShuffleError;
use crate::version::manifest::VersionFile;

/// How many bytes of a file are read at once, as stored.
const PIECE_BYTES: u64 = 4 << 20;

/// Reads the lines of a compressed file. It holds a piece of 4 MiB and its text.
pub struct FileLines<'s> {
    store: &'s dyn Store,
    file: VersionFile,
    decoder: zstd::stream::write::Decoder<'static, Vec<u8>>,
    /// Bytes read so far, as stored.
    at: u64,
    lines: u64,
}

impl<'s> FileLines<'s> {
    /// Opens a file at its start.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn open(store: &'s dyn Store, file: &VersionFile) -> Result<Self, ShuffleError> {
        let decoder = zstd::stream::write::Decoder::new(Vec::new());
        let decoder = decoder.map_err(|error| ShuffleError::Damaged(FormatError::zstd(&file.key, error)))?;
        Ok(Self { store, file: file.clone(), decoder, at: 0, lines: 0 })
    }

    /// The next lines, each with its line end; `None` behind the last one.
    ///
    /// # Errors
    /// The file is missing, damaged, or has another number of lines than the manifest says.
    pub async fn next(&mut self) -> Result<Option<String>, ShuffleError> {
        while self.at < self.file.bytes {
            let range = self.at..(self.at + PIECE_BYTES).min(self.file.bytes);
            let piece = self.store.get_range(&self.file.key, range).await.map_err(ShuffleError::Read)?;
            if piece.is_empty() {
                break;
            }
            self.at += piece.len() as u64;
            let decoded = self.decoder.write_all(&piece).and_then(|()| self.decoder.flush());
            decoded.map_err(|error| ShuffleError::Damaged(FormatError::zstd(&self.file.key, error)))?;
            if let Some(text) = self.take_lines()? {
                return Ok(Some(text));
            }
        }
        // A file that is cut off between two frames looks whole, so its counts are checked.
        if self.lines == self.file.records && self.at == self.file.bytes && self.decoder.get_ref().is_empty() {
            return Ok(None);
        }
        Err(self.damaged(format!("it has {} lines of {}", self.lines, self.file.records)))
    }

    /// Takes the whole lines that have been decoded, if there are any.
    fn take_lines(&mut self) -> Result<Option<String>, ShuffleError> {
        let decoded = self.decoder.get_mut();
        let Some(end) = memchr::memrchr(b'\n', decoded) else { return Ok(None) };
        let rest = decoded.split_off(end + 1);
        let text = std::mem::replace(decoded, rest);
        self.lines += memchr::memchr_iter(b'\n', &text).count() as u64;
        String::from_utf8(text).map(Some).map_err(|_| self.damaged("it is not UTF-8"))
    }

    fn damaged(&self, reason: impl Into<String>) -> ShuffleError {
        ShuffleError::Damaged(FormatError::new(&self.file.key, reason))
    }
}
