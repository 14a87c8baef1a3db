//! The commands that help to set a data folder up: init, check, try, schema. They read files of this machine (`try`
//! also APIs and databases) and use the functions' own code to judge them; nothing is uploaded.

mod check;
mod diagnostics;
mod folder;
mod init;
mod losses;
mod members;
pub mod push;
mod source_reader;
mod try_source;

pub use folder::{DataFolder, config_text};
use onefold_config::json_schema;

use crate::Outcome;
use crate::args::DataCommand;
use crate::error::Error;
use crate::screen::say;

/// Carries out a command.
///
/// `endpoint` is the address of the local cloud, if its Secrets Manager is to be asked.
pub async fn execute(command: DataCommand, endpoint: Option<String>) -> Result<Outcome, Error> {
    match command {
        DataCommand::Check(options) => {
            let checked = check::check(&options.path).await?;
            say(checked.report.trim_end());
            Ok(if checked.is_sound { Outcome::Done } else { Outcome::Faulty })
        }
        DataCommand::Try(options) => try_source::try_source(&options, endpoint).await,
        DataCommand::Init(options) => {
            let initiated = init::init(&options).await?;
            say(&initiated.report);
            Ok(if initiated.is_complete { Outcome::Done } else { Outcome::Faulty })
        }
        DataCommand::Schema => {
            say(format_args!("{:#}", json_schema()));
            Ok(Outcome::Done)
        }
    }
}

#[cfg(test)]
pub mod tests;
