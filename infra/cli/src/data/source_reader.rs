//! Reads the first rows of a source with its connector, as a run would.

use std::path::Path;
use std::sync::Arc;

use onefold_config::{RowFormat, Source, SourceKind};
use onefold_connect::{Destination, Planning, ReadOutcome, Sink, SplitPosition, TakenUp, connector};
use onefold_lake::data::rawchunk;
use onefold_lake::data::table::{self, NoTable, StoredTable};
use onefold_lake::run::note::Note;
use onefold_lake::run::plan::{ObjectPiece, SplitReading};
use onefold_lake::{RunId, keys};
use onefold_normalise::timestamp::Timestamp;
use onefold_rows::csv::{Boundary, Dialect, FieldReader};
use onefold_rows::translate::Segment;
use onefold_shell::{Context, NoSecrets, Secrets, StageError};
use onefold_store::{Object, Store};

use super::members::members;
use crate::error::Error;
use crate::local::functions;
use crate::local::overlay::Overlay;

/// The size of a split: small, as only the first rows are wanted.
const SPLIT_BYTES: u64 = 1 << 20;
/// The run's name in the keys of what connectors write here.
const NO_RUN: &str = "00000000T000000Z-00000000";

/// Reads the sources of a data folder's configuration.
pub struct SourceReader {
    store: Arc<Overlay>,
    context: Context,
    run: RunId,
}

/// A row and its place, behind the header of its file if it is CSV.
#[derive(Debug)]
pub struct SourceRow {
    /// Header and row, as in a raw chunk.
    pub text: Vec<u8>,
    /// The place of the row.
    pub segment: Segment,
    /// The delimiter of CSV.
    delimiter: u8,
}

/// 2020-01-01. A time before it is no clock's: archives and APIs give files none.
const CLOCKS_FROM_MS: i64 = 1_577_836_800_000;

/// When the last of some rows came: there is no run whose start could count. `None` if nothing says so.
pub fn latest<'r>(rows: impl IntoIterator<Item = &'r SourceRow>) -> Option<Timestamp> {
    let times = rows.into_iter().map(|row| row.segment.received_at);
    times.filter(|time| *time >= CLOCKS_FROM_MS).max().and_then(Timestamp::from_milliseconds)
}

/// The first rows of a source.
#[derive(Debug, Default)]
pub struct FirstRows {
    /// The rows, in their order.
    pub rows: Vec<SourceRow>,
    /// Notes on the source that are no faults.
    pub notes: Vec<Note>,
}

impl FirstRows {
    fn add(&mut self, more: Self) {
        self.rows.extend(more.rows);
        self.notes.extend(more.notes);
    }
}

impl SourceReader {
    /// A reader for sources that need no secret.
    pub fn new(root: &Path) -> Result<Self, Error> {
        Self::with_secrets(root, Arc::new(NoSecrets))
    }

    /// A reader for all sources.
    pub fn with_secrets(root: &Path, secrets: Arc<dyn Secrets>) -> Result<Self, Error> {
        let store = Arc::new(Overlay::new(root));
        let context = functions::context(store.clone(), None).with_secrets(secrets);
        // With the deadline in the past, a connector stops after its first chunk or page.
        context.set_deadline(1);
        let run = RunId::parse(NO_RUN).map_err(|error| Error::malformed("the run", error))?;
        Ok(Self { store, context, run })
    }

    /// At most `wanted` rows from the start of a source. Blank lines are not rows.
    pub async fn rows(&self, source: &Source, wanted: usize) -> Result<FirstRows, Error> {
        let source = &no_more_than(wanted, source);
        let planning =
            Planning { context: &self.context, run: &self.run, known: &[], watermark: None, split_bytes: SPLIT_BYTES };
        let mut faults = Vec::new();
        let planned = connector(source).plan(&planning, &mut faults).await.map_err(failed(source))?;
        if let Some(fault) = faults.first() {
            return Err(Error::Unready(fault.clone()));
        }
        let mut read = FirstRows { rows: Vec::new(), notes: planned.notes };
        for reading in planned.readings.iter().flat_map(one_by_one) {
            if read.rows.len() >= wanted {
                break;
            }
            read.add(self.read(source, &reading, wanted).await?);
        }
        read.rows.truncate(wanted);
        Ok(read)
    }

    /// A reference table, in the format in which it exists.
    pub async fn table(&self, name: &str) -> Result<Result<StoredTable, NoTable>, Error> {
        let found = table::find(self.store.as_ref(), name).await.map_err(Error::store("read a reference table"))?;
        Ok(found.map(|(_, table)| table))
    }

    /// The landing files of a source, in the order of their names.
    pub async fn files(&self, source: &str) -> Result<Vec<Object>, Error> {
        self.store.list(&keys::landing(source)).await.map_err(Error::store("list the files of a source"))
    }

    /// The first rows of a file of a source.
    pub async fn rows_of(&self, source: &Source, object: &Object) -> Result<FirstRows, Error> {
        let piece = ObjectPiece {
            object: object.key.clone(),
            etag: object.etag.clone(),
            received_at: object.modified_at,
            start: 0,
            end: object.size,
            is_range: false,
        };
        // One row is in the first chunk, which is always read whole.
        self.read(source, &SplitReading::Files { pieces: vec![piece] }, 1).await
    }

    /// The rows of the first chunk, or of as many pages as have `wanted` rows.
    async fn read(&self, source: &Source, reading: &SplitReading, wanted: usize) -> Result<FirstRows, Error> {
        let to = Destination {
            context: &self.context,
            run: &self.run,
            source: &source.name,
            split: 0,
            format: source.kind.rows(),
            received_at: 0,
        };
        let mut sink = Sink::new(to, 0, Default::default());
        let outcome = read_on(source, reading, wanted, &mut sink).await;
        let written = self.store.take_written(keys::RAW).await.map_err(Error::store("read the rows"))?;
        outcome?;
        let mut read = FirstRows::default();
        for (key, bytes) in written {
            let (text, index) =
                rawchunk::parse(&key, &bytes).map_err(|error| Error::Stage(StageError::damaged(error)))?;
            split(&text, &index.segments, source, &mut read.rows);
            read.notes.extend(index.notes);
        }
        read.notes.extend_from_slice(sink.notes());
        Ok(read)
    }
}

/// Reads into the sink, and continues as Extract does: a source that stops without rows may have asked to wait.
async fn read_on(source: &Source, reading: &SplitReading, wanted: usize, sink: &mut Sink<'_>) -> Result<(), Error> {
    let connector = connector(source);
    let mut from = None;
    loop {
        let outcome = connector.read(reading, from, sink).await.map_err(failed(source))?;
        let has_enough = sink.moved().records_out >= wanted as u64;
        if has_enough || connector.is_repeatable() || matches!(outcome, ReadOutcome::Done { .. }) {
            return Ok(());
        }
        let TakenUp::At(position) = sink.take_up().await.map_err(Error::Stage)? else {
            return Ok(());
        };
        from = Some(SplitPosition::Opaque(position));
    }
}

/// The source with settings that read few rows beyond `wanted`: one split and pages of this size for a database. An API
/// sets the size of its pages itself.
fn no_more_than(wanted: usize, source: &Source) -> Source {
    let mut source = source.clone();
    if let SourceKind::Postgres(settings) = &mut source.kind {
        settings.splits = Some(1);
        settings.rows_per_page = settings.rows_per_page.min(u32::try_from(wanted).unwrap_or(u32::MAX)).max(1);
    }
    source
}

/// One reading for each file, so that no file is read that is not needed.
fn one_by_one(reading: &SplitReading) -> Vec<SplitReading> {
    match reading {
        SplitReading::Files { pieces } => {
            pieces.iter().map(|piece| SplitReading::Files { pieces: vec![piece.clone()] }).collect()
        }
        other => vec![other.clone()],
    }
}

/// For `map_err` behind a connector.
fn failed(source: &Source) -> impl FnOnce(onefold_connect::Fault) -> Error {
    let name = source.name.clone();
    move |fault| Error::Stage(fault.into_error(&name))
}

impl SourceRow {
    /// The header of its file; empty if it is not CSV.
    pub fn header(&self) -> &[u8] {
        self.halves().0
    }

    /// The row's own bytes.
    pub fn own(&self) -> &[u8] {
        self.halves().1
    }

    /// The row's own bytes, without the line end.
    pub fn raw(&self) -> &[u8] {
        let row = self.own();
        row.strip_suffix(b"\n").map_or(row, |row| row.strip_suffix(b"\r").unwrap_or(row))
    }

    fn halves(&self) -> (&[u8], &[u8]) {
        self.text.split_at(self.text.len().saturating_sub(self.segment.length))
    }

    /// The names and values of the row as in its file; empty if they cannot be read.
    pub fn cells(&self) -> Vec<(String, String)> {
        if self.header().is_empty() {
            return members(&String::from_utf8_lossy(self.raw()), "/");
        }
        let texts = |record: &[u8]| -> Vec<String> {
            let mut reader = FieldReader::new(self.delimiter);
            reader.read(record);
            reader.fields().map(|field| String::from_utf8_lossy(field).into_owned()).collect()
        };
        let (names, values) = (texts(self.header()), texts(self.own()));
        if names.len() != values.len() {
            return Vec::new();
        }
        names.into_iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).zip(values).collect()
    }
}

/// Divides a raw chunk into its rows, each with the header before it.
fn split(text: &[u8], segments: &[Segment], source: &Source, rows: &mut Vec<SourceRow>) {
    let covered: usize = segments.iter().map(|segment| segment.length).sum();
    let (header, mut rest) = text.split_at(text.len().saturating_sub(covered));
    let delimiter = source.kind.delimiter();
    let dialect = Dialect::of(header, delimiter);
    for segment in segments {
        let (mut lines, behind) = rest.split_at(segment.length.min(rest.len()));
        rest = behind;
        let (mut byte, mut line) = (segment.byte, segment.line);
        while !lines.is_empty() {
            let length = match source.kind.rows() {
                RowFormat::JsonLines => lines.iter().position(|byte| *byte == b'\n').map_or(lines.len(), |at| at + 1),
                RowFormat::Csv => match dialect.record(lines, true) {
                    Boundary::Complete(length) | Boundary::Broken(length) => length,
                    Boundary::Open => lines.len(),
                },
            };
            let (row, after) = lines.split_at(length);
            lines = after;
            if !row.trim_ascii().is_empty() {
                let segment = Segment { byte, line, length, ..segment.clone() };
                rows.push(SourceRow { text: [header, row].concat(), segment, delimiter });
            }
            byte += length as u64;
            line = line.map(|line| line + row.iter().filter(|byte| **byte == b'\n').count() as u64);
        }
    }
}
