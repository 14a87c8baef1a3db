//! `processed/<run>/index/`: finds the partition of an account or a customer.
//!
//! Each partition has a section in the `.hashes` files. It holds the sorted
//! [`place`](onefold_identity::reference::place)s of the partition's references and customer ids, little-endian.
//! `frames.jsonl` says where each section and each other part of the partition is. Hashes are spread evenly, so a
//! hash's value tells its position, within a few times the square root of their number. One ranged GET per section is
//! enough.

use std::ops::Range;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use onefold_store::Store;
use serde::{Deserialize, Serialize};

use crate::compress::FormatError;
use crate::data::links::array;
use crate::data::shuffle::ShuffleError;
use crate::keys::{self, RunId, VersionPart};

const ENTRY_BYTES: u64 = 8;

/// The position of a partition in the files of a version. Ranges are start and end in bytes; the end is exclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartitionFrames {
    /// The number of the files, which is the same for all parts.
    pub file: u32,
    /// The range of its customers.
    pub customers: (u64, u64),
    /// The range of its members.
    pub members: (u64, u64),
    /// The range of what guards did.
    pub blocked: (u64, u64),
    /// The range of its section of the index.
    pub index: (u64, u64),
}

/// Formats the section of a partition from its places, in any order.
pub fn format(mut places: Vec<u64>) -> Vec<u8> {
    places.sort_unstable();
    places.dedup();
    places.iter().flat_map(|place| place.to_le_bytes()).collect()
}

/// The number of entries in a section of so many bytes.
pub const fn entries(bytes: u64) -> u64 {
    bytes / ENTRY_BYTES
}

/// How many sections are searched at once.
const READ_AHEAD: usize = 64;

/// Finds the partitions of a version that have a place: normally one or none. Two names share a place with a chance of
/// 1 in 2^64, so a caller must check what it finds.
///
/// # Errors
/// The store failed, or the index is damaged.
pub async fn find<'f>(
    store: &dyn Store,
    version: &RunId,
    frames: &'f [PartitionFrames],
    place: u64,
) -> Result<Vec<&'f PartitionFrames>, ShuffleError> {
    let look = async |frame: &'f PartitionFrames| {
        let key = keys::processed(version, VersionPart::Index, frame.file);
        let is_there = has(store, &key, frame.index, place).await?;
        Ok::<_, ShuffleError>(is_there.then_some(frame))
    };
    let found: Vec<Option<&PartitionFrames>> =
        stream::iter(frames.iter().map(look)).buffered(READ_AHEAD).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

/// Whether a section has a place. `section` is the section's range in the object.
///
/// This takes one GET if the hash is in the expected window. Less than one of ten thousand is not, and then the window
/// grows. Two names share a place with a chance of 1 in 2^64, so a caller must check what it finds.
///
/// # Errors
/// The store failed, or the object ends inside the section.
pub async fn has(store: &dyn Store, key: &str, section: (u64, u64), place: u64) -> Result<bool, ShuffleError> {
    let entries = section.1.saturating_sub(section.0) / ENTRY_BYTES;
    let mut reach = 4 + 2 * entries.isqrt();
    loop {
        let window = window(entries, place, reach);
        if window.is_empty() {
            return Ok(false);
        }
        let range = section.0 + window.start * ENTRY_BYTES..section.0 + window.end * ENTRY_BYTES;
        let bytes = store.get_range(key, range.clone()).await.map_err(ShuffleError::Read)?;
        if bytes.len() as u64 != range.end - range.start {
            return Err(ShuffleError::Damaged(FormatError::new(key, "it ends within a section")));
        }
        let hashes: Vec<u64> = bytes.chunks_exact(8).map(|entry| u64::from_le_bytes(array(entry))).collect();
        let found = hashes.binary_search(&place);
        let at = found.unwrap_or_else(|at| at);
        let is_before = at == 0 && window.start > 0;
        let is_behind = at == hashes.len() && window.end < entries;
        if found.is_ok() || !(is_before || is_behind) {
            return Ok(found.is_ok());
        }
        reach = reach.saturating_mul(8);
    }
}

/// The range of entries in which a hash is expected.
fn window(entries: u64, hash: u64, reach: u64) -> Range<u64> {
    let expected = ((u128::from(hash) * u128::from(entries)) >> 64) as u64;
    expected.saturating_sub(reach)..expected.saturating_add(reach).min(entries)
}

#[cfg(test)]
mod tests {
    use onefold_identity::reference::place;
    use onefold_store::Condition;
    use onefold_store::memory::MemoryStore;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::block_on;

    proptest! {
        /// Hashes that are not spread at all are found too, if not by one GET.
        #[test]
        fn what_is_there_is_found(hashes in proptest::collection::vec(any::<u64>().prop_map(|bits| bits >> (bits % 60)), 0..300), other: u64) {
            let section = format(hashes.clone());
            block_on(async {
                let store = MemoryStore::default();
                let object = [vec![0xff; 3], section.clone(), vec![0; 5]].concat();
                store.put("k", object.into(), Condition::Always).await.unwrap();
                let range = (3, 3 + section.len() as u64);
                for hash in &hashes {
                    assert!(has(&store, "k", range, *hash).await.unwrap());
                }
                assert_eq!(has(&store, "k", range, other).await.unwrap(), hashes.contains(&other));
            });
        }
    }

    #[test]
    fn a_section_that_is_cut_off_is_an_error() {
        let section = format((0..100).collect());
        block_on(async {
            let store = MemoryStore::default();
            let range = (0, section.len() as u64);
            store.put("k", section[..section.len() - 1].to_vec().into(), Condition::Always).await.unwrap();
            assert!(has(&store, "k", range, 99).await.is_err(), "the last entry is not there, and nobody can know it");
        });
    }

    #[test]
    fn a_lookup_reads_little_of_a_large_section() {
        let reference = |number: u64| place(&format!("crm:{number}"));
        let section = format((0..50_000).flat_map(|number| [reference(number), place("c")]).collect());
        assert_eq!(entries(section.len() as u64), 50_001, "a customer's id is there once");
        block_on(async {
            let store = MemoryStore::default();
            let range = (0, section.len() as u64);
            store.put("k", section.into(), Condition::Always).await.unwrap();
            let before = store.requests();
            for number in 0..200 {
                let is_there = has(&store, "k", range, reference(number * 251)).await.unwrap();
                assert_eq!(is_there, number * 251 < 50_000);
            }
            assert!(store.requests() - before <= 202, "one GET each");
        });
        assert!(window(50_000, u64::MAX / 2, 4 + 2 * 50_000u64.isqrt()).count() < 1000, "two of a hundred entries");
    }
}
