//! The receipts of a run, one for each completed invocation.

use std::collections::BTreeMap;

use onefold_lake::RunId;
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::receipt::Receipt;
use serde_json::Value;

use crate::cloud::Cloud;
use crate::cloud::concurrently::for_each;
use crate::cloud::objects;
use crate::error::Error;

/// How many receipts are read at the same time.
const READS: usize = 16;

/// The receipts of a stage, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StageSums {
    /// The number of receipts.
    pub invocations: u64,
    /// Bytes read.
    pub bytes_in: u64,
    /// Bytes written.
    pub bytes_out: u64,
}

impl StageSums {
    /// Adds another sum.
    pub fn add(&mut self, other: &Self) {
        self.invocations += other.invocations;
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
    }
}

/// All receipts of a run, in the order of their keys.
pub async fn read_all(cloud: &Cloud, run: &RunId) -> Result<Vec<Receipt<Value>>, Error> {
    let receipts =
        cloud.store.list(&keys::all_receipts_of(run)).await.map_err(Error::store("list the run's receipts"))?;
    for_each(receipts, READS, |object| {
        let cloud = cloud.clone();
        async move {
            let content = objects::read(&cloud, &object.key).await?.unwrap_or_default();
            serde_json::from_slice(&content).map_err(|error| Error::malformed(&object.key, error))
        }
    })
    .await
}

/// Receipts as JSON Lines.
pub fn lines(receipts: &[Receipt<Value>]) -> Result<String, Error> {
    let mut text = String::new();
    for receipt in receipts {
        let line = serde_json::to_string(receipt).map_err(|error| Error::malformed(&receipt.name, error))?;
        text.push_str(&line);
        text.push('\n');
    }
    Ok(text)
}

/// Adds receipts up by stage.
pub fn sums(receipts: &[Receipt<Value>]) -> BTreeMap<Stage, StageSums> {
    let mut by_stage: BTreeMap<Stage, StageSums> = BTreeMap::new();
    for receipt in receipts {
        let (bytes_in, bytes_out) = (receipt.moved.bytes_in, receipt.moved.bytes_out);
        by_stage.entry(receipt.stage).or_default().add(&StageSums { invocations: 1, bytes_in, bytes_out });
    }
    by_stage
}

#[cfg(test)]
mod tests {
    use onefold_lake::run::receipt::{Cost, Moved};

    use super::*;

    #[test]
    fn receipts_add_up_by_stage() {
        let receipt = |stage, bytes_in| Receipt {
            run: RunId::parse("20261122T174600Z-1a2b3c4d").unwrap(),
            stage,
            name: "00000".to_owned(),
            moved: Moved { bytes_in, bytes_out: 1, ..Moved::default() },
            cost: Cost::default(),
            result: Value::Null,
        };
        let receipts = [receipt(Stage::Merge, 10), receipt(Stage::Plan, 1), receipt(Stage::Merge, 20)];
        let sums = sums(&receipts);
        assert_eq!(sums[&Stage::Merge], StageSums { invocations: 2, bytes_in: 30, bytes_out: 2 });
        assert_eq!(sums[&Stage::Plan].invocations, 1);
        assert_eq!(lines(&receipts).unwrap().lines().count(), 3);
    }
}
