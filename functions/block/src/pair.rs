//! By shard: the pairs of blocks.

use onefold_lake::calls::BlockRoundResult;
use onefold_lake::data::blocks::BlockReader;
use onefold_lake::data::shuffle;
use onefold_lake::keys;
use onefold_lake::run::matching::PassCaps;
use onefold_lake::run::receipt::Moved;
use onefold_shell::StageError;

use crate::outlet::Outlet;
use crate::round::Worker;
use crate::sent;

/// Gives the pairs of the blocks that the shard found in the round before.
pub(crate) async fn pair(worker: &Worker<'_>, moved: &mut Moved) -> Result<BlockRoundResult, StageError> {
    let (caps, rows) = (caps(worker).await?, worker.slice_rows().await?);
    let mut outlet = Outlet::new(worker, &rows, caps)?;
    let key = worker.key_before("blocks");
    let (store, passes) = (worker.context.store.as_ref(), worker.pass_count());
    let object = shuffle::open(store, &key, 0..passes, passes).await.map_err(StageError::reading_part)?;
    moved.bytes_in += object.bytes_in();
    let passes = worker.passes.len();
    let most = (0..passes).map(|pass| object.text_bytes(pass)).max().unwrap_or_default() as u64;
    let needed = worker.context.memory.pair_bytes(most, worker.matching.pairs_at_once);
    worker.check_memory(needed, format!("the blocks of a pass in shard {}", worker.number))?;
    let mut first = 0;
    while first < passes {
        let at_once = worker.context.memory.block_held_bytes();
        let group = sent::group(first, passes, at_once, |pass| object.text_bytes(pass));
        first = group.end;
        let frames = [object.fetch_some(group.clone(), store).await.map_err(StageError::reading_part)?];
        moved.bytes_in += frames[0].bytes_in;
        for pass in group.clone() {
            let text = shuffle::text(&frames, pass - group.start).map_err(StageError::damaged)?;
            let mut blocks = BlockReader::new(&key, &text);
            while let Some((hash, rows)) = blocks.next_block().map_err(StageError::damaged)? {
                outlet.block(pass as u16, hash, rows, moved).await?;
            }
        }
    }
    outlet.finish(moved).await
}

/// The greatest blocks that give all their pairs, of those that were found in the round before.
async fn caps(worker: &Worker<'_>) -> Result<PassCaps, StageError> {
    let caps: PassCaps = worker.context.json(&keys::match_caps(worker.run, worker.round - 1)).await?;
    if caps.passes.len() == worker.passes.len() {
        return Ok(caps);
    }
    Err(StageError::internal(format!("{} passes have caps, and there are {}", caps.passes.len(), worker.passes.len())))
}
