//! `processed/CURRENT`: the object that names the current version.

use bytes::Bytes;
use onefold_lake::version::current::Current;
use onefold_lake::{RunId, keys};

use crate::cloud::{Cloud, objects};
use crate::error::Error;

/// The run of the current version; `None` if nothing was published yet.
pub async fn read(cloud: &Cloud) -> Result<Option<RunId>, Error> {
    let Some(content) = objects::read(cloud, keys::CURRENT).await? else { return Ok(None) };
    let current: Current = serde_json::from_slice(&content).map_err(|error| Error::malformed(keys::CURRENT, error))?;
    Ok(Some(current.run))
}

/// The content that names the version of a run in a store where nothing has been purged.
pub fn content(run: RunId) -> Result<Bytes, Error> {
    let content = serde_json::to_vec(&Current::new(run)).map_err(|error| Error::malformed(keys::CURRENT, error))?;
    Ok(content.into())
}
