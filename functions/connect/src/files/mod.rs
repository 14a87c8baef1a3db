//! The connector `files`: objects dropped under `landing/<source>/`.
//!
//! What no version has read, by key and entity tag, is read.

mod array;
mod decompress;
mod descent;
mod object;
mod parquet;
mod splits;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use bytes::Bytes;
use onefold_core::chunker::{CHUNK_BYTES, Chunker, Mark, RawChunk};
use onefold_core::config::{FileFormat, FilesSettings, Source};
use onefold_core::setup;
use onefold_lake::keys;
use onefold_lake::plan::{Piece, Reading};
use onefold_shell::{Context, StageError};

use crate::{Connector, Fault, ObjectPosition, Outcome, Planned, Planning, Position, Sink};

pub use splits::SPLIT_BYTES;

pub(crate) struct Files<'c> {
    pub(crate) source: &'c Source,
    pub(crate) settings: &'c FilesSettings,
}

#[async_trait]
impl Connector for Files<'_> {
    async fn plan(&self, planning: &Planning<'_>, faults: &mut Vec<String>) -> Result<Planned, Fault> {
        let Source { name, required, .. } = self.source;
        let prefix = keys::landing(name);
        let objects = planning.context.store.list(&prefix).await?;
        let was_there = planning.known.iter().any(|input| input.source == *name);
        if objects.is_empty() && !was_there && *required {
            faults.push(setup::no_file(name));
        }
        let was_read: BTreeSet<(&str, &str)> =
            planning.known.iter().map(|input| (input.object.as_str(), input.etag.as_str())).collect();
        let last_read: BTreeMap<&str, &str> =
            planning.known.iter().map(|input| (input.object.as_str(), input.etag.as_str())).collect();
        let is_new = |key: &str, etag: &str| {
            // What comes again of a snapshot as it once was is news.
            let is_known = match self.source.snapshot {
                true => last_read.get(key) == Some(&etag),
                false => was_read.contains(&(key, etag)),
            };
            !key.ends_with('/') && !is_known
        };
        let objects: Vec<_> = objects.into_iter().filter(|object| is_new(&object.key, &object.etag)).collect();
        let splits = splits::splits(self.settings, &objects, planning.split_bytes);
        Ok(Planned {
            readings: splits.into_iter().map(|pieces| Reading::Files { pieces }).collect(),
            objects,
            ..Planned::default()
        })
    }

    async fn read(&self, reading: &Reading, from: Option<Position>, sink: &mut Sink<'_>) -> Result<Outcome, Fault> {
        let Reading::Files { pieces } = reading else {
            return Err(StageError::internal("the split is not of files").into());
        };
        let from = match from {
            None => None,
            Some(Position::Object(position)) => Some(position),
            Some(Position::Opaque(_)) => return Err(StageError::internal("the position is not in a file").into()),
        };
        self.read_pieces(pieces, from, sink).await
    }

    fn is_repeatable(&self) -> bool {
        true
    }
}

impl Files<'_> {
    /// Reads to the end, or to the end of a chunk when time is short.
    async fn read_pieces(
        &self,
        pieces: &[Piece],
        from: Option<ObjectPosition>,
        sink: &mut Sink<'_>,
    ) -> Result<Outcome, Fault> {
        let FilesSettings { format, delimiter, .. } = *self.settings;
        let mut chunker = Chunker::new(format.rows(), delimiter, CHUNK_BYTES);
        let first = from.map_or(0, |position| position.piece);
        for (number, piece) in pieces.iter().enumerate().skip(first) {
            let taken_up = from.filter(|position| position.piece == number && position.byte > 0);
            let mark = match taken_up {
                Some(position) => Mark { byte: position.byte, line: position.line },
                // The lines before a range are not read, so its first line's number is known only at the start.
                None => Mark { byte: piece.start, line: (piece.start == 0).then_some(1) },
            };
            let mut object = Opened::open(sink.context(), piece, mark, self.settings, taken_up.is_some()).await?;
            let mark = Mark { byte: object.position().unwrap_or(mark.byte), ..mark };
            chunker.start(&piece.object, piece.received_at, mark, object.take_header());
            let mut bytes_in = 0;
            while let Some(bytes) = object.next(&mut bytes_in).await? {
                sink.received(std::mem::take(&mut bytes_in));
                let chunks = chunker.push(&bytes);
                let has_chunks = !chunks.is_empty();
                write(chunks, sink).await?;
                if has_chunks
                    && sink.is_time_short()
                    && let Some(Mark { byte, line }) = chunker.mark()
                {
                    return Ok(Outcome::Stopped(Some(ObjectPosition { piece: number, byte, line })));
                }
            }
            sink.received(bytes_in);
            write(chunker.end(), sink).await?;
        }
        write(chunker.finish(), sink).await?;
        Ok(Outcome::Done { watermark: None })
    }
}

/// A piece being read.
enum Opened<'p> {
    Text(object::ObjectReader<'p>),
    Parquet(Box<parquet::ParquetReader<'p>>),
}

impl<'p> Opened<'p> {
    async fn open(
        context: &'p Context,
        piece: &'p Piece,
        mark: Mark,
        settings: &FilesSettings,
        is_taken_up: bool,
    ) -> Result<Self, Fault> {
        if settings.format == FileFormat::Parquet {
            // Rows are numbered; the text that they become is not the object's.
            let reader = parquet::open(context, piece, mark.line.unwrap_or(1)).await?;
            return Ok(Self::Parquet(Box::new(reader)));
        }
        object::open(context, piece, mark.byte, settings, is_taken_up).await.map(Self::Text)
    }

    /// Position of the next byte, where it can be another one than was asked for.
    fn position(&self) -> Option<u64> {
        match self {
            Self::Text(object) => Some(object.position()),
            Self::Parquet(_) => None,
        }
    }

    fn take_header(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Text(object) => object.take_header(),
            Self::Parquet(_) => None,
        }
    }

    async fn next(&mut self, bytes_in: &mut u64) -> Result<Option<Bytes>, Fault> {
        match self {
            Self::Text(object) => object.next(bytes_in).await,
            Self::Parquet(rows) => rows.next(bytes_in).await,
        }
    }
}

async fn write(chunks: impl IntoIterator<Item = RawChunk>, sink: &mut Sink<'_>) -> Result<(), StageError> {
    for chunk in chunks {
        sink.write(chunk).await?;
    }
    Ok(())
}
