//! The version that a question is about, and the data for the answers.

use std::collections::BTreeSet;

use onefold_config::Config;
use onefold_graph::node::NodeHasher;
use onefold_identity::corrections::Corrections;
use onefold_identity::identifiers::{AskedIdentifier, Identifiers};
use onefold_identity::scores::Scorer;
use onefold_lake::RunId;
use onefold_lake::version::retired::Retired;
use onefold_scoring::ScoredFields;
use onefold_scoring::model::RunModel;
use onefold_scoring::weights::Weights;
use onefold_shell::{Context, StageError};
use onefold_version::{
    AccountInVersion, Asked, CustomerGroup, FoundCustomers, OpenVersion, VersionError, VersionIndex,
};

use crate::CUSTOMERS_MOST;

/// A version, its settings and its index.
pub(crate) struct AskedVersion<'s> {
    pub(crate) config: Config,
    pub(crate) corrections: Corrections,
    /// How the version scored pairs; `None` if it did not, or if this program cannot do so any more.
    pub(crate) scorer: Option<Scorer>,
    version: OpenVersion<'s>,
    index: VersionIndex<'s>,
}

impl<'s> AskedVersion<'s> {
    /// Opens the version of a run, or the current one.
    pub(crate) async fn open(run: Option<&RunId>, context: &'s Context) -> Result<Self, StageError> {
        Self::open_version(run, context).await.map_err(StageError::asked_version)
    }

    async fn open_version(run: Option<&RunId>, context: &'s Context) -> Result<Self, VersionError> {
        let store = context.store.as_ref();
        let version = OpenVersion::asked(store, run).await?;
        let index = version.index().await?;
        let (config, corrections) = (version.config().await?, version.corrections().await?);
        let model = if config.score.is_some() { version.model().await? } else { None };
        let scorer = model.and_then(|model| scorer(&config, model));
        Ok(Self { config, corrections, scorer, version, index })
    }

    /// The run that made the version.
    pub(crate) fn run(&self) -> RunId {
        self.version.run().clone()
    }

    /// See [`Asked::new`].
    pub(crate) fn read(
        &self,
        text: &str,
        field: Option<&str>,
        identifiers: &Identifiers<'_>,
    ) -> Result<Asked, StageError> {
        Asked::new(text, field, &self.config, identifiers).map_err(StageError::asked_version)
    }

    /// Whether the version can be searched for identifiers.
    pub(crate) fn has_identifiers(&self, context: &Context) -> bool {
        context.hasher().is_ok_and(|hasher| self.version.check_identifiers(hasher).is_ok())
    }

    /// See [`VersionIndex::find_identified`].
    pub(crate) async fn find_identified(
        &self,
        identifiers: &Identifiers<'_>,
        asked: &[AskedIdentifier],
        hasher: &NodeHasher,
    ) -> Result<FoundCustomers, StageError> {
        self.version.check_identifiers(hasher).map_err(StageError::asked_version)?;
        self.index.find_identified(identifiers, asked, hasher, CUSTOMERS_MOST).await.map_err(StageError::asked_version)
    }

    /// See [`VersionIndex::find_account`].
    pub(crate) async fn find_account(&self, reference: &str) -> Result<Option<AccountInVersion>, StageError> {
        self.index.find_account(reference).await.map_err(StageError::asked_version)
    }

    /// See [`VersionIndex::find_customer`].
    pub(crate) async fn find_customer(&self, customer_id: &str) -> Result<Option<CustomerGroup>, StageError> {
        self.index.find_customer(customer_id).await.map_err(StageError::asked_version)
    }

    /// See [`OpenVersion::follow_retired`].
    pub(crate) async fn follow_retired(
        &self,
        customer_id: &str,
    ) -> Result<(Vec<Retired>, BTreeSet<String>), StageError> {
        self.version.follow_retired(customer_id).await.map_err(StageError::asked_version)
    }
}

/// What scores pairs by a model; `None` if it is for other fields or comparison levels than this program's.
fn scorer(config: &Config, model: RunModel) -> Option<Scorer> {
    let fits = model.fits(&ScoredFields::of(config));
    fits.then(|| Scorer::new(config, Weights::new(&model.model, &model.counts), model.threshold))
}
