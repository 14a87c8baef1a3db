//! An open version. Its manifest is read at once, and everything else when it is needed.

use std::collections::BTreeSet;

use onefold_config::Config;
use onefold_graph::node::NodeHasher;
use onefold_identity::corrections::{Corrections, Pairs};
use onefold_lake::version::current::CurrentVersion;
use onefold_lake::version::manifest::{FORMAT, Manifest};
use onefold_lake::version::retired::{Retired, Trail};
use onefold_lake::{FormatError, RunId, keys};
use onefold_scoring::model::RunModel;
use onefold_store::{Object, Store};

use crate::complete;
use crate::error::VersionError;
use crate::index::VersionIndex;
use crate::objects::{read_json, read_json_lines};

/// The run of the current version; `None` if nothing has been published.
///
/// # Errors
/// The store failed, or `processed/CURRENT` is damaged.
pub async fn current_run(store: &dyn Store) -> Result<Option<RunId>, VersionError> {
    let current: Option<CurrentVersion> = read_json(store, keys::CURRENT).await?;
    Ok(current.map(|current| current.run))
}

/// A version that can be read, whether it was published or held back.
pub struct OpenVersion<'s> {
    pub(crate) store: &'s dyn Store,
    pub(crate) manifest: Manifest,
}

impl<'s> OpenVersion<'s> {
    /// Opens the version that `processed/CURRENT` names.
    ///
    /// # Errors
    /// [`VersionError::NothingPublished`], and those of [`OpenVersion::of_run`].
    pub async fn current(store: &'s dyn Store) -> Result<Self, VersionError> {
        let run = current_run(store).await?.ok_or(VersionError::NothingPublished)?;
        Self::of_run(store, &run).await
    }

    /// Opens the version of a run.
    ///
    /// # Errors
    /// The run has no version, or one of a newer format; the manifest is damaged; or the store failed.
    pub async fn of_run(store: &'s dyn Store, run: &RunId) -> Result<Self, VersionError> {
        let manifest: Option<Manifest> = read_json(store, &keys::manifest(run)).await?;
        let manifest = manifest.ok_or_else(|| VersionError::NoVersion { run: run.clone() })?;
        if manifest.format > FORMAT {
            return Err(VersionError::NewerFormat { run: run.clone(), format: manifest.format });
        }
        Ok(Self { store, manifest })
    }

    /// Opens the version of a run, or without one the current version.
    ///
    /// # Errors
    /// Those of [`OpenVersion::of_run`] and [`OpenVersion::current`].
    pub async fn asked(store: &'s dyn Store, run: Option<&RunId>) -> Result<Self, VersionError> {
        match run {
            Some(run) => Self::of_run(store, run).await,
            None => Self::current(store).await,
        }
    }

    /// The run that made the version.
    pub const fn run(&self) -> &RunId {
        &self.manifest.run
    }

    /// The manifest of the version.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Keeps only the manifest.
    pub fn into_manifest(self) -> Manifest {
        self.manifest
    }

    /// Reads the configuration under which the version was made.
    ///
    /// # Errors
    /// The configuration is missing, or this program cannot parse it; or the store failed.
    pub async fn config(&self) -> Result<Config, VersionError> {
        let key = keys::processed_config(self.run());
        let (text, _) = self.store.get(&key).await.map_err(VersionError::Read)?;
        let config = Config::parse(&String::from_utf8_lossy(&text));
        config.map_err(|faults| {
            let unknown = FormatError::new(&key, "it is not understood any more");
            VersionError::Damaged(unknown.caused_by(faults))
        })
    }

    /// Reads the corrections under which the version was made.
    ///
    /// # Errors
    /// The corrections are missing or damaged, or the store failed.
    pub async fn corrections(&self) -> Result<Corrections, VersionError> {
        let key = keys::processed_corrections(self.run());
        let (bytes, _) = self.store.get(&key).await.map_err(VersionError::Read)?;
        // The error's text could hold a reference, but its position does not.
        let pairs: Pairs =
            serde_json::from_slice(&bytes).map_err(|error| VersionError::Damaged(FormatError::json(&key, &error)))?;
        Ok(Corrections::new(pairs))
    }

    /// Reads the model by which the version's pairs were scored; `None` if none were.
    ///
    /// # Errors
    /// The model is damaged, or the store failed.
    pub async fn model(&self) -> Result<Option<RunModel>, VersionError> {
        read_json(self.store, &keys::processed_model(self.run())).await
    }

    /// Reads the positions of the version's partitions.
    ///
    /// # Errors
    /// [`VersionError::NoIndex`] if an earlier program made the version; the list is missing or damaged; or the store
    /// failed.
    pub async fn index(&self) -> Result<VersionIndex<'s>, VersionError> {
        if !self.has_index() {
            return Err(VersionError::NoIndex { run: self.run().clone() });
        }
        let frames = read_json_lines(self.store, &keys::processed_frames(self.run())).await?;
        Ok(VersionIndex { store: self.store, run: self.run().clone(), frames })
    }

    /// Checks that the version's index finds identifiers that are hashed by this secret.
    ///
    /// # Errors
    /// [`VersionError::NoIdentifiers`] or [`VersionError::OtherSecret`].
    pub fn check_identifiers(&self, hasher: &NodeHasher) -> Result<(), VersionError> {
        let run = || self.run().clone();
        if self.manifest.indexed_by.is_empty() {
            return Err(VersionError::NoIdentifiers { run: run() });
        }
        if self.manifest.indexed_by == hasher.fingerprint() {
            Ok(())
        } else {
            Err(VersionError::OtherSecret { run: run() })
        }
    }

    pub(crate) fn has_index(&self) -> bool {
        !self.manifest.files.index.is_empty()
    }

    /// Follows a retired id. Returns its steps in the order of their runs, and the ids of the customers that it led to.
    /// There are no steps if the id was never retired.
    ///
    /// # Errors
    /// A file of retired ids is missing or damaged, or the store failed.
    pub async fn follow_retired(&self, customer_id: &str) -> Result<(Vec<Retired>, BTreeSet<String>), VersionError> {
        let mut trail = Trail::new(customer_id);
        for file in &self.manifest.files.retired {
            trail.file(self.store, file).await.map_err(VersionError::reading_part)?;
        }
        Ok(trail.end())
    }

    /// Lists the version's objects, with the manifest.
    ///
    /// # Errors
    /// [`VersionError::Incomplete`] if the objects differ from the manifest; or the store failed.
    pub async fn list_objects(&self) -> Result<Vec<Object>, VersionError> {
        let (listed, missing) = complete::listed(self.store, &self.manifest).await.map_err(VersionError::List)?;
        match missing {
            Some(missing) => Err(VersionError::Incomplete { run: self.run().clone(), missing }),
            None => Ok(listed),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use onefold_lake::keys::VersionPart;
    use onefold_store::memory::{InjectedFault, MemoryStore};

    use super::*;
    use crate::testing::{EARLIER, LATER, block_on, manifest, put, put_manifest, run, with_partitions, with_versions};

    #[test]
    fn a_version_is_opened_by_its_run_or_as_the_current_one() {
        let store = with_versions(&[manifest(EARLIER), manifest(LATER)]);
        let current = block_on(OpenVersion::current(&store)).unwrap();
        let earlier = block_on(OpenVersion::of_run(&store, &run(EARLIER))).unwrap();
        assert_eq!([current.run(), earlier.run()], [&run(LATER), &run(EARLIER)]);
        assert_eq!(earlier.into_manifest(), manifest(EARLIER));
    }

    #[test]
    fn what_cannot_be_opened_says_why() {
        let newer = Manifest { format: FORMAT + 1, ..manifest(LATER) };
        let store = with_versions(&[newer]);
        let error = |store: &MemoryStore, run: Option<&str>| {
            let opened = match run {
                Some(run) => block_on(OpenVersion::of_run(store, &self::run(run))),
                None => block_on(OpenVersion::current(store)),
            };
            opened.map(|version| version.into_manifest()).unwrap_err()
        };
        assert!(matches!(error(&store, None), VersionError::NewerFormat { format: 2, .. }));
        assert!(matches!(error(&store, Some(EARLIER)), VersionError::NoVersion { .. }));
        assert!(matches!(error(&MemoryStore::default(), None), VersionError::NothingPublished));
        put(&store, &keys::manifest(&run(LATER)), "{");
        let damaged = error(&store, None).to_string();
        assert!(damaged.contains("processed/20261123T174600Z-1a2b3c4d/manifest.json is damaged"), "{damaged}");
        store.fail(InjectedFault::any().from_then_on());
        assert!(matches!(error(&store, None), VersionError::Read(_)));
    }

    #[test]
    fn settings_are_read() {
        let (store, _) = with_partitions();
        let version = block_on(OpenVersion::current(&store)).unwrap();
        assert_eq!(block_on(version.config()).unwrap().sources[0].name, "crm");
        assert_eq!(block_on(version.corrections()).unwrap().pairs().always.len(), 1);
    }

    /// Corrections hold references of accounts.
    #[test]
    fn damaged_settings_name_their_object_and_no_value() {
        let (store, _) = with_partitions();
        let version = block_on(OpenVersion::current(&store)).unwrap();
        put(&store, &keys::processed_corrections(version.run()), r#"{"always":["crm:1"],"never":[]}"#);
        let error = block_on(version.corrections()).map(drop).unwrap_err();
        let cause = error.source().expect("a cause").to_string();
        assert!(error.to_string().contains("corrections.json is damaged"), "{error}");
        assert!(cause.contains(" at column ") && !cause.contains("crm:1"), "{cause}");
        put(&store, &keys::processed_config(version.run()), "[source");
        let error = block_on(version.config()).map(drop).unwrap_err().to_string();
        assert!(error.contains("config.toml is damaged"), "{error}");
    }

    #[test]
    fn an_id_that_ended_is_followed_to_the_customers_of_now() {
        let (store, _) = with_partitions();
        let version = block_on(OpenVersion::current(&store)).unwrap();
        let follow = |id: &str| {
            let (steps, ids) = block_on(version.follow_retired(id)).unwrap();
            (steps.len(), ids.into_iter().collect::<Vec<_>>().join(" "))
        };
        assert_eq!(follow("c-0"), (2, "c-1 c-2".to_owned()));
        assert_eq!(follow("gone"), (1, String::new()));
        assert_eq!(follow("c-1").0, 0, "it never ended");
    }

    #[test]
    fn a_version_of_an_earlier_program_has_no_index() {
        let (store, mut manifest) = with_partitions();
        manifest.files.index.clear();
        put_manifest(&store, &manifest);
        let version = block_on(OpenVersion::current(&store)).unwrap();
        assert!(matches!(block_on(version.index()).map(drop), Err(VersionError::NoIndex { .. })));
    }

    #[test]
    fn objects_are_listed_if_all_are_there() {
        let (store, manifest) = with_partitions();
        let version = block_on(OpenVersion::current(&store)).unwrap();
        assert_eq!(block_on(version.list_objects()).unwrap().len(), manifest.objects().count() + 1);
        let key = keys::processed(version.run(), VersionPart::Members, 0);
        block_on(store.delete(std::slice::from_ref(&key))).unwrap();
        let error = block_on(version.list_objects()).unwrap_err();
        assert!(matches!(&error, VersionError::Incomplete { missing, .. } if missing.contains(&key)), "{error:?}");
    }
}
