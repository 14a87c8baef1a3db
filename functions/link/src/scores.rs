//! What Score found: links join components, and are sent on to the slices of Merge with the frequency classes of accounts.

use onefold_graph::node::Node;
use onefold_lake::data::pairs::tiles;
use onefold_lake::data::scores::{self, ReferenceLink, ScoresCollector};
use onefold_lake::data::shuffle::{self, ShuffleFrames};
use onefold_lake::run::layout::Layout;
use onefold_lake::run::receipt::Moved;
use onefold_lake::{FormatError, RunId, keys};
use onefold_shell::{Context, Function, MemoryBudget, StageError, in_order};

/// The number of tiles whose objects are read at once.
const READ_AHEAD: usize = 4;

/// The scores of a shard's accounts: of each tile, what Score sent to the shard.
pub(crate) struct ShardScores {
    keys: Vec<String>,
    frames: Vec<ShuffleFrames>,
}

impl ShardScores {
    /// Reads what Score sent to a shard; nothing if the run does not score pairs.
    pub(crate) async fn read(
        run: &RunId,
        layout: &Layout,
        shard: u32,
        context: &Context,
        moved: &mut Moved,
    ) -> Result<Option<Self>, StageError> {
        let Some(matching) = &layout.matching else { return Ok(None) };
        let keys: Vec<String> = (0..tiles(matching.slices)).map(|tile| keys::match_links(run, tile)).collect();
        let readers = scores::readers(0..layout.shards).end;
        let fetch = |key: &String| {
            let key = key.clone();
            async move {
                let own = scores::readers(shard..shard + 1);
                let frames = shuffle::fetch(context.store.as_ref(), &key, own, readers).await;
                frames.map_err(StageError::reading_part)
            }
        };
        let mut frames = Vec::with_capacity(keys.len());
        in_order(&keys, READ_AHEAD, fetch, |of_tile| {
            moved.bytes_in += of_tile.bytes_in;
            frames.push(of_tile);
            Ok(())
        })
        .await?;
        let read = Self { keys, frames };
        let what = format!("{} scored links of shard {shard}", read.links());
        context.memory.check(Function::Link, MemoryBudget::scores_bytes(read.text_bytes()), what)?;
        Ok(Some(read))
    }

    /// How many links there are.
    pub(crate) fn links(&self) -> u64 {
        self.frames.iter().map(|frames| (frames.text_bytes(0) / scores::LINK_BYTES) as u64).sum()
    }

    fn text_bytes(&self) -> u64 {
        self.frames.iter().map(|frames| (frames.text_bytes(0) + frames.text_bytes(1)) as u64).sum()
    }

    /// Gives each link. It is read from the object with this key.
    pub(crate) fn each_link(
        &self,
        mut take: impl FnMut(&str, ReferenceLink) -> Result<(), FormatError>,
    ) -> Result<(), StageError> {
        for (key, frames) in self.keys.iter().zip(&self.frames) {
            let read = frames.each_frame(0, |text| scores::links(key, text)?.try_for_each(|link| take(key, link)));
            read.map_err(StageError::damaged)?;
        }
        Ok(())
    }

    /// The scores by slice, as an object for Merge. `slice` gives the slice of an account of the shard.
    pub(crate) fn by_slice(
        &self,
        slices: u32,
        context: &Context,
        mut slice: impl FnMut(Node) -> Option<u32>,
    ) -> Result<SliceScores, StageError> {
        let held_max = context.memory.shuffle_text_bytes();
        let mut collector = ScoresCollector::new(slices, held_max).map_err(StageError::compressing)?;
        let mut failed = Ok(());
        let unknown = |key: &str| FormatError::new(key, "it has scores of an account that the run does not have");
        self.each_link(|key, link| {
            let slice = slice(link.accounts[0]).ok_or_else(|| unknown(key))?;
            keep_first(&mut failed, collector.link(slice, link));
            Ok(())
        })?;
        for (key, frames) in self.keys.iter().zip(&self.frames) {
            let read = frames.each_frame(1, |text| {
                scores::frequencies(key, text).try_for_each(|frequencies| {
                    let frequencies = frequencies?;
                    let slice = slice(frequencies.account).ok_or_else(|| unknown(key))?;
                    keep_first(&mut failed, collector.frequencies(slice, frequencies));
                    Ok(())
                })
            });
            read.map_err(StageError::damaged)?;
        }
        failed.map_err(StageError::compressing)?;
        let (links, accounts) = (collector.links, collector.accounts);
        Ok(SliceScores { links, accounts, bytes: collector.finish().map_err(StageError::compressing)? })
    }
}

/// The scores of a shard's accounts by slice.
pub(crate) struct SliceScores {
    pub(crate) links: u64,
    pub(crate) accounts: u64,
    pub(crate) bytes: Vec<u8>,
}

fn keep_first(failed: &mut std::io::Result<()>, outcome: std::io::Result<()>) {
    if failed.is_ok() {
        *failed = outcome;
    }
}
