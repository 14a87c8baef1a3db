//! Plan: lists what there is to read and pins what the run builds on.
//!
//! It pins the configuration, the reference tables, the corrections and the previous version, and writes the splits: a line
//! for each Extract invocation. Every fault of the set-up is found here, before anything runs, and all of
//! them are reported at once. `plan.json` is written last: with it, a run is planned.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod corrections;
mod lease;
mod request;
mod suppression;
mod tables;

use onefold_config::Config;
use onefold_connect::{Fault, Planned, Planning, SPLIT_BYTES, connector};
use onefold_lake::RunId;
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::note::{Note, SourceNote};
use onefold_lake::run::plan::{Input, Plan, Previous, Skipped, Split};
use onefold_lake::run::receipt::Moved;
use onefold_lake::version::current::Current;
use onefold_lake::version::manifest::{Manifest, config_digest};
use onefold_normalise::timestamp::Timestamp;
use onefold_shell::{Context, ErrorKind, StageError, Work, json_lines, json_object};
use onefold_store::{Condition, StoreError};

pub use request::{Answer, Input as StartInput, Request};

/// Plans a run, or takes up one that failed.
///
/// # Errors
/// `InvalidInput` with every fault of the set-up; `Transient` if the store failed.
pub async fn run(request: Request, context: &Context) -> Result<Answer, StageError> {
    let input = StartInput::read(&request.input)?;
    run_as(request, input, context).await
}

/// Plans a run by an input that is taken as it is: what [`StartInput::read`] refuses is for who knows what it does.
///
/// # Errors
/// Like [`run`].
pub async fn run_as(request: Request, input: StartInput, context: &Context) -> Result<Answer, StageError> {
    let started_at = Timestamp::parse(&request.started_at)
        .ok_or_else(|| StageError::invalid_input("started_at must be the execution's start in RFC 3339"))?;
    if let Some(resume) = &input.resume {
        return take_up(resume, input.publish, &request, started_at, context).await;
    }
    let run = RunId::new(&request.started_at, &request.execution).map_err(|error| {
        StageError::invalid_input(format!("started_at must be the execution's start in RFC 3339: {error}"))
    })?;
    if !input.dry_run {
        request.take_lease(&run, started_at, context).await?;
    }
    let work = Work { run: run.clone(), stage: Stage::Plan, name: "plan".to_owned() };
    let answer = work.once(context, async |moved| plan(&run, started_at, &input, context, moved).await).await?;
    if !answer.work {
        onefold_lake::run::lease::give_back(context.store.as_ref(), &run).await?;
    }
    Ok(answer)
}

/// The answer of the first execution again: every stage skips what is complete.
async fn take_up(
    resume: &str,
    publish: bool,
    request: &Request,
    started_at: Timestamp,
    context: &Context,
) -> Result<Answer, StageError> {
    let run = RunId::parse(resume).map_err(|error| StageError::invalid_input(format!("resume: {error}")))?;
    let work = Work { run: run.clone(), stage: Stage::Plan, name: "plan".to_owned() };
    let receipt = work.receipt::<Answer>(context).await?.ok_or_else(|| {
        StageError::invalid_input(format!("the run {run} was never planned, so it cannot be resumed; start a new one"))
    })?;
    let plan: Plan = context.json(&keys::run_plan(&run)).await?;
    // A dry run publishes nothing, so it is in nobody's way.
    if publish || !plan.dry_run {
        request.take_lease(&run, started_at, context).await?;
    }
    Ok(Answer { resumed: true, publish, ..receipt.result })
}

impl Request {
    /// Takes the lease for this execution. One of a state machine that does not say which it is cannot be asked for later.
    async fn take_lease(&self, run: &RunId, started_at: Timestamp, context: &Context) -> Result<(), StageError> {
        match &self.execution_arn {
            Some(execution) => lease::take(run, execution, started_at, context).await,
            None => Ok(()),
        }
    }
}

async fn plan(
    run: &RunId,
    started_at: Timestamp,
    input: &StartInput,
    context: &Context,
    moved: &mut Moved,
) -> Result<Answer, StageError> {
    let config_text = match context.store.get(keys::CONFIG).await {
        Ok((text, _)) => text,
        Err(StoreError::NotFound { key }) => {
            return Err(StageError::invalid_input(format!("there is no {key}; upload the pipeline's configuration")));
        }
        Err(error) => return Err(error.into()),
    };
    let text = std::str::from_utf8(&config_text)
        .map_err(|_| StageError::invalid_input(format!("{} is not UTF-8", keys::CONFIG)))?;
    let config =
        Config::parse(text).map_err(|faults| StageError::invalid_input(format!("{}: {faults}", keys::CONFIG)))?;

    let (previous, manifest) = previous(context).await?;
    let known: Vec<Input> = match &previous {
        Some(previous) => context.json_lines(&keys::processed_inputs(&previous.run)).await?,
        None => Vec::new(),
    };
    let mut faults = Vec::new();
    let tables = tables::pin(&config, context, &mut faults).await?;
    let (pinned_corrections, mut corrections) = corrections::pin(&config, context, &mut faults).await?;
    let suppression = suppression::read(context, &mut faults).await?;
    suppression::strike(&mut corrections.pairs, &suppression);
    let split_bytes = input.split_bytes.unwrap_or(SPLIT_BYTES);
    let found = sources(run, &config, &known, manifest.as_ref(), split_bytes, context, &mut faults).await?;
    if !faults.is_empty() {
        return Err(StageError::invalid_input(faults.join("; ")));
    }

    let mut splits: Vec<Split> = Vec::new();
    for (source, planned) in &found.planned {
        for read in &planned.readings {
            splits.push(Split { split: splits.len() as u32, source: source.clone(), read: read.clone() });
        }
    }
    let suppression_digest = suppression.digest();
    let erases = manifest.as_ref().is_some_and(|manifest| manifest.suppression != suppression_digest);
    let plan = Plan {
        run: run.clone(),
        started_at: started_at.milliseconds(),
        previous,
        tables,
        shards: input.shards,
        partitions: input.partitions,
        splits: splits.len() as u32,
        snapshots: snapshots(&config, &found.planned),
        skipped: found.skipped,
        corrections: pinned_corrections,
        notes: corrections.notes,
        source_notes: source_notes(&found.planned),
        dry_run: input.dry_run,
        suppression: suppression_digest,
        erases,
    };
    let objects = || {
        let sources = found.planned.iter();
        sources.flat_map(|(source, planned)| planned.objects.iter().map(move |object| (source, object)))
    };
    let read_now = objects().map(|(source, object)| Input {
        source: source.clone(),
        object: object.key.clone(),
        etag: object.etag.clone(),
        run: run.clone(),
    });
    let new_objects = objects().count();
    let config_digest = config_digest(text);
    let is_new_config = manifest.as_ref().is_some_and(|manifest| manifest.config != config_digest);
    let corrections_digest = corrections.pairs.digest(context.hasher()?);
    let is_newly_corrected = manifest.as_ref().is_some_and(|manifest| manifest.corrections != corrections_digest);
    moved.records_in = new_objects as u64;
    moved.records_out = splits.len() as u64;
    moved.bytes_in = objects().map(|(_, object)| object.size).sum();

    let inputs: Vec<Input> = read_now.collect();
    let store = &context.store;
    store.put(&keys::run_config(run), config_text, Condition::Always).await?;
    store.put(&keys::run_splits(run), json_lines(&splits)?, Condition::Always).await?;
    store.put(&keys::run_inputs(run), json_lines(&inputs)?, Condition::Always).await?;
    if !plan.corrections.is_empty() {
        store.put(&keys::run_corrections(run), json_object(&corrections.pairs)?, Condition::Always).await?;
    }
    if !suppression.is_empty() {
        store.put(&keys::run_suppression(run), json_object(&suppression.entries())?, Condition::Always).await?;
    }
    store.put(&keys::run_plan(run), json_object(&plan)?, Condition::Always).await?;
    Ok(Answer {
        run: run.clone(),
        work: plan.splits > 0 || is_new_config || is_newly_corrected || plan.erases,
        resumed: false,
        publish: false,
        new_objects: new_objects as u64,
        splits: plan.splits,
        splits_key: keys::run_splits(run),
    })
}

/// The version that this run builds on, and its manifest.
async fn previous(context: &Context) -> Result<(Option<Previous>, Option<Manifest>), StageError> {
    let Some((current, etag)) = context.json_if_there::<Current>(keys::CURRENT).await? else {
        return Ok((None, None));
    };
    let manifest: Manifest = context.json(&keys::manifest(&current.run)).await?;
    if manifest.format > onefold_lake::version::manifest::FORMAT {
        return Err(StageError::invalid_input(format!(
            "the current version has format {}, this program knows formats up to {}; deploy a newer one",
            manifest.format,
            onefold_lake::version::manifest::FORMAT
        )));
    }
    Ok((Some(Previous { run: current.run, etag }), Some(manifest)))
}

/// What is told of the sources.
fn source_notes(planned: &[(String, Planned)]) -> Vec<SourceNote> {
    let of_source = |(source, planned): &(String, Planned)| {
        let note = |note: &Note| SourceNote { source: source.clone(), note: note.clone() };
        planned.notes.iter().map(note).collect::<Vec<_>>()
    };
    planned.iter().flat_map(of_source).collect()
}

/// The sources of which a snapshot is read, sorted: those that are snapshots and have anything new.
fn snapshots(config: &Config, planned: &[(String, Planned)]) -> Vec<String> {
    let has_new = |name: &&str| planned.iter().any(|(source, planned)| source == name && !planned.readings.is_empty());
    let mut snapshots: Vec<String> = config.snapshots().filter(has_new).map(str::to_owned).collect();
    snapshots.sort_unstable();
    snapshots
}

/// What there is to read of all sources.
#[derive(Default)]
struct Found {
    /// By source, in the order of the configuration.
    planned: Vec<(String, Planned)>,
    skipped: Vec<Skipped>,
}

/// Plans each source. One that fails and need not be read is skipped.
async fn sources(
    run: &RunId,
    config: &Config,
    known: &[Input],
    manifest: Option<&Manifest>,
    split_bytes: u64,
    context: &Context,
    faults: &mut Vec<String>,
) -> Result<Found, StageError> {
    let mut found = Found::default();
    for source in &config.sources {
        let watermark = manifest.and_then(|manifest| manifest.watermarks.get(&source.name)).map(String::as_str);
        let planning = Planning { context, run, known, watermark, split_bytes };
        match connector(source).plan(&planning, faults).await {
            Ok(planned) => found.planned.push((source.name.clone(), planned)),
            Err(Fault::Source(error)) if !source.required => {
                found.skipped.push(Skipped { source: source.name.clone(), reason: error.message });
            }
            Err(fault @ Fault::Source(_)) => match fault.into_error(&source.name) {
                error if error.kind == ErrorKind::InvalidInput => faults.push(error.message),
                error => return Err(error),
            },
            Err(Fault::Stage(error)) => return Err(error),
        }
    }
    Ok(found)
}
