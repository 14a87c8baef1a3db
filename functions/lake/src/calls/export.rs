//! Request and result of Export.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;
use crate::run::layout::ExportedPartitions;
use crate::version::manifest::ParquetFiles;

/// The request from the state machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// The run.
    pub run: RunId,
    /// A line of the run's exports.
    pub partitions: ExportedPartitions,
}

/// The result of Export, also in its receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportResult {
    /// The files that it wrote, at most one of each kind.
    pub files: ParquetFiles,
}
