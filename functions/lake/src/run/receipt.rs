//! Receipts: what an invocation did and what it cost. Written last, so a receipt says that its output is whole.

use serde::{Deserialize, Serialize};

use crate::keys::{RunId, Stage};

/// What an invocation moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Rows, accounts or links read.
    pub records_in: u64,
    /// Rows, accounts or customers written.
    pub records_out: u64,
    /// Rows refused.
    pub records_rejected: u64,
    /// Bytes read from objects, as stored.
    pub bytes_in: u64,
    /// Bytes written to objects, as stored.
    pub bytes_out: u64,
}

/// What an invocation cost. Measured, so the only thing in the lake that is not the same in every try.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Time from request to answer.
    pub elapsed_ms: u64,
    /// CPU time of the process since its previous invocation ended; start-up counts for the first.
    pub cpu_ms: u64,
    /// Most memory that the process ever had resident.
    pub max_rss_bytes: u64,
    /// Requests to the object store.
    pub s3_requests: u64,
}

/// `runs/<run>/receipts/<stage>/<name>.json`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt<R> {
    /// The run.
    pub run: RunId,
    /// The stage.
    pub stage: Stage,
    /// The invocation's name: what it worked on.
    pub name: String,
    /// What it moved.
    #[serde(flatten)]
    pub moved: Moved,
    /// What it cost.
    #[serde(flatten)]
    pub cost: Cost,
    /// What it answered.
    pub result: R,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_are_flat_and_read_back() {
        let receipt = Receipt {
            run: RunId::parse("20261122T174600Z-1a2b3c4d").unwrap(),
            stage: Stage::Merge,
            name: "00003".to_owned(),
            moved: Moved { records_in: 7, ..Moved::default() },
            cost: Cost { cpu_ms: 9, ..Cost::default() },
            result: vec![1, 2],
        };
        let text = serde_json::to_value(&receipt).unwrap();
        assert_eq!((&text["records_in"], &text["cpu_ms"], &text["stage"]), (&7.into(), &9.into(), &"merge".into()));
        assert_eq!(serde_json::from_value::<Receipt<Vec<i32>>>(text).unwrap(), receipt);
    }
}
