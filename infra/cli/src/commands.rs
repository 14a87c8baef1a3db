//! The commands that work on a deployed stack: each puts the parts together that do the work.

pub mod local;
pub mod preflight;

use std::cell::RefCell;
use std::path::PathBuf;

use onefold_lake::RunId;
use onefold_lake::keys;
use onefold_lake::version::manifest::Manifest;

use crate::Outcome;
use crate::args::{CloudCommand, FetchOptions, RunOptions, SizeOptions, StartOptions};
use crate::cloud::Cloud;
use crate::data::push;
use crate::error::Error;
use crate::run::history::{Ending, Timeline};
use crate::run::start::Task;
use crate::run::truth::{Quality, Truth};
use crate::run::{failure, follow, receipts, report, start};
use crate::screen::{say, warn};
use crate::version::out_folder::OutFolder;
use crate::version::{difference, fetch, list};

/// What the commands work on.
#[derive(Debug)]
pub struct Context {
    /// The stack.
    cloud: Cloud,
    /// Whether the cloud ends with the command.
    is_ephemeral: bool,
    /// The execution that is being followed.
    followed: RefCell<Option<String>>,
}

impl Context {
    /// A stack to work on.
    pub fn new(cloud: Cloud, is_ephemeral: bool) -> Self {
        Self { cloud, is_ephemeral, followed: RefCell::default() }
    }

    /// What goes on if the command is ended now.
    pub fn what_goes_on(&self) -> String {
        self.followed.borrow().as_ref().map_or_else(String::new, |arn| format!("; the run goes on: {arn}"))
    }
}

/// How a run that was followed ended.
enum Followed {
    /// It published a version.
    Published(Box<Timeline>),
    /// It did everything but publish: it was a dry run.
    Dry(Box<Timeline>),
    /// The gate held its version back, and that was said.
    Gated(Box<Timeline>),
    /// There was nothing to do.
    NothingNew,
    /// It failed, and that was said.
    Failed,
}

/// Carries out a command.
pub async fn execute(context: &Context, command: CloudCommand) -> Result<Outcome, Error> {
    match command {
        CloudCommand::Push(options) => {
            push::push(&context.cloud, &options.data).await?;
            Ok(Outcome::Done)
        }
        CloudCommand::Start(options) => start(context, &options).await,
        CloudCommand::Fetch(options) => fetch(context, &options).await,
        CloudCommand::Run(options) => run(context, &options).await,
        CloudCommand::Publish(options) => {
            let followed = start_and_follow(context, Task::Publish(&options.run), SizeOptions::default()).await?;
            show_started(context, followed).await
        }
        CloudCommand::Versions => list::list(&context.cloud).await,
        CloudCommand::Rollback(options) => list::roll_back(&context.cloud, options.run.as_ref()).await,
    }
}

async fn start(context: &Context, options: &StartOptions) -> Result<Outcome, Error> {
    let cloud = &context.cloud;
    let task = match &options.resume {
        Some(run) => Task::Resume(run),
        None if options.dry_run => Task::DryRun,
        None => Task::Run,
    };
    if options.no_wait {
        let execution_arn = start::start(cloud, task, options.sizes).await?;
        say(format_args!("started {execution_arn}"));
        return Ok(Outcome::Done);
    }
    let followed = start_and_follow(context, task, options.sizes).await?;
    show_started(context, followed).await
}

/// Shows what came of an execution whose version stays in the cloud.
async fn show_started(context: &Context, followed: Followed) -> Result<Outcome, Error> {
    let cloud = &context.cloud;
    match followed {
        Followed::Failed => Ok(Outcome::RunFailed),
        Followed::Dry(timeline) => {
            let run = published_run(&timeline)?;
            show_difference(cloud, &fetch::manifest(cloud, run).await?).await?;
            say(format_args!("\nNothing was published. `onefold publish {run}` publishes it as it is."));
            Ok(Outcome::Done)
        }
        Followed::Gated(timeline) => {
            show_difference(cloud, &fetch::manifest(cloud, published_run(&timeline)?).await?).await?;
            Ok(Outcome::RunFailed)
        }
        Followed::NothingNew => Ok(Outcome::Done),
        Followed::Published(timeline) => {
            let run = published_run(&timeline)?;
            let manifest = fetch::manifest(cloud, run).await?;
            show(cloud, &timeline, &manifest, None).await?;
            let version = keys::version(run);
            say(format_args!("\nResults: s3://{}/{version} (`onefold fetch OUT` downloads them)", cloud.bucket));
            Ok(Outcome::Done)
        }
    }
}

async fn fetch(context: &Context, options: &FetchOptions) -> Result<Outcome, Error> {
    let out = OutFolder::open(&options.out, false)?;
    let manifest = fetch::fetch(&context.cloud, &out, options.run.as_ref()).await?;
    say(report::counts(&manifest.counts, None) + &report::left_out(&manifest));
    say(format_args!("Results of {}: {}", manifest.run, out.path().display()));
    Ok(Outcome::Done)
}

async fn run(context: &Context, options: &RunOptions) -> Result<Outcome, Error> {
    let cloud = &context.cloud;
    // What is wrong with the folders is better known before the work than after it.
    let out = OutFolder::open(&options.out, context.is_ephemeral)?;
    let truth = options.truth_file();

    push::push(cloud, &options.data).await?;
    let task = if options.dry_run { Task::DryRun } else { Task::Run };
    let mut followed = start_and_follow(context, task, options.sizes).await?;
    if options.publish_anyway
        && let Followed::Gated(timeline) = &followed
    {
        let run = published_run(timeline)?.clone();
        say(format_args!("It is published all the same, as --publish-anyway says."));
        followed = start_and_follow(context, Task::Publish(&run), SizeOptions::default()).await?;
    }
    let timeline = match followed {
        Followed::Failed => return Ok(Outcome::RunFailed),
        Followed::Dry(timeline) => {
            keep_held(cloud, &out, &timeline).await?;
            return Ok(Outcome::Done);
        }
        Followed::Gated(timeline) => {
            keep_held(cloud, &out, &timeline).await?;
            return Ok(Outcome::RunFailed);
        }
        Followed::Published(timeline) => timeline,
        Followed::NothingNew => {
            // What OUT holds may have been fetched with more than the cloud still has, so it is left alone.
            let held = out.manifest()?.map(|manifest| manifest.run);
            match fetch::current(cloud).await? {
                Some(current) if held.as_ref() != Some(&current) => drop(fetch::fetch(cloud, &out, None).await?),
                _ => {}
            }
            say(format_args!("Results: {}", out.path().display()));
            return Ok(Outcome::Done);
        }
    };
    let manifest = fetch::fetch(cloud, &out, Some(published_run(&timeline)?)).await?;
    out.forget_held()?;
    let quality = match truth {
        Some(truth) => Some(compare(truth, out.path().join("customers")).await),
        None => None,
    };
    let shown = quality.as_ref().and_then(|quality| quality.as_ref().ok().copied());
    show(cloud, &timeline, &manifest, shown).await?;
    say(format_args!("\nResults: {}", out.path().display()));
    // The version is there, whatever became of the file to compare it with meanwhile.
    quality.transpose().map(|_| Outcome::Done)
}

/// Compares customers with the truth, on a thread of its own so that signals are heard meanwhile.
async fn compare(truth: PathBuf, customers: PathBuf) -> Result<Quality, Error> {
    let compared = tokio::task::spawn_blocking(move || Truth::read(&truth)?.compare(&customers)).await;
    compared.map_err(Error::task("compare with the truth")).flatten()
}

/// Starts an execution and follows it. Says what there is to say unless a version was published.
async fn start_and_follow(context: &Context, task: Task<'_>, sizes: SizeOptions) -> Result<Followed, Error> {
    let cloud = &context.cloud;
    let execution_arn = start::start(cloud, task, sizes).await?;
    context.followed.replace(Some(execution_arn.clone()));
    let timeline = follow::follow(cloud, &execution_arn).await?;
    context.followed.take();
    match timeline.ending() {
        Some(Ending::Failed(of_execution)) => {
            let failed = failure::explain(cloud, &execution_arn, of_execution).await;
            let what_to_do = if timeline.is_gated() {
                after_the_gate(context, timeline.run())
            } else {
                what_to_do(context, timeline.run())
            };
            warn(report::failure(&timeline, &failed, &execution_arn, &what_to_do));
            Ok(if timeline.is_gated() { Followed::Gated(Box::new(timeline)) } else { Followed::Failed })
        }
        _ if timeline.is_dry_run() => Ok(Followed::Dry(Box::new(timeline))),
        _ if timeline.has_nothing_new() => {
            say("Nothing new: what there is to read has been read, and the rules are the same.");
            Ok(Followed::NothingNew)
        }
        _ => Ok(Followed::Published(Box::new(timeline))),
    }
}

/// Puts the version that was not published into a folder of its own, and shows what it would change.
async fn keep_held(cloud: &Cloud, out: &OutFolder, timeline: &Timeline) -> Result<(), Error> {
    let held = out.held()?;
    let manifest = fetch::fetch(cloud, &held, Some(published_run(timeline)?)).await?;
    show_difference(cloud, &manifest).await?;
    say(format_args!("\nNothing was published. What would be is in {}", held.path().display()));
    Ok(())
}

/// Shows how a version that was not published differs from the one that it builds on.
async fn show_difference(cloud: &Cloud, manifest: &Manifest) -> Result<(), Error> {
    let before = match &manifest.previous {
        Some(previous) => Some(fetch::manifest(cloud, previous).await?),
        None => None,
    };
    let difference = difference::of(manifest, before.as_ref()) + &report::left_out(manifest);
    say(format_args!("\n{}", difference.trim_end()));
    Ok(())
}

/// What to do after the gate held a version back.
fn after_the_gate(context: &Context, run: Option<&RunId>) -> String {
    if context.is_ephemeral {
        return "Look at OUT/held. Then repeat the command, with --publish-anyway or with what is wrong put right; what OUT \
                held it still holds."
            .to_owned();
    }
    let run = run.map_or_else(|| "RUN".to_owned(), ToString::to_string);
    let (fetch, publish) = (command_line(context, "fetch"), command_line(context, "publish"));
    format!("Look at it, and publish it as it is if it is right:\n  {fetch} --run {run} LOOK\n  {publish} {run}")
}

/// A command for the same cloud.
fn command_line(context: &Context, verb: &str) -> String {
    let cloud = &context.cloud;
    let mut command = format!("onefold {verb}");
    if let Some(endpoint) = &cloud.endpoint {
        command.push_str(&format!(" --endpoint {endpoint}"));
    }
    if cloud.stack != "onefold" {
        command.push_str(&format!(" --stack {}", cloud.stack));
    }
    command
}

/// What to do after a failure. There is no run yet if Plan failed, which mostly is for what stands in the data folder.
fn what_to_do(context: &Context, run: Option<&RunId>) -> String {
    let mut advice = if context.is_ephemeral {
        "Put it right and repeat the command; what OUT held it still holds.".to_owned()
    } else {
        let command = command_line(context, "start");
        match run {
            Some(run) => format!("Put it right, and take the run up where it stopped:\n  {command} --resume {run}"),
            None => format!("Put it right, and start again:\n  {command}"),
        }
    };
    if run.is_none() {
        advice.push_str("\nTo see every fault of a data folder at its place, without a run:\n  onefold check DATA");
    }
    advice
}

/// The run that published.
fn published_run(timeline: &Timeline) -> Result<&RunId, Error> {
    timeline.run().ok_or_else(|| Error::malformed("the execution", "its history does not name the run"))
}

/// Prints the tables that end a run.
async fn show(cloud: &Cloud, timeline: &Timeline, manifest: &Manifest, quality: Option<Quality>) -> Result<(), Error> {
    let receipts = receipts::read_all(cloud, &manifest.run).await?;
    say(format_args!("\n{}{}", report::counts(&manifest.counts, quality), report::left_out(manifest)));
    say(report::stages(timeline, &receipts::sums(&receipts)).trim_end());
    Ok(())
}
