//! The connectors: what there is to read of a source, and reading it.
//!
//! A [`Connector`] plans splits and reads them into a [`Sink`]. A new one is a file here, its settings in
//! the configuration (`onefold-config`), its variant of [`Reading`](onefold_lake::run::plan::Reading), and its arm in
//! [`connector`]. Nothing in here decides what a row means.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod chunker;
mod fault;
mod files;
mod http;
mod postgres;
mod sink;
#[cfg(test)]
mod testing;

use async_trait::async_trait;
use onefold_config::{Source, SourceKind};
use onefold_lake::RunId;
use onefold_lake::run::note::Note;
use onefold_lake::run::plan::{Input, Reading};
use onefold_shell::Context;
use onefold_store::Object;
use serde::{Deserialize, Serialize};

pub use fault::Fault;
pub use files::SPLIT_BYTES;
pub use sink::{Destination, Flow, Sink, TakenUp};

/// Reads one kind of source.
#[async_trait]
pub trait Connector: Send + Sync {
    /// What there is to read that no version has read, divided into splits.
    ///
    /// What is wrong with the set-up goes to `faults`, so that all of it is told at once.
    ///
    /// # Errors
    /// The source, or the store, failed.
    async fn plan(&self, planning: &Planning<'_>, faults: &mut Vec<String>) -> Result<Planned, Fault>;

    /// Reads a split from its start, or from where it was left, into the sink.
    ///
    /// # Errors
    /// The source, or the store, failed.
    async fn read(&self, reading: &Reading, from: Option<Position>, sink: &mut Sink<'_>) -> Result<Outcome, Fault>;

    /// Whether reading a split again gives the same bytes. Then a chunk is written again by whoever reads
    /// again; of any other source it is written once, and says where to go on (see [`Sink`]).
    fn is_repeatable(&self) -> bool;
}

/// The connector of a source.
pub fn connector(source: &Source) -> Box<dyn Connector + '_> {
    match &source.kind {
        SourceKind::Files(settings) => Box::new(files::FilesSource::new(source, settings)),
        SourceKind::Http(settings) => Box::new(http::HttpSource { source: &source.name, settings }),
        SourceKind::Postgres(settings) => Box::new(postgres::PostgresSource { source, settings }),
    }
}

/// What a connector is given to plan with.
pub struct Planning<'p> {
    /// The lake, and what else is at hand.
    pub context: &'p Context,
    /// The run that is planned.
    pub run: &'p RunId,
    /// Every object that the previous version, and those before it, have read.
    pub known: &'p [Input],
    /// The watermark of the source that the previous version committed.
    pub watermark: Option<&'p str>,
    /// Bytes that one split should hold, about.
    pub split_bytes: u64,
}

/// What there is to read of a source.
#[derive(Debug, Default)]
pub struct Planned {
    /// What each split reads.
    pub readings: Vec<Reading>,
    /// The objects that are read by them, to be remembered as read.
    pub objects: Vec<Object>,
    /// What is told of the source and is no fault.
    pub notes: Vec<Note>,
}

/// Where a split was left.
#[derive(Clone, Debug, PartialEq)]
pub enum Position {
    /// In an object.
    Object(ObjectPosition),
    /// What the connector gave to [`Sink::page_end`].
    Opaque(serde_json::Value),
}

/// Where in its objects a split was left: always at the end of a chunk. Numbers alone, so that it may travel
/// through the state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectPosition {
    /// Which piece of the split.
    pub piece: usize,
    /// How far in the (decompressed) object, in bytes.
    pub byte: u64,
    /// Number of the next line, if it is known.
    pub line: Option<u64>,
}

/// How reading ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The split is read to its end.
    Done {
        /// Up to where the source is read now, if it is read by a watermark. Of several splits of a source
        /// the last one's counts, so they had better give the same.
        watermark: Option<String>,
    },
    /// Reading must go on: later, as time is short, or from another position, as the sink knows.
    Stopped(Option<ObjectPosition>),
}
