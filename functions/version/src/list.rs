//! Lists the kept versions and the status of each.
//!
//! A version was published if CURRENT names it or a version that builds on it, directly or not, or if the receipt of
//! its Compact says so. For a version that was rolled back, only the receipt says so.

use std::collections::BTreeSet;

use onefold_lake::RunId;
use onefold_lake::calls::CompactResult;
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::receipt::Receipt;
use onefold_lake::version::manifest::Manifest;
use onefold_store::Store;

use crate::error::VersionError;
use crate::objects::read_json;
use crate::open::current_run;

/// The status of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionStatus {
    /// Readers see this version.
    Current,
    /// It was published, but readers see another version.
    Kept,
    /// The gate held it back.
    Gated,
    /// Its run was a dry run.
    DryRun,
    /// Its run did not finish, or another run published first.
    Unpublished,
}

/// A kept version.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedVersion {
    /// Its manifest.
    pub manifest: Manifest,
    /// Its status.
    pub status: VersionStatus,
}

/// All kept versions, published or not, from the oldest run to the latest.
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
            // Its manifest may still say that it is held, because that is corrected only after the commit.
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

/// The kept manifests, in the order of their runs.
async fn manifests(store: &dyn Store) -> Result<Vec<Manifest>, VersionError> {
    let mut manifests = Vec::new();
    for folder in store.list_folders(keys::PROCESSED).await.map_err(VersionError::List)? {
        if let Some(run) = keys::parse_version(&folder)
            && let Some(manifest) = read_json(store, &keys::manifest(&run)).await?
        {
            manifests.push(manifest);
        }
    }
    Ok(manifests)
}

/// The run of the current version, and the runs of all versions that it builds on.
fn lineage(current: Option<&RunId>, manifests: &[Manifest]) -> BTreeSet<RunId> {
    let mut lineage = BTreeSet::new();
    let mut next = current.cloned();
    // Stops at a run that was seen before, so a cycle cannot loop forever.
    while let Some(run) = next.filter(|run| !lineage.contains(run)) {
        let manifest = manifests.iter().find(|manifest| manifest.run == run);
        next = manifest.and_then(|manifest| manifest.previous.clone());
        lineage.insert(run);
    }
    lineage
}

/// Whether the receipt of the run's Compact says that the version was published.
async fn has_published(store: &dyn Store, run: &RunId) -> Result<bool, VersionError> {
    let key = keys::receipt(run, Stage::Compact, Stage::Compact.name());
    let receipt: Option<Receipt<CompactResult>> = read_json(store, &key).await?;
    Ok(receipt.is_some_and(|receipt| receipt.result.published))
}

#[cfg(test)]
mod tests {
    use onefold_store::memory::MemoryStore;

    use super::*;
    use crate::testing::{block_on, manifest, put, run, with_versions};

    const RUNS: [&str; 4] = [
        "20261121T174600Z-1a2b3c4d",
        "20261122T174600Z-1a2b3c4d",
        "20261123T174600Z-1a2b3c4d",
        "20261124T174600Z-1a2b3c4d",
    ];

    fn statuses(store: &MemoryStore) -> Vec<VersionStatus> {
        block_on(list(store)).unwrap().into_iter().map(|version| version.status).collect()
    }

    fn after(number: usize) -> Manifest {
        Manifest { previous: Some(run(RUNS[number - 1])), ..manifest(RUNS[number]) }
    }

    #[test]
    fn nothing_is_listed_of_an_empty_store() {
        assert_eq!(statuses(&MemoryStore::default()), []);
    }

    #[test]
    fn what_the_current_version_descends_from_was_published() {
        let store = with_versions(&[manifest(RUNS[0]), after(1), after(2)]);
        assert_eq!(statuses(&store), [VersionStatus::Kept, VersionStatus::Kept, VersionStatus::Current]);
    }

    #[test]
    fn what_was_held_or_overtaken_was_not() {
        let gated = Manifest { gated: vec!["why".to_owned()], ..after(1) };
        let dry = Manifest { dry_run: true, gated: vec!["why".to_owned()], ..after(1) };
        let unpublished = Manifest { run: run(RUNS[3]), ..after(1) };
        let dry = Manifest { run: run(RUNS[2]), ..dry };
        let store = with_versions(&[gated, dry, unpublished, manifest(RUNS[0])]);
        let expected =
            [VersionStatus::Current, VersionStatus::Gated, VersionStatus::DryRun, VersionStatus::Unpublished];
        assert_eq!(statuses(&store), expected);
    }

    #[test]
    fn a_receipt_tells_what_was_rolled_back_from() {
        let store = with_versions(&[after(1), manifest(RUNS[0])]);
        let receipt = |published: bool| {
            let run = run(RUNS[1]);
            let receipt = Receipt {
                run: run.clone(),
                stage: Stage::Compact,
                name: "compact".to_owned(),
                moved: Default::default(),
                cost: Default::default(),
                result: CompactResult {
                    run: run.clone(),
                    published,
                    purge: false,
                    manifest_key: String::new(),
                    rows_read: 0,
                    rejected: 0,
                    members: 0,
                    customers: 0,
                },
            };
            put(&store, &keys::receipt(&run, Stage::Compact, "compact"), serde_json::to_vec(&receipt).unwrap());
        };
        receipt(false);
        assert_eq!(statuses(&store), [VersionStatus::Current, VersionStatus::Unpublished]);
        receipt(true);
        assert_eq!(statuses(&store), [VersionStatus::Current, VersionStatus::Kept]);
    }

    #[test]
    fn versions_in_a_circle_are_listed() {
        let first = Manifest { previous: Some(run(RUNS[1])), ..manifest(RUNS[0]) };
        assert_eq!(statuses(&with_versions(&[first, after(1)])), [VersionStatus::Kept, VersionStatus::Current]);
    }
}
