use serde::{Deserialize, Serialize};

/// What changed since the version before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// Customers of the version before.
    pub customers_before: u64,
    /// Customers with a new id, with those that left another one.
    pub created: u64,
    /// Customers that kept their id and changed.
    pub updated: u64,
    /// Ids that ended in another customer.
    pub merged: u64,
    /// Customers that left another one.
    pub split: u64,
    /// Accounts that are in another customer than before.
    pub accounts_moved: u64,
    /// Ids that ended and whose accounts are in several customers.
    pub retired: u64,
    /// Customers all of whose accounts are deleted.
    pub deleted: u64,
}
