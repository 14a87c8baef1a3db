//! Request and result of Lookup. People and programs call it, as a function or by the command.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::keys::RunId;
use crate::version::retired::Retired;

/// The question.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupRequest {
    /// An e-mail address, a phone number, another identifier, the reference of an account such as `crm:8`, or the id of a
    /// customer. It is normalised as the configuration of the version says.
    pub of: String,
    /// The identifier that `of` is a value of; by default any, or a reference or an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The run whose version is searched; by default the current version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
}

/// Shows no value, as all of them are personal.
impl fmt::Debug for LookupRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LookupRequest").field("run", &self.run).finish_non_exhaustive()
    }
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LookupResult {
    /// The version that was searched.
    pub run: RunId,
    /// What was searched: `reference`, `customer_id`, or the names of identifiers.
    pub by: Vec<String>,
    /// The records of the customers that were found, as in the customer files; at most 20.
    pub customers: Vec<Value>,
    /// Whether more customers have the identifier.
    pub more: bool,
    /// What became of the customer id, if it ended. `customers` have its accounts now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub became: Vec<Retired>,
    /// Whether the source marks the account as deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}
