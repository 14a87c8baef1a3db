//! The merges by score with the least evidence.

use onefold_scoring::weights::Score;
use serde::{Deserialize, Serialize};

/// The most merges that are kept.
pub const WEAKEST_MAX: usize = 100;

/// Two parts of a customer that became one by a score. The least is the weakest; no two have the same accounts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeakMerge {
    /// The score of the two parts.
    pub score: Score,
    /// The references of the two accounts across that are most alike, sorted.
    pub accounts: [String; 2],
    /// The score of the two accounts.
    pub link: Score,
    /// How many accounts the lesser and the greater part have.
    pub parts: [u64; 2],
    /// The customer's id.
    pub customer: String,
    /// How many accounts the customer has.
    pub members: u64,
    /// Whether no other link holds the two accounts together.
    pub is_bridge: bool,
}

/// The weakest merges of some customers: at most [`WEAKEST_MAX`], ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weakest(Vec<WeakMerge>);

impl Weakest {
    /// Adds a merge, if it is weak enough.
    pub fn push(&mut self, merge: WeakMerge) {
        let place = self.0.partition_point(|known| *known < merge);
        if place < WEAKEST_MAX {
            self.0.insert(place, merge);
            self.0.truncate(WEAKEST_MAX);
        }
    }

    /// The greatest score that can be weak enough.
    pub fn score_max(&self) -> Score {
        self.0.get(WEAKEST_MAX - 1).map_or(Score::MAX, |merge| merge.score)
    }

    /// The merges, ascending.
    pub fn iter(&self) -> impl Iterator<Item = &WeakMerge> {
        self.0.iter()
    }
}

impl IntoIterator for Weakest {
    type Item = WeakMerge;
    type IntoIter = std::vec::IntoIter<WeakMerge>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
