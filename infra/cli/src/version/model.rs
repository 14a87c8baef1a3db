//! `onefold model`: shows the model of a version.

mod fields;
mod text;

use onefold_lake::{RunId, keys};
use onefold_scoring::ScoredFields;
use onefold_scoring::model::RunModel;
use onefold_version::OpenVersion;

use crate::Outcome;
use crate::args::ModelOptions;
use crate::error::Error;
use crate::screen::answer;
use crate::version::asked;

/// Prints the model as text or JSON.
pub async fn execute(options: ModelOptions, stack: &str, endpoint: Option<&str>) -> Result<Outcome, Error> {
    let ModelOptions { run, out, passes } = options;
    let (store, run) = asked::find(out.as_deref(), run, stack, endpoint).await?;
    let store = store.as_ref();
    let version = OpenVersion::asked(store, run.as_ref()).await.map_err(Error::version("open the version"))?;
    let model = model(&version).await?;
    let config = version.config().await.map_err(Error::version("read the configuration"))?;
    answer(&model, || in_words(&model, version.run(), &ScoredFields::of(&config), passes))?;
    Ok(Outcome::Done)
}

async fn model(version: &OpenVersion<'_>) -> Result<RunModel, Error> {
    let run = version.run();
    if version.manifest().scores.is_none() {
        let fault = format!("no pair was scored in the version of {run}: its configuration has rules only");
        return Err(Error::Unready(format!("{fault}; add [score] to onefold.toml, and start a run")));
    }
    let key = keys::processed_model(run);
    let model = version.model().await.map_err(Error::version("read the model"))?;
    model.ok_or_else(|| Error::malformed(&key, "it is missing; fetch the version again"))
}

fn in_words(model: &RunModel, run: &RunId, fields: &ScoredFields, with_passes: bool) -> String {
    let mut text = text::of(model, run, &known(fields, model));
    if with_passes {
        text.push_str(&text::passes(model));
    }
    text
}

/// The fields of a model; none if it is for other fields or comparison levels than this program's, so that it cannot say
/// what a level means.
fn known(fields: &ScoredFields, model: &RunModel) -> ScoredFields {
    if model.fits(fields) { fields.clone() } else { ScoredFields::default() }
}

#[cfg(test)]
mod tests;
