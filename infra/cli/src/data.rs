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
use crate::screen::{answer, has_colours};

/// Carries out a command of the setup.
///
/// `endpoint` is the address of the local cloud whose Secrets Manager `try` asks; without one, it asks AWS's.
pub async fn execute(command: DataCommand, endpoint: Option<String>) -> Result<Outcome, Error> {
    match command {
        DataCommand::Check(options) => {
            let checked = check::check(&options.path, has_colours()).await?;
            answer(&checked.document, || checked.report)?;
            Ok(if checked.document.is_sound { Outcome::Done } else { Outcome::Faulty })
        }
        DataCommand::Try(options) => try_source::try_source(&options, endpoint).await,
        DataCommand::Init(options) => {
            let initiated = init::init(&options).await?;
            answer(&initiated.document, || initiated.report)?;
            Ok(if initiated.document.is_complete { Outcome::Done } else { Outcome::Faulty })
        }
        DataCommand::Schema => {
            answer(&json_schema(), || format!("{:#}", json_schema()))?;
            Ok(Outcome::Done)
        }
    }
}

#[cfg(test)]
pub mod tests;
