//! Shuffle objects, in the zstd seekable format: each reader gets its own frames.
//!
//! An object holds the zstd frames of reader 0, then those of reader 1, and so on. A seek table follows as a skippable
//! frame (zstd's `contrib/seekable_format`): for each frame its compressed and decompressed size, then the number of
//! frames, a descriptor byte and a magic number. An empty frame in the table ends each reader. A reader gets its
//! frames, and those of its neighbours, by one ranged GET. `zstdcat` shows the text of all readers.

use std::io::Cursor;
use std::ops::Range;

use bytes::Bytes;
use onefold_store::{Store, StoreError};
use zstd::bulk::Decompressor;

use crate::compress::{Compressor, FormatError};
use crate::data::links::array;

const SKIPPABLE_MAGIC: u32 = 0x184D_2A5E;
const SEEKABLE_MAGIC: u32 = 0x8F92_EAB1;
/// Bytes of the magic number and the length of a skippable frame.
const HEADER_BYTES: usize = 8;
const FOOTER_BYTES: usize = 9;
const ENTRY_BYTES: usize = 8;
/// About how much text a frame of a [`ShuffleCollector`] has. It fits a processor's cache. Twice the text would make
/// frames 3 % smaller.
const FRAME_TEXT_BYTES: usize = 128 << 10;
/// The largest ratio of a frame's text to its bytes: a block of zstd has up to 128 KiB of text, and at least four
/// bytes.
const RATIO_MAX: usize = 32 << 10;
/// How many bytes of an object's end are read first. Most tables are smaller, and so are many objects.
const TAIL_BYTES: usize = 16 << 10;

/// Writes a shuffle object reader by reader.
pub struct ShuffleWriter {
    out: Vec<u8>,
    entries: Vec<u8>,
    compressor: Compressor,
}

impl ShuffleWriter {
    /// Creates an empty object.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn new() -> std::io::Result<Self> {
        Self::with_capacity(0)
    }

    /// Creates an empty object with room for so many bytes.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn with_capacity(bytes: usize) -> std::io::Result<Self> {
        Ok(Self { out: Vec::with_capacity(bytes), entries: Vec::new(), compressor: Compressor::new()? })
    }

    /// Creates an empty object for what hardly compresses.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn storing() -> std::io::Result<Self> {
        Ok(Self { out: Vec::new(), entries: Vec::new(), compressor: Compressor::storing()? })
    }

    /// Appends the next reader's text as one frame, or no frame if it is empty.
    ///
    /// # Errors
    /// Memory runs out, or the frame is over 4 GiB.
    pub fn frame(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.append(bytes)?;
        self.end_reader();
        Ok(())
    }

    /// Appends a frame of the current reader, unless `bytes` is empty.
    ///
    /// # Errors
    /// Memory runs out, or the frame is over 4 GiB.
    pub fn append(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        append(&mut self.compressor, bytes, &mut self.out, &mut self.entries)
    }

    /// Ends the current reader. The next frame belongs to the next reader.
    pub fn end_reader(&mut self) {
        self.entries.extend_from_slice(&[0; ENTRY_BYTES]);
    }

    /// The object's bytes.
    ///
    /// # Errors
    /// There are too many frames for a seek table.
    pub fn finish(mut self) -> std::io::Result<Vec<u8>> {
        append_table(&self.entries, &mut self.out)?;
        Ok(self.out)
    }
}

/// Collects lines for many readers, in any order, and writes them as a shuffle object.
///
/// Holds up to 128 KiB of text per reader, and about `held_max` bytes in all. The rest is compressed.
pub struct ShuffleCollector {
    readers: Vec<ReaderBuffer>,
    /// About how many bytes of text are held for all readers. Readers seldom have a whole frame's text if there are
    /// very many.
    held_max: usize,
    /// Bytes of lines that are not in a frame yet.
    held: usize,
    compressor: Compressor,
}

/// The lines and frames of one reader.
#[derive(Clone, Default)]
struct ReaderBuffer {
    /// Lines that are not in a frame yet.
    text: Vec<u8>,
    frames: Vec<u8>,
    /// The seek table's entries for the frames.
    entries: Vec<u8>,
}

impl ShuffleCollector {
    /// Creates a collector for so many readers, which holds about `held_max` bytes of text.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn new(readers: u32, held_max: usize) -> std::io::Result<Self> {
        Self::with(Compressor::new()?, readers, held_max)
    }

    /// The same for entries that hardly compress.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn storing(readers: u32, held_max: usize) -> std::io::Result<Self> {
        Self::with(Compressor::storing()?, readers, held_max)
    }

    fn with(compressor: Compressor, readers: u32, held_max: usize) -> std::io::Result<Self> {
        let readers = vec![ReaderBuffer::default(); readers as usize];
        Ok(Self { readers, held_max, held: 0, compressor })
    }

    /// Appends a line, with its line end, for a reader.
    ///
    /// # Errors
    /// The reader does not exist, or memory runs out.
    pub fn push(&mut self, reader: u32, line: &[u8]) -> std::io::Result<()> {
        let readers = self.readers.len();
        let reader = self.readers.get_mut(reader as usize);
        let reader = reader.ok_or_else(|| std::io::Error::other("a line is for a reader that there is not"))?;
        if reader.text.capacity() == 0 {
            // All at once, because growth would fragment the memory.
            reader.text.reserve_exact(FRAME_TEXT_BYTES.min(self.held_max / readers));
        }
        if reader.text.len() + line.len() > FRAME_TEXT_BYTES {
            self.held -= reader.text.len();
            reader.write(&mut self.compressor)?;
        }
        reader.text.extend_from_slice(line);
        self.held += line.len();
        if self.held > self.held_max {
            self.write_all()?;
        }
        Ok(())
    }

    /// Writes all held lines as frames and frees their memory. Later lines may be distributed differently.
    fn write_all(&mut self) -> std::io::Result<()> {
        for reader in &mut self.readers {
            reader.write(&mut self.compressor)?;
            reader.text = Vec::new();
        }
        self.held = 0;
        Ok(())
    }

    /// The object's bytes.
    ///
    /// # Errors
    /// There are too many frames for a seek table, or memory runs out.
    pub fn finish(mut self) -> std::io::Result<Vec<u8>> {
        self.write_all()?;
        let sizes = self.readers.iter().map(|reader| reader.frames.len() + reader.entries.len() + ENTRY_BYTES);
        let mut out = Vec::with_capacity(sizes.sum::<usize>() + table_bytes(0));
        let mut entries = Vec::new();
        for reader in &mut self.readers {
            let ReaderBuffer { text: _, frames, entries: of_reader } = std::mem::take(reader);
            out.extend_from_slice(&frames);
            entries.extend_from_slice(&of_reader);
            entries.extend_from_slice(&[0; ENTRY_BYTES]);
        }
        append_table(&entries, &mut out)?;
        Ok(out)
    }
}

impl ReaderBuffer {
    /// Writes the held text as a frame.
    fn write(&mut self, compressor: &mut Compressor) -> std::io::Result<()> {
        if !self.text.is_empty() {
            append(compressor, &self.text, &mut self.frames, &mut self.entries)?;
            self.text.clear();
        }
        Ok(())
    }
}

/// Appends a frame to an object's bytes, and its entry to the table's entries.
fn append(compressor: &mut Compressor, text: &[u8], out: &mut Vec<u8>, entries: &mut Vec<u8>) -> std::io::Result<()> {
    let compressed = u32::try_from(compressor.append_frame(text, out)?).map_err(std::io::Error::other)?;
    let decompressed = u32::try_from(text.len()).map_err(std::io::Error::other)?;
    entries.extend_from_slice(&compressed.to_le_bytes());
    entries.extend_from_slice(&decompressed.to_le_bytes());
    Ok(())
}

/// Appends the seek table.
fn append_table(entries: &[u8], out: &mut Vec<u8>) -> std::io::Result<()> {
    let frames = u32::try_from(entries.len() / ENTRY_BYTES).map_err(std::io::Error::other)?;
    let length = u32::try_from(entries.len() + FOOTER_BYTES).map_err(std::io::Error::other)?;
    out.extend_from_slice(&SKIPPABLE_MAGIC.to_le_bytes());
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(entries);
    out.extend_from_slice(&frames.to_le_bytes());
    out.push(0);
    out.extend_from_slice(&SEEKABLE_MAGIC.to_le_bytes());
    Ok(())
}

/// Why a part of an object cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ShuffleError {
    /// The store failed, or does not have the object.
    #[error("a part of an object cannot be read")]
    Read(#[source] StoreError),
    /// The part does not have its format.
    #[error("a part of an object is damaged")]
    Damaged(#[source] FormatError),
}

/// The position of a frame and the size of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StoredFrame {
    start: u64,
    compressed: usize,
    decompressed: usize,
}

/// The fetched frames of some readers, still compressed.
#[derive(Debug)]
pub struct ShuffleFrames {
    key: String,
    /// The frames of each reader.
    readers: Vec<Vec<StoredFrame>>,
    /// Where the fetched bytes start in the object.
    start: u64,
    bytes: Bytes,
    /// The number of bytes read.
    pub bytes_in: u64,
}

impl ShuffleFrames {
    /// The size of a reader's text in bytes, by the object's table.
    pub fn text_bytes(&self, reader: usize) -> usize {
        text_bytes(&self.readers, reader)
    }

    /// The object's key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// How many compressed bytes are held for all readers.
    pub fn stored_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Gives a reader's text frame by frame, so only one frame needs memory.
    ///
    /// # Errors
    /// The object is damaged, or `take` fails.
    pub fn each_frame(
        &self,
        reader: usize,
        mut take: impl FnMut(&[u8]) -> Result<(), FormatError>,
    ) -> Result<(), FormatError> {
        let mut decompressor = Decompressor::new().map_err(|error| FormatError::zstd(&self.key, error))?;
        let mut text = Vec::new();
        for frame in self.readers.get(reader).into_iter().flatten() {
            text.clear();
            decompress_frame(&self.key, self.stored(frame)?, *frame, &mut decompressor, &mut text)?;
            take(&text)?;
        }
        Ok(())
    }

    /// The compressed bytes of a frame.
    fn stored(&self, frame: &StoredFrame) -> Result<&[u8], FormatError> {
        let start = usize::try_from(frame.start.saturating_sub(self.start)).unwrap_or(usize::MAX);
        let bytes = self.bytes.get(start..start.saturating_add(frame.compressed));
        bytes.ok_or_else(|| FormatError::new(&self.key, "it ends within a frame"))
    }

    /// Appends the text of a reader.
    fn append_to(
        &self,
        reader: usize,
        decompressor: &mut Decompressor<'_>,
        text: &mut Vec<u8>,
    ) -> Result<(), FormatError> {
        let mut frames = self.readers.get(reader).into_iter().flatten();
        frames.try_for_each(|frame| decompress_frame(&self.key, self.stored(frame)?, *frame, decompressor, text))
    }
}

/// The text of a reader from several objects, in their order. Reader 0 is the first fetched one.
///
/// # Errors
/// An object is damaged.
pub fn text(objects: &[ShuffleFrames], reader: usize) -> Result<Vec<u8>, FormatError> {
    let mut text = Vec::with_capacity(objects.iter().map(|frames| frames.text_bytes(reader)).sum());
    let Some(ShuffleFrames { key, .. }) = objects.first() else { return Ok(text) };
    // One for all frames, to reuse its memory.
    let mut decompressor = Decompressor::new().map_err(|error| FormatError::zstd(key, error))?;
    for frames in objects {
        frames.append_to(reader, &mut decompressor, &mut text)?;
    }
    Ok(text)
}

/// Reads the text of reader `reader` of `readers` and appends it to `text`. Returns the number of bytes read.
///
/// # Errors
/// The object is missing or damaged.
pub async fn read(
    store: &dyn Store,
    key: &str,
    reader: u32,
    readers: u32,
    text: &mut Vec<u8>,
) -> Result<u64, ShuffleError> {
    let frames = fetch(store, key, reader..reader.saturating_add(1), readers).await?;
    text.reserve(frames.text_bytes(0));
    let decompressor = Decompressor::new().map_err(|error| FormatError::zstd(key, error));
    decompressor
        .and_then(|mut decompressor| frames.append_to(0, &mut decompressor, text))
        .map_err(ShuffleError::Damaged)?;
    Ok(frames.bytes_in)
}

/// Fetches the frames of some of `readers` readers: first the table, then all frames at once.
///
/// # Errors
/// The object is missing or damaged.
pub async fn fetch(
    store: &dyn Store,
    key: &str,
    wanted: Range<u32>,
    readers: u32,
) -> Result<ShuffleFrames, ShuffleError> {
    open(store, key, wanted, readers).await?.fetch(store).await
}

/// Reads the table of a shuffle object for some of `readers` readers, but not their frames.
///
/// # Errors
/// The object is missing or damaged.
pub async fn open(
    store: &dyn Store,
    key: &str,
    wanted: Range<u32>,
    readers: u32,
) -> Result<OpenedShuffle, ShuffleError> {
    let mut tail = store.get_tail(key, TAIL_BYTES as u64).await.map_err(ShuffleError::Read)?;
    let mut bytes_in = tail.len() as u64;
    let frames = table_frames(key, &tail).map_err(ShuffleError::Damaged)?;
    if table_bytes(frames) > tail.len() {
        tail = store.get_tail(key, table_bytes(frames) as u64).await.map_err(ShuffleError::Read)?;
        bytes_in += tail.len() as u64;
    }
    let table = SeekTable::parse(key, &tail, frames, wanted, readers).map_err(ShuffleError::Damaged)?;
    let object_bytes = table.end + table_bytes(frames) as u64;
    let tail_start = object_bytes.saturating_sub(tail.len() as u64);
    Ok(OpenedShuffle { key: key.to_owned(), table, tail, tail_start, bytes_in })
}

/// A shuffle object whose table has been read.
pub struct OpenedShuffle {
    key: String,
    table: SeekTable,
    /// The end of the object, and where it starts.
    tail: Bytes,
    tail_start: u64,
    bytes_in: u64,
}

impl OpenedShuffle {
    /// The size of a reader's text in bytes, by the object's table.
    pub fn text_bytes(&self, reader: usize) -> usize {
        text_bytes(&self.table.wanted, reader)
    }

    /// Fetches the frames of all wanted readers.
    ///
    /// # Errors
    /// The object is missing or damaged.
    pub async fn fetch(self, store: &dyn Store) -> Result<ShuffleFrames, ShuffleError> {
        let mut frames = self.fetch_some(0..self.table.wanted.len(), store).await?;
        frames.bytes_in += self.bytes_in;
        Ok(frames)
    }

    /// Fetches the frames of some of the wanted readers. The first of these is reader 0 of what is fetched.
    ///
    /// # Errors
    /// The object is missing or damaged.
    pub async fn fetch_some(&self, readers: Range<usize>, store: &dyn Store) -> Result<ShuffleFrames, ShuffleError> {
        let readers = self.table.wanted.get(readers).unwrap_or_default().to_vec();
        let mut frames = readers.iter().flatten();
        let start = frames.next().map_or(0, |frame| frame.start);
        let end = readers.iter().flatten().next_back().map_or(0, |frame| frame.start + frame.compressed as u64);
        let mut bytes_in = 0;
        let bytes = if start == end {
            Bytes::new()
        } else if start >= self.tail_start {
            let place = |position: u64| usize::try_from(position - self.tail_start).unwrap_or(usize::MAX);
            self.tail.slice(place(start).min(self.tail.len())..place(end).min(self.tail.len()))
        } else {
            let bytes = store.get_range(&self.key, start..end).await.map_err(ShuffleError::Read)?;
            bytes_in = bytes.len() as u64;
            bytes
        };
        Ok(ShuffleFrames { key: self.key.clone(), readers, start, bytes, bytes_in })
    }

    /// The number of bytes read to open it.
    pub const fn bytes_in(&self) -> u64 {
        self.bytes_in
    }

    /// The object's key.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// The size of the text of a reader's frames.
fn text_bytes(readers: &[Vec<StoredFrame>], reader: usize) -> usize {
    readers.get(reader).map_or(0, |frames| frames.iter().map(|frame| frame.decompressed).sum())
}

/// The size of a seek table for so many frames.
fn table_bytes(frames: u32) -> usize {
    HEADER_BYTES + frames as usize * ENTRY_BYTES + FOOTER_BYTES
}

/// The number of frames in the table at the end of `tail`.
fn table_frames(key: &str, tail: &Bytes) -> Result<u32, FormatError> {
    let footer = tail.last_chunk::<FOOTER_BYTES>().ok_or_else(|| FormatError::new(key, "it has no seek table"))?;
    if u32::from_le_bytes(array(&footer[5..])) != SEEKABLE_MAGIC || footer[4] != 0 {
        return Err(FormatError::new(key, "it has no seek table"));
    }
    Ok(u32::from_le_bytes(array(footer)))
}

/// The entries of a seek table for some readers.
struct SeekTable {
    /// The frames of each wanted reader.
    wanted: Vec<Vec<StoredFrame>>,
    /// The end of all frames in the object.
    end: u64,
}

impl SeekTable {
    /// Parses the table at the end of `tail`. The object is for `readers` readers.
    fn parse(key: &str, tail: &Bytes, frames: u32, wanted: Range<u32>, readers: u32) -> Result<Self, FormatError> {
        let damaged = || FormatError::new(key, "its seek table does not fit");
        let entries_end = tail.len().checked_sub(FOOTER_BYTES).ok_or_else(damaged)?;
        let entries_start = entries_end.checked_sub(frames as usize * ENTRY_BYTES).ok_or_else(damaged)?;
        let header_start = entries_start.checked_sub(HEADER_BYTES).ok_or_else(damaged)?;
        let header = &tail[header_start..entries_start];
        let length = u32::from_le_bytes(array(&header[4..])) as usize;
        if u32::from_le_bytes(array(header)) != SKIPPABLE_MAGIC || header_start + HEADER_BYTES + length != tail.len() {
            return Err(damaged());
        }
        let mut table = Self { wanted: vec![Vec::new(); wanted.len()], end: 0 };
        let mut reader = 0;
        for entry in tail[entries_start..entries_end].chunks_exact(ENTRY_BYTES) {
            let compressed = u32::from_le_bytes(array(entry)) as usize;
            let decompressed = u32::from_le_bytes(array(&entry[4..])) as usize;
            let start = table.end;
            table.end += compressed as u64;
            if decompressed > compressed.saturating_mul(RATIO_MAX) {
                return Err(damaged());
            }
            if compressed == 0 {
                reader += 1;
            } else if wanted.contains(&reader) {
                table.wanted[(reader - wanted.start) as usize].push(StoredFrame { start, compressed, decompressed });
            }
        }
        if reader != readers {
            return Err(FormatError::new(key, format!("it is for {reader} readers, not for {readers}")));
        }
        Ok(table)
    }
}

fn decompress_frame(
    key: &str,
    bytes: &[u8],
    frame: StoredFrame,
    decompressor: &mut Decompressor<'_>,
    text: &mut Vec<u8>,
) -> Result<(), FormatError> {
    let start = text.len();
    text.reserve(frame.decompressed);
    let mut end = Cursor::new(std::mem::take(text));
    end.set_position(start as u64);
    let length = decompressor.decompress_to_buffer(bytes, &mut end).map_err(|error| FormatError::zstd(key, error))?;
    *text = end.into_inner();
    if length != frame.decompressed {
        return Err(FormatError::new(key, "a frame is not as long as its table entry says"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use onefold_store::Condition;
    use onefold_store::memory::MemoryStore;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::block_on;

    /// What reader `reader` of `readers` gets.
    async fn text_of(store: &MemoryStore, reader: u32, readers: u32) -> String {
        let mut text = Vec::new();
        read(store, "k", reader, readers, &mut text).await.unwrap();
        String::from_utf8(text).unwrap()
    }

    proptest! {
        #[test]
        fn every_reader_gets_its_frame(frames in proptest::collection::vec("[a-c\n]{0,40}", 0..5)) {
            let mut writer = ShuffleWriter::new().unwrap();
            for frame in &frames {
                writer.frame(frame.as_bytes()).unwrap();
            }
            let bytes = writer.finish().unwrap();
            prop_assert_eq!(crate::decompress("k", &bytes).unwrap(), frames.concat().into_bytes(), "any zstd reader shows it");
            block_on(async {
                let store = MemoryStore::default();
                store.put("k", bytes.into(), Condition::Always).await.unwrap();
                for (reader, frame) in frames.iter().enumerate() {
                    assert_eq!(&text_of(&store, reader as u32, frames.len() as u32).await, frame);
                }
            });
        }

        /// Lines of up to a third of a frame's text, so that readers have several frames or none; and objects that are
        /// read by one GET as well as such that are not.
        #[test]
        fn every_reader_gets_its_lines_in_order(
            lines in proptest::collection::vec((0u32..4, 0usize..FRAME_TEXT_BYTES / 3, any::<u64>()), 0..24),
            start in 0u32..4, count in 0u32..4, held_max in prop::sample::select(&[0, 100_000, 128 << 20][..]),
        ) {
            let mut shuffle = ShuffleCollector::new(4, held_max).unwrap();
            let mut expected = [const { String::new() }; 4];
            for (reader, length, seed) in lines {
                // Digits that hardly compress.
                let mut state = seed | 1;
                let digit = |_| { state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1); char::from(b'0' + (state >> 60) as u8) };
                let line: String = (0..length).map(digit).chain(['\n']).collect();
                shuffle.push(reader, line.as_bytes()).unwrap();
                expected[reader as usize] += &line;
            }
            let bytes = shuffle.finish().unwrap();
            prop_assert_eq!(crate::decompress("k", &bytes).unwrap(), expected.concat().into_bytes(), "any zstd reader shows it");
            block_on(async {
                let store = MemoryStore::default();
                store.put("k", bytes.into(), Condition::Always).await.unwrap();
                let wanted = start..(start + count).min(4);
                let frames = fetch(&store, "k", wanted.clone(), 4).await.unwrap();
                for (number, reader) in wanted.enumerate() {
                    let text = text(std::slice::from_ref(&frames), number).unwrap();
                    assert_eq!(text, expected[reader as usize].as_bytes());
                    assert_eq!(text.len(), frames.text_bytes(number));
                    let mut by_frames = Vec::new();
                    frames.each_frame(number, |text| { by_frames.extend_from_slice(text); Ok(()) }).unwrap();
                    assert_eq!(by_frames, text);
                }
            });
        }
    }

    #[test]
    fn a_line_for_nobody_is_refused() {
        assert!(ShuffleCollector::new(2, 1 << 20).unwrap().push(2, b"a\n").is_err());
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
