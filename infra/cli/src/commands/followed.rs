//! Starts an execution, follows it to its end, and sorts out how it ended.

use onefold_lake::RunId;

use super::{CommandContext, advice};
use crate::args::SizeOptions;
use crate::error::Error;
use crate::run::history::{Ending, RunFailure, Timeline};
use crate::run::start::Task;
use crate::run::{failure, follow, report, start};
use crate::screen::{say, warn};

/// How a run ended that was followed.
pub enum FollowedRun {
    /// It published a version.
    Published(Box<Timeline>),
    /// It was a dry run: it did everything but publish.
    Dry(Box<Timeline>),
    /// The gate held its version back. This has been printed.
    Gated(Box<Timeline>),
    /// There was nothing new to read. This has been printed.
    NothingNew,
    /// It failed. This has been printed.
    Failed,
}

/// Starts an execution and follows it. Prints how it ended, unless it made a version.
pub async fn start_and_follow(
    context: &CommandContext,
    task: Task<'_>,
    sizes: SizeOptions,
) -> Result<FollowedRun, Error> {
    let cloud = &context.cloud;
    let execution_arn = start::start(cloud, task, sizes).await?;
    context.followed.replace(Some(execution_arn.clone()));
    let timeline = follow::follow(cloud, &execution_arn).await?;
    context.followed.take();
    if let Some(Ending::Failed(of_execution)) = timeline.ending() {
        warn_of_failure(context, &timeline, of_execution, &execution_arn).await;
        return Ok(if timeline.is_gated() { FollowedRun::Gated(Box::new(timeline)) } else { FollowedRun::Failed });
    }
    if timeline.has_nothing_new() {
        say("Nothing new: what there is to read has been read, and the rules are the same.");
        return Ok(FollowedRun::NothingNew);
    }
    let is_dry_run = timeline.is_dry_run();
    let timeline = Box::new(timeline);
    Ok(if is_dry_run { FollowedRun::Dry(timeline) } else { FollowedRun::Published(timeline) })
}

async fn warn_of_failure(
    context: &CommandContext,
    timeline: &Timeline,
    of_execution: &RunFailure,
    execution_arn: &str,
) {
    let failure = failure::explain(&context.cloud, execution_arn, of_execution).await;
    let what_to_do = if timeline.is_gated() {
        advice::after_the_gate(context, timeline.run())
    } else {
        advice::after_a_failure(context, timeline.run())
    };
    warn(report::failure(timeline, &failure, execution_arn, &what_to_do));
}

/// The run of an execution that came past Plan.
pub fn run_of(timeline: &Timeline) -> Result<&RunId, Error> {
    timeline.run().ok_or_else(|| Error::malformed("the execution", "its history does not name the run"))
}
