//! Request and result of Score.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::keys::RunId;
use crate::run::matching::Tile;

/// The request from the state machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreRequest {
    /// The run.
    pub run: RunId,
    /// A line of the run's tiles.
    pub tile: Tile,
}

/// The result of Score, also in its receipt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreResult {
    /// Pairs of the tile.
    pub pairs: u64,
    /// Links among them: pairs whose score is at or above the threshold.
    pub links: u64,
    /// Accounts whose frequency classes were sent to Link: those of the slice, in a tile of one slice.
    pub accounts: u64,
    /// Pairs by score in whole bits, rounded down; nothing in receipts of earlier programs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub distribution: BTreeMap<i64, ScoredPairs>,
    /// Pairs of the tile that are put before people; `None` if an earlier program scored the tile, which drew none.
    #[serde(default)]
    pub asked: Option<u64>,
}

/// Pairs of about the same score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoredPairs {
    /// How many there are.
    pub pairs: u64,
    /// Links among them.
    pub links: u64,
}
