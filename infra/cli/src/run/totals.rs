//! How far a stage is: counts its receipts, and the lists that the workflow goes through.

use std::collections::BTreeMap;

use onefold_lake::RunId;
use onefold_lake::keys::{self, Stage};

use crate::cloud::{Cloud, objects};
use crate::error::Error;
use crate::run::history::Timeline;
use crate::run::stage;

/// The lengths of the lists that were read. A list does not change while its stage works.
#[derive(Debug, Default)]
pub struct Totals {
    known: BTreeMap<Stage, u64>,
}

impl Totals {
    /// How many invocations of a stage are done, and how many there are; `(0, 0)` for a stage of one invocation.
    pub async fn count(
        &mut self,
        cloud: &Cloud,
        run: &RunId,
        stage: Stage,
        timeline: &Timeline,
    ) -> Result<(u64, u64), Error> {
        if stage::unit(stage).is_none() {
            return Ok((0, 0));
        }
        let done = objects(cloud, &keys::receipts_of(run, stage)).await?;
        let total = match stage {
            Stage::Plan | Stage::Settle | Stage::Divide | Stage::Train | Stage::Compact | Stage::Purge => 0,
            Stage::Extract => match timeline.splits() {
                Some(splits) => splits,
                None => self.items(cloud, stage, &keys::run_splits(run)).await?,
            },
            Stage::Translate => objects(cloud, &keys::raw_of(run)).await?,
            Stage::Block => self.items(cloud, stage, &keys::mappers(run)).await? + timeline.steps(stage),
            Stage::Compare | Stage::Score => self.items(cloud, stage, &keys::match_tiles(run)).await?,
            Stage::Link => timeline.steps(stage),
            Stage::Partition => self.items(cloud, stage, &keys::mappers(run)).await?,
            Stage::Merge => self.items(cloud, stage, &keys::partitions(run)).await?,
            Stage::Export => self.items(cloud, stage, &keys::exports(run)).await?,
        };
        // A resumed run has receipts of its first try, and a split can take several invocations.
        Ok((done.min(total), total))
    }

    /// The number of items in a list; 0 as long as the list does not exist.
    async fn items(&mut self, cloud: &Cloud, stage: Stage, key: &str) -> Result<u64, Error> {
        if let Some(items) = self.known.get(&stage) {
            return Ok(*items);
        }
        let Some(list) = objects::read(cloud, key).await? else { return Ok(0) };
        let items = items(&list);
        self.known.insert(stage, items);
        Ok(items)
    }
}

/// The number of items in a JSON Lines list. A last line without a line end counts, empty lines do not.
fn items(list: &[u8]) -> u64 {
    list.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count() as u64
}

/// How many objects are under a prefix.
async fn objects(cloud: &Cloud, prefix: &str) -> Result<u64, Error> {
    let listed = cloud.store.list(prefix).await.map_err(Error::store("count what the run wrote"))?;
    Ok(listed.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::items;

    #[test]
    fn lines_are_counted() {
        assert_eq!(items(b""), 0);
        assert_eq!(items(b"\n\r\n"), 0);
        assert_eq!(items(b"{}\n{}\n"), 2);
        assert_eq!(items(b"{}\n{}"), 2);
    }
}
