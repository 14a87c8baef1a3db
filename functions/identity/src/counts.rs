//! What is counted of a version, by Merge in each partition and by the whole run in the manifest.

use serde::{Deserialize, Serialize};

/// The counters of a version, or of a part of it. A new counter is a field here and a line in [`VersionCounts::add`]; with
/// that it is in the manifest. Merge leaves at 0 what only the whole run knows: the rows, and how many keys are blocked.
///
/// The order of the fields is that of the manifest. Aliases are the names that earlier programs gave to the counts of
/// partitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VersionCounts {
    /// Rows that sources gave in this run.
    pub rows_read: u64,
    /// Rows of this run that became accounts.
    pub accounts: u64,
    /// Rows refused; with the accounts these are the rows read.
    pub rejected: u64,
    /// Those among the refused that were older versions of an account in the same chunk.
    pub repeated: u64,
    /// Those among the refused whose persons were erased.
    pub suppressed: u64,
    /// Members and tombstones of the previous version.
    pub previous_members: u64,
    /// Accounts in this version.
    pub members: u64,
    /// Versions of accounts that have a later one; with the members and the deleted these are accounts and
    /// previous members.
    pub superseded: u64,
    /// Accounts that are deleted: the tombstones, what a snapshot no longer has, and the erased.
    pub deleted: u64,
    /// Members and tombstones of the previous version whose persons were erased since; they are among the deleted, or,
    /// if this run has a later version of the account that is not, among the superseded.
    pub erased: u64,
    /// Accounts that their source marks as deleted. The version keeps them, as an older row may still come.
    pub tombstones: u64,
    /// Customers in this version.
    pub customers: u64,
    /// Members of the largest customer.
    pub largest_customer: u64,
    /// Customers with a new id.
    #[serde(alias = "created")]
    pub customers_created: u64,
    /// Customers that kept their id and changed.
    #[serde(alias = "updated")]
    pub customers_updated: u64,
    /// Ids that ended in another customer.
    #[serde(alias = "merged")]
    pub customers_merged: u64,
    /// Customers that left another one.
    #[serde(alias = "split")]
    pub customers_split: u64,
    /// Customers all of whose accounts are deleted.
    pub customers_deleted: u64,
    /// Ids that ended and whose accounts are in several customers.
    #[serde(alias = "retired")]
    pub customers_retired: u64,
    /// Accounts that are in another customer than before.
    #[serde(alias = "moved")]
    pub accounts_moved: u64,
    /// Match keys that linked nothing because too many accounts shared them.
    pub blocked_keys: u64,
}

impl VersionCounts {
    /// Adds the counts of another part.
    pub fn add(&mut self, other: &Self) {
        self.rows_read += other.rows_read;
        self.accounts += other.accounts;
        self.rejected += other.rejected;
        self.repeated += other.repeated;
        self.suppressed += other.suppressed;
        self.previous_members += other.previous_members;
        self.members += other.members;
        self.superseded += other.superseded;
        self.deleted += other.deleted;
        self.erased += other.erased;
        self.tombstones += other.tombstones;
        self.customers += other.customers;
        self.largest_customer = self.largest_customer.max(other.largest_customer);
        self.customers_created += other.customers_created;
        self.customers_updated += other.customers_updated;
        self.customers_merged += other.customers_merged;
        self.customers_split += other.customers_split;
        self.customers_deleted += other.customers_deleted;
        self.customers_retired += other.customers_retired;
        self.accounts_moved += other.accounts_moved;
        self.blocked_keys += other.blocked_keys;
    }

    /// Whether nothing came or went unseen (invariant 2).
    pub fn balance(&self) -> bool {
        self.accounts + self.previous_members == self.members + self.superseded + self.deleted
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::*;

    /// Each counter with a number of its own.
    fn numbered() -> Map<String, Value> {
        let Value::Object(mut counts) = serde_json::to_value(VersionCounts::default()).unwrap() else { panic!() };
        counts.values_mut().zip(1u64..).for_each(|(count, number)| *count = number.into());
        counts
    }

    fn read(counts: Map<String, Value>) -> VersionCounts {
        serde_json::from_value(Value::Object(counts)).unwrap()
    }

    /// A counter that is not added up would be that of one partition in the manifest.
    #[test]
    fn every_counter_is_added_up() {
        let mut sum = read(numbered());
        sum.add(&read(numbered()));
        let doubled = numbered().into_iter().map(|(name, number)| {
            let times = if name == "largest_customer" { 1 } else { 2 };
            (name, (number.as_u64().unwrap() * times).into())
        });
        assert_eq!(sum, read(doubled.collect()));
    }

    /// A run that was merged by an earlier program is compacted by this one.
    #[test]
    fn counts_of_partitions_have_the_names_of_earlier_programs_too() {
        let text = r#"{"accounts":1,"previous_members":2,"superseded":3,"members":4,"deleted":5,"erased":6,"tombstones":7,
            "customers":8,"previous_customers":9,"largest_customer":10,"created":11,"updated":12,"merged":13,"split":14,
            "customers_deleted":15,"retired":16,"moved":17}"#;
        let expected = VersionCounts {
            accounts: 1,
            previous_members: 2,
            superseded: 3,
            members: 4,
            deleted: 5,
            erased: 6,
            tombstones: 7,
            customers: 8,
            largest_customer: 10,
            customers_created: 11,
            customers_updated: 12,
            customers_merged: 13,
            customers_split: 14,
            customers_deleted: 15,
            customers_retired: 16,
            accounts_moved: 17,
            ..VersionCounts::default()
        };
        assert_eq!(serde_json::from_str::<VersionCounts>(text).unwrap(), expected);
    }

    /// Versions are read by programs of any age.
    #[test]
    fn the_manifest_has_these_counters() {
        let names = "rows_read accounts rejected repeated suppressed previous_members members superseded deleted erased \
                     tombstones customers largest_customer customers_created customers_updated customers_merged \
                     customers_split customers_deleted customers_retired accounts_moved blocked_keys";
        let expected: Vec<String> = names.split(' ').map(|name| format!("\"{name}\":0")).collect();
        let written = serde_json::to_string(&VersionCounts::default()).unwrap();
        assert_eq!(written, format!("{{{}}}", expected.join(",")));
    }
}
