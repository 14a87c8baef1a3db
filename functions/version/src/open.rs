//! A version that is opened: its manifest is read, and what else it has is read when asked for.

use std::collections::BTreeSet;

use onefold_config::Config;
use onefold_identity::corrections::{Corrections, Pairs};
use onefold_lake::version::current::Current;
use onefold_lake::version::manifest::{FORMAT, Manifest};
use onefold_lake::version::retired::{Retired, Trail};
use onefold_lake::{FormatError, RunId, keys};
use onefold_store::{Object, Store};

use crate::complete;
use crate::error::VersionError;
use crate::index::VersionIndex;
use crate::objects::{read_json, read_json_lines};

/// The run of the current version; `None` if nothing was published yet.
///
/// # Errors
/// The store failed, or `processed/CURRENT` is damaged.
pub async fn current_run(store: &dyn Store) -> Result<Option<RunId>, VersionError> {
    let current: Option<Current> = read_json(store, keys::CURRENT).await?;
    Ok(current.map(|current| current.run))
}

/// A version that can be read: published, or held back.
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
    /// The run has no version, or one of a newer format; the manifest is damaged; the store failed.
    pub async fn of_run(store: &'s dyn Store, run: &RunId) -> Result<Self, VersionError> {
        let manifest: Option<Manifest> = read_json(store, &keys::manifest(run)).await?;
        let manifest = manifest.ok_or_else(|| VersionError::NoVersion { run: run.clone() })?;
        if manifest.format > FORMAT {
            return Err(VersionError::NewerFormat { run: run.clone(), format: manifest.format });
        }
        Ok(Self { store, manifest })
    }

    /// The run that made the version.
    pub const fn run(&self) -> &RunId {
        &self.manifest.run
    }

    /// What the version consists of.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The manifest alone.
    pub fn into_manifest(self) -> Manifest {
        self.manifest
    }

    /// Reads the configuration under which the version was made.
    ///
    /// # Errors
    /// It is not there, or this program does not understand it; the store failed.
    pub async fn config(&self) -> Result<Config, VersionError> {
        let key = keys::processed_config(self.run());
        let (text, _) = self.store.get(&key).await?;
        let config = Config::parse(&String::from_utf8_lossy(&text));
        Ok(config.map_err(|faults| FormatError::new(&key, format_args!("it is not understood any more: {faults}")))?)
    }

    /// Reads the corrections under which the version was made.
    ///
    /// # Errors
    /// They are not there, or damaged; the store failed.
    pub async fn corrections(&self) -> Result<Corrections, VersionError> {
        let key = keys::processed_corrections(self.run());
        let (bytes, _) = self.store.get(&key).await?;
        // The error's text could hold a reference; its place does not.
        let pairs: Pairs = serde_json::from_slice(&bytes).map_err(|error| {
            FormatError::new(&key, format_args!("line {}, column {}", error.line(), error.column()))
        })?;
        Ok(Corrections::new(pairs))
    }

    /// Reads where the version's partitions are.
    ///
    /// # Errors
    /// [`VersionError::NoIndex`] if an earlier program made the version; the list is not there, or damaged; the store
    /// failed.
    pub async fn index(&self) -> Result<VersionIndex<'s>, VersionError> {
        if !self.has_index() {
            return Err(VersionError::NoIndex { run: self.run().clone() });
        }
        let frames = read_json_lines(self.store, &keys::processed_frames(self.run())).await?;
        Ok(VersionIndex { store: self.store, run: self.run().clone(), frames })
    }

    pub(crate) fn has_index(&self) -> bool {
        !self.manifest.files.index.is_empty()
    }

    /// Follows an id that ended: the steps, in the order of their runs, and the ids of the customers that it became. There
    /// are no steps if no such id ended.
    ///
    /// # Errors
    /// A file of the ids that ended is not there, or damaged; the store failed.
    pub async fn follow_retired(&self, customer_id: &str) -> Result<(Vec<Retired>, BTreeSet<String>), VersionError> {
        let mut trail = Trail::new(customer_id);
        for file in &self.manifest.files.retired {
            trail.file(self.store, file).await?;
        }
        Ok(trail.end())
    }

    /// Lists the version's objects, the manifest among them.
    ///
    /// # Errors
    /// [`VersionError::Incomplete`] if they are not as the manifest says; the store failed.
    pub async fn list_objects(&self) -> Result<Vec<Object>, VersionError> {
        let (listed, missing) = complete::listed(self.store, &self.manifest).await?;
        match missing {
            Some(missing) => Err(VersionError::Incomplete { run: self.run().clone(), missing }),
            None => Ok(listed),
        }
    }
}
