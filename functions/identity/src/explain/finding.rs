//! What explanations say of a pair.

use serde::{Deserialize, Serialize};

use crate::judge::Verdict;

/// What a rule, or a correction, says of two accounts, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairFinding {
    /// References of both.
    pub accounts: [String; 2],
    /// The rule's name; `always` or `never` if it is a correction.
    pub rule: String,
    /// What it says.
    pub verdict: Verdict,
    /// What each has for the parts of the key, as the rule compares it. Of a correction nothing.
    #[serde(default, skip_serializing_if = "is_correction")]
    pub key: [Vec<Option<String>>; 2],
    /// The accounts that a chain of `always` pairs leads over from one to the other, there or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over: Vec<String>,
    /// The conditions, if it came to them: up to the first that does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<CheckedCondition>,
}

/// A condition and what it looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedCondition {
    /// `if_agree` or `unless_differ`: `demand` in JSON.
    #[serde(rename = "demand")]
    pub requirement: String,
    /// The field, and what is done to its value.
    pub field: String,
    /// What each account has; nothing if it is nobody's.
    pub values: [Option<String>; 2],
    /// Whether it holds.
    pub holds: bool,
}

fn is_correction(key: &[Vec<Option<String>>; 2]) -> bool {
    key.iter().all(Vec::is_empty)
}

impl PairFinding {
    /// What a correction says.
    pub(super) fn of_correction(rule: &str, verdict: Verdict, accounts: [String; 2]) -> Self {
        let key = Default::default();
        Self { accounts, rule: rule.to_owned(), verdict, key, over: Vec::new(), conditions: Vec::new() }
    }
}
