//! Reading what a run builds on. Every fault of the set-up is found here, and all of them are reported at once.

use std::collections::BTreeMap;

use onefold_config::Config;
use onefold_connect::SPLIT_BYTES;
use onefold_identity::suppression::Suppression;
use onefold_lake::RunId;
use onefold_lake::calls::StartInput;
use onefold_lake::keys;
use onefold_lake::run::plan::{BaseVersion, PinnedTable, ReadObject};
use onefold_lake::version::current::CurrentVersion;
use onefold_lake::version::manifest::{FORMAT, Manifest};
use onefold_shell::{Context, StageError};

use crate::corrections::{self, ReadCorrections};
use crate::model::{self, PinnedModel};
use crate::sources::{self, PlannedSources};
use crate::{suppression, tables};

/// What a run builds on, without faults.
#[derive(Debug)]
pub(crate) struct SetUp {
    /// The text of the configuration, as it was uploaded.
    pub(crate) config_text: String,
    pub(crate) config: Config,
    /// The version that the run builds on, if there is one.
    pub(crate) previous: Option<PreviousVersion>,
    pub(crate) tables: Vec<PinnedTable>,
    pub(crate) corrections: ReadCorrections,
    pub(crate) suppression: Suppression,
    pub(crate) sources: PlannedSources,
    /// The model that the run scores with, if it learns none.
    pub(crate) model: Option<PinnedModel>,
}

/// What the next run must know of a version.
#[derive(Clone, Debug)]
pub(crate) struct PreviousVersion {
    pub(crate) pinned: BaseVersion,
    /// The digests by which changes of the configuration, the corrections and the suppression list are noticed.
    pub(crate) config: String,
    pub(crate) corrections: String,
    pub(crate) suppression: String,
    /// Up to where each source is read that is read by a watermark, by its name.
    pub(crate) watermarks: BTreeMap<String, String>,
}

impl SetUp {
    /// Reads everything, and asks each source what there is to read.
    ///
    /// # Errors
    /// `InvalidInput` with every fault; the store or a source failed.
    pub(crate) async fn read(run: &RunId, input: &StartInput, context: &Context) -> Result<Self, StageError> {
        let (config_text, config) = read_config(context).await?;
        let previous = read_previous(context).await?;
        let known: Vec<ReadObject> = match &previous {
            Some(previous) => context.json_lines(&keys::processed_inputs(&previous.pinned.run)).await?,
            None => Vec::new(),
        };
        let mut faults = Vec::new();
        let tables = tables::pin(&config, context, &mut faults).await?;
        let mut corrections = corrections::pin(&config, context, &mut faults).await?;
        let suppression = suppression::read(context, &mut faults).await?;
        suppression::strike(&mut corrections.checked.pairs, &suppression);
        let version = previous.as_ref().map(|previous| &previous.pinned.run);
        let model = model::pin(&config, version, input.train, context, &mut faults).await?;
        let asked = sources::Asked {
            run,
            known: &known,
            watermarks: previous.as_ref().map(|previous| &previous.watermarks),
            split_bytes: input.split_bytes.unwrap_or(SPLIT_BYTES),
        };
        let sources = sources::plan_each(&config, &asked, context, &mut faults).await?;
        if !faults.is_empty() {
            return Err(StageError::invalid_input(faults.join("; ")));
        }
        Ok(Self { config_text, config, previous, tables, corrections, suppression, sources, model })
    }
}

async fn read_config(context: &Context) -> Result<(String, Config), StageError> {
    let Some((bytes, _)) = context.get_if_there(keys::CONFIG).await? else {
        let missing = format!("there is no {}; upload the pipeline's configuration", keys::CONFIG);
        return Err(StageError::invalid_input(missing));
    };
    let text = String::from_utf8(bytes.into())
        .map_err(|_| StageError::invalid_input(format!("{} is not UTF-8", keys::CONFIG)))?;
    let config = Config::parse(&text).map_err(|faults| StageError::invalid_input(keys::CONFIG).caused_by(faults))?;
    Ok((text, config))
}

async fn read_previous(context: &Context) -> Result<Option<PreviousVersion>, StageError> {
    let Some((current, etag)) = context.json_if_there::<CurrentVersion>(keys::CURRENT).await? else {
        return Ok(None);
    };
    let manifest: Manifest = context.json(&keys::manifest(&current.run)).await?;
    if manifest.format > FORMAT {
        return Err(StageError::invalid_input(format!(
            "the current version has format {}, this program knows formats up to {FORMAT}; deploy a newer one",
            manifest.format,
        )));
    }
    let Manifest { config, corrections, suppression, watermarks, .. } = manifest;
    let pinned = BaseVersion { run: current.run, etag };
    Ok(Some(PreviousVersion { pinned, config, corrections, suppression, watermarks }))
}
