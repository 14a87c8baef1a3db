//! `onefold start` and `onefold publish`: a run whose results stay in the cloud.

use onefold_lake::{RunId, keys};

use super::CommandContext;
use super::followed::{FollowedRun, start_and_follow};
use super::summary::{show_difference, show_published};
use crate::Outcome;
use crate::args::{SizeOptions, StartOptions};
use crate::documents::{EndedAs, RunDocument};
use crate::error::Error;
use crate::run::start::{self, Task};
use crate::screen::{answer, document, say};
use crate::version::fetch;

/// Starts a run or resumes one, and follows it unless `--no-wait` is given.
pub async fn start(context: &CommandContext, options: &StartOptions) -> Result<Outcome, Error> {
    let task = match &options.resume {
        Some(run) => Task::Resume(run),
        None if options.dry_run => Task::DryRun { train: options.train },
        None => Task::Run { train: options.train },
    };
    if options.no_wait {
        let execution = start::start(&context.cloud, task, options.sizes).await?;
        let started = RunDocument { execution, run: options.resume.clone(), ..RunDocument::default() };
        answer(&started, || format!("started {}", started.execution))?;
        return Ok(Outcome::Done);
    }
    let followed = start_and_follow(context, task, options.sizes).await?;
    show(context, &followed).await
}

/// Publishes the version that a run left unpublished.
pub async fn publish(context: &CommandContext, run: &RunId) -> Result<Outcome, Error> {
    let followed = start_and_follow(context, Task::Publish(run), SizeOptions::default()).await?;
    show(context, &followed).await
}

async fn show(context: &CommandContext, followed: &FollowedRun) -> Result<Outcome, Error> {
    let mut told = followed.document();
    if matches!(followed.ended, EndedAs::DryRun | EndedAs::Held | EndedAs::Published) {
        show_version(context, followed, &mut told).await?;
    }
    document(&told)?;
    Ok(followed.outcome())
}

/// Shows the version that a run made, published or not.
async fn show_version(context: &CommandContext, followed: &FollowedRun, told: &mut RunDocument) -> Result<(), Error> {
    let (cloud, run) = (&context.cloud, followed.run()?);
    let manifest = fetch::manifest(cloud, run).await?;
    let results = cloud.store.address(&keys::version(run));
    if followed.ended == EndedAs::Published {
        show_published(cloud, &followed.timeline, &manifest, told).await?;
        say(format_args!("\nResults: {results} (`onefold fetch OUT` downloads them)"));
    } else {
        show_difference(cloud, &manifest, told).await?;
        if followed.ended == EndedAs::DryRun {
            say(format_args!("\nNothing was published. `onefold publish {run}` publishes it as it is."));
        }
    }
    told.results = Some(results);
    told.manifest = Some(manifest);
    Ok(())
}
