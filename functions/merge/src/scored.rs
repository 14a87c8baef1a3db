//! What Score found of a partition's accounts, from the shards of Link.

use onefold_identity::merge::AskedAccounts;
use onefold_identity::scores::{Scorer, SliceScores};
use onefold_lake::data::asked;
use onefold_lake::data::scores;
use onefold_lake::data::shuffle::{self, ShuffleFrames};
use onefold_lake::run::layout::Partition;
use onefold_lake::run::receipt::Moved;
use onefold_lake::{RunId, keys};
use onefold_scoring::model::RunModel;
use onefold_scoring::weights::Weights;
use onefold_shell::{Context, Pinned, StageError, in_order};

use crate::READ_AHEAD;

/// How the run scores pairs; `None` if it does not.
pub(crate) async fn scorer(run: &RunId, pinned: &Pinned, context: &Context) -> Result<Option<Scorer>, StageError> {
    if pinned.config.score.is_none() {
        return Ok(None);
    }
    let RunModel { model, counts, threshold, .. } = context.json(&keys::match_model(run)).await?;
    Ok(Some(Scorer::new(&pinned.config, Weights::new(&model, &counts), threshold)))
}

/// The accounts that people are asked about; `None` if an earlier program scored the pairs.
pub(crate) async fn asked(
    run: &RunId,
    context: &Context,
    moved: &mut Moved,
) -> Result<Option<AskedAccounts>, StageError> {
    let key = keys::link_asked(run);
    let Some((bytes, _)) = context.get_if_there(&key).await? else { return Ok(None) };
    moved.bytes_in += bytes.len() as u64;
    let pairs = asked::parse(&key, &bytes).map_err(StageError::damaged)?;
    Ok(Some(AskedAccounts::new(pairs.into_iter().flat_map(|pair| pair.accounts))))
}

/// The scores of a partition, still compressed.
pub(crate) struct PartitionScores {
    shards: Vec<(String, ShuffleFrames)>,
    /// Links of the slices that were read.
    pub(crate) links: u64,
    /// Accounts of the slices that were read.
    pub(crate) scored: u64,
}

impl PartitionScores {
    /// Fetches what each shard of Link sent to the partition.
    pub(crate) async fn fetch(
        run: &RunId,
        round: u32,
        partition: &Partition,
        context: &Context,
        moved: &mut Moved,
    ) -> Result<Self, StageError> {
        let fetch = |shard: u32| async move {
            let key = keys::scores_of_slices(run, round, shard);
            let readers = scores::readers(0..partition.all_slices()).end;
            let own = scores::readers(partition.own_slices());
            let frames = shuffle::fetch(context.store.as_ref(), &key, own, readers).await;
            frames.map(|frames| (key, frames)).map_err(StageError::reading_part)
        };
        let mut shards = Vec::with_capacity(partition.shards as usize);
        in_order(0..partition.shards, READ_AHEAD, fetch, |(key, frames)| {
            moved.bytes_in += frames.bytes_in;
            shards.push((key, frames));
            Ok(())
        })
        .await?;
        Ok(Self { shards, links: 0, scored: 0 })
    }

    /// Bytes that are held.
    pub(crate) fn stored_bytes(&self) -> u64 {
        self.shards.iter().map(|(_, frames)| frames.stored_bytes() as u64).sum()
    }

    /// The scores of a slice, by its number in the partition.
    pub(crate) fn of_slice(&mut self, slice: usize) -> Result<SliceScores, StageError> {
        let Self { shards, links, scored } = self;
        let mut found = SliceScores::default();
        for (key, frames) in shards {
            let read = frames.each_frame(slice * 2, |text| {
                for link in scores::links(key, text)? {
                    *links += 1;
                    found.push_link(link.accounts, link.score.into());
                }
                Ok(())
            });
            read.map_err(StageError::damaged)?;
            let read = frames.each_frame(slice * 2 + 1, |text| {
                for frequencies in scores::frequencies(key, text) {
                    let frequencies = frequencies?;
                    *scored += 1;
                    found.push_frequencies(frequencies.account, frequencies.classes);
                }
                Ok(())
            });
            read.map_err(StageError::damaged)?;
        }
        Ok(found)
    }
}
