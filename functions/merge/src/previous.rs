//! What the version that a run builds on was made by.

use std::sync::Arc;

use onefold_config::Config;
use onefold_graph::node::Node;
use onefold_identity::corrections::{Corrections, Pairs};
use onefold_identity::matching::Matcher;
use onefold_identity::merge::Before;
use onefold_lake::run::layout::BlockedKeys;
use onefold_lake::{RunId, keys};
use onefold_shell::{Context, Pinned, StageError};
use onefold_store::StoreError;

/// The configuration of a version, the corrections that it obeys and its blocked keys.
pub(crate) struct Settings {
    config_text: String,
    config: Config,
    matcher: Matcher,
    blocked: Vec<Node>,
}

impl Settings {
    /// The version as what a run builds on.
    pub(crate) fn before(&self, pinned: &Pinned) -> Before<'_> {
        Before::Known {
            config: &self.config,
            matcher: &self.matcher,
            blocked: &self.blocked,
            is_same: self.config_text == pinned.config_text,
        }
    }
}

/// Reads what a version was made by. Versions of earlier programs do not say, and of what they say this program may
/// not know everything any more: then nothing is known.
pub(crate) async fn settings(version: &RunId, context: &Context) -> Result<Option<Settings>, StageError> {
    let config_text = match context.store.get(&keys::processed_config(version)).await {
        Ok((bytes, _)) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(StoreError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let Ok(config) = Config::parse(&config_text) else { return Ok(None) };
    let Some((pairs, _)) = context.json_if_there::<Pairs>(&keys::processed_corrections(version)).await? else {
        return Ok(None);
    };
    let blocked = context.json::<BlockedKeys>(&keys::processed_blocked(version)).await?.nodes();
    let matcher = Matcher::new(&config, context.hasher()?.clone()).correcting(Arc::new(Corrections::new(pairs)));
    Ok(Some(Settings { config_text, config, matcher, blocked }))
}
