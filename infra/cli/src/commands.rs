//! The commands that need several rooms: each puts together what `cloud`, `data`, `run` and `version` do.

mod advice;
mod followed;
pub mod local;
pub mod preflight;
mod run;
mod start;
mod summary;

use std::cell::RefCell;

use crate::Outcome;
use crate::args::{CloudCommand, FetchOptions};
use crate::cloud::Cloud;
use crate::data::push;
use crate::documents::FetchDocument;
use crate::error::Error;
use crate::run::{report, runs};
use crate::screen::{answer, document};
use crate::version::out_folder::OutFolder;
use crate::version::{fetch, list, rollback};

/// The stack that a command works with, and the run that it waits for.
#[derive(Debug)]
pub struct CommandContext {
    cloud: Cloud,
    /// Whether the cloud is a local one that ends with the command.
    is_ephemeral: bool,
    /// The ARN of the execution that is being followed.
    followed: RefCell<Option<String>>,
}

impl CommandContext {
    /// A context without a run yet. `is_ephemeral` says whether the cloud ends with the command.
    pub fn new(cloud: Cloud, is_ephemeral: bool) -> Self {
        Self { cloud, is_ephemeral, followed: RefCell::default() }
    }

    /// A note for the message of an interruption: which run continues without the command. Empty if none does.
    pub fn note_on_interruption(&self) -> String {
        self.followed.borrow().as_ref().map_or_else(String::new, |arn| format!("; the run goes on: {arn}"))
    }
}

/// Carries out a command on a deployed stack.
pub async fn execute(context: &CommandContext, command: CloudCommand) -> Result<Outcome, Error> {
    let cloud = &context.cloud;
    match command {
        CloudCommand::Push(options) => {
            document(&push::push(cloud, &options.data).await?)?;
            Ok(Outcome::Done)
        }
        CloudCommand::Start(options) => start::start(context, &options).await,
        CloudCommand::Fetch(options) => fetch(cloud, &options).await,
        CloudCommand::Run(options) => run::run(context, &options).await,
        CloudCommand::Publish(options) => start::publish(context, &options.run).await,
        CloudCommand::Runs(options) => runs::list(cloud, options.limit).await,
        CloudCommand::Versions => list::list(cloud).await,
        CloudCommand::Rollback(options) => rollback::roll_back(cloud, options.run.as_ref()).await,
    }
}

async fn fetch(cloud: &Cloud, options: &FetchOptions) -> Result<Outcome, Error> {
    let out = OutFolder::open(&options.out, false)?;
    let manifest = fetch::fetch(cloud, &out, options.run.as_ref()).await?;
    let fetched = FetchDocument { run: manifest.run.clone(), out: out.path().display().to_string(), manifest };
    answer(&fetched, || {
        let FetchDocument { run, out: path, manifest } = &fetched;
        report::counts(manifest, None)
            + &report::left_out(manifest)
            + &format!("\nResults of {run}: {path}\n")
            + &summary::page_of(&out)
    })?;
    Ok(Outcome::Done)
}
