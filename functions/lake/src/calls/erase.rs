//! Request and result of Erase. People call it, by `onefold erase` or from the console.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::keys::RunId;

/// Whom to erase: the persons of these accounts, and everyone who has one of these addresses or numbers.
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
    /// Counts the persons, but does not put them on the suppression list.
    #[serde(default)]
    pub dry_run: bool,
    /// The `next` of the last result, to continue there. All other fields must be the same as before.
    #[serde(default)]
    pub cursor: Option<EraseCursor>,
}

/// Shows no value, as all of them are personal.
impl fmt::Debug for EraseRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EraseRequest").field("dry_run", &self.dry_run).finish_non_exhaustive()
    }
}

/// How far Erase came, and what it found so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseCursor {
    /// The run whose version is searched.
    pub version: RunId,
    /// How many places of the version were searched.
    pub places: usize,
    /// Customers found so far.
    pub customers: u64,
    /// Their accounts, tombstones among them.
    pub accounts: u64,
    /// The requested accounts that were found.
    pub listed: u64,
    /// The numbers of the requested values that an account has.
    pub known: BTreeSet<usize>,
}

impl EraseCursor {
    /// A cursor at the start of a version.
    pub const fn start(version: RunId) -> Self {
        Self { version, places: 0, customers: 0, accounts: 0, listed: 0, known: BTreeSet::new() }
    }
}

/// The result of Erase: what it put on the suppression list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseResult {
    /// The run whose version was searched; `None` if nothing has been published.
    pub version: Option<RunId>,
    /// How many customers of the version are erased.
    pub customers: u64,
    /// How many accounts of the version are erased, tombstones among them.
    pub accounts: u64,
    /// How many requested values no account of the version has. They are listed too, for accounts that come later.
    pub unknown: u64,
    /// How many entries the list has for these persons: one per value and one per account.
    pub entries: u64,
    /// Whether the entries were put on the list. False after a dry run.
    pub listed: bool,
    /// If the time was too short: the cursor for the next request, which is otherwise the same. The counts go up to
    /// here, and the next request continues them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<EraseCursor>,
}
