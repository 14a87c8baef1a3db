//! The versions that are kept, and what became of each.
//!
//! A version was published if CURRENT names it or a version that descends from it, or if its Compact's receipt says so.
//! Only the receipt tells a version that was rolled back from one that never was published.

use std::collections::BTreeSet;

use onefold_lake::RunId;
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::receipt::Receipt;
use onefold_lake::version::manifest::Manifest;
use onefold_store::Store;
use serde::Deserialize;

use crate::error::VersionError;
use crate::objects::read_json;
use crate::open::current_run;

/// What became of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionStatus {
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

/// A version that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedVersion {
    /// Its manifest.
    pub manifest: Manifest,
    /// What became of it.
    pub status: VersionStatus,
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
pub async fn list(store: &dyn Store) -> Result<Vec<ListedVersion>, VersionError> {
    let current = current_run(store).await?;
    let manifests = manifests(store).await?;
    let lineage = lineage(current.as_ref(), &manifests);
    let mut versions = Vec::with_capacity(manifests.len());
    for manifest in manifests {
        let status = if current.as_ref() == Some(&manifest.run) {
            VersionStatus::Current
        } else if lineage.contains(&manifest.run) || has_published(store, &manifest.run).await? {
            // Whatever the manifest says: the marks of one that was held come off behind the commit.
            VersionStatus::Kept
        } else if manifest.dry_run {
            VersionStatus::DryRun
        } else if manifest.is_held() {
            VersionStatus::Gated
        } else {
            VersionStatus::Unpublished
        };
        versions.push(ListedVersion { manifest, status });
    }
    Ok(versions)
}

/// The manifests that are kept, in the order of their runs.
async fn manifests(store: &dyn Store) -> Result<Vec<Manifest>, VersionError> {
    let mut manifests = Vec::new();
    for folder in store.list_folders(keys::PROCESSED).await? {
        if let Some(run) = keys::parse_version(&folder)
            && let Some(manifest) = read_json(store, &keys::manifest(&run)).await?
        {
            manifests.push(manifest);
        }
    }
    Ok(manifests)
}

/// The current version's run and those of the versions that it descends from.
fn lineage(current: Option<&RunId>, manifests: &[Manifest]) -> BTreeSet<RunId> {
    let mut lineage = BTreeSet::new();
    let mut next = current.cloned();
    // A version that is in it already would only be there again in a circle.
    while let Some(run) = next.filter(|run| !lineage.contains(run)) {
        let manifest = manifests.iter().find(|manifest| manifest.run == run);
        next = manifest.and_then(|manifest| manifest.previous.clone());
        lineage.insert(run);
    }
    lineage
}

/// Whether the run's Compact says that it published.
async fn has_published(store: &dyn Store, run: &RunId) -> Result<bool, VersionError> {
    let key = keys::receipt(run, Stage::Compact, Stage::Compact.name());
    let receipt: Option<Receipt<Compacted>> = read_json(store, &key).await?;
    Ok(receipt.is_some_and(|receipt| receipt.result.published))
}
