use serde::{Deserialize, Serialize};

/// From rows to accounts to customers.
///
/// `rows_read` = `rejected` + `accounts`. `accounts` + `previous_members` = `superseded` + `deleted` + `members`. The
/// members of all customers are `members`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Funnel {
    /// Rows that sources gave in this run.
    pub rows_read: u64,
    /// Rows rejected, with those that follow.
    pub rejected: u64,
    /// Rejected rows that are older versions of an account in the same chunk.
    pub repeated: u64,
    /// Rejected rows of erased persons.
    pub suppressed: u64,
    /// Rows that became accounts.
    pub accounts: u64,
    /// Accounts of the previous version, with those that its sources had deleted.
    pub previous_members: u64,
    /// Versions of accounts that have a later one.
    pub superseded: u64,
    /// Accounts that are deleted.
    pub deleted: u64,
    /// Accounts of persons who were erased since the previous version.
    pub erased: u64,
    /// Accounts in this version.
    pub members: u64,
    /// Customers in this version.
    pub customers: u64,
    /// Accounts of the largest customer.
    pub largest_customer: u64,
}
