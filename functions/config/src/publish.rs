//! The limits of the gate before publishing.

use std::collections::BTreeMap;

/// What must hold before a version is published.
#[derive(Clone, Debug, PartialEq)]
pub struct Publish {
    /// Rejected rows by rows read; repeated ids do not count.
    pub max_reject_ratio: f64,
    /// Rejected rows of a source by its rows.
    pub max_reject_ratio_by_source: f64,
    /// Rejected rows of a file by its rows.
    pub max_reject_ratio_by_file: f64,
    /// Values of a field of a source that could not be used, by all that it gave; placeholders do not count.
    pub max_dropped_ratio: f64,
    /// The same for single fields, by name.
    pub max_dropped_ratio_of: BTreeMap<String, f64>,
    /// How many of the previous version's customers may be gone, as a share.
    pub max_customer_drop_ratio: f64,
    /// How many of the previous version's customers may be updated, merged, split or deleted, as a share.
    pub max_changed_ratio: Option<f64>,
    /// How many accounts the largest customer may have.
    pub max_accounts_of_largest_customer: Option<u64>,
}
