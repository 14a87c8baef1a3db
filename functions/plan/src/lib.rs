//! Plan: lists what there is to read and pins what the run builds on.
//!
//! It pins the configuration, the reference tables, the corrections and the previous version, and writes the splits: a
//! line for each Extract invocation. `setup` reads, `decision` decides and `write` writes.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod corrections;
mod decision;
mod lease;
mod model;
mod request;
mod setup;
mod sources;
mod suppression;
mod tables;
mod write;

use onefold_lake::RunId;
use onefold_lake::calls::{PlanRequest, PlanResult, StartInput};
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::plan::Plan;
use onefold_lake::run::receipt::Moved;
use onefold_normalise::timestamp::Timestamp;
use onefold_shell::{Context, StageError, Work};

use decision::decide;
use setup::SetUp;
use write::write;

pub use request::read_input;

/// Plans a run, or takes up one that failed.
///
/// # Errors
/// `InvalidInput` with every fault of the set-up; `Transient` if the store failed.
pub async fn run(request: PlanRequest, context: &Context) -> Result<PlanResult, StageError> {
    let input = read_input(&request.input)?;
    run_as(request, input, context).await
}

/// Plans a run by an input that is taken as it is: what [`read_input`] refuses is for who knows what it does.
///
/// # Errors
/// Like [`run`].
pub async fn run_as(request: PlanRequest, input: StartInput, context: &Context) -> Result<PlanResult, StageError> {
    let started_at = Timestamp::parse(&request.started_at)
        .ok_or_else(|| StageError::invalid_input("started_at must be the execution's start in RFC 3339"))?;
    if let Some(resume) = &input.resume {
        return take_up(resume, input.publish, &request, started_at, context).await;
    }
    let run = RunId::new(&request.started_at, &request.execution).map_err(|error| {
        StageError::invalid_input("started_at must be the execution's start in RFC 3339").caused_by(error)
    })?;
    if !input.dry_run {
        take_lease(&request, &run, started_at, context).await?;
    }
    let work = Work { run: run.clone(), stage: Stage::Plan, name: "plan".to_owned() };
    let answer = work.once(context, async |moved| plan(&run, started_at, &input, context, moved).await).await?;
    if !answer.work {
        onefold_lake::run::lease::give_back(context.store.as_ref(), &run).await.map_err(StageError::changing)?;
    }
    Ok(answer)
}

/// The answer of the first execution again: every stage skips what is complete.
async fn take_up(
    resume: &str,
    publish: bool,
    request: &PlanRequest,
    started_at: Timestamp,
    context: &Context,
) -> Result<PlanResult, StageError> {
    let run = RunId::parse(resume).map_err(|error| StageError::invalid_input("resume").caused_by(error))?;
    let work = Work { run: run.clone(), stage: Stage::Plan, name: "plan".to_owned() };
    let receipt = work.receipt::<PlanResult>(context).await?.ok_or_else(|| {
        StageError::invalid_input(format!("the run {run} was never planned, so it cannot be resumed; start a new one"))
    })?;
    let plan: Plan = context.json(&keys::run_plan(&run)).await?;
    // A dry run publishes nothing, so it is in nobody's way.
    if publish || !plan.dry_run {
        take_lease(request, &run, started_at, context).await?;
    }
    Ok(PlanResult { resumed: true, publish, ..receipt.result })
}

/// Takes the lease for this execution. One of a state machine that does not say which it is cannot be asked for later.
async fn take_lease(
    request: &PlanRequest,
    run: &RunId,
    started_at: Timestamp,
    context: &Context,
) -> Result<(), StageError> {
    match &request.execution_arn {
        Some(execution) => lease::take(run, execution, started_at, context).await,
        None => Ok(()),
    }
}

/// Reads what the run builds on, decides what it does, and writes that.
async fn plan(
    run: &RunId,
    started_at: Timestamp,
    input: &StartInput,
    context: &Context,
    moved: &mut Moved,
) -> Result<PlanResult, StageError> {
    let set_up = SetUp::read(run, input, context).await?;
    let decided = decide(run, started_at, input, &set_up, context.hasher()?);
    write(set_up, &decided, context).await?;
    *moved = decided.moved;
    Ok(decided.result)
}
