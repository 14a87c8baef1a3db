//! Which model a run scores with: one that was learnt before, or one that it learns itself.

use bytes::Bytes;
use onefold_config::{Config, ScoreSettings};
use onefold_lake::{RunId, keys};
use onefold_scoring::ScoredFields;
use onefold_scoring::model::RunModel;
use onefold_shell::{Context, StageError};

/// A model that was learnt before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PinnedModel {
    /// The run whose version has it.
    pub(crate) run: RunId,
    /// Its text.
    pub(crate) text: Bytes,
}

/// The model that the configuration names, or else that of the previous version if its fields and levels are those of this
/// run. `None` if this run learns one: it is the first, it is asked to, or the previous version had little to learn from.
pub(crate) async fn pin(
    config: &Config,
    previous: Option<&RunId>,
    learns: bool,
    context: &Context,
    faults: &mut Vec<String>,
) -> Result<Option<PinnedModel>, StageError> {
    let Some(settings) = &config.score else { return Ok(None) };
    let fields = ScoredFields::of(config);
    if settings.model.is_some() {
        return named(settings, &fields, learns, context, faults).await;
    }
    let Some(previous) = previous.filter(|_| !learns) else { return Ok(None) };
    let found = read(previous, context).await?;
    Ok(found.filter(|(_, model)| !model.model.is_prior && model.fits(&fields)).map(|(pinned, _)| pinned))
}

/// The model that the configuration names. It must be there and fit.
async fn named(
    settings: &ScoreSettings,
    fields: &ScoredFields,
    learns: bool,
    context: &Context,
    faults: &mut Vec<String>,
) -> Result<Option<PinnedModel>, StageError> {
    let name = settings.model.as_deref().unwrap_or_default();
    let mut fault = |fault: &str| faults.push(format!("[score] has model = {name:?}, {fault}"));
    if learns {
        fault("so no model can be learnt; leave it out, or start the run without train");
        return Ok(None);
    }
    let Ok(run) = RunId::parse(name) else {
        fault("which is no run; a run is named like 20261122T174600Z-1a2b3c4d");
        return Ok(None);
    };
    match read(&run, context).await? {
        None => fault("but the lake has no version of that run with a model"),
        Some((_, model)) if !model.fits(fields) => {
            fault("but that model is for other fields or other comparison levels; name another run, or leave it out");
        }
        Some((pinned, _)) => return Ok(Some(pinned)),
    }
    Ok(None)
}

/// The model of a run's version.
async fn read(run: &RunId, context: &Context) -> Result<Option<(PinnedModel, RunModel)>, StageError> {
    let key = keys::processed_model(run);
    let Some((text, _)) = context.get_if_there(&key).await? else { return Ok(None) };
    let model = context.json::<RunModel>(&key).await?;
    Ok(Some((PinnedModel { run: run.clone(), text }, model)))
}
