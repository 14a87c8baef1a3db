//! The settings that made the previous version.

use std::sync::Arc;

use onefold_config::Config;
use onefold_graph::node::Node;
use onefold_identity::corrections::{Corrections, Pairs};
use onefold_identity::match_keys::Matcher;
use onefold_identity::merge::PreviousRules;
use onefold_lake::run::receipt::Moved;
use onefold_lake::{RunId, keys};
use onefold_shell::{Context, Pinned, StageError};

use crate::blocked;

/// The previous version, on which the run builds.
pub(crate) enum Previous {
    /// There is no previous version.
    Nothing,
    /// Its settings are unknown.
    Unknown,
    /// These settings made it.
    Known(Box<Settings>),
}

/// The configuration, the corrections and the blocked keys of a version.
pub(crate) struct Settings {
    config_text: String,
    config: Config,
    matcher: Matcher,
    blocked: Vec<Node>,
}

impl Previous {
    /// Reads the settings of the previous version. They are unknown if an earlier program did not store them, or if
    /// this program cannot read them any more.
    pub(crate) async fn read(pinned: &Pinned, context: &Context, moved: &mut Moved) -> Result<Self, StageError> {
        let Some(previous) = &pinned.plan.previous else { return Ok(Self::Nothing) };
        let settings = settings(&previous.run, context, moved).await?;
        Ok(settings.map_or(Self::Unknown, |settings| Self::Known(Box::new(settings))))
    }

    /// The rules that made the previous version, in the form that the merger takes.
    pub(crate) fn rules(&self, pinned: &Pinned) -> PreviousRules<'_> {
        match self {
            Self::Nothing => PreviousRules::NoVersion,
            Self::Unknown => PreviousRules::Unknown,
            Self::Known(settings) => PreviousRules::Known {
                config: &settings.config,
                matcher: &settings.matcher,
                blocked: &settings.blocked,
                is_same: settings.config_text == pinned.config_text,
            },
        }
    }

    /// The number of its blocked keys in memory.
    pub(crate) fn blocked_keys(&self) -> usize {
        match self {
            Self::Nothing | Self::Unknown => 0,
            Self::Known(settings) => settings.blocked.len(),
        }
    }
}

async fn settings(version: &RunId, context: &Context, moved: &mut Moved) -> Result<Option<Settings>, StageError> {
    let Some((text, _)) = context.get_if_there(&keys::processed_config(version)).await? else { return Ok(None) };
    let config_text = String::from_utf8_lossy(&text).into_owned();
    let Ok(config) = Config::parse(&config_text) else { return Ok(None) };
    let Some((pairs, _)) = context.json_if_there::<Pairs>(&keys::processed_corrections(version)).await? else {
        return Ok(None);
    };
    let blocked = blocked::of_version(version, context, moved).await?;
    let matcher = Matcher::new(&config, context.hasher()?.clone()).correcting(Arc::new(Corrections::new(pairs)));
    Ok(Some(Settings { config_text, config, matcher, blocked }))
}
