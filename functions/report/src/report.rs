//! `report.json`. Its sections are in the order in which people read them.
//!
//! Everything but [`Report::timeline`] and [`Report::cost`] is a function of the set of accounts and of the versions
//! before. Every score, weight and threshold is in bits.

mod blocked;
mod changes;
mod cost;
mod customers;
mod fill;
mod funnel;
mod health;
mod input;
mod measured;
mod scores;
mod timeline;
mod trend;
mod weakest;

use serde::{Deserialize, Serialize};

pub use blocked::{BlockedKey, BlockedKeys, GuardCount};
pub use changes::Changes;
pub use cost::{Cost, Dollars, Prices, StageCost};
pub use customers::{OtherSets, SizeCount, SourceSet, SourceSets};
pub use fill::FieldFill;
pub use funnel::Funnel;
pub use health::{Health, RefusedFile, SkippedSource, SourceRemark};
pub use input::{DroppedValues, RejectCount, SourceInput};
pub use measured::{Agreement, CalibrationBin, Measured, MeasuredScores};
pub use scores::{CurvePoint, FieldWeights, LevelWeight, PassPairs, ScoreCount, Scores};
pub use timeline::{StageTimes, Timeline};
pub use trend::TrendPoint;
pub use weakest::WeakMerge;

/// The number of the format. Readers reject higher numbers.
pub const FORMAT: u32 = 1;

/// The numbers of a version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// [`FORMAT`]
    pub format: u32,
    /// The run that made the version.
    pub run: String,
    /// The run whose version this one builds on; `None` for a first version.
    pub previous: Option<String>,
    /// The start of the run, RFC 3339.
    pub started_at: String,
    /// What went wrong, and what the publish gate found.
    pub health: Health,
    /// What came in, by source, in the order of their names.
    pub input: Vec<SourceInput>,
    /// From rows to accounts to customers.
    pub funnel: Funnel,
    /// Customers by their number of accounts, ascending: each small size, then sizes up to a power of two. Sizes that no
    /// customer has are left out.
    pub sizes: Vec<SizeCount>,
    /// Customers by the sources that their accounts come from.
    pub source_sets: SourceSets,
    /// How many accounts and customers have each field, in the order of a customer's fields.
    pub fill: Vec<FieldFill>,
    /// What scoring pairs came to; `None` where only rules decide.
    pub scores: Option<Scores>,
    /// The merges with the least evidence, the weakest first, at most 100. Empty where only rules decide.
    pub weakest: Vec<WeakMerge>,
    /// Match keys that linked nothing because too many accounts share them.
    pub blocked_keys: BlockedKeys,
    /// How often each guard acted.
    pub guards: Vec<GuardCount>,
    /// What changed since the version before; `None` for a first version.
    pub changes: Option<Changes>,
    /// The last versions, the oldest first, at most 30. The last one is this version.
    pub trend: Vec<TrendPoint>,
    /// When each stage ran.
    pub timeline: Timeline,
    /// What the run used, and what that costs.
    pub cost: Cost,
}

#[cfg(test)]
mod tests;
