//! What explanations say of a pair.

use serde::{Deserialize, Serialize};

use super::ScoreFinding;
use crate::judge::Verdict;

/// What a rule, a correction or the scores say of two accounts, and the values behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairFinding {
    /// References of both.
    pub accounts: [String; 2],
    /// The rule's name; `always` or `never` if it is a correction, `score` if it is by scores.
    pub rule: String,
    /// What it says.
    pub verdict: Verdict,
    /// The values of each account's key, as the rule compares them; empty if it is no rule.
    #[serde(default, skip_serializing_if = "is_no_rule")]
    pub key: [Vec<Option<String>>; 2],
    /// The accounts between the two in a chain of `always` pairs; the version need not have them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over: Vec<String>,
    /// The conditions that were checked: up to the first that does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<CheckedCondition>,
    /// The score of the two, if it is a link or says what scores say, and if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<ScoreFinding>,
}

/// A condition of a rule and the values that it compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedCondition {
    /// `if_agree` or `unless_differ`: `demand` in JSON.
    #[serde(rename = "demand")]
    pub requirement: String,
    /// The field with its steps: `given_name(ascii,nickname)`.
    pub field: String,
    /// The value of each account; none if it is missing or blocked.
    pub values: [Option<String>; 2],
    /// Whether it holds.
    pub holds: bool,
}

fn is_no_rule(key: &[Vec<Option<String>>; 2]) -> bool {
    key.iter().all(Vec::is_empty)
}

impl PairFinding {
    /// What a correction says, or the scores.
    pub(super) fn without_key(rule: &str, verdict: Verdict, accounts: [String; 2]) -> Self {
        let key = Default::default();
        Self { accounts, rule: rule.to_owned(), verdict, key, over: Vec::new(), conditions: Vec::new(), score: None }
    }
}
