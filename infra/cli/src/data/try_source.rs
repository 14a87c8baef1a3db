//! `onefold try`: shows what becomes of a source's first rows.

mod compared;
pub mod side_by_side;
pub mod trial;

use std::sync::Arc;

use onefold_shell::Secrets;

use trial::TriedRow;

use super::folder::DataFolder;
use crate::Outcome;
use crate::args::TryOptions;
use crate::cloud::secrets::{LazySecretsManager, SecretsFile};
use crate::documents::TryDocument;
use crate::error::Error;
use crate::screen::{answer, warn};

/// Carries the command out. `endpoint` is the address of the local cloud whose Secrets Manager is asked; without one, AWS's
/// is.
pub async fn try_source(options: &TryOptions, endpoint: Option<String>) -> Result<Outcome, Error> {
    let secrets: Arc<dyn Secrets> = match &options.secrets {
        Some(path) => Arc::new(SecretsFile::read(path)?),
        None => Arc::new(LazySecretsManager { endpoint }),
    };
    let folder = DataFolder::new(&options.data);
    let config = folder.config()?;
    let trial = trial::try_rows(&folder, &config, secrets, &options.source, options.rows as usize).await?;
    let document = TryDocument {
        source: options.source.clone(),
        rows: trial.rows.iter().map(TriedRow::document).collect(),
        notes: trial.notes.iter().map(ToString::to_string).collect(),
        warnings: trial.warnings.clone(),
    };
    answer(&document, || side_by_side::show(&trial.rows, side_by_side::screen_width()))?;
    // On the error output, because a program may read the rows.
    trial.notes.iter().for_each(|note| warn(format_args!("note on {}: {note}", options.source)));
    trial.warnings.iter().for_each(|warning| warn(format_args!("warning: {warning}")));
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests;
