//! What Erase is called with and what it answers. People call it, by `onefold erase` or from the console.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// Whom to erase: the persons of these accounts, and whoever has these addresses and numbers.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseRequest {
    /// References of accounts, `<source>:<id>`.
    #[serde(default)]
    pub references: Vec<String>,
    /// E-mail addresses.
    #[serde(default)]
    pub emails: Vec<String>,
    /// Phone numbers, with their calling code: `+49 …`.
    #[serde(default)]
    pub phone_numbers: Vec<String>,
    /// Only count whom that would be.
    #[serde(default)]
    pub dry_run: bool,
    /// Where a result said to go on, with all else as it was.
    #[serde(default)]
    pub cursor: Option<EraseCursor>,
}

/// Shows no value, as all of them are personal.
impl fmt::Debug for EraseRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EraseRequest").field("dry_run", &self.dry_run).finish_non_exhaustive()
    }
}

/// How far an invocation of Erase came, and whom it found up to there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseCursor {
    /// The run whose version is looked at.
    pub version: RunId,
    /// How many places of it were looked through.
    pub places: usize,
    /// Customers that were found.
    pub customers: u64,
    /// Their accounts, and tombstones.
    pub accounts: u64,
    /// Those among the accounts that were asked for.
    pub listed: u64,
    /// The numbers of the values that somebody has.
    pub known: BTreeSet<usize>,
}

impl EraseCursor {
    /// At the start of a version.
    pub const fn start(version: RunId) -> Self {
        Self { version, places: 0, customers: 0, accounts: 0, listed: 0, known: BTreeSet::new() }
    }
}

/// What Erase answers: who is on the suppression list by this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseResult {
    /// The run whose version was looked at; none if nothing has been published.
    pub version: Option<RunId>,
    /// How many of its customers go.
    pub customers: u64,
    /// How many of its accounts go; tombstones, too.
    pub accounts: u64,
    /// How many values are of nobody in it. They are listed all the same: who has them may yet come.
    pub unknown: u64,
    /// How many entries the list has for these persons: one for each value, and one for each account.
    pub entries: u64,
    /// Whether they were put on the list.
    pub listed: bool,
    /// Where to go on, if the time did not suffice: the same request, with this as its `cursor`. The numbers count up to
    /// here, and go on counting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<EraseCursor>,
}
