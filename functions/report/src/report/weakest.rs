use serde::{Deserialize, Serialize};

/// Two parts of a customer that became one by a score, and how weak it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeakMerge {
    /// The customer's id.
    pub customer: String,
    /// All accounts of the customer.
    pub members: u64,
    /// The references of the two accounts that link the parts most, sorted.
    pub accounts: [String; 2],
    /// The score of the two parts.
    pub score: f64,
    /// The score of the two accounts.
    pub link: f64,
    /// How many accounts the lesser and the greater part have.
    pub parts: [u64; 2],
    /// Whether the two accounts are the only link across: without it, the customer falls apart.
    pub is_bridge: bool,
}
