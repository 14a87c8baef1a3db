//! By shard: the pairs of blocks.

use onefold_lake::calls::BlockRoundResult;
use onefold_lake::data::blocks::BlockReader;
use onefold_lake::data::shuffle;
use onefold_lake::keys;
use onefold_lake::run::matching::Blocking;
use onefold_lake::run::receipt::Moved;
use onefold_shell::StageError;

use crate::blocks::Blocks;
use crate::outlet::Outlet;
use crate::round::{COUNT, Worker};
use crate::sent::{self, SentKeys};

/// The greatest block of each pass that gives pairs.
async fn caps(worker: &Worker<'_>) -> Result<Vec<u32>, StageError> {
    let blocking: Blocking = worker.context.json(&keys::match_blocking(worker.run)).await?;
    let caps = blocking.caps();
    if caps.len() == worker.passes.len() {
        return Ok(caps);
    }
    Err(StageError::internal(format!("{} passes have caps, and there are {}", caps.len(), worker.passes.len())))
}

/// Gives the pairs of the blocks that the shard found.
pub(crate) async fn pair(worker: &Worker<'_>, moved: &mut Moved) -> Result<BlockRoundResult, StageError> {
    let (caps, rows) = (caps(worker).await?, worker.slice_rows().await?);
    let mut outlet = Outlet::new(worker, &rows)?;
    let key = keys::match_round(worker.run, COUNT, worker.number, "blocks");
    let (store, passes) = (worker.context.store.as_ref(), worker.pass_count());
    let object = shuffle::open(store, &key, 0..passes, passes).await.map_err(StageError::reading_part)?;
    moved.bytes_in += object.bytes_in();
    let most = (0..caps.len()).map(|pass| object.text_bytes(pass)).max().unwrap_or_default() as u64;
    let needed = worker.context.memory.pair_bytes(most, worker.matching.pairs_at_once);
    worker.check_memory(needed, format!("the blocks of a pass in shard {}", worker.number))?;
    let mut first = 0;
    while first < caps.len() {
        let at_once = worker.context.memory.block_held_bytes();
        let group = sent::group(first, caps.len(), at_once, |pass| object.text_bytes(pass));
        first = group.end;
        let frames = [object.fetch_some(group.clone(), store).await.map_err(StageError::reading_part)?];
        moved.bytes_in += frames[0].bytes_in;
        for pass in group.clone() {
            let text = shuffle::text(&frames, pass - group.start).map_err(StageError::damaged)?;
            let mut blocks = BlockReader::new(&key, &text);
            while let Some((hash, rows)) = blocks.next_block().map_err(StageError::damaged)? {
                outlet.block(pass as u16, caps[pass], hash, rows, moved).await?;
            }
        }
    }
    outlet.finish(moved).await
}

/// Gives the pairs of the blocks of keys that the slices sent in the round before.
pub(crate) async fn pair_refined(worker: &Worker<'_>, moved: &mut Moved) -> Result<BlockRoundResult, StageError> {
    let (caps, rows) = (caps(worker).await?, worker.slice_rows().await?);
    let mut outlet = Outlet::new(worker, &rows)?;
    let sent = SentKeys::open(worker, worker.round - 1, &rows).await?;
    let held = worker.context.memory.pair_bytes(0, worker.matching.pairs_at_once);
    sent.check_memory(held + worker.context.memory.block_bytes(sent.most_keys(), 0))?;
    let (mut first, mut keys) = (0, 0);
    let mut of_block = Vec::new();
    while first < caps.len() {
        let group = sent.group(first);
        let fetched = sent.fetch(group.clone(), moved).await?;
        for pass in group.clone() {
            let of_pass = fetched.of_pass(pass - group.start).map_err(StageError::damaged)?;
            keys += of_pass.len() as u64;
            for block in Blocks::new(of_pass).iter() {
                of_block.clear();
                of_block.extend(block.iter().map(|key| key.row));
                outlet.block(pass as u16, caps[pass], block[0].hash, &of_block, moved).await?;
            }
        }
        first = group.end;
    }
    moved.records_in = keys;
    Ok(BlockRoundResult { keys, ..outlet.finish(moved).await? })
}
