use serde::{Deserialize, Serialize};

/// Customers of some number of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeCount {
    /// The least number of accounts.
    pub from: u64,
    /// The greatest number of accounts; the same for small sizes.
    pub to: u64,
    /// How many customers there are.
    pub customers: u64,
    /// How many accounts they have together.
    pub accounts: u64,
}

/// Customers by the sources that their accounts come from. With `others`, the sets have every customer once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSets {
    /// The sets with the most customers, the greatest first, at most 300.
    pub sets: Vec<SourceSet>,
    /// All other sets together.
    pub others: OtherSets,
}

/// Customers whose accounts come from these sources and from no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSet {
    /// The sources' names, sorted. `*` stands for all sources that are not configured any more.
    pub sources: Vec<String>,
    /// How many customers there are.
    pub customers: u64,
    /// How many accounts they have together.
    pub accounts: u64,
}

/// Customers of sets that are not listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherSets {
    /// How many customers there are.
    pub customers: u64,
    /// How many accounts they have together.
    pub accounts: u64,
}
