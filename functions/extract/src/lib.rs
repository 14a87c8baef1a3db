//! Extract: reads a split of a source, through its connector, and writes it as raw chunks.
//!
//! An invocation that nears its time limit stops at the end of a chunk and answers with a cursor; the workflow
//! calls again from there. Whether a chunk is written again by another try, or once and for all, is the
//! sink's matter ([`onefold_connect::Sink`]).
#![warn(missing_docs)]
#![forbid(unsafe_code)]

use onefold_connect::{
    Connector, Destination, Fault, ObjectPosition, ReadOutcome, Sink, SplitPosition, TakenUp, connector,
};
use onefold_lake::RunId;
use onefold_lake::keys::Stage;
use onefold_lake::run::note::Note;
use onefold_lake::run::plan::Split;
use onefold_lake::run::receipt::Moved;
use onefold_shell::{Context, StageError, Work};
use serde::{Deserialize, Serialize};

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
    /// Where in its objects; of a source without objects, the last chunk knows.
    pub position: Option<ObjectPosition>,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    /// The source's name.
    pub source: String,
    /// How many chunks there are.
    pub chunks: u32,
    /// Lines of JSON Lines, records of CSV; blank ones among them.
    pub lines: u64,
    /// Up to where the source is read now, if it is read by a watermark.
    pub watermark: Option<String>,
    /// Why the split was given up, if its source failed and need not be read.
    pub skipped: Option<String>,
    /// What is told of the source since the last chunk, and is no fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// Reads a split.
///
/// # Errors
/// What the source fails with, if it must be read: `InvalidInput` if an object is gone, was changed, or is
/// not what its name says; `Transient` if the store failed.
pub async fn run(request: Request, context: &Context) -> Result<Answer, StageError> {
    let Request { run, split, cursor } = request;
    let name = format!("{:05}", split.split);
    let work = Work { run: run.clone(), stage: Stage::Extract, name };
    if work.receipt::<Extracted>(context).await?.is_some() {
        return Ok(Answer { run, split, cursor: None, done: true });
    }
    let pinned = context.pinned(&run).await?;
    let source = pinned
        .config
        .source(&split.source)
        .ok_or_else(|| StageError::internal(format!("the run's configuration has no source {:?}", split.source)))?;
    let to = Destination {
        context,
        run: &run,
        source: &source.name,
        split: split.split,
        format: source.kind.rows(),
        received_at: pinned.plan.started_at,
    };
    let mut next = None;
    work.until_done(context, async |moved| {
        let mut sink = Sink::new(to, cursor.map_or(0, |cursor| cursor.chunk), moved_before(cursor.as_ref()));
        let position = cursor.and_then(|cursor| cursor.position);
        let reading = Extraction { connector: connector(source), split: &split, required: source.required };
        let end = reading.read(position, &mut sink).await?;
        *moved = sink.moved();
        let done = |watermark, skipped| Extracted {
            source: source.name.clone(),
            chunks: sink.chunk(),
            lines: sink.moved().records_out,
            watermark,
            skipped,
            notes: sink.notes().to_vec(),
        };
        Ok(match end {
            End::Done { watermark } => Some(done(watermark, None)),
            End::Skipped { reason } => Some(done(None, Some(reason))),
            End::Stopped(position) => {
                next = Some(cursor_at(position, &sink));
                None
            }
        })
    })
    .await?;
    Ok(Answer { done: next.is_none(), run, split, cursor: next })
}

fn moved_before(cursor: Option<&Cursor>) -> Moved {
    cursor.map_or_else(Moved::default, |cursor| Moved {
        records_in: cursor.records,
        records_out: cursor.records,
        bytes_in: cursor.bytes_in,
        bytes_out: cursor.bytes_out,
        ..Moved::default()
    })
}

fn cursor_at(position: Option<ObjectPosition>, sink: &Sink<'_>) -> Cursor {
    let moved = sink.moved();
    Cursor {
        position,
        chunk: sink.chunk(),
        records: moved.records_out,
        bytes_in: moved.bytes_in,
        bytes_out: moved.bytes_out,
    }
}

/// How an invocation ends.
enum End {
    Done { watermark: Option<String> },
    Skipped { reason: String },
    Stopped(Option<ObjectPosition>),
}

/// A split being read.
struct Extraction<'e> {
    connector: Box<dyn Connector + 'e>,
    split: &'e Split,
    /// Whether the run fails if the source does.
    required: bool,
}

impl Extraction<'_> {
    async fn read(&self, position: Option<ObjectPosition>, sink: &mut Sink<'_>) -> Result<End, StageError> {
        let is_repeatable = self.connector.is_repeatable();
        loop {
            let from = if is_repeatable {
                position.map(SplitPosition::Object)
            } else {
                match sink.take_up().await? {
                    TakenUp::Nothing => None,
                    TakenUp::At(position) => Some(SplitPosition::Opaque(position)),
                    TakenUp::Done { watermark } => return Ok(End::Done { watermark }),
                    TakenUp::Skipped { reason } => return Ok(End::Skipped { reason }),
                }
            };
            match self.connector.read(&self.split.read, from, sink).await {
                Ok(ReadOutcome::Done { watermark }) => return Ok(End::Done { watermark }),
                Ok(ReadOutcome::Stopped(_)) if sink.is_overtaken() && !sink.is_time_short() => {}
                Ok(ReadOutcome::Stopped(position)) => return Ok(End::Stopped(position)),
                Err(Fault::Source(error)) if !self.required => {
                    if sink.skip(&error.message, is_repeatable).await? {
                        tracing::warn!(source = self.split.source, reason = error.message, "skipped");
                        return Ok(End::Skipped { reason: error.message });
                    }
                }
                Err(fault) => return Err(fault.into_error(&self.split.source)),
            }
        }
    }
}
