//! The versions that are kept, and pointing `processed/CURRENT` back to one of them.
//!
//! A version was published if CURRENT names it or a version that descends from it, or if its Compact's receipt says
//! so: that is how a version is told that was rolled back from a version that never was one.

use std::collections::BTreeSet;

use onefold_lake::RunId;
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::receipt::Receipt;
use onefold_lake::version::current::{self, Current};
use onefold_lake::version::manifest::{FORMAT, Manifest};
use onefold_store::{Store, StoreError, TransactionError};
use serde::Deserialize;
use serde::de::DeserializeOwned;

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

impl From<TransactionError> for VersionError {
    fn from(error: TransactionError) -> Self {
        match error {
            TransactionError::Damaged { key, source } => Self::Damaged { key, reason: source.to_string() },
            TransactionError::Overtaken { .. } => refused(
                "another version was made the current one meanwhile, or somebody who was erased was removed from older \
                 ones; look at `onefold versions` and try again",
            ),
            TransactionError::Store(source) => Self::Store { source },
        }
    }
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
    let current = current::begin(store).await?.value().map(|current| current.run.clone());
    let mut manifests = Vec::new();
    for folder in store.list_folders(keys::PROCESSED).await? {
        if let Some(run) = keys::parse_version(&folder)
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
        } else if lineage.contains(&manifest.run) || has_published(store, &manifest.run).await? {
            // Whatever the manifest says: the marks of one that was held come off behind the commit.
            Standing::Kept
        } else if manifest.dry_run {
            Standing::DryRun
        } else if manifest.is_held() {
            Standing::Gated
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
/// [`VersionError::Refused`] if there is no such version, it was never published, it is not whole, it may hold persons who
/// were erased, or the current version changed meanwhile.
pub async fn roll_back(store: &dyn Store, to: Option<&RunId>) -> Result<Rolled, VersionError> {
    // What is looked at below must still be so when this is committed: so it begins here.
    let transaction = current::begin(store).await?;
    let Some(current) = transaction.value().cloned() else {
        return Err(refused("nothing has been published, so there is nothing to go back from"));
    };
    let versions = list(store).await?;
    let find = |run: &RunId| versions.iter().find(|version| version.manifest.run == *run);
    let from = find(&current.run).map(|version| &version.manifest);
    let to = match to {
        Some(run) => run.clone(),
        None => from
            .and_then(|manifest| manifest.previous.clone())
            .ok_or_else(|| refused(format!("the current version, of the run {}, has none before it", current.run)))?,
    };
    let Some(version) = find(&to) else {
        return Err(refused(format!("no version of the run {to} is kept; `onefold versions` lists those that are")));
    };
    check_standing(version)?;
    let manifest = version.manifest.clone();
    if manifest.format > FORMAT {
        return Err(refused(format!("the version of the run {to} has a format that is newer than this program")));
    }
    if from.is_some_and(|from| takes_away(from, &manifest)) {
        return Err(refused(format!(
            "the version of the run {to} may hold persons who were erased since; it cannot be gone back to, and the purge of \
             the run {} removes it",
            current.run
        )));
    }
    if let Some(missing) = find_missing(store, &manifest).await? {
        return Err(refused(format!("the version of the run {to} is not whole: {missing}")));
    }
    transaction.commit(store, &Current::after(Some(&current), to)).await?;
    Ok(Rolled { from: current.run, to: manifest })
}

/// Whether a version may be gone back to, by what became of it.
fn check_standing(version: &Version) -> Result<(), VersionError> {
    let run = &version.manifest.run;
    let publish = format!("`onefold publish {run}` publishes it, if no other version was published since");
    match version.standing {
        Standing::Kept => Ok(()),
        Standing::Current => Err(refused(format!("the version of the run {run} is the current one already"))),
        Standing::Gated => Err(refused(format!("the gate held the version of the run {run} back; {publish}"))),
        Standing::DryRun => Err(refused(format!("the run {run} was a dry run; {publish}"))),
        Standing::Unpublished => Err(refused(format!(
            "the version of the run {run} was never published; `onefold start --resume {run}` takes the run up again, and \
             `onefold versions` lists the versions that were"
        ))),
    }
}

/// Whether the purge of a version takes another one away: one that did not obey its suppression list, of a run that did
/// not start later.
fn takes_away(purging: &Manifest, other: &Manifest) -> bool {
    !purging.suppression.is_empty()
        && other.suppression != purging.suppression
        && other.run.started() <= purging.run.started()
}

/// What of a version is not there as its manifest says, the manifest among it; `None` if the version is whole.
///
/// # Errors
/// The store failed.
pub async fn find_missing(store: &dyn Store, manifest: &Manifest) -> Result<Option<String>, StoreError> {
    let listed = store.list(&keys::version(&manifest.run)).await?;
    let key = keys::manifest(&manifest.run);
    if !listed.iter().any(|object| object.key == key) {
        return Ok(Some(format!("there is no object {key}")));
    }
    Ok(manifest.check_complete(&listed).err().map(|error| error.to_string()))
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
