//! Where rows go: raw chunks of a split.
//!
//! Objects give the same bytes when they are read again, and the ends of their chunks are a function of these bytes. So
//! chunks of objects are the same in every try, and simply written again.
//!
//! Any other source can answer differently the next time, when a chunk may be translated already. So its chunks are
//! written once (`If-None-Match`), and each says how the split goes on behind it. An invocation after a crash, or
//! beside another one, goes on from the last chunk there is.

use std::time::Duration;

use onefold_config::RowFormat;
use onefold_lake::RunId;
use onefold_lake::data::rawchunk::{self, ChunkIndex, SplitContinuation};
use onefold_lake::keys::Chunk;
use onefold_lake::run::note::{NOTES_OF_SOURCE_MAX, Note};
use onefold_lake::run::receipt::Moved;
use onefold_rows::translate::Segment;
use onefold_shell::{Context, StageError};
use onefold_store::{Condition, StoreError};
use serde_json::Value;

use crate::chunker::RawChunk;
use crate::{Fault, ReadOutcome};

/// Time that must be left to begin another chunk.
const RESERVE: Duration = Duration::from_secs(60);

/// Bytes of rows after which a chunk is cut at the end of a page. It is less than for objects, so that rows of small
/// pages reach the lake soon.
const ROWS_BYTES: usize = 4 << 20;

/// Where a sink writes its chunks.
#[derive(Clone, Copy)]
pub struct Destination<'s> {
    /// The lake and the time limit.
    pub context: &'s Context,
    /// The run.
    pub run: &'s RunId,
    /// The source's name.
    pub source: &'s str,
    /// The split's number.
    pub split: u32,
    /// The text of the chunks.
    pub format: RowFormat,
    /// When rows that are in no object were received, in milliseconds since the epoch: the run's start.
    pub received_at: i64,
}

/// Whether reading goes on behind a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Read the next page.
    GoOn,
    /// Read no further, and answer with [`ReadOutcome::Stopped`].
    Stop,
}

/// How far a split was read, according to its chunks.
#[derive(Clone, Debug, PartialEq)]
pub enum TakenUp {
    /// There is no chunk.
    Nothing,
    /// Up to a position that the connector gave.
    At(Value),
    /// To its end.
    Done {
        /// The new watermark, if the source has one.
        watermark: Option<String>,
    },
    /// Until it was given up.
    Skipped {
        /// Why.
        reason: String,
    },
}

/// Takes the rows of a split and writes its chunks.
pub struct Sink<'s> {
    to: Destination<'s>,
    /// Number of the next chunk.
    chunk: u32,
    moved: Moved,
    /// Rows that are in no chunk yet, a line each.
    text: Vec<u8>,
    rows: u64,
    /// Notes that are in no chunk yet.
    notes: Vec<Note>,
    is_overtaken: bool,
}

impl<'s> Sink<'s> {
    /// A sink whose next chunk has the number `chunk`; `moved` is what was moved before it.
    pub fn new(to: Destination<'s>, chunk: u32, moved: Moved) -> Self {
        Self { to, chunk, moved, text: Vec::new(), rows: 0, notes: Vec::new(), is_overtaken: false }
    }

    /// The lake, secrets and time limits.
    pub fn context(&self) -> &'s Context {
        self.to.context
    }

    /// The run.
    pub fn run(&self) -> &'s RunId {
        self.to.run
    }

    /// Number of the next chunk.
    pub fn chunk(&self) -> u32 {
        self.chunk
    }

    /// What was moved so far; rows that are in no chunk do not count.
    pub fn moved(&self) -> Moved {
        self.moved
    }

    /// The split's number.
    pub fn split(&self) -> u32 {
        self.to.split
    }

    /// When rows that are in no object were received, in milliseconds since the epoch: the run's start.
    pub fn received_at(&self) -> i64 {
        self.to.received_at
    }

    /// How long it is until time is short; `None` if it never will be.
    pub fn time_left(&self) -> Option<Duration> {
        self.to.context.time_left().map(|left| left.saturating_sub(RESERVE))
    }

    /// Whether there is no time left to begin another chunk.
    pub fn is_time_short(&self) -> bool {
        self.to.context.is_near_deadline(RESERVE)
    }

    /// Whether another invocation wrote the chunk that this one wanted to write. Then [`Sink::take_up`].
    pub fn is_overtaken(&self) -> bool {
        self.is_overtaken
    }

    /// Notes something about the source that is no fault. The note is kept in the next chunk.
    pub fn note(&mut self, note: Note) {
        if self.notes.len() < NOTES_OF_SOURCE_MAX && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Notes that are in no chunk because none followed. They belong in the receipt.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Counts bytes that came over the network.
    pub fn received(&mut self, bytes: u64) {
        self.moved.bytes_in += bytes;
    }

    /// Writes a chunk of objects, over the same one if it is there.
    ///
    /// # Errors
    /// The store failed.
    pub async fn write(&mut self, chunk: RawChunk) -> Result<(), Fault> {
        let notes = std::mem::take(&mut self.notes);
        let index = ChunkIndex { segments: chunk.segments, lines: chunk.lines, next: None, notes };
        let bytes = rawchunk::format(&chunk.text, &index).map_err(StageError::compressing).map_err(Fault::Stage)?;
        let size = bytes.len() as u64;
        self.to.context.put(&self.name(self.chunk).raw(self.to.format), bytes).await.map_err(Fault::Stage)?;
        self.count(index.lines, size);
        Ok(())
    }

    /// Takes a row: one JSON object. Line breaks can only be white space between its parts, and become spaces.
    pub fn row(&mut self, json: &[u8]) {
        let start = self.text.len();
        self.text.extend_from_slice(json);
        for byte in &mut self.text[start..] {
            if matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        self.text.push(b'\n');
        self.rows += 1;
    }

    /// Ends a page, at whose end the source is at `position`: from there it is read on, perhaps by another
    /// invocation. A chunk is written if there is enough for one, or if time is short.
    ///
    /// # Errors
    /// The store failed.
    pub async fn page_end(&mut self, position: Value) -> Result<Flow, Fault> {
        let is_time_short = self.is_time_short();
        if self.text.len() < ROWS_BYTES && !is_time_short {
            return Ok(Flow::GoOn);
        }
        let is_ours = self.write_once(SplitContinuation::At(position)).await.map_err(Fault::Stage)?;
        Ok(if is_ours && !is_time_short { Flow::GoOn } else { Flow::Stop })
    }

    /// Leaves the split at `position`, as time will be short before the next page is there. Gives what [`read`]
    /// answers with.
    ///
    /// [`read`]: crate::Connector::read
    ///
    /// # Errors
    /// The store failed.
    pub async fn leave(&mut self, position: Value) -> Result<ReadOutcome, Fault> {
        // Even without rows: the position can be another one than the last chunk's.
        self.write_once(SplitContinuation::At(position)).await.map_err(Fault::Stage)?;
        Ok(ReadOutcome::Stopped(None))
    }

    /// Ends the split: the source is read, up to a watermark if it has one. Gives what [`read`] answers with.
    ///
    /// [`read`]: crate::Connector::read
    ///
    /// # Errors
    /// The store failed.
    pub async fn end(&mut self, watermark: Option<String>) -> Result<ReadOutcome, Fault> {
        // Even without rows: the end, too, is written by one only.
        let is_ours =
            self.write_once(SplitContinuation::End { watermark: watermark.clone() }).await.map_err(Fault::Stage)?;
        Ok(if is_ours { ReadOutcome::Done { watermark } } else { ReadOutcome::Stopped(None) })
    }

    /// Ends the split, as its source failed and need not be read. `false` if another invocation got further.
    ///
    /// # Errors
    /// The store failed.
    pub async fn skip(&mut self, reason: &str, is_repeatable: bool) -> Result<bool, StageError> {
        self.text.clear();
        self.rows = 0;
        self.notes.clear();
        if !is_repeatable {
            return self.write_once(SplitContinuation::Skipped { reason: reason.to_owned() }).await;
        }
        // A try before this one, which the source did not fail so early, may have written more.
        for (chunk, key, _) in self.written().await? {
            if chunk >= self.chunk {
                let (bytes, _) = self.to.context.get(&key).await?;
                let index = rawchunk::parse_index(&key, &bytes).map_err(StageError::damaged)?;
                self.count(index.lines, bytes.len() as u64);
            }
        }
        Ok(true)
    }

    /// Looks how far the split was read, and goes on behind that. Rows that are in no chunk are forgotten.
    ///
    /// # Errors
    /// The store failed, or a chunk is damaged.
    pub async fn take_up(&mut self) -> Result<TakenUp, StageError> {
        self.text.clear();
        self.rows = 0;
        self.notes.clear();
        self.is_overtaken = false;
        let written = self.written().await?;
        let Some((last, key, _)) = written.last() else { return Ok(TakenUp::Nothing) };
        let (bytes, _) = self.to.context.get(key).await?;
        let index = rawchunk::parse_index(key, &bytes).map_err(StageError::damaged)?;
        let before = index.segments.first().and_then(|segment| segment.line);
        let (Some(before), Some(next)) = (before, index.next) else {
            return Err(StageError::corrupt(format!("the object {key} does not say how its split goes on")));
        };
        self.chunk = last + 1;
        self.moved.records_out = before - 1 + index.lines;
        self.moved.records_in = self.moved.records_out;
        self.moved.bytes_out = written.iter().map(|(_, _, size)| size).sum();
        Ok(match next {
            SplitContinuation::At(position) => TakenUp::At(position),
            SplitContinuation::End { watermark } => TakenUp::Done { watermark },
            SplitContinuation::Skipped { reason } => TakenUp::Skipped { reason },
        })
    }

    /// Writes the rows as the next chunk, unless another invocation has written one with its number.
    async fn write_once(&mut self, next: SplitContinuation) -> Result<bool, StageError> {
        let segment = Segment {
            object: self.to.source.to_owned(),
            received_at: self.to.received_at,
            byte: 0,
            line: Some(self.moved.records_out + 1),
            length: self.text.len(),
            is_fragment: false,
        };
        let notes = std::mem::take(&mut self.notes);
        let index = ChunkIndex { segments: vec![segment], lines: self.rows, next: Some(next), notes };
        let bytes = rawchunk::format(&self.text, &index).map_err(StageError::compressing)?;
        let size = bytes.len() as u64;
        let key = self.name(self.chunk).raw(self.to.format);
        match self.to.context.store.put(&key, bytes.into(), Condition::IfAbsent).await {
            Ok(()) => {
                self.count(index.lines, size);
                self.text.clear();
                self.rows = 0;
                Ok(true)
            }
            Err(StoreError::Precondition { .. }) => {
                self.is_overtaken = true;
                Ok(false)
            }
            Err(error) => Err(StageError::writing(error)),
        }
    }

    fn count(&mut self, lines: u64, bytes: u64) {
        self.chunk += 1;
        self.moved.records_in += lines;
        self.moved.records_out += lines;
        self.moved.bytes_out += bytes;
    }

    /// Number, key and size of each chunk of the split that there is, in order.
    async fn written(&self) -> Result<Vec<(u32, String, u64)>, StageError> {
        let objects = self.to.context.list(&self.name(0).raw_of_split()).await?;
        let mut written: Vec<(u32, String, u64)> = objects
            .into_iter()
            .filter_map(|object| Some((Chunk::parse_raw(&object.key)?.0.chunk, object.key, object.size)))
            .collect();
        written.sort_unstable();
        Ok(written)
    }

    fn name(&self, chunk: u32) -> Chunk {
        Chunk { run: self.to.run.clone(), source: self.to.source.to_owned(), split: self.to.split, chunk }
    }
}

#[cfg(test)]
mod tests;
