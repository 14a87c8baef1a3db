//! Receipts: the result and the cost of an invocation. The receipt is written last, so its existence proves that the
//! output is whole.

use serde::{Deserialize, Serialize};

use crate::keys::{RunId, Stage};

/// Records and bytes that an invocation read and wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Rows, accounts or links read.
    pub records_in: u64,
    /// Rows, accounts or customers written.
    pub records_out: u64,
    /// Rows rejected.
    pub records_rejected: u64,
    /// Bytes read from objects, as stored.
    pub bytes_in: u64,
    /// Bytes written to objects, as stored.
    pub bytes_out: u64,
}

/// The measured cost of an invocation. It is the only data in the lake that differs between tries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Time from request to result, in milliseconds.
    pub elapsed_ms: u64,
    /// CPU time of the process since its previous invocation ended. The first one includes the start of the process.
    pub cpu_ms: u64,
    /// The most resident memory of the process so far.
    pub max_rss_bytes: u64,
    /// Requests to the object store.
    pub s3_requests: u64,
    /// Those of them that read an object; 0 in receipts of earlier programs, as are all that follow.
    #[serde(default)]
    pub s3_reads: u64,
    /// When the invocation started, in milliseconds since 1970.
    #[serde(default)]
    pub started_ms: u64,
    /// Whether it is the first one of its process.
    #[serde(default)]
    pub is_cold_start: bool,
    /// The memory size of the function in MB.
    #[serde(default)]
    pub memory_mb: u64,
}

/// `runs/<run>/receipts/<stage>/<name>.json`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt<R> {
    /// The run.
    pub run: RunId,
    /// The stage.
    pub stage: Stage,
    /// The invocation's name in its stage, after its work.
    pub name: String,
    /// Records and bytes read and written.
    #[serde(flatten)]
    pub moved: Moved,
    /// The measured cost.
    #[serde(flatten)]
    pub cost: Cost,
    /// The result of the function.
    pub result: R,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_of_earlier_programs_are_read() {
        let text = r#"{"run":"20261122T174600Z-1a2b3c4d","stage":"merge","name":"00003","records_in":7,"records_out":5,
            "records_rejected":0,"bytes_in":1,"bytes_out":2,"elapsed_ms":8,"cpu_ms":9,"max_rss_bytes":3,"s3_requests":4,
            "result":{"customers":5}}"#;
        let receipt: Receipt<serde_json::Value> = serde_json::from_str(text).unwrap();
        let expected = Cost { elapsed_ms: 8, cpu_ms: 9, max_rss_bytes: 3, s3_requests: 4, ..Cost::default() };
        assert_eq!(receipt.cost, expected);
    }

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
