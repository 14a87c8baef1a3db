//! The operator's command.
//!
//! It sets up data folders, starts runs and follows them, brings data to the cloud and results back, and boots a local
//! cloud to do all that on one machine. It talks to AWS and to the local cloud with the same code; only the endpoint
//! differs. It deliberately lacks any part of the pipeline: the functions know what a stage does, the state machine knows
//! the order.
//!
//! Rooms, each using only those before it: `cloud` (clients and transfers), `local` (this machine in the place of AWS),
//! `data` (a data folder: init, check, try, push), `run` (start, follow, report), `version` (what runs published) and
//! `commands` (those that need several rooms).
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod args;
mod chart;
mod cloud;
mod commands;
mod completions;
mod data;
mod documents;
pub mod error;
mod files;
mod local;
mod run;
pub mod screen;
mod signals;
mod table;
mod version;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

use args::{Arguments, Command};
use cloud::Clients;
use commands::{CommandContext, preflight};
use error::Error;
use signals::Signals;
use version::{diff, erase, explanation, lookup, model, page, review, sync};

/// How a command that was carried out ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The command did what it was asked for.
    Done,
    /// The run that was followed failed. This has been printed.
    RunFailed,
    /// The data folder has faults. They have been printed.
    Faulty,
    /// The account or customer that was asked for does not exist. This has been printed.
    NotFound,
}

impl Outcome {
    /// The exit code of the process: 0 if all is done, 1 otherwise.
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::RunFailed | Self::Faulty | Self::NotFound => ExitCode::FAILURE,
        }
    }
}

/// Carries out a command line.
pub async fn execute(arguments: Arguments) -> Result<Outcome, Error> {
    match arguments.command {
        Command::Local(_) if arguments.endpoint.is_some() => {
            let what_to_do = "`onefold local` boots a local cloud of its own; leave --endpoint or `local` away";
            Err(Error::Unready(what_to_do.to_owned()))
        }
        Command::Data(command) => data::execute(command, arguments.endpoint).await,
        Command::Explain(options) => {
            explanation::execute(options, &arguments.stack, arguments.endpoint.as_deref()).await
        }
        Command::Lookup(options) => lookup::execute(options, &arguments.stack, arguments.endpoint.as_deref()).await,
        Command::Model(options) => model::execute(options, &arguments.stack, arguments.endpoint.as_deref()).await,
        Command::Diff(options) => diff::execute(options, &arguments.stack, arguments.endpoint.as_deref()).await,
        Command::Sync(options) => sync::execute(options, &arguments.stack, arguments.endpoint.as_deref()).await,
        Command::Completions(options) => completions::execute(options, arguments.json),
        Command::Report(options) => {
            page::execute(options, arguments.json, &arguments.stack, arguments.endpoint.as_deref()).await
        }
        Command::Review(options) => review::execute(options, &arguments.stack, arguments.endpoint.as_deref()).await,
        Command::Erase(options) => erase::execute(options, &arguments.stack, arguments.endpoint.as_deref()).await,
        Command::Local(options) => commands::local::execute(options, &arguments.stack).await,
        Command::Cloud(command) => {
            preflight::check(Some(&command), None)?;
            let cloud = Clients::of(arguments.endpoint.as_deref()).await?.find_stack(&arguments.stack).await?;
            let context = CommandContext::new(cloud, false);
            let mut signals = Signals::listen()?;
            tokio::select! {
                result = commands::execute(&context, command) => result,
                signal = signals.next() => Err(signal.as_error(context.note_on_interruption())),
            }
        }
    }
}
