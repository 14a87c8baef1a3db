//! What people are asked: whether two accounts are one person's.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Two accounts, and why people should say whether they are one person's: a line of `review/queue.jsonl.zst`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The references of both, the lesser first as in corrections.
    pub accounts: [String; 2],
    /// Why they are asked about.
    pub reason: Reason,
    /// What kept them apart, if a limit or a rule did: see [`DividedCluster::limits`](crate::cluster::DividedCluster::limits).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<String>,
    /// The customer of each account in this version: the same for a bridge.
    pub customers: [String; 2],
    /// The score of the two accounts, in bits; `None` where pairs are not scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits: Option<f64>,
    /// The score of the two groups that the answer would join or part, in bits. The gain follows from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_bits: Option<f64>,
    /// The comparison level of each field that both have, by its name. Empty where pairs are not scored.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<String, u8>,
    /// How many pairs of accounts the answer would join or part: the product of the sizes of the two groups.
    pub pairs: u64,
    /// How many pairs of accounts the answer is expected to put right: `pairs` times the probability that the version is
    /// wrong about the two.
    pub gain: f64,
}

/// Why two accounts are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Two customers are nearly one: a pair of theirs scores near the threshold, or above it without that the two grew
    /// together.
    Doubtful,
    /// One customer is nearly two: a weak merge.
    Bridge,
    /// A limit or a rule keeps two customers apart that would be one.
    Divided,
}

/// The best questions, up to `most`: by descending gain, then by references. Two customers are asked about once, and so is
/// each customer.
pub fn best(mut questions: Vec<Question>, most: usize) -> Vec<Question> {
    questions.sort_by(|left, right| {
        right
            .gain
            .total_cmp(&left.gain)
            .then_with(|| (&left.accounts, left.reason).cmp(&(&right.accounts, right.reason)))
    });
    let mut known = BTreeSet::new();
    questions.retain(|question| known.insert(question.about()));
    questions.truncate(most);
    questions
}

impl Question {
    /// The customers that it is about, the lesser id first.
    pub fn about(&self) -> [String; 2] {
        let mut customers = self.customers.clone();
        customers.sort_unstable();
        customers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(accounts: [&str; 2], customers: [&str; 2], gain: f64) -> Question {
        Question {
            accounts: accounts.map(str::to_owned),
            reason: if customers[0] == customers[1] { Reason::Bridge } else { Reason::Doubtful },
            limits: Vec::new(),
            customers: customers.map(str::to_owned),
            bits: None,
            group_bits: None,
            levels: BTreeMap::new(),
            pairs: 1,
            gain,
        }
    }

    #[test]
    fn each_two_customers_are_asked_about_once_and_the_best_come_first() {
        let asked = [
            question(["a:1", "a:2"], ["x", "y"], 0.5),
            question(["a:3", "a:4"], ["z", "z"], 2.0),
            question(["a:1", "a:5"], ["y", "x"], 0.75),
            question(["a:1", "a:6"], ["x", "x"], 0.5),
            question(["a:0", "a:6"], ["w", "x"], 0.5),
        ];
        let expected = [1, 2, 4, 3].map(|place: usize| asked[place].clone());
        assert_eq!(best(asked.to_vec(), 9), expected);
        let mut turned = asked.to_vec();
        turned.reverse();
        assert_eq!(best(turned, 9), expected);
        assert_eq!(best(asked.to_vec(), 2), expected[..2]);
    }
}
