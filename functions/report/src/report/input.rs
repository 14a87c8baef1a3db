use serde::{Deserialize, Serialize};

/// What a source gave in this run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceInput {
    /// The source's name.
    pub source: String,
    /// Rows that it gave.
    pub rows_read: u64,
    /// Rows that became accounts. With `rejected` they are `rows_read`.
    pub accounts: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// The rejected rows by reason, the most frequent first. The counts add up to `rejected`, unless an earlier program
    /// translated rows of this run.
    pub rejects: Vec<RejectCount>,
    /// Values that accounts have, of all text fields.
    pub kept_values: u64,
    /// Values that could not be used as they are, in the order of fields and reasons.
    pub dropped_values: Vec<DroppedValues>,
}

/// Rows rejected for a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RejectCount {
    /// What is wrong: `the id is missing`.
    pub reason: String,
    /// How many rows.
    pub rows: u64,
}

/// Values of a field that could not be used as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DroppedValues {
    /// The field, and behind a colon the reason if it is a special one: `phone_number: a placeholder`.
    pub field: String,
    /// How many values.
    pub values: u64,
}
