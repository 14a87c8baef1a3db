//! Block: finds the pairs of accounts that are worth comparing, because they share something.
//!
//! *Describe* makes the records of accounts that scored pairs compare, and sends them to slices by their references. Then
//! rounds follow, over slices of accounts and over shards of keys by turns. `advance` decides what the next round does:
//!
//! 1. *gather*, by slice: keeps the latest version of each account. Rows are numbered in the order of references. Sends
//!    the hashes of values and of blocking keys to the shards.
//! 2. *count*, by shard: counts values, and finds blocks, which are the rows that share a key. With all counts, `advance`
//!    fixes how great a block of each pass may be.
//! 3. *pair*, by shard: gives the pairs of blocks to the tiles, and the rows of greater blocks back to their slices.
//! 4. *refine*, by slice: writes the frequency classes of values, and new keys of rows in greater blocks.
//! 5. *count refined*, by shard: finds the blocks of these keys. `advance` fixes how great they may be. Then *pair*.
//! 6. Once more *refine*, by the date of birth, *count refined* and *pair*.
//!
//! What comes out depends on the set of the latest versions only: not on mappers, slices, shards or repetitions.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod advance;
mod blocks;
mod count;
mod describe;
mod gather;
mod key_sender;
mod outlet;
mod pair;
mod refine;
mod round;
mod sent;
mod values;

use onefold_lake::calls::{BlockRequest, BlockResult};
use onefold_shell::{Context, StageError};

/// Describes the accounts of a mapper, decides the next round, or does one worker's part of a round.
///
/// # Errors
/// `Corrupt` if an object is damaged or counts do not balance; `InvalidInput` if a part does not fit into the memory;
/// `Transient` if the store failed.
pub async fn run(request: BlockRequest, context: &Context) -> Result<BlockResult, StageError> {
    match request {
        BlockRequest::Describe { run, mapper } => {
            describe::describe(&run, &mapper, context).await.map(BlockResult::Describe)
        }
        BlockRequest::Advance { run, round } => advance::advance(&run, round, context).await.map(BlockResult::Advance),
        BlockRequest::Round { run, round, work, worker } => {
            round::round(&run, round, work, worker, context).await.map(BlockResult::Round)
        }
    }
}
