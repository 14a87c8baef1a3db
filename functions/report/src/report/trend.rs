use serde::{Deserialize, Serialize};

use super::Changes;

/// A version among the last ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrendPoint {
    /// The run that made it.
    pub run: String,
    /// The start of the run, RFC 3339.
    pub started_at: String,
    /// Rows that sources gave.
    pub rows_read: u64,
    /// Rows rejected because they are wrong, so no repeated ids and no erased persons.
    pub rejected: u64,
    /// Accounts in the version.
    pub members: u64,
    /// Customers in the version.
    pub customers: u64,
    /// What changed; `None` for a first version.
    pub changes: Option<Changes>,
    /// Links by score; `None` where only rules decide.
    pub links: Option<u64>,
    /// Milliseconds from the first stage's start to the last one's end; `None` if they are not known.
    pub elapsed_ms: Option<u64>,
    /// What the run costs by list price, in dollars; `None` if it is not known.
    pub dollars: Option<f64>,
}
