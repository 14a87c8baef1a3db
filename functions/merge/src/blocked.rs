//! Reads the blocked keys that a partition needs.

use onefold_graph::node::Node;
use onefold_lake::data::blocked::{self, OfEarlier, Unread};
use onefold_lake::data::shuffle::ShuffleError;
use onefold_lake::run::layout::Partition;
use onefold_lake::run::receipt::Moved;
use onefold_lake::{RunId, keys};
use onefold_shell::{Context, Function, MemoryBudget, StageError, in_order};
use onefold_store::StoreError;

use crate::READ_AHEAD;

/// The blocked keys of this run that accounts of the partition have, sorted and without duplicates.
pub(crate) async fn of_partition(
    run: &RunId,
    round: u32,
    partition: &Partition,
    context: &Context,
    moved: &mut Moved,
) -> Result<Vec<Node>, StageError> {
    let open = |shard: u32| async move {
        let key = keys::blocked_of_partitions(run, round, shard);
        let store = context.store.as_ref();
        let unread = blocked::open_partition(store, &key, partition.partition, partition.partitions).await;
        unread.map_err(StageError::reading_part)
    };
    let mut unread = Vec::with_capacity(partition.shards as usize);
    in_order(0..partition.shards, READ_AHEAD, open, |of_shard| {
        unread.push(of_shard);
        Ok(())
    })
    .await?;
    let mut keys = read(unread, context, moved).await?;
    // Accounts of several shards can have the same key.
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// All blocked keys of this run, sorted.
pub(crate) async fn of_run(run: &RunId, context: &Context, moved: &mut Moved) -> Result<Vec<Node>, StageError> {
    let list =
        blocked::open(context.store.as_ref(), &keys::link_blocked(run)).await.map_err(StageError::reading_part)?;
    read(vec![list], context, moved).await
}

/// All blocked keys of a version, sorted. A version does not store its blocked keys by partition.
pub(crate) async fn of_version(version: &RunId, context: &Context, moved: &mut Moved) -> Result<Vec<Node>, StageError> {
    match blocked::open(context.store.as_ref(), &keys::processed_blocked(version)).await {
        Ok(list) => read(vec![list], context, moved).await,
        Err(ShuffleError::Read(StoreError::NotFound { .. })) => of_version_of_earlier(version, context).await,
        Err(error) => Err(StageError::reading_part(error)),
    }
}

/// All blocked keys of a version that an earlier program wrote.
async fn of_version_of_earlier(version: &RunId, context: &Context) -> Result<Vec<Node>, StageError> {
    let key = keys::processed_blocked_of_earlier(version);
    let bytes = context.list(&key).await?.iter().map(|object| object.size).sum();
    let what = format!("a partition that is compared with the blocked keys in {key}");
    context.memory.check(Function::BlockedKeysOfMerge, MemoryBudget::blocked_bytes_of_earlier(bytes), what)?;
    Ok(context.json::<OfEarlier>(&key).await?.keys())
}

async fn read(unread: Vec<Unread>, context: &Context, moved: &mut Moved) -> Result<Vec<Node>, StageError> {
    let count: u64 = unread.iter().map(Unread::keys).sum();
    check_fits(count, context)?;
    let mut keys = Vec::with_capacity(usize::try_from(count).unwrap_or_default());
    for object in unread {
        let read = object.append_to(context.store.as_ref(), &mut keys).await;
        moved.bytes_in += read.map_err(StageError::reading_part)?;
    }
    Ok(keys)
}

/// Returns an error if so many blocked keys do not fit into memory.
fn check_fits(keys: u64, context: &Context) -> Result<(), StageError> {
    let what = format!("a partition that is compared with {keys} blocked keys");
    context.memory.check(Function::BlockedKeysOfMerge, MemoryBudget::blocked_bytes(keys), what)
}
