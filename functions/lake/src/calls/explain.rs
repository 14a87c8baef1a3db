//! Request and result of Explain. People call it, as a function or by the command.

use std::fmt;

use onefold_identity::explain::{BridgeFinding, MergeFinding, PairFinding};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::keys::RunId;
use crate::version::retired::Retired;

/// The question.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplainRequest {
    /// The reference of an account, such as `crm:8`, the id of a customer, or an identifier: an e-mail address, a phone
    /// number or another one.
    pub of: String,
    /// The reference of another account. The question is then why the two are one customer, or why not.
    #[serde(default)]
    pub and: Option<String>,
    /// The identifier that `of` is a value of; by default any, or a reference or an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The run whose version is searched; by default the current version.
    #[serde(default)]
    pub run: Option<RunId>,
}

/// Shows no value, as all of them are personal.
impl fmt::Debug for ExplainRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ExplainRequest").field("run", &self.run).finish_non_exhaustive()
    }
}

/// The answer. `run` is the version that was searched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum ExplainResult {
    /// A customer: the one of the account, the one with the id, or the one that the id was merged into.
    Customer {
        /// The version.
        run: RunId,
        /// The record, as in the customer files.
        customer: Value,
        /// Each value, and the accounts or tables that it came from.
        values: Vec<SourcedValue>,
        /// The members, as in the member files; at most 500.
        accounts: Vec<Value>,
        /// How many members are left out.
        accounts_left_out: usize,
        /// Links that lead to each member from the requested account, or else from the first one. They are a tree, so
        /// exactly one path joins any two members. At most 2000, nearest first.
        links: Vec<PairFinding>,
        /// How it grew together by scores: the merges of groups, in their order. What rules and corrections join was
        /// together before. Empty if no scores joined anything. At most 500.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        growth: Vec<MergeFinding>,
        /// The link of the fewest bits without which the members would not hold together. None if there is no such link, or
        /// more than 500 members.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        weakest_bridge: Option<Box<BridgeFinding>>,
        /// What guards did to the members, as in the files of `blocked/`; at most 50 lines.
        guards: Vec<Value>,
        /// How a retired id became this customer; empty if the request names no retired id.
        became: Vec<Retired>,
    },
    /// Whether two accounts are one customer, and why.
    Pair {
        /// The version.
        run: RunId,
        /// The customers of both.
        customers: [String; 2],
        /// The result of corrections, of each rule and of scores for the two.
        rules: Vec<PairFinding>,
        /// Whether they are one customer.
        #[serde(flatten)]
        together: Together,
    },
    /// Several customers that have the identifier.
    Several {
        /// The version.
        run: RunId,
        /// Their ids, at most 20.
        customers: Vec<String>,
        /// Whether more customers have it.
        more: bool,
    },
    /// A retired customer id whose accounts did not all go to one other customer.
    Ended {
        /// The version.
        run: RunId,
        /// The steps from the id to these customers, in order.
        became: Vec<Retired>,
        /// The customers that have its accounts now; none if all accounts were deleted.
        customers: Vec<String>,
    },
    /// The source marks the account as deleted.
    AccountDeleted {
        /// The version.
        run: RunId,
        /// The account.
        account: String,
    },
    /// The version has no such account, customer or identifier, and no such retired id. An account that is missing in a snapshot is
    /// unknown, too.
    Unknown {
        /// The version.
        run: RunId,
        /// The reference, id or identifier of the request.
        asked: String,
        /// The names of the sources. References begin with them.
        sources: Vec<String>,
    },
}

/// Whether two accounts are one customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "together", rename_all = "snake_case")]
pub enum Together {
    /// They are.
    Yes {
        /// A shortest chain of links between the two.
        path: Vec<PairFinding>,
    },
    /// They are not.
    No {
        /// What members of the two customers share: at most 20 pairs.
        shared: Vec<PairFinding>,
        /// What divided one customer into these two and maybe more: `never`, `refused` for what a rule keeps apart, or a
        /// limit: `max_accounts_per_customer`, `max_distinct.<field>`, `max_per_source.<source>`. Empty if nothing did.
        divided_by: Vec<String>,
        /// Pairs of the two customers that a rule keeps apart and nothing accepts, if one customer was divided: at most
        /// 20.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        kept_apart: Vec<PairFinding>,
        /// The links between the two customers that were left out when one was divided: at most 20, the strongest first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left_out: Vec<PairFinding>,
    },
}

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourcedValue {
    /// The field, as `provenance` names it.
    pub field: String,
    /// The value; a list has one entry per element.
    pub value: Value,
    /// References of accounts, or `reference:<table>`.
    pub from: Vec<String>,
}
