//! The operator's command.
//!
//! It starts runs and follows them, brings data to the cloud and results back, and boots a local cloud to do all
//! that on one machine. It talks to AWS and to the local cloud with the same code; only the endpoint differs. It
//! deliberately lacks any part of the pipeline: what a stage does is known to the functions, and in which order to
//! the state machine.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod args;
mod cloud;
mod commands;
mod concurrently;
mod deploy;
mod difference;
mod erase;
pub mod error;
mod etag;
mod explanation;
mod failure;
mod fetch;
mod follow;
mod functions;
mod history;
mod invoke;
mod local;
mod local_cloud;
mod objects;
mod out_folder;
mod overlay;
mod preflight;
mod progress;
mod project;
mod push;
mod receipts;
mod report;
mod restore;
pub mod screen;
mod secrets;
mod setup;
mod signals;
mod stage;
mod start;
mod state_folder;
mod table;
mod totals;
#[expect(clippy::disallowed_types, reason = "it is only looked up in, two million times")]
mod truth;
mod versions;

use std::process::ExitCode;

use args::{Arguments, Command};
use cloud::Clients;
use commands::Context;
use error::Error;
use signals::Signals;

/// How a command that was carried out ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As wished.
    Done,
    /// The run that was followed failed; what there is to say about it has been said.
    RunFailed,
    /// What was checked has faults; they have been told.
    Faulty,
    /// What was asked for is not there; that has been said.
    NotFound,
}

impl Outcome {
    /// What the process answers.
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::RunFailed | Self::Faulty | Self::NotFound => ExitCode::FAILURE,
        }
    }
}

/// Does what the arguments say.
pub async fn execute(arguments: Arguments) -> Result<Outcome, Error> {
    match arguments.command {
        Command::Local(_) if arguments.endpoint.is_some() => {
            let what_to_do = "`onefold local` boots a local cloud of its own; leave --endpoint or `local` away";
            Err(Error::Unready(what_to_do.to_owned()))
        }
        Command::Setup(command) => setup::execute(command, arguments.endpoint).await,
        Command::Explain(options) => {
            explanation::execute(options, &arguments.stack, arguments.endpoint.as_deref()).await
        }
        Command::Erase(options) => erase::execute(options, &arguments.stack, arguments.endpoint.as_deref()).await,
        Command::Local(options) => local::execute(options, &arguments.stack).await,
        Command::Cloud(command) => {
            preflight::check(Some(&command), None)?;
            let cloud = Clients::of(arguments.endpoint.as_deref()).await?.find_stack(&arguments.stack).await?;
            let context = Context::new(cloud, false);
            let mut signals = Signals::listen()?;
            tokio::select! {
                result = commands::execute(&context, command) => result,
                signal = signals.next() => Err(signal.as_error(context.what_goes_on())),
            }
        }
    }
}
