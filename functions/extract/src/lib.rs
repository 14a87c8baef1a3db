//! Extract: reads a split of a source and writes it as raw chunks, the bytes as received.
//!
//! A chunk is named by its split and its number, and cut at the same places in every try, so that trying
//! again overwrites it with the same bytes. An invocation that nears its time limit stops at the end of a
//! chunk and answers with a cursor; the workflow calls again from there.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod decompress;
mod read;

use std::time::Duration;

use onefold_core::chunker::{CHUNK_BYTES, Chunker, Mark, RawChunk};
use onefold_core::config::Format;
use onefold_lake::keys::{Chunk, Stage};
use onefold_lake::plan::Split;
use onefold_lake::receipt::Moved;
use onefold_lake::{Condition, RunId, rawchunk};
use onefold_shell::{Context, StageError, Work};
use serde::{Deserialize, Serialize};

/// Time that must be left to begin another chunk.
const RESERVE: Duration = Duration::from_secs(60);

/// What the state machine sends: a split, and where to go on in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The run.
    pub run: RunId,
    /// A line of the run's splits.
    pub split: Split,
    /// Where the invocation before this one stopped.
    #[serde(default)]
    pub cursor: Option<Cursor>,
}

/// Where an invocation stopped: always at the end of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// Which piece of the split.
    pub piece: usize,
    /// Bytes of its (decompressed) object that are in chunks.
    pub byte: u64,
    /// Number of the next line, if it is known.
    pub line: Option<u64>,
    /// Number of the next chunk.
    pub chunk: u32,
    /// What was moved so far.
    pub records: u64,
    /// Bytes read so far.
    pub bytes_in: u64,
    /// Bytes written so far.
    pub bytes_out: u64,
}

/// What the state machine gets; the request of the next invocation, if it is not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The run.
    pub run: RunId,
    /// The split, as it came.
    pub split: Split,
    /// Where to go on.
    pub cursor: Option<Cursor>,
    /// Whether the split is read to its end.
    pub done: bool,
}

/// What the receipt of a split says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    /// How many chunks there are.
    pub chunks: u32,
    /// Lines of JSON Lines, records of CSV; blank ones among them.
    pub lines: u64,
}

/// Reads a split.
///
/// # Errors
/// `InvalidInput` if an object is gone, was changed, or is not what its name says; `Transient` if the
/// store failed.
pub async fn run(request: Request, context: &Context) -> Result<Answer, StageError> {
    let Request { run, split, cursor } = request;
    let name = format!("{:05}", split.split);
    let work = Work { run: run.clone(), stage: Stage::Extract, name };
    if work.receipt::<Extracted>(context).await?.is_some() {
        return Ok(Answer { run, split, cursor: None, done: true });
    }
    let format = context
        .pinned(&run)
        .await?
        .config
        .source(&split.source)
        .map(|source| source.format)
        .ok_or_else(|| StageError::internal(format!("the run's configuration has no source {:?}", split.source)))?;
    let mut next = None;
    work.until_done(context, async |moved| {
        let mut reader = SplitReader::new(&run, &split, format, cursor, context);
        next = reader.read_until_near_deadline().await?;
        *moved = reader.moved;
        Ok(next.is_none().then_some(Extracted { chunks: reader.chunk, lines: reader.moved.records_out }))
    })
    .await?;
    Ok(Answer { done: next.is_none(), run, split, cursor: next })
}

/// A split being read.
struct SplitReader<'r> {
    run: &'r RunId,
    split: &'r Split,
    format: Format,
    context: &'r Context,
    chunker: Chunker,
    start: Option<Cursor>,
    /// Number of the next chunk.
    chunk: u32,
    moved: Moved,
}

impl<'r> SplitReader<'r> {
    fn new(run: &'r RunId, split: &'r Split, format: Format, start: Option<Cursor>, context: &'r Context) -> Self {
        let mut moved = Moved::default();
        if let Some(cursor) = start {
            moved = Moved {
                records_in: cursor.records,
                records_out: cursor.records,
                bytes_in: cursor.bytes_in,
                bytes_out: cursor.bytes_out,
                ..moved
            };
        }
        let chunker = Chunker::new(format, CHUNK_BYTES);
        Self { run, split, format, context, chunker, start, chunk: start.map_or(0, |cursor| cursor.chunk), moved }
    }

    /// Reads to the end (`None`), or to the end of a chunk when time runs out.
    async fn read_until_near_deadline(&mut self) -> Result<Option<Cursor>, StageError> {
        let first = self.start.map_or(0, |cursor| cursor.piece);
        for number in first..self.split.pieces.len() {
            let piece = &self.split.pieces[number];
            let taken_up = self.start.filter(|cursor| cursor.piece == number && cursor.byte > 0);
            let mark = match taken_up {
                Some(cursor) => Mark { byte: cursor.byte, line: cursor.line },
                // The lines before a range are not read, so its first line's number is known only at the start.
                None => Mark { byte: piece.start, line: (piece.start == 0).then_some(1) },
            };
            let mut source = read::open(self.context, piece, mark.byte, self.format, taken_up.is_some()).await?;
            let mark = Mark { byte: source.position(), ..mark };
            self.chunker.start(&piece.object, piece.received_at, mark, source.take_header());
            while let Some(bytes) = source.next(&mut self.moved.bytes_in).await? {
                let chunks = self.chunker.push(&bytes);
                let has_chunks = !chunks.is_empty();
                self.write(chunks).await?;
                if has_chunks
                    && self.context.is_near_deadline(RESERVE)
                    && let Some(mark) = self.chunker.mark()
                {
                    return Ok(Some(self.cursor(number, mark)));
                }
            }
            let chunks = self.chunker.end();
            self.write(chunks).await?;
        }
        let last = self.chunker.finish();
        self.write(last).await?;
        Ok(None)
    }

    fn cursor(&self, piece: usize, mark: Mark) -> Cursor {
        Cursor {
            piece,
            byte: mark.byte,
            line: mark.line,
            chunk: self.chunk,
            records: self.moved.records_out,
            bytes_in: self.moved.bytes_in,
            bytes_out: self.moved.bytes_out,
        }
    }

    async fn write(&mut self, chunks: impl IntoIterator<Item = RawChunk>) -> Result<(), StageError> {
        for chunk in chunks {
            let name = Chunk {
                run: self.run.clone(),
                source: self.split.source.clone(),
                split: self.split.split,
                chunk: self.chunk,
            };
            let bytes = rawchunk::format(&chunk.text, &chunk.segments)?;
            self.moved.bytes_out += bytes.len() as u64;
            self.moved.records_in += chunk.lines;
            self.moved.records_out += chunk.lines;
            self.context.store.put(&name.raw(self.format), bytes.into(), Condition::Always).await?;
            self.chunk += 1;
        }
        Ok(())
    }
}
