//! The connector `files`: objects dropped under `landing/<source>/`.
//!
//! It reads the objects that no version has read, by key and entity tag.

mod array;
mod decompress;
mod descent;
mod header;
mod object;
mod parquet;
mod signature;
mod splits;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use bytes::Bytes;
use onefold_config::{FileFormat, FilesSettings, Source};
use onefold_lake::calls::ObjectPosition;
use onefold_lake::keys;
use onefold_lake::run::note::Note;
use onefold_lake::run::plan::{ObjectPiece, SplitReading};
use onefold_rows::setup_checks;
use onefold_shell::Context;

use crate::chunker::{CHUNK_BYTES, Chunker, ObjectMark, RawChunk};
use crate::{Connector, Fault, PlannedSource, Planning, ReadOutcome, Sink, SplitPosition};

pub use splits::SPLIT_BYTES;

pub(crate) struct FilesSource<'c> {
    pub(crate) source: &'c Source,
    pub(crate) settings: &'c FilesSettings,
    /// Bytes of rows that fill a chunk.
    chunk_bytes: usize,
}

impl<'c> FilesSource<'c> {
    pub(crate) fn new(source: &'c Source, settings: &'c FilesSettings) -> Self {
        Self { source, settings, chunk_bytes: CHUNK_BYTES }
    }
}

#[async_trait]
impl Connector for FilesSource<'_> {
    async fn plan(&self, planning: &Planning<'_>, faults: &mut Vec<String>) -> Result<PlannedSource, Fault> {
        let Source { name, required, .. } = self.source;
        let prefix = keys::landing(name);
        let objects = planning.context.list(&prefix).await.map_err(Fault::Stage)?;
        let was_there = planning.known.iter().any(|input| input.source == *name);
        if objects.is_empty() && !was_there && *required {
            faults.push(setup_checks::no_file(name, &prefix));
        }
        let was_read: BTreeSet<(&str, &str)> =
            planning.known.iter().map(|input| (input.object.as_str(), input.etag.as_str())).collect();
        let last_read: BTreeMap<&str, &str> =
            planning.known.iter().map(|input| (input.object.as_str(), input.etag.as_str())).collect();
        let is_new = |key: &str, etag: &str| {
            // A snapshot that returns to an earlier state is new.
            let is_known = match self.source.snapshot {
                true => last_read.get(key) == Some(&etag),
                false => was_read.contains(&(key, etag)),
            };
            !key.ends_with('/') && !is_known
        };
        let objects: Vec<_> = objects.into_iter().filter(|object| is_new(&object.key, &object.etag)).collect();
        let splits = splits::splits(self.settings, &objects, planning.split_bytes);
        Ok(PlannedSource {
            readings: splits.into_iter().map(|pieces| SplitReading::Files { pieces }).collect(),
            objects,
            ..PlannedSource::default()
        })
    }

    async fn read(
        &self,
        reading: &SplitReading,
        from: Option<SplitPosition>,
        sink: &mut Sink<'_>,
    ) -> Result<ReadOutcome, Fault> {
        let SplitReading::Files { pieces } = reading else {
            return Err(Fault::internal("the split is not of files"));
        };
        let from = match from {
            None => None,
            Some(SplitPosition::Object(position)) => Some(position),
            Some(SplitPosition::Opaque(_)) => return Err(Fault::internal("the position is not in a file")),
        };
        self.read_pieces(pieces, from, sink).await
    }

    fn is_repeatable(&self) -> bool {
        true
    }
}

impl FilesSource<'_> {
    /// Reads to the end, or to the end of a chunk when time is short.
    async fn read_pieces(
        &self,
        pieces: &[ObjectPiece],
        from: Option<ObjectPosition>,
        sink: &mut Sink<'_>,
    ) -> Result<ReadOutcome, Fault> {
        let FilesSettings { format, delimiter, .. } = *self.settings;
        let mut chunker = Chunker::new(format.rows(), delimiter, self.chunk_bytes);
        let first = from.map_or(0, |position| position.piece);
        for (number, piece) in pieces.iter().enumerate().skip(first) {
            let taken_up = from.filter(|position| position.piece == number && position.byte > 0);
            let mark = match taken_up {
                Some(position) => ObjectMark { byte: position.byte, line: position.line },
                // The lines before a range are not read, so its first line's number is known only at the start.
                None => ObjectMark { byte: piece.start, line: (piece.start == 0).then_some(1) },
            };
            let mut object = self.open(sink.context(), piece, mark, taken_up.is_some()).await?;
            let mark = object.mark(mark, taken_up.is_some());
            write(chunker.start(&piece.object, piece.received_at, mark, object.header()), sink).await?;
            let (mut bytes_in, mut has_rows) = (0, taken_up.is_some());
            while let Some(bytes) = object.next(&mut bytes_in).await? {
                sink.received(std::mem::take(&mut bytes_in));
                has_rows = has_rows || !bytes.trim_ascii_start().is_empty();
                let chunks = chunker.push(&bytes);
                let has_chunks = !chunks.is_empty();
                write(chunks, sink).await?;
                if has_chunks
                    && sink.is_time_short()
                    && let Some(ObjectMark { byte, line }) = chunker.mark()
                {
                    return Ok(ReadOutcome::Stopped(Some(ObjectPosition { piece: number, byte, line })));
                }
            }
            sink.received(bytes_in);
            write(chunker.end(), sink).await?;
            // Other ranges of the object are not known here, and an empty object loses nothing.
            if !has_rows && !piece.is_range && piece.end > 0 {
                sink.note(Note::NoRow { object: piece.object.clone() });
            }
        }
        write(chunker.finish(), sink).await?;
        Ok(ReadOutcome::Done { watermark: None })
    }

    async fn open<'p>(
        &'p self,
        context: &'p Context,
        piece: &'p ObjectPiece,
        mark: ObjectMark,
        is_taken_up: bool,
    ) -> Result<OpenPiece<'p>, Fault> {
        let Self { source, settings, .. } = *self;
        if settings.format == FileFormat::Parquet {
            // Rows are numbered, because their text does not stand in the object.
            let reader = parquet::open(context, piece, mark.line.unwrap_or(1)).await?;
            return Ok(OpenPiece::Parquet(Box::new(reader)));
        }
        let wanted = object::PieceRequest { piece, position: mark.byte, is_taken_up, source, settings };
        object::open(context, wanted).await.map(|text| OpenPiece::Text(Box::new(text)))
    }
}

/// A piece being read.
enum OpenPiece<'p> {
    Text(Box<object::ObjectReader<'p>>),
    Parquet(Box<parquet::ParquetReader<'p>>),
}

impl OpenPiece<'_> {
    /// The place of the next byte, for a piece that was opened at a mark.
    fn mark(&self, asked: ObjectMark, is_taken_up: bool) -> ObjectMark {
        match self {
            Self::Text(object) if is_taken_up => ObjectMark { byte: object.position(), ..asked },
            Self::Text(object) => {
                ObjectMark { byte: object.position(), line: asked.line.map(|line| line + object.header_lines()) }
            }
            Self::Parquet(_) => asked,
        }
    }

    fn header(&self) -> &[u8] {
        match self {
            Self::Text(object) => object.header(),
            Self::Parquet(_) => &[],
        }
    }

    async fn next(&mut self, bytes_in: &mut u64) -> Result<Option<Bytes>, Fault> {
        match self {
            Self::Text(object) => object.next(bytes_in).await,
            Self::Parquet(rows) => rows.next(bytes_in).await,
        }
    }
}

async fn write(chunks: impl IntoIterator<Item = RawChunk>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    for chunk in chunks {
        sink.write(chunk).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
