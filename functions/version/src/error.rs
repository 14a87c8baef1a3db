//! Errors of opening or reading a version.

use onefold_lake::data::shuffle::ShuffleError;
use onefold_lake::{FormatError, RunId};
use onefold_store::StoreError;

/// Why a version cannot be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// `processed/CURRENT` does not exist.
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
    /// An earlier program wrote the version's index: it has no identifiers.
    #[error(
        "the version of {run} cannot be searched for e-mail addresses, phone numbers and identifiers, as it was made by an \
         older Onefold; ask for an account's reference or a customer's id, or start a run, which makes an index"
    )]
    NoIdentifiers {
        /// The run.
        run: RunId,
    },
    /// The identifiers of the version's index were hashed by another secret.
    #[error(
        "the version of {run} cannot be searched for e-mail addresses, phone numbers and identifiers, as its index was made \
         under another match-key secret; ask for an account's reference or a customer's id"
    )]
    OtherSecret {
        /// The run.
        run: RunId,
    },
    /// The configuration has no identifier of the name that was asked for.
    #[error("the configuration has no identifier of this name; name one of {known}")]
    UnknownField {
        /// The names of those that it has.
        known: String,
    },
    /// An object of the version is missing or has another size than the manifest says.
    #[error("{missing}")]
    Incomplete {
        /// The run.
        run: RunId,
        /// Which object, and the sizes.
        missing: String,
    },
    /// An object has another form than expected.
    #[error(transparent)]
    Damaged(FormatError),
    /// An object could not be read.
    #[error("the object {} cannot be read", .0.key())]
    Read(#[source] StoreError),
    /// Objects could not be listed.
    #[error("the objects under {} cannot be listed", .0.key())]
    List(#[source] StoreError),
    /// `processed/CURRENT` could not be written.
    #[error("the object {} cannot be written", .0.key())]
    Write(#[source] StoreError),
}

impl VersionError {
    /// The error of a part of an object that could not be read.
    pub(crate) fn reading_part(error: ShuffleError) -> Self {
        match error {
            ShuffleError::Read(error) => Self::Read(error),
            ShuffleError::Damaged(error) => Self::Damaged(error),
        }
    }
}
