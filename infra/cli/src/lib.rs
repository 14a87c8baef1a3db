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
mod data;
pub mod error;
mod files;
mod local;
mod run;
pub mod screen;
mod signals;
mod table;
mod version;

use std::process::ExitCode;

use args::{Arguments, Command};
use cloud::Clients;
use commands::{CommandContext, preflight};
use error::Error;
use signals::Signals;
use version::{erase, explanation};

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
        Command::Data(command) => data::execute(command, arguments.endpoint).await,
        Command::Explain(options) => {
            explanation::execute(options, &arguments.stack, arguments.endpoint.as_deref()).await
        }
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
