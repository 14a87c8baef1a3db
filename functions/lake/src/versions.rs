//! The versions that are kept, and pointing `processed/CURRENT` back to one of them.
//!
//! A version was published if CURRENT names it or a version that descends from it, or if its Compact's receipt says
//! so: that is how a version is told that was rolled back from a version that never was one.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::keys::{self, RunId, Stage};
use crate::manifest::{FORMAT, Manifest};
use crate::plan::Current;
use crate::receipt::Receipt;
use onefold_store::{Condition, Store, StoreError};

/// What became of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Readers see it.
    Current,
    /// It was published; readers see another one.
    Kept,
    /// The gate held it back.
    Gated,
    /// Its run was a dry run.
    DryRun,
    /// Its run did not come to its end, or another one overtook it.
    Unpublished,
}

/// A version as a list of them shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its manifest.
    pub manifest: Manifest,
    /// What became of it.
    pub standing: Standing,
}

/// A change of the current version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rolled {
    /// The run whose version was the current one.
    pub from: RunId,
    /// The version that is the current one now.
    pub to: Manifest,
}

/// Why there is no version to go back to, or why it cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// What was asked for is not possible; the text says what to do.
    #[error("{0}")]
    Refused(String),
    /// An object does not hold what it should.
    #[error("the object {key} is damaged: {reason}")]
    Damaged {
        /// The object.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The store failed.
    #[error("the bucket did not do what was asked")]
    Store {
        /// Which object, and why.
        #[from]
        source: StoreError,
    },
}

/// What is read of Compact's receipt.
#[derive(Deserialize)]
struct Compacted {
    published: bool,
}

/// All versions that are kept, published or not, from the oldest run to the latest.
///
/// # Errors
/// The store failed, or a manifest is damaged.
pub async fn list(store: &dyn Store) -> Result<Vec<Version>, VersionError> {
    let current = read::<Current>(store, keys::CURRENT).await?.map(|(current, _)| current.run);
    let mut manifests = Vec::new();
    for object in store.list(keys::PROCESSED).await? {
        if let Some(run) = keys::parse_manifest(&object.key)
            && let Some(manifest) = manifest(store, &run).await?
        {
            manifests.push(manifest);
        }
    }
    let mut lineage = BTreeSet::new();
    let mut next = current.clone();
    // A version that is in it already would only be there again in a circle.
    while let Some(run) = next.filter(|run| !lineage.contains(run)) {
        let found = manifests.iter().find(|manifest| manifest.run == run);
        next = found.and_then(|manifest| manifest.previous.clone());
        lineage.insert(run);
    }
    let mut versions = Vec::with_capacity(manifests.len());
    for manifest in manifests {
        let standing = if current.as_ref() == Some(&manifest.run) {
            Standing::Current
        } else if manifest.dry_run {
            Standing::DryRun
        } else if manifest.is_held() {
            Standing::Gated
        } else if lineage.contains(&manifest.run) || has_published(store, &manifest.run).await? {
            Standing::Kept
        } else {
            Standing::Unpublished
        };
        versions.push(Version { manifest, standing });
    }
    Ok(versions)
}

/// Makes a version the current one that was published before: that of `to`, or the one that the current version was
/// built on. One conditional write; a run that is under way will find that it was overtaken.
///
/// # Errors
/// [`VersionError::Refused`] if there is no such version, it was never published, it is not whole, or another version
/// was published meanwhile.
pub async fn roll_back(store: &dyn Store, to: Option<&RunId>) -> Result<Rolled, VersionError> {
    let Some((Current { run: from }, etag)) = read::<Current>(store, keys::CURRENT).await? else {
        return Err(refused("nothing has been published, so there is nothing to go back from"));
    };
    let versions = list(store).await?;
    let find = |run: &RunId| versions.iter().find(|version| version.manifest.run == *run);
    let to = match to {
        Some(run) => run.clone(),
        None => {
            let current = find(&from).and_then(|version| version.manifest.previous.clone());
            current.ok_or_else(|| refused(format!("the current version, of the run {from}, has none before it")))?
        }
    };
    let Some(version) = find(&to) else {
        return Err(refused(format!("no version of the run {to} is kept; `onefold versions` lists those that are")));
    };
    let publish = format!("`onefold publish {to}` publishes it, if no other version was published since");
    match version.standing {
        Standing::Kept => {}
        Standing::Current => return Err(refused(format!("the version of the run {to} is the current one already"))),
        Standing::Gated => {
            return Err(refused(format!("the gate held the version of the run {to} back; {publish}")));
        }
        Standing::DryRun => return Err(refused(format!("the run {to} was a dry run; {publish}"))),
        Standing::Unpublished => {
            return Err(refused(format!(
                "the version of the run {to} was never published; `onefold start --resume {to}` takes the run up again, \
                 and `onefold versions` lists the versions that were"
            )));
        }
    }
    let manifest = version.manifest.clone();
    if manifest.format > FORMAT {
        return Err(refused(format!("the version of the run {to} has a format that is newer than this program")));
    }
    let listed = store.list(&keys::version(&to)).await?;
    manifest
        .check_complete(&listed)
        .map_err(|error| refused(format!("the version of the run {to} is not whole: {error}")))?;
    let current = serde_json::to_vec(&Current { run: to })
        .map_err(|error| VersionError::Damaged { key: keys::CURRENT.to_owned(), reason: error.to_string() })?;
    match store.put(keys::CURRENT, current.into(), Condition::IfMatch(etag)).await {
        Ok(()) => Ok(Rolled { from, to: manifest }),
        Err(StoreError::Precondition { .. }) => {
            Err(refused("another version was made the current one meanwhile; look at `onefold versions` and try again"))
        }
        Err(error) => Err(error.into()),
    }
}

fn refused(message: impl Into<String>) -> VersionError {
    VersionError::Refused(message.into())
}

async fn manifest(store: &dyn Store, run: &RunId) -> Result<Option<Manifest>, VersionError> {
    Ok(read(store, &keys::manifest(run)).await?.map(|(manifest, _)| manifest))
}

/// Whether the run's Compact says that it published.
async fn has_published(store: &dyn Store, run: &RunId) -> Result<bool, VersionError> {
    let key = keys::receipt(run, Stage::Compact, Stage::Compact.name());
    let receipt = read::<Receipt<Compacted>>(store, &key).await?;
    Ok(receipt.is_some_and(|(receipt, _)| receipt.result.published))
}

/// An object of JSON that need not be there, and its entity tag.
async fn read<T: DeserializeOwned>(store: &dyn Store, key: &str) -> Result<Option<(T, String)>, VersionError> {
    match store.get(key).await {
        Ok((bytes, etag)) => {
            let value = serde_json::from_slice(&bytes)
                .map_err(|error| VersionError::Damaged { key: key.to_owned(), reason: error.to_string() })?;
            Ok(Some((value, etag)))
        }
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
