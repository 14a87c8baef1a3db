//! Request and result of Compare.

use serde::{Deserialize, Serialize};

use crate::keys::RunId;
use crate::run::matching::Tile;

/// The request from the state machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompareRequest {
    /// The run.
    pub run: RunId,
    /// A line of the run's tiles.
    pub tile: Tile,
}

/// The result of Compare, also in its receipt. `compared` and `repeated` add up to `given`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompareResult {
    /// Pairs that Block gave for the tile.
    pub given: u64,
    /// Pairs among them that were given before.
    pub repeated: u64,
    /// Pairs that were compared.
    pub compared: u64,
}
