//! Shuffle objects: frames for readers that each want their own, in the zstd seekable format.
//!
//! An object holds `rounds × readers` zstd frames, a round after the other, and at its end a seek table as
//! a skippable frame (zstd's `contrib/seekable_format`): for each frame its compressed and decompressed
//! size, then the number of frames, a descriptor byte and a magic number. A reader takes its frames by
//! ranged GETs; `zstdcat` shows all of them.

use std::io::Cursor;

use bytes::Bytes;
use zstd::bulk::{Compressor, Decompressor};

use crate::compress::{FormatError, LEVEL};
use crate::links::array;
use crate::store::{Store, StoreError};

const SKIPPABLE_MAGIC: u32 = 0x184D_2A5E;
const SEEKABLE_MAGIC: u32 = 0x8F92_EAB1;
const FOOTER_BYTES: usize = 9;
const ENTRY_BYTES: usize = 8;

/// Writes a shuffle object.
pub struct ShuffleWriter {
    out: Vec<u8>,
    entries: Vec<u8>,
    frames: u32,
    compressor: Compressor<'static>,
}

impl ShuffleWriter {
    /// An empty object.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self { out: Vec::new(), entries: Vec::new(), frames: 0, compressor: Compressor::new(LEVEL)? })
    }

    /// Appends the frame of the next reader. A frame without bytes takes no space but its table entry.
    ///
    /// # Errors
    /// Only if memory runs out, or a frame is over 4 GiB.
    pub fn frame(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let start = self.out.len();
        if !bytes.is_empty() {
            // Room for what does not compress at all is several times what is written: it is not even zeroed.
            self.out.reserve(zstd::zstd_safe::compress_bound(bytes.len()));
            let mut end = Cursor::new(std::mem::take(&mut self.out));
            end.set_position(start as u64);
            let written = self.compressor.compress_to_buffer(bytes, &mut end);
            self.out = end.into_inner();
            written?;
        }
        let compressed = u32::try_from(self.out.len() - start).map_err(std::io::Error::other)?;
        let decompressed = u32::try_from(bytes.len()).map_err(std::io::Error::other)?;
        self.entries.extend_from_slice(&compressed.to_le_bytes());
        self.entries.extend_from_slice(&decompressed.to_le_bytes());
        self.frames += 1;
        Ok(())
    }

    /// The object's bytes.
    ///
    /// # Errors
    /// There are too many frames for a seek table.
    pub fn finish(mut self) -> std::io::Result<Vec<u8>> {
        let length = u32::try_from(self.entries.len() + FOOTER_BYTES).map_err(std::io::Error::other)?;
        self.out.extend_from_slice(&SKIPPABLE_MAGIC.to_le_bytes());
        self.out.extend_from_slice(&length.to_le_bytes());
        self.out.append(&mut self.entries);
        self.out.extend_from_slice(&self.frames.to_le_bytes());
        self.out.push(0);
        self.out.extend_from_slice(&SEEKABLE_MAGIC.to_le_bytes());
        Ok(self.out)
    }
}

/// Why a frame could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ShuffleError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The object.
    #[error(transparent)]
    Format(#[from] FormatError),
}

/// Where a frame is and how long its text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    start: u64,
    compressed: usize,
    decompressed: usize,
}

/// The frames of one reader, as they are stored.
#[derive(Debug)]
pub struct Frames {
    key: String,
    frames: Vec<(Frame, Bytes)>,
    /// The bytes that were read.
    pub bytes_in: u64,
}

impl Frames {
    /// How long their text is, by the object's table.
    pub fn text_bytes(&self) -> usize {
        self.frames.iter().map(|(frame, _)| frame.decompressed).sum()
    }

    /// Appends their text.
    ///
    /// # Errors
    /// The object is damaged.
    pub fn append_to(&self, text: &mut Vec<u8>) -> Result<(), FormatError> {
        self.frames.iter().try_for_each(|(frame, bytes)| decompress_frame(&self.key, bytes, *frame, text))
    }
}

/// Reads the text of the frames of reader `reader` of `readers`, and appends it to `text`; gives the bytes that were
/// read.
///
/// # Errors
/// The object is not there, or damaged.
pub async fn read(
    store: &dyn Store,
    key: &str,
    reader: u32,
    readers: u32,
    text: &mut Vec<u8>,
) -> Result<u64, ShuffleError> {
    let frames = fetch(store, key, reader, readers).await?;
    frames.append_to(text)?;
    Ok(frames.bytes_in)
}

/// Fetches the frames of reader `reader` of `readers` from a shuffle object: the table, then each frame.
///
/// # Errors
/// The object is not there, or damaged.
pub async fn fetch(store: &dyn Store, key: &str, reader: u32, readers: u32) -> Result<Frames, ShuffleError> {
    // Room for the table of one round; an object of several rounds has it read again, whole.
    let mut tail = store.get_tail(key, table_bytes(readers) as u64).await?;
    let mut bytes_in = tail.len() as u64;
    let frames = table_frames(key, &tail)?;
    if table_bytes(frames) > tail.len() {
        tail = store.get_tail(key, table_bytes(frames) as u64).await?;
        bytes_in += tail.len() as u64;
    }
    let mut fetched = Vec::new();
    for frame in frames_of(key, &tail, frames, reader, readers)? {
        let range = frame.start..frame.start + frame.compressed as u64;
        let bytes = store.get_range(key, range).await?;
        bytes_in += bytes.len() as u64;
        fetched.push((frame, bytes));
    }
    Ok(Frames { key: key.to_owned(), frames: fetched, bytes_in })
}

/// Bytes of a seek table of so many frames.
fn table_bytes(frames: u32) -> usize {
    8 + frames as usize * ENTRY_BYTES + FOOTER_BYTES
}

/// How many frames the table at the end of `tail` has.
fn table_frames(key: &str, tail: &Bytes) -> Result<u32, FormatError> {
    let footer = tail.last_chunk::<FOOTER_BYTES>().ok_or_else(|| FormatError::new(key, "it has no seek table"))?;
    if u32::from_le_bytes(array(&footer[5..])) != SEEKABLE_MAGIC || footer[4] != 0 {
        return Err(FormatError::new(key, "it has no seek table"));
    }
    Ok(u32::from_le_bytes(array(footer)))
}

/// The frames of one reader that are not empty.
fn frames_of(key: &str, tail: &Bytes, frames: u32, reader: u32, readers: u32) -> Result<Vec<Frame>, FormatError> {
    let damaged = || FormatError::new(key, "its seek table does not fit");
    if readers == 0 || !frames.is_multiple_of(readers) {
        return Err(FormatError::new(key, format!("it has {frames} frames for {readers} readers")));
    }
    let entries_end = tail.len().checked_sub(FOOTER_BYTES).ok_or_else(damaged)?;
    let entries_start = entries_end.checked_sub(frames as usize * ENTRY_BYTES).ok_or_else(damaged)?;
    let mut start = 0u64;
    let mut found = Vec::new();
    for (number, entry) in tail[entries_start..entries_end].chunks_exact(ENTRY_BYTES).enumerate() {
        let compressed = u32::from_le_bytes(array(entry)) as usize;
        let decompressed = u32::from_le_bytes(array(&entry[4..])) as usize;
        if number as u32 % readers == reader && compressed > 0 {
            found.push(Frame { start, compressed, decompressed });
        }
        start += compressed as u64;
    }
    Ok(found)
}

fn decompress_frame(key: &str, bytes: &[u8], frame: Frame, text: &mut Vec<u8>) -> Result<(), FormatError> {
    if bytes.len() != frame.compressed {
        return Err(FormatError::new(key, "it ends within a frame"));
    }
    let start = text.len();
    text.reserve(frame.decompressed);
    let mut end = Cursor::new(std::mem::take(text));
    end.set_position(start as u64);
    let mut decompressor = Decompressor::new().map_err(|error| FormatError::new(key, error))?;
    let length = decompressor.decompress_to_buffer(bytes, &mut end).map_err(|error| FormatError::new(key, error))?;
    *text = end.into_inner();
    if length != frame.decompressed {
        return Err(FormatError::new(key, "a frame is not as long as its table entry says"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryStore;
    use crate::store::Condition;
    use crate::testing::block_on;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_reader_gets_its_frames(
            rounds in proptest::collection::vec(proptest::collection::vec("[a-c\n]{0,40}", 3), 0..4)
        ) {
            let mut writer = ShuffleWriter::new().unwrap();
            for frame in rounds.iter().flatten() {
                writer.frame(frame.as_bytes()).unwrap();
            }
            let bytes = writer.finish().unwrap();
            let all: String = rounds.iter().flatten().map(String::as_str).collect();
            prop_assert_eq!(crate::decompress("k", &bytes).unwrap(), all.as_bytes(), "any zstd reader shows it");
            block_on(async {
                let store = MemoryStore::default();
                store.put("k", bytes.into(), Condition::Always).await.unwrap();
                for reader in 0..3u32 {
                    let mut text = Vec::new();
                    read(&store, "k", reader, 3, &mut text).await.unwrap();
                    let expected: String = rounds.iter().map(|round| round[reader as usize].as_str()).collect();
                    assert_eq!(text, expected.as_bytes());
                }
            });
        }
    }

    #[test]
    fn damage_is_noticed() {
        block_on(async {
            let mut writer = ShuffleWriter::new().unwrap();
            writer.frame(b"abc").unwrap();
            let bytes = Bytes::from(writer.finish().unwrap());
            let store = MemoryStore::default();
            for end in 0..bytes.len() {
                store.put("k", bytes.slice(..end), Condition::Always).await.unwrap();
                assert!(read(&store, "k", 0, 1, &mut Vec::new()).await.is_err(), "cut at {end}");
            }
            store.put("k", bytes, Condition::Always).await.unwrap();
            assert!(read(&store, "k", 0, 2, &mut Vec::new()).await.is_err(), "the number of readers does not fit");
        });
    }
}
