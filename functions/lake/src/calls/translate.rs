//! The receipt of Translate. Its request is an event of SQS, and its result names the failed messages.

use std::collections::BTreeMap;

use onefold_rows::translate::ObjectRows;
use serde::{Deserialize, Serialize};

use crate::run::note::Note;

/// The receipt of Translate for one chunk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranslateResult {
    /// The entity tag of the translated raw chunk; empty in receipts of earlier programs.
    #[serde(default)]
    pub raw: String,
    /// Blank lines.
    pub blank: u64,
    /// Rows that are not blank.
    pub rows: u64,
    /// Rows that became accounts.
    pub accounts: u64,
    /// Rejected rows.
    pub rejected: u64,
    /// Rejected rows that are older versions of an account in the same chunk.
    pub repeated: u64,
    /// Rejected rows of erased persons.
    #[serde(default)]
    pub suppressed: u64,
    /// Rejected rows by what is wrong; empty in receipts of earlier programs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rejected_by_kind: BTreeMap<String, u64>,
    /// Values that could not be used as they are, by field and reason.
    pub dropped: BTreeMap<String, u64>,
    /// Values that accounts have, by text field; empty in receipts of earlier programs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept: BTreeMap<String, u64>,
    /// References and match keys, with repetitions.
    pub nodes: u64,
    /// Size of the accounts' text in bytes, decompressed.
    pub text_bytes: u64,
    /// Files with rejected rows, and the chunk's first and last file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ObjectRows>,
    /// Remarks about the source since the previous chunk. They are no errors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}
