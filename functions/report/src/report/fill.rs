use serde::{Deserialize, Serialize};

/// How many accounts and customers have a value of a field. [`Funnel`](crate::Funnel) has the numbers of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldFill {
    /// The field's name.
    pub field: String,
    /// Accounts of the version with a value.
    pub accounts: u64,
    /// Customers with a value.
    pub customers: u64,
}
