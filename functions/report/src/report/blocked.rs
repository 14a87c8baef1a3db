use serde::{Deserialize, Serialize};

/// Match keys that linked nothing because too many accounts share them. Their values are not told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockedKeys {
    /// How many there are.
    pub keys: u64,
    /// Those that most accounts share, the most shared first, at most 100.
    pub most_shared: Vec<BlockedKey>,
}

/// A blocked match key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockedKey {
    /// The fields of its rule.
    pub fields: Vec<String>,
    /// How many accounts share it.
    pub accounts: u64,
}

/// How often a guard acted on an account or customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardCount {
    /// `blocked_values`, `ambiguous_keys`, `never`, `refused`, `max_distinct.<field>`, `max_per_source.<source>`,
    /// `max_accounts_per_customer`.
    pub guard: String,
    /// How often.
    pub count: u64,
}
