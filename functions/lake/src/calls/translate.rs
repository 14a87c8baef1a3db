//! What Translate says of a chunk. It is called with an event of SQS, and answers which messages failed.

use std::collections::BTreeMap;

use onefold_rows::translate::ObjectRows;
use serde::{Deserialize, Serialize};

use crate::run::note::Note;

/// What Translate's receipt of a chunk says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranslateResult {
    /// The entity tag of the raw chunk that this is about; empty in receipts of earlier programs.
    #[serde(default)]
    pub raw: String,
    /// Blank lines.
    pub blank: u64,
    /// Rows that are not blank.
    pub rows: u64,
    /// Rows that became accounts.
    pub accounts: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Those among them that were older versions of an account in the chunk.
    pub repeated: u64,
    /// Those among the refused whose persons were erased.
    #[serde(default)]
    pub suppressed: u64,
    /// Values that could not be used, by field.
    pub dropped: BTreeMap<String, u64>,
    /// References and match keys, repetitions included.
    pub nodes: u64,
    /// The accounts' text, decompressed.
    pub text_bytes: u64,
    /// Files of which rows were refused, and the first and the last of the chunk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ObjectRows>,
    /// What is told of the source since the chunk before, and is no fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}
