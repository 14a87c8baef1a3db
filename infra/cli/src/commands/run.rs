//! `onefold run`: pushes a data folder, runs, and fetches the results into a folder.

use std::path::{Path, PathBuf};

use onefold_version::current_run;

use super::CommandContext;
use super::followed::{FollowedRun, run_of, start_and_follow};
use super::summary::{show_difference, show_page, show_published, show_results};
use crate::Outcome;
use crate::args::{RunOptions, SizeOptions};
use crate::cloud::Cloud;
use crate::data::push;
use crate::error::Error;
use crate::run::history::Timeline;
use crate::run::start::Task;
use crate::run::truth::{Quality, Truth};
use crate::screen::say;
use crate::version::fetch;
use crate::version::out_folder::OutFolder;

/// Pushes, runs, fetches, and shows what came out.
pub async fn run(context: &CommandContext, options: &RunOptions) -> Result<Outcome, Error> {
    let cloud = &context.cloud;
    // A folder that cannot take the results is found before the work, not after it.
    let out = OutFolder::open(&options.out, context.is_ephemeral)?;
    let truth = options.truth_file();
    push::push(cloud, &options.data).await?;
    match work(context, options).await? {
        FollowedRun::Failed => Ok(Outcome::RunFailed),
        FollowedRun::NothingNew => {
            fetch_if_other(cloud, &out).await?;
            show_results(&out);
            Ok(Outcome::Done)
        }
        FollowedRun::Dry(timeline) => {
            fetch_held(cloud, &out, &timeline).await?;
            Ok(Outcome::Done)
        }
        FollowedRun::Gated(timeline) => {
            fetch_held(cloud, &out, &timeline).await?;
            Ok(Outcome::RunFailed)
        }
        FollowedRun::Published(timeline) => {
            fetch_published(cloud, &out, &timeline, truth).await?;
            Ok(Outcome::Done)
        }
    }
}

/// Runs, and publishes a version that the gate held back if `--publish-anyway` is given.
async fn work(context: &CommandContext, options: &RunOptions) -> Result<FollowedRun, Error> {
    let train = options.train;
    let task = if options.dry_run { Task::DryRun { train } } else { Task::Run { train } };
    let followed = start_and_follow(context, task, options.sizes).await?;
    if options.publish_anyway
        && let FollowedRun::Gated(timeline) = &followed
    {
        say("It is published all the same, as --publish-anyway says.");
        return start_and_follow(context, Task::Publish(run_of(timeline)?), SizeOptions::default()).await;
    }
    Ok(followed)
}

/// Fetches the current version unless the folder holds it. A folder that does is left alone: it may hold receipts and
/// rejects that the cloud has removed since.
async fn fetch_if_other(cloud: &Cloud, out: &OutFolder) -> Result<(), Error> {
    let held = out.manifest()?.map(|manifest| manifest.run);
    let current = current_run(cloud.store.as_ref()).await.map_err(Error::version("find the current version"))?;
    if current.is_some() && current != held {
        fetch::fetch(cloud, out, None).await?;
    }
    Ok(())
}

/// Fetches a version that was not published into a folder of its own, and shows what it would change.
async fn fetch_held(cloud: &Cloud, out: &OutFolder, timeline: &Timeline) -> Result<(), Error> {
    let held = out.held()?;
    let manifest = fetch::fetch(cloud, &held, Some(run_of(timeline)?)).await?;
    show_difference(cloud, &manifest).await?;
    say(format_args!("\nNothing was published. What would be is in {}", held.path().display()));
    show_page(&held);
    Ok(())
}

/// Fetches a published version, compares it with the truth if there is a file of it, and shows the tables of the run.
///
/// # Errors
/// Also if the comparison fails; the version is fetched and shown all the same.
async fn fetch_published(
    cloud: &Cloud,
    out: &OutFolder,
    timeline: &Timeline,
    truth: Option<PathBuf>,
) -> Result<(), Error> {
    let manifest = fetch::fetch(cloud, out, Some(run_of(timeline)?)).await?;
    out.forget_held()?;
    let quality = match truth {
        Some(truth) => Some(compare(truth, &out.path().join("customers")).await),
        None => None,
    };
    let shown = quality.as_ref().and_then(|quality| quality.as_ref().ok().copied());
    show_published(cloud, timeline, &manifest, shown).await?;
    say("");
    show_results(out);
    quality.transpose().map(drop)
}

/// Compares customers with the truth, on a thread of its own so that signals are heard meanwhile.
async fn compare(truth: PathBuf, customers: &Path) -> Result<Quality, Error> {
    let customers = customers.to_owned();
    let compared = tokio::task::spawn_blocking(move || Truth::read(&truth)?.compare(&customers)).await;
    compared.map_err(Error::task("compare with the truth")).flatten()
}
