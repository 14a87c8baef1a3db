//! What the version that a run builds on was made by.

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

/// The version that a run builds on.
pub(crate) enum Previous {
    /// There is none.
    Nothing,
    /// It does not say what it was made by.
    Unknown,
    /// It was made by this.
    Known(Box<Settings>),
}

/// The configuration of a version, the corrections that it obeys and its blocked keys.
pub(crate) struct Settings {
    config_text: String,
    config: Config,
    matcher: Matcher,
    blocked: Vec<Node>,
}

impl Previous {
    /// Reads what the previous version was made by. Versions of earlier programs do not say, and of what they say this
    /// program may not know everything any more: then nothing is known.
    pub(crate) async fn read(pinned: &Pinned, context: &Context, moved: &mut Moved) -> Result<Self, StageError> {
        let Some(previous) = &pinned.plan.previous else { return Ok(Self::Nothing) };
        let settings = settings(&previous.run, context, moved).await?;
        Ok(settings.map_or(Self::Unknown, |settings| Self::Known(Box::new(settings))))
    }

    /// The rules that made it, as a run builds on them.
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

    /// How many of its blocked keys are held.
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
