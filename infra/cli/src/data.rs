//! A data folder: set up by `onefold init`, `check`, `try` and `schema`, and uploaded by `push`.
//!
//! The commands of the setup read files of this machine (`try` also APIs and databases) and judge them with the functions'
//! own code. Only `push` uploads anything.

mod check;
mod diagnostics;
pub mod folder;
mod init;
mod losses;
pub mod members;
pub mod push;
mod source_reader;
mod try_source;

pub use folder::{DataFolder, config_text};
use onefold_config::json_schema;

use crate::Outcome;
use crate::args::DataCommand;
use crate::error::Error;
use crate::screen::say;

/// Carries out a command of the setup.
///
/// `endpoint` is the address of the local cloud whose Secrets Manager `try` asks; without one, it asks AWS's.
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
