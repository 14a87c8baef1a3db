//! `onefold run`: pushes a data folder, runs, and fetches the results into a folder.

use std::path::{Path, PathBuf};

use onefold_version::current_run;

use super::CommandContext;
use super::followed::{FollowedRun, start_and_follow};
use super::summary::{show_difference, show_page, show_published, show_results};
use crate::Outcome;
use crate::args::{RunOptions, SizeOptions};
use crate::cloud::Cloud;
use crate::data::push;
use crate::documents::{EndedAs, QualityDocument, RunDocument};
use crate::error::Error;
use crate::run::start::Task;
use crate::run::truth::Truth;
use crate::screen::{document, say};
use crate::version::fetch;
use crate::version::out_folder::OutFolder;

/// Pushes, runs, fetches, and shows what came out.
pub async fn run(context: &CommandContext, options: &RunOptions) -> Result<Outcome, Error> {
    // A folder that cannot take the results is found before the work, not after it.
    let out = OutFolder::open(&options.out, context.is_ephemeral)?;
    let truth = options.truth_file();
    let pushed = push::push(&context.cloud, &options.data).await?;
    let followed = work(context, options).await?;
    let mut told = RunDocument { pushed: Some(pushed), ..followed.document() };
    let fetched = fetch_results(&context.cloud, &out, &followed, truth, &mut told).await;
    document(&told)?;
    fetched.map(|()| followed.outcome())
}

/// Fetches and shows what a run made, and adds it to `told`.
async fn fetch_results(
    cloud: &Cloud,
    out: &OutFolder,
    followed: &FollowedRun,
    truth: Option<PathBuf>,
    told: &mut RunDocument,
) -> Result<(), Error> {
    match followed.ended {
        EndedAs::NothingNew => {
            fetch_if_other(cloud, out).await?;
            show_results(out);
            told.results = Some(out.path().display().to_string());
            Ok(())
        }
        EndedAs::DryRun | EndedAs::Held => fetch_held(cloud, out, followed, told).await,
        EndedAs::Published => fetch_published(cloud, out, followed, truth, told).await,
        EndedAs::Running | EndedAs::Failed | EndedAs::Stopped | EndedAs::TimedOut => Ok(()),
    }
}

/// Runs, and publishes a version that the gate held back if `--publish-anyway` is given.
async fn work(context: &CommandContext, options: &RunOptions) -> Result<FollowedRun, Error> {
    let train = options.train;
    let task = if options.dry_run { Task::DryRun { train } } else { Task::Run { train } };
    let followed = start_and_follow(context, task, options.sizes).await?;
    if options.publish_anyway && followed.ended == EndedAs::Held {
        say("It is published all the same, as --publish-anyway says.");
        return start_and_follow(context, Task::Publish(followed.run()?), SizeOptions::default()).await;
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
async fn fetch_held(
    cloud: &Cloud,
    out: &OutFolder,
    followed: &FollowedRun,
    told: &mut RunDocument,
) -> Result<(), Error> {
    let held = out.held()?;
    let manifest = fetch::fetch(cloud, &held, Some(followed.run()?)).await?;
    show_difference(cloud, &manifest, told).await?;
    say(format_args!("\nNothing was published. What would be is in {}", held.path().display()));
    told.results = Some(held.path().display().to_string());
    told.manifest = Some(manifest);
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
    followed: &FollowedRun,
    truth: Option<PathBuf>,
    told: &mut RunDocument,
) -> Result<(), Error> {
    let manifest = fetch::fetch(cloud, out, Some(followed.run()?)).await?;
    out.forget_held()?;
    let quality = match truth {
        Some(truth) => Some(compare(truth, &out.path().join("customers")).await),
        None => None,
    };
    told.quality = quality.as_ref().and_then(|quality| quality.as_ref().ok().copied());
    show_published(cloud, &followed.timeline, &manifest, told).await?;
    say("");
    show_results(out);
    told.results = Some(out.path().display().to_string());
    told.manifest = Some(manifest);
    quality.transpose().map(drop)
}

/// Compares customers with the truth, on a thread of its own so that signals are heard meanwhile.
async fn compare(truth: PathBuf, customers: &Path) -> Result<QualityDocument, Error> {
    let customers = customers.to_owned();
    let compared = tokio::task::spawn_blocking(move || Truth::read(&truth)?.compare(&customers)).await;
    compared.map_err(Error::task("compare with the truth")).flatten()
}
