//! What Explain is called with and what it answers. People call it, as a function or by the command.

use onefold_identity::explain::PairFinding;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::keys::RunId;
use crate::version::retired::Retired;

/// What Explain is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplainRequest {
    /// The reference of an account, such as `crm:8`, or the id of a customer.
    pub of: String,
    /// The reference of another account: why are they one customer, or not?
    #[serde(default)]
    pub and: Option<String>,
    /// The run whose version is asked; the current version if not given.
    #[serde(default)]
    pub run: Option<RunId>,
}

/// What Explain answers. `run` is the version that was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum ExplainResult {
    /// A customer: the one of the account that was asked about, of the id, or what the id was merged into.
    Customer {
        /// The version.
        run: RunId,
        /// The record, as the customer files have it.
        customer: Value,
        /// Each value, and which accounts or tables it came from.
        values: Vec<SourcedValue>,
        /// The members, as the member files have them: the first 500.
        accounts: Vec<Value>,
        /// How many more there are.
        accounts_left_out: usize,
        /// By which links the members are reached from the account that was asked about, or the first one: a tree, so
        /// between any two of them one way leads along it. The first 2000, nearer ones first.
        links: Vec<PairFinding>,
        /// What guards did to the members, as the files of `blocked/` have it: the first 50 lines.
        guards: Vec<Value>,
        /// If an id that ended was asked about: how it became this customer.
        became: Vec<Retired>,
    },
    /// Whether two accounts are one customer, and why.
    Pair {
        /// The version.
        run: RunId,
        /// The customers of both.
        customers: [String; 2],
        /// What corrections and each rule say of the two.
        rules: Vec<PairFinding>,
        /// Whether they are one customer.
        #[serde(flatten)]
        together: Together,
    },
    /// A customer id that ended, and whose accounts are not in one other customer.
    Ended {
        /// The version.
        run: RunId,
        /// What became of it, step by step.
        became: Vec<Retired>,
        /// The customers that its accounts are in; none if all of them were deleted.
        customers: Vec<String>,
    },
    /// The source marks the account as deleted.
    AccountDeleted {
        /// The version.
        run: RunId,
        /// The account.
        account: String,
    },
    /// It is not in the version, and is no id that ended; or it is an account that a snapshot no longer had.
    Unknown {
        /// The version.
        run: RunId,
        /// What is not there.
        asked: String,
        /// The sources that there are: references begin with their names.
        sources: Vec<String>,
    },
}

/// Whether two accounts are one customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "together", rename_all = "snake_case")]
pub enum Together {
    /// They are.
    Yes {
        /// A shortest chain of links from one to the other.
        path: Vec<PairFinding>,
    },
    /// They are not.
    No {
        /// What any members of the two customers have in common: up to 20 pairs.
        shared: Vec<PairFinding>,
        /// The limits at which one customer was divided into these two and maybe more: `never`,
        /// `max_accounts_per_customer` or `max_distinct.<field>`. Empty if they never were to be one.
        divided_by: Vec<String>,
    },
}

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourcedValue {
    /// The field, as `provenance` names it.
    pub field: String,
    /// The value; one entry for each element of a list.
    pub value: Value,
    /// References of accounts, or `reference:<table>`.
    pub from: Vec<String>,
}
