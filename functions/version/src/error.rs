//! Why a version cannot be opened or read.

use onefold_lake::data::shuffle::ShuffleError;
use onefold_lake::{FormatError, RunId};
use onefold_store::StoreError;

/// Why a version cannot be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// `processed/CURRENT` is not there.
    #[error("nothing has been published yet; start a run first")]
    NothingPublished,
    /// The run has no manifest under `processed/`.
    #[error("the run {run} has not published a version")]
    NoVersion {
        /// The run.
        run: RunId,
    },
    /// A newer program wrote the version.
    #[error("the version of {run} has format {format}, which is newer than this program")]
    NewerFormat {
        /// The run.
        run: RunId,
        /// The manifest's format.
        format: u32,
    },
    /// An earlier program wrote the version.
    #[error("the version of {run} has no index, as it was made by an older Onefold; the next run makes one")]
    NoIndex {
        /// The run.
        run: RunId,
    },
    /// An object of the version is missing, or has another size than the manifest says.
    #[error("{missing}")]
    Incomplete {
        /// The run.
        run: RunId,
        /// Which object, and the sizes.
        missing: String,
    },
    /// An object does not hold what it should.
    #[error(transparent)]
    Damaged(#[from] FormatError),
    /// The store failed.
    #[error("the bucket did not do what was asked")]
    Store {
        /// Which object, and why.
        #[from]
        source: StoreError,
    },
}

impl From<ShuffleError> for VersionError {
    fn from(error: ShuffleError) -> Self {
        match error {
            ShuffleError::Store(source) => Self::Store { source },
            ShuffleError::Format(error) => Self::Damaged(error),
        }
    }
}
