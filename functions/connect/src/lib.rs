//! The connectors: what there is to read of a source, and reading it.
//!
//! A [`Connector`] plans splits and reads them into a [`Sink`]. A new connector needs a file here, settings in the
//! configuration (`onefold-config`), a variant of [`SplitReading`](onefold_lake::run::plan::SplitReading) and an arm in
//! [`connector`]. Connectors do not interpret rows.
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
use onefold_lake::calls::ObjectPosition;
use onefold_lake::run::note::Note;
use onefold_lake::run::plan::{ReadObject, SplitReading};
use onefold_shell::Context;
use onefold_store::Object;

pub use fault::Fault;
pub use files::SPLIT_BYTES;
pub use postgres::connection::Connection as PostgresConnection;
pub use sink::{Destination, Flow, Sink, TakenUp};

/// Reads one kind of source.
#[async_trait]
pub trait Connector: Send + Sync {
    /// Divides what no version has read into splits.
    ///
    /// Faults of the set-up are added to `faults`, so that all of them are reported at once.
    ///
    /// # Errors
    /// The source, or the store, failed.
    async fn plan(&self, planning: &Planning<'_>, faults: &mut Vec<String>) -> Result<PlannedSource, Fault>;

    /// Reads a split into the sink, from its start or from the position where it was left.
    ///
    /// # Errors
    /// The source, or the store, failed.
    async fn read(
        &self,
        reading: &SplitReading,
        from: Option<SplitPosition>,
        sink: &mut Sink<'_>,
    ) -> Result<ReadOutcome, Fault>;

    /// Whether reading a split again gives the same bytes. Then a retry writes the same chunks again. Chunks of all
    /// other sources are written once, and say where to go on (see [`Sink`]).
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

/// What a connector plans with.
pub struct Planning<'p> {
    /// The lake, secrets and time limits.
    pub context: &'p Context,
    /// The run that is planned.
    pub run: &'p RunId,
    /// Every object that the previous version or one before it has read.
    pub known: &'p [ReadObject],
    /// The watermark of the source that the previous version committed.
    pub watermark: Option<&'p str>,
    /// About how many bytes one split should hold.
    pub split_bytes: u64,
}

/// What there is to read of a source.
#[derive(Debug, Default)]
pub struct PlannedSource {
    /// What each split reads.
    pub readings: Vec<SplitReading>,
    /// The objects that the splits read. They will be known as read.
    pub objects: Vec<Object>,
    /// Notes about the source that are no faults.
    pub notes: Vec<Note>,
}

/// Where a split was left.
#[derive(Clone, Debug, PartialEq)]
pub enum SplitPosition {
    /// In an object.
    Object(ObjectPosition),
    /// What the connector gave to [`Sink::page_end`].
    Opaque(serde_json::Value),
}

/// How reading ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadOutcome {
    /// The split is read to its end.
    Done {
        /// The new watermark, if the source has one. All splits of a source must give the same; the last one counts.
        watermark: Option<String>,
    },
    /// Reading must go on: later, because time is short, or from the position that the sink knows.
    Stopped(Option<ObjectPosition>),
}
