//! `onefold local`: boots a local cloud, deploys to it, carries out a command there, and stops everything.

use std::path::PathBuf;
use std::time::Instant;

use onefold_lake::version::manifest::Manifest;

use crate::Outcome;
use crate::args::{LocalCommand, LocalOptions};
use crate::cloud::secrets::SecretsFile;
use crate::cloud::{Clients, Cloud, LOCAL_CREDENTIAL, LOCAL_REGION};
use crate::commands::{self, CommandContext, preflight};
use crate::documents::LocalCloudDocument;
use crate::error::Error;
use crate::local::deploy::deploy;
use crate::local::package::Package;
use crate::local::processes::{LocalCloud, Site};
use crate::local::project::Project;
use crate::local::state_folder::StateFolder;
use crate::local::up::{self, UpCloud};
use crate::screen::{answer, say, warn};
use crate::signals::Signals;
use crate::version::out_folder::OutFolder;
use crate::version::restore;

/// Carries out a command in a local cloud, which ends with the command unless another command keeps it running.
pub async fn execute(options: LocalOptions, stack: &str) -> Result<Outcome, Error> {
    if let Some(advice) = options.command.advice() {
        return Err(Error::Unready(advice.to_owned()));
    }
    preflight::check(options.command.cloud_command(), options.secrets.as_deref())?;
    let secrets = options.secrets.as_deref().map(SecretsFile::read).transpose()?;
    let project = Project::find()?;
    if matches!(options.command, LocalCommand::Down) {
        return end(&project).await;
    }
    // The state folder is locked first, because another command may be changing the folder of results around it.
    let state_path = options.command.out_folder().map(|out| out.join(".onefold"));
    let state = StateFolder::claim(&state_path.unwrap_or_else(|| project.up_folder()))?;
    let out = match options.command.out_folder() {
        Some(path) => Some(OutFolder::open(path, options.fresh)?),
        None => None,
    };
    let held = match out.as_ref().filter(|_| !options.fresh) {
        Some(out) => out.manifest().map_err(with_way_out)?,
        None => None,
    };
    let folder = (!options.s3).then(|| state.bucket());
    let contents = InitialContents { out: out.as_ref(), version: held.as_ref(), secrets: secrets.as_ref(), folder };
    // All commands of a cloud see the same secrets.
    let up = match secrets {
        None if out.is_some() => UpCloud::find(&project)?,
        _ => None,
    };
    // From here on nothing ends this process before the local cloud has been stopped.
    let mut signals = Signals::listen()?;
    let job = Job { project: &project, state: &state, contents, command: options.command, stack };
    let result = match up {
        Some(up) => work_in(&up, job, &mut signals).await,
        None => boot_and_work(job, &mut signals).await,
    };
    state.clear()?;
    result
}

/// Ends the local cloud that another command keeps running.
async fn end(project: &Project) -> Result<Outcome, Error> {
    let Some(up) = UpCloud::find(project)? else {
        return Err(Error::Unready("no local cloud is up".to_owned()));
    };
    up.end(project).await?;
    answer(&up.cloud, || format!("the local cloud at {} has ended", up.site.endpoint))?;
    Ok(Outcome::Done)
}

/// Boots a local cloud, carries out a command there, and stops it.
async fn boot_and_work(job: Job<'_>, signals: &mut Signals) -> Result<Outcome, Error> {
    let Job { project, state, contents, command, stack } = job;
    let mut local_cloud = LocalCloud::boot(project, state, command.port()).await?;
    let (site, folder) = (local_cloud.site(), contents.folder.clone());
    let deployed = async {
        let clients = site.wait_until_it_answers().await?;
        deploy(&clients, &Package::read(project)?, &site, stack, folder.as_deref()).await?;
        Ok(clients)
    };
    let result = tokio::select! {
        result = work(deployed, &site, contents, command, stack) => result,
        signal = signals.next() => Err(signal.as_error(String::new())),
        ended = local_cloud.ended() => Err(ended),
    };
    local_cloud.stop().await;
    if !matches!(result, Ok(Outcome::Done) | Err(Error::Interrupted { .. })) {
        warn(format_args!("The local cloud's log is {}", site.log.display()));
    }
    result
}

/// Carries out a command in a local cloud that another command keeps running, in a stack of the folder of results.
async fn work_in(up: &UpCloud, job: Job<'_>, signals: &mut Signals) -> Result<Outcome, Error> {
    let Job { project, state, contents, command, stack } = job;
    let clients = up.site.wait_until_it_answers().await?;
    let package = Package::read(project)?;
    let folder = contents.folder.clone();
    let stack = up.stack(stack, folder.as_deref().unwrap_or(state.path()));
    let deployed = async {
        if !stack.take(&clients, &package.digest).await? {
            deploy(&clients, &package, &up.site, &stack.name, folder.as_deref()).await?;
        }
        Ok(clients.clone())
    };
    let result = tokio::select! {
        result = work(deployed, &up.site, contents, command, &stack.name) => result,
        signal = signals.next() => Err(signal.as_error(String::new())),
    };
    match result {
        Ok(Outcome::Done) => stack.give_back(&clients, &package.digest).await?,
        // The cloud may have ended.
        _ => drop(stack.remove(&clients).await),
    }
    result
}

/// A command to carry out in a stack of a local cloud.
struct Job<'g> {
    project: &'g Project,
    state: &'g StateFolder,
    contents: InitialContents<'g>,
    command: LocalCommand,
    stack: &'g str,
}

/// What a local cloud holds before the command begins.
struct InitialContents<'g> {
    /// The folder of results, with the suppression list.
    out: Option<&'g OutFolder>,
    /// The version in the folder, which the next run builds on.
    version: Option<&'g Manifest>,
    secrets: Option<&'g SecretsFile>,
    /// The folder in the place of the bucket.
    folder: Option<PathBuf>,
}

/// Waits until the stack is deployed, restores, and carries out the command.
async fn work(
    deployed: impl Future<Output = Result<Clients, Error>>,
    site: &Site,
    contents: InitialContents<'_>,
    command: LocalCommand,
    stack: &str,
) -> Result<Outcome, Error> {
    #[expect(clippy::disallowed_methods, reason = "the time of the deployment is printed")]
    let start = Instant::now();
    let clients = deployed.await?;
    if let Some(secrets) = contents.secrets {
        secrets.store(&clients.secrets).await?;
    }
    let cloud = clients.find_stack(stack).await?;
    let cloud = match &contents.folder {
        Some(folder) => cloud.in_folder(folder, !matches!(command, LocalCommand::Up(_))).await?,
        None => cloud,
    };
    say(format_args!("local cloud at {}, deployed in {:.1} s", site.endpoint, start.elapsed().as_secs_f64()));

    if let Some(out) = contents.out {
        restore::suppression(&cloud, out.path()).await?;
    }
    if let (Some(out), Some(manifest)) = (contents.out, contents.version) {
        restore::version(&cloud, out, manifest).await?;
        say(format_args!("building on the version of {} in {}", manifest.run, out.path().display()));
    }
    match command {
        LocalCommand::Cloud(command) => commands::execute(&CommandContext::new(cloud, true), command).await,
        LocalCommand::Up(_) => stay(cloud, site).await,
        LocalCommand::Down => Ok(Outcome::Done),
    }
}

/// Tells people and other commands of the cloud, and waits.
async fn stay(cloud: Cloud, site: &Site) -> Result<Outcome, Error> {
    let reached = LocalCloudDocument {
        endpoint: site.endpoint.clone(),
        stack: cloud.stack.clone(),
        bucket: cloud.bucket.clone(),
        folder: cloud.folder.as_ref().map(|folder| folder.path.display().to_string()),
        log: site.log.display().to_string(),
    };
    up::announce(&reached, site.temporary())?;
    answer(&reached, || how_to_reach(&cloud, site))?;
    // A signal or the end of the local cloud ends this.
    std::future::pending().await
}

/// Adds to the error of a damaged version what to do about it.
fn with_way_out(error: Error) -> Error {
    match error {
        Error::Malformed { what, reason } => {
            Error::malformed(what, format!("{reason}; repeat with --fresh to start from nothing"))
        }
        other => other,
    }
}

/// The commands that reach a local cloud that stays up.
fn how_to_reach(cloud: &Cloud, site: &Site) -> String {
    let Site { endpoint, log, .. } = site;
    let stack = if cloud.stack == "onefold" { String::new() } else { format!(" --stack {}", cloud.stack) };
    let (name, place, look) = match &cloud.folder {
        Some(folder) => {
            let look = format!("aws stepfunctions list-executions --state-machine-arn {}", cloud.machine_arn);
            ("folder", folder.path.display().to_string(), look)
        }
        None => ("bucket", cloud.bucket.clone(), format!("aws s3 ls --recursive s3://{}", cloud.bucket)),
    };
    format!(
        "\nendpoint  {endpoint}\n{name}    {place}\nlog       {}\n\n\
         In another terminal:\n  \
         onefold local run --data DIR --out OUT\n  \
         onefold --endpoint {endpoint}{stack} run --data DIR --out OUT\n  \
         onefold --endpoint {endpoint}{stack} start\n\
         With the AWS CLI:\n  \
         export AWS_ENDPOINT_URL={endpoint} AWS_REGION={LOCAL_REGION}\n  \
         export AWS_ACCESS_KEY_ID={LOCAL_CREDENTIAL} AWS_SECRET_ACCESS_KEY={LOCAL_CREDENTIAL}\n  \
         {look}\n\n\
         Ctrl-C stops it, and so does `onefold local down`.",
        log.display(),
    )
}
