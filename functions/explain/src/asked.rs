//! The version that a question is about, and the data for the answers.

use std::collections::BTreeSet;

use onefold_config::Config;
use onefold_identity::corrections::Corrections;
use onefold_lake::RunId;
use onefold_lake::version::retired::Retired;
use onefold_shell::{Context, StageError};
use onefold_version::{AccountInVersion, CustomerGroup, OpenVersion, VersionError, VersionIndex};

/// A version, its settings and its index.
pub(crate) struct AskedVersion<'s> {
    pub(crate) config: Config,
    pub(crate) corrections: Corrections,
    version: OpenVersion<'s>,
    index: VersionIndex<'s>,
}

impl<'s> AskedVersion<'s> {
    /// Opens the version of a run, or the current one.
    pub(crate) async fn open(run: Option<&RunId>, context: &'s Context) -> Result<Self, StageError> {
        Self::read(run, context).await.map_err(stage_error)
    }

    async fn read(run: Option<&RunId>, context: &'s Context) -> Result<Self, VersionError> {
        let store = context.store.as_ref();
        let version = match run {
            Some(run) => OpenVersion::of_run(store, run).await?,
            None => OpenVersion::current(store).await?,
        };
        let index = version.index().await?;
        let (config, corrections) = (version.config().await?, version.corrections().await?);
        Ok(Self { config, corrections, version, index })
    }

    /// The run that made the version.
    pub(crate) fn run(&self) -> RunId {
        self.version.run().clone()
    }

    /// See [`VersionIndex::find_account`].
    pub(crate) async fn find_account(&self, reference: &str) -> Result<Option<AccountInVersion>, StageError> {
        self.index.find_account(reference).await.map_err(stage_error)
    }

    /// See [`VersionIndex::find_customer`].
    pub(crate) async fn find_customer(&self, customer_id: &str) -> Result<Option<CustomerGroup>, StageError> {
        self.index.find_customer(customer_id).await.map_err(stage_error)
    }

    /// See [`OpenVersion::follow_retired`].
    pub(crate) async fn follow_retired(
        &self,
        customer_id: &str,
    ) -> Result<(Vec<Retired>, BTreeSet<String>), StageError> {
        self.version.follow_retired(customer_id).await.map_err(stage_error)
    }
}

/// The caller chose the version, so a version that cannot be read is invalid input. A missing part of it is damage.
fn stage_error(error: VersionError) -> StageError {
    match error {
        VersionError::NothingPublished
        | VersionError::NoVersion { .. }
        | VersionError::NewerFormat { .. }
        | VersionError::NoIndex { .. } => StageError::invalid_input(error.to_string()),
        VersionError::Incomplete { .. } => StageError::corrupt(error.to_string()),
        VersionError::Damaged(error) => StageError::damaged(error),
        VersionError::Read(error) => StageError::reading(error),
        VersionError::List(error) => StageError::listing(error),
        VersionError::Write(error) => StageError::writing(error),
    }
}
