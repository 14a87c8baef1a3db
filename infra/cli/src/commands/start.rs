//! `onefold start` and `onefold publish`: a run whose results stay in the cloud.

use onefold_lake::{RunId, keys};

use super::CommandContext;
use super::followed::{FollowedRun, run_of, start_and_follow};
use super::summary::{show_difference, show_published};
use crate::Outcome;
use crate::args::{SizeOptions, StartOptions};
use crate::error::Error;
use crate::run::start::{self, Task};
use crate::screen::say;
use crate::version::fetch;

/// Starts a run or resumes one, and follows it unless `--no-wait` is given.
pub async fn start(context: &CommandContext, options: &StartOptions) -> Result<Outcome, Error> {
    let task = match &options.resume {
        Some(run) => Task::Resume(run),
        None if options.dry_run => Task::DryRun { train: options.train },
        None => Task::Run { train: options.train },
    };
    if options.no_wait {
        let execution_arn = start::start(&context.cloud, task, options.sizes).await?;
        say(format_args!("started {execution_arn}"));
        return Ok(Outcome::Done);
    }
    let followed = start_and_follow(context, task, options.sizes).await?;
    show(context, followed).await
}

/// Publishes the version that a run left unpublished.
pub async fn publish(context: &CommandContext, run: &RunId) -> Result<Outcome, Error> {
    let followed = start_and_follow(context, Task::Publish(run), SizeOptions::default()).await?;
    show(context, followed).await
}

async fn show(context: &CommandContext, followed: FollowedRun) -> Result<Outcome, Error> {
    let cloud = &context.cloud;
    match followed {
        FollowedRun::Failed => Ok(Outcome::RunFailed),
        FollowedRun::NothingNew => Ok(Outcome::Done),
        FollowedRun::Dry(timeline) => {
            let run = run_of(&timeline)?;
            show_difference(cloud, &fetch::manifest(cloud, run).await?).await?;
            say(format_args!("\nNothing was published. `onefold publish {run}` publishes it as it is."));
            Ok(Outcome::Done)
        }
        FollowedRun::Gated(timeline) => {
            show_difference(cloud, &fetch::manifest(cloud, run_of(&timeline)?).await?).await?;
            Ok(Outcome::RunFailed)
        }
        FollowedRun::Published(timeline) => {
            let run = run_of(&timeline)?;
            let manifest = fetch::manifest(cloud, run).await?;
            show_published(cloud, &timeline, &manifest, None).await?;
            let version = keys::version(run);
            say(format_args!("\nResults: s3://{}/{version} (`onefold fetch OUT` downloads them)", cloud.bucket));
            Ok(Outcome::Done)
        }
    }
}
