//! Starts an execution, follows it to its end, and sorts out how it ended.

use onefold_lake::RunId;

use super::{CommandContext, advice};
use crate::Outcome;
use crate::args::SizeOptions;
use crate::documents::{EndedAs, FailureDocument, RunDocument};
use crate::error::Error;
use crate::run::history::{Ending, RunFailure, Timeline};
use crate::run::start::Task;
use crate::run::{failure, follow, report, start};
use crate::screen::{say, warn};

/// A run that was followed to its end.
pub struct FollowedRun {
    /// The ARN of its execution.
    pub execution: String,
    /// The history of the execution.
    pub timeline: Timeline,
    /// How it ended. That it failed, was held back or found nothing new has been printed.
    pub ended: EndedAs,
    /// Why it failed, if it did.
    failure: Option<FailureDocument>,
}

impl FollowedRun {
    /// The run of an execution that came past Plan.
    pub fn run(&self) -> Result<&RunId, Error> {
        self.timeline.run().ok_or_else(|| Error::malformed("the execution", "its history does not name the run"))
    }

    /// What the command that followed the run comes to.
    pub fn outcome(&self) -> Outcome {
        if self.failure.is_some() { Outcome::RunFailed } else { Outcome::Done }
    }

    /// How it ended, as a document without a version.
    pub fn document(&self) -> RunDocument {
        RunDocument {
            state: self.ended,
            execution: self.execution.clone(),
            run: self.timeline.run().cloned(),
            seconds: Some(self.timeline.total_ms() as f64 / 1000.0),
            failure: self.failure.clone(),
            ..RunDocument::default()
        }
    }
}

/// Starts an execution and follows it. Prints how it ended, unless it made a version.
pub async fn start_and_follow(
    context: &CommandContext,
    task: Task<'_>,
    sizes: SizeOptions,
) -> Result<FollowedRun, Error> {
    let cloud = &context.cloud;
    let execution = start::start(cloud, task, sizes).await?;
    context.followed.replace(Some(execution.clone()));
    let timeline = follow::follow(cloud, &execution).await?;
    context.followed.take();
    if let Some(Ending::Failed(of_execution)) = timeline.ending() {
        let failure = warn_of_failure(context, &timeline, of_execution, &execution).await;
        let ended = if timeline.is_gated() { EndedAs::Held } else { EndedAs::Failed };
        return Ok(FollowedRun { execution, timeline, ended, failure: Some(failure) });
    }
    let ended = if timeline.has_nothing_new() {
        say("Nothing new: what there is to read has been read, and the rules are the same.");
        EndedAs::NothingNew
    } else if timeline.is_dry_run() {
        EndedAs::DryRun
    } else {
        EndedAs::Published
    };
    Ok(FollowedRun { execution, timeline, ended, failure: None })
}

async fn warn_of_failure(
    context: &CommandContext,
    timeline: &Timeline,
    of_execution: &RunFailure,
    execution: &str,
) -> FailureDocument {
    let failure = failure::explain(&context.cloud, execution, of_execution).await;
    let what_to_do = if timeline.is_gated() {
        advice::after_the_gate(context, timeline.run())
    } else {
        advice::after_a_failure(context, timeline.run())
    };
    warn(report::failure(timeline, &failure, execution, &what_to_do));
    let state = Some(timeline.last_state().to_owned());
    FailureDocument { state, error: failure.error, cause: failure.cause }
}
