//! Extract: reads a split of a source, through its connector, and writes it as raw chunks.
//!
//! An invocation that nears its time limit stops at the end of a chunk and answers with a cursor. The workflow then
//! calls again with this cursor. The sink ([`onefold_connect::Sink`]) decides whether a retry writes a chunk again.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

use onefold_connect::{Connector, Destination, Fault, ReadOutcome, Sink, SplitPosition, TakenUp, connector};
use onefold_lake::calls::{ExtractCursor, ExtractProgress, ExtractRequest, ExtractResult, ObjectPosition};
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::plan::Split;
use onefold_lake::run::receipt::Moved;
use onefold_shell::{Context, StageError, Work};

/// Reads a split, from the start or from a cursor.
///
/// # Errors
/// The error of the source, if the source is required: `InvalidInput` if an object is gone, was changed, or does not
/// have the format that its name says; `Transient` if the store failed.
pub async fn run(request: ExtractRequest, context: &Context) -> Result<ExtractProgress, StageError> {
    let ExtractRequest { run, split, cursor } = request;
    let name = keys::split_receipt_name(split.split);
    let work = Work { run: run.clone(), stage: Stage::Extract, name };
    if work.receipt::<ExtractResult>(context).await?.is_some() {
        return Ok(ExtractProgress { run, split, cursor: None, done: true });
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
        let done = |watermark, skipped| ExtractResult {
            source: source.name.clone(),
            chunks: sink.chunk(),
            lines: sink.moved().records_out,
            watermark,
            skipped,
            notes: sink.notes().to_vec(),
        };
        Ok(match end {
            ExtractionEnd::Done { watermark } => Some(done(watermark, None)),
            ExtractionEnd::Skipped { reason } => Some(done(None, Some(reason))),
            ExtractionEnd::Stopped(position) => {
                next = Some(cursor_at(position, &sink));
                None
            }
        })
    })
    .await?;
    Ok(ExtractProgress { done: next.is_none(), run, split, cursor: next })
}

fn moved_before(cursor: Option<&ExtractCursor>) -> Moved {
    cursor.map_or_else(Moved::default, |cursor| Moved {
        records_in: cursor.records,
        records_out: cursor.records,
        bytes_in: cursor.bytes_in,
        bytes_out: cursor.bytes_out,
        ..Moved::default()
    })
}

fn cursor_at(position: Option<ObjectPosition>, sink: &Sink<'_>) -> ExtractCursor {
    let moved = sink.moved();
    ExtractCursor {
        position,
        chunk: sink.chunk(),
        records: moved.records_out,
        bytes_in: moved.bytes_in,
        bytes_out: moved.bytes_out,
    }
}

/// How an invocation ends.
enum ExtractionEnd {
    Done { watermark: Option<String> },
    Skipped { reason: String },
    Stopped(Option<ObjectPosition>),
}

/// A split and the connector that reads it.
struct Extraction<'e> {
    connector: Box<dyn Connector + 'e>,
    split: &'e Split,
    /// Whether an error of the source fails the run.
    required: bool,
}

impl Extraction<'_> {
    async fn read(&self, position: Option<ObjectPosition>, sink: &mut Sink<'_>) -> Result<ExtractionEnd, StageError> {
        let is_repeatable = self.connector.is_repeatable();
        loop {
            let from = if is_repeatable {
                position.map(SplitPosition::Object)
            } else {
                match sink.take_up().await? {
                    TakenUp::Nothing => None,
                    TakenUp::At(position) => Some(SplitPosition::Opaque(position)),
                    TakenUp::Done { watermark } => return Ok(ExtractionEnd::Done { watermark }),
                    TakenUp::Skipped { reason } => return Ok(ExtractionEnd::Skipped { reason }),
                }
            };
            match self.connector.read(&self.split.read, from, sink).await {
                Ok(ReadOutcome::Done { watermark }) => return Ok(ExtractionEnd::Done { watermark }),
                Ok(ReadOutcome::Stopped(_)) if sink.is_overtaken() && !sink.is_time_short() => {}
                Ok(ReadOutcome::Stopped(position)) => return Ok(ExtractionEnd::Stopped(position)),
                Err(Fault::Source(error)) if !self.required => {
                    let reason = error.text();
                    if sink.skip(&reason, is_repeatable).await? {
                        tracing::warn!(source = self.split.source, reason, "skipped");
                        return Ok(ExtractionEnd::Skipped { reason });
                    }
                }
                Err(fault) => return Err(fault.into_error(&self.split.source)),
            }
        }
    }
}
