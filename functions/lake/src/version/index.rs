//! `processed/<run>/index/`: finds accounts, customers and identifiers in a version.
//!
//! Each partition has a section in the `.hashes` files: sorted [entries](entry), little-endian. An entry is the
//! [`place`](onefold_identity::reference::place) of a reference or a customer id, or the keyed hash of an
//! [identifier](onefold_identity::identifiers), with the number of the frame that has it. `frames.jsonl` says where each
//! section, each frame and each other part of a partition is. Hashes are spread evenly, so a hash's value tells its
//! position, within a few times the square root of their number. One ranged GET per section is enough.
//!
//! Earlier programs wrote neither frames nor identifiers: their entries are whole places, and lead to a whole partition.

use std::ops::Range;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use onefold_store::Store;
use serde::{Deserialize, Serialize};

use crate::compress::FormatError;
use crate::data::links::array;
use crate::data::shuffle::ShuffleError;
use crate::keys::{self, RunId, VersionPart};

const ENTRY_BYTES: u64 = 8;
/// The low bits of an entry, which number a frame.
const FRAME_BITS: u32 = 16;
/// The most frames of a partition that entries can tell apart. Those behind them have the number of the last.
pub const FRAMES_MAX: usize = 1 << FRAME_BITS;

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
    /// Its frames, in order; none in versions of earlier programs, and then it is read as one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frames: Vec<FrameBytes>,
}

/// Stored bytes of a frame of customers, and of the frame of their members.
pub type FrameBytes = (u64, u64);

/// Where some whole customers and their members are. Ranges are start and end in bytes; the end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FramePosition {
    /// The number of the files.
    pub file: u32,
    /// The range of the customers.
    pub customers: (u64, u64),
    /// The range of the members.
    pub members: (u64, u64),
    /// The range of what guards did in the whole partition.
    pub blocked: (u64, u64),
}

impl PartitionFrames {
    /// The position of the whole partition.
    fn whole(&self) -> FramePosition {
        let Self { file, customers, members, blocked, .. } = *self;
        FramePosition { file, customers, members, blocked }
    }

    /// The position of the frame of a number; `None` if there is no such frame.
    fn frame(&self, number: usize) -> Option<FramePosition> {
        let (customers, members) = *self.frames.get(number)?;
        let before = self.frames.iter().take(number);
        let (start_of_customers, start_of_members) = before
            .fold((self.customers.0, self.members.0), |(customers, members), frame| {
                (customers + frame.0, members + frame.1)
            });
        let end_of_customers = (start_of_customers + customers).min(self.customers.1);
        let end_of_members = (start_of_members + members).min(self.members.1);
        Some(FramePosition {
            customers: (start_of_customers, end_of_customers),
            members: (start_of_members, end_of_members),
            ..self.whole()
        })
    }
}

/// The entry of a place in the frame of a number.
pub const fn entry(place: u64, frame: usize) -> u64 {
    let frame = if frame < FRAMES_MAX { frame } else { FRAMES_MAX - 1 };
    place >> FRAME_BITS << FRAME_BITS | frame as u64
}

/// Formats the section of a partition from its entries, in any order.
pub fn format(mut entries: Vec<u64>) -> Vec<u8> {
    entries.sort_unstable();
    entries.dedup();
    entries.iter().flat_map(|entry| entry.to_le_bytes()).collect()
}

/// The number of entries in a section of so many bytes.
pub const fn entries(bytes: u64) -> u64 {
    bytes / ENTRY_BYTES
}

/// How many sections are searched at once.
const READ_AHEAD: usize = 64;

/// Finds the positions in a version that have one of some places, in the order of the files, each once. Two names share
/// an entry by chance with 1 in 2^48, so a caller must check what it finds.
///
/// # Errors
/// The store failed, or the index is damaged.
pub async fn find(
    store: &dyn Store,
    version: &RunId,
    frames: &[PartitionFrames],
    places: &[u64],
) -> Result<Vec<FramePosition>, ShuffleError> {
    let look = async |(partition, place): (&PartitionFrames, u64)| {
        let key = keys::processed(version, VersionPart::Index, partition.file);
        let found = numbers(store, &key, partition.index, place).await?;
        positions(&key, partition, found)
    };
    let searched = frames.iter().flat_map(|partition| places.iter().map(move |place| (partition, *place)));
    let found: Vec<Vec<FramePosition>> = stream::iter(searched.map(look)).buffered(READ_AHEAD).try_collect().await?;
    let mut found: Vec<FramePosition> = found.into_iter().flatten().collect();
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The positions of the frames that entries number.
fn positions(key: &str, partition: &PartitionFrames, numbers: Vec<usize>) -> Result<Vec<FramePosition>, ShuffleError> {
    if partition.frames.is_empty() {
        // All of the entry is the place.
        return Ok(numbers.first().map(|_| partition.whole()).into_iter().collect());
    }
    let missing = || ShuffleError::Damaged(FormatError::new(key, "it names a frame that there is not"));
    numbers.into_iter().map(|number| partition.frame(number).ok_or_else(missing)).collect()
}

/// The low bits of a section's entries of a place. `section` is the section's range in the object.
///
/// This takes one GET if the hash is in the expected window. Less than one of ten thousand is not, and then the window
/// grows.
async fn numbers(store: &dyn Store, key: &str, section: (u64, u64), place: u64) -> Result<Vec<usize>, ShuffleError> {
    let entries = section.1.saturating_sub(section.0) / ENTRY_BYTES;
    let mut reach = 4 + 2 * entries.isqrt();
    let high = place >> FRAME_BITS;
    loop {
        let window = window(entries, place, reach);
        if window.is_empty() {
            return Ok(Vec::new());
        }
        let range = section.0 + window.start * ENTRY_BYTES..section.0 + window.end * ENTRY_BYTES;
        let bytes = store.get_range(key, range.clone()).await.map_err(ShuffleError::Read)?;
        if bytes.len() as u64 != range.end - range.start {
            return Err(ShuffleError::Damaged(FormatError::new(key, "it ends within a section")));
        }
        let found: Vec<u64> = bytes.chunks_exact(8).map(|entry| u64::from_le_bytes(array(entry))).collect();
        let start = found.partition_point(|entry| entry >> FRAME_BITS < high);
        let end = found.partition_point(|entry| entry >> FRAME_BITS <= high);
        let may_begin_before = start == 0 && window.start > 0;
        let may_go_on = end == found.len() && window.end < entries;
        if !may_begin_before && !may_go_on {
            let low = |entry: &u64| (entry & (FRAMES_MAX as u64 - 1)) as usize;
            return Ok(found[start..end].iter().map(low).collect());
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

    const RUN: &str = "20261122T174600Z-1a2b3c4d";

    async fn has(store: &dyn Store, section: (u64, u64), place: u64) -> Result<bool, ShuffleError> {
        Ok(!numbers(store, "k", section, place).await?.is_empty())
    }

    proptest! {
        /// Hashes that are not spread at all are found too, if not by one GET.
        #[test]
        fn what_is_there_is_found(
            entries in proptest::collection::vec((any::<u64>(), 0usize..300).prop_map(|(bits, frame)| (bits >> (bits % 60), frame)), 0..300),
            other: u64,
        ) {
            let section = format(entries.iter().map(|(place, frame)| entry(*place, *frame)).collect());
            block_on(async {
                let store = MemoryStore::default();
                let object = [vec![0xff; 3], section.clone(), vec![0; 5]].concat();
                store.put("k", object.into(), Condition::Always).await.unwrap();
                let range = (3, 3 + section.len() as u64);
                for place in entries.iter().map(|(place, _)| *place).chain([other]) {
                    let same = entries.iter().filter(|(one, _)| one >> FRAME_BITS == place >> FRAME_BITS);
                    let mut expected: Vec<usize> = same.map(|(_, frame)| *frame).collect();
                    expected.sort_unstable();
                    expected.dedup();
                    assert_eq!(numbers(&store, "k", range, place).await.unwrap(), expected);
                }
            });
        }
    }

    #[test]
    fn a_section_that_is_cut_off_is_an_error() {
        let section = format((0..100).map(|number| entry(number << 50, 0)).collect());
        block_on(async {
            let store = MemoryStore::default();
            let range = (0, section.len() as u64);
            store.put("k", section[..section.len() - 1].to_vec().into(), Condition::Always).await.unwrap();
            assert!(has(&store, range, 99 << 50).await.is_err(), "the last entry is not there, and nobody can know it");
        });
    }

    #[test]
    fn a_lookup_reads_little_of_a_large_section() {
        let reference = |number: u64| place(&format!("crm:{number}"));
        let section =
            format((0..50_000).flat_map(|number| [entry(reference(number), 7), entry(place("c"), 7)]).collect());
        assert_eq!(entries(section.len() as u64), 50_001, "a customer's id is there once");
        block_on(async {
            let store = MemoryStore::default();
            let range = (0, section.len() as u64);
            store.put("k", section.into(), Condition::Always).await.unwrap();
            let before = store.requests();
            for number in 0..200 {
                let is_there = has(&store, range, reference(number * 251)).await.unwrap();
                assert_eq!(is_there, number * 251 < 50_000);
            }
            assert!(store.requests() - before <= 202, "one GET each");
        });
        assert!(window(50_000, u64::MAX / 2, 4 + 2 * 50_000u64.isqrt()).count() < 1000, "two of a hundred entries");
    }

    fn partition(frames: Vec<FrameBytes>, index: (u64, u64)) -> PartitionFrames {
        PartitionFrames { file: 0, customers: (100, 160), members: (7, 47), blocked: (1, 2), index, frames }
    }

    fn found(sections: &[(PartitionFrames, Vec<u64>)], places: &[u64]) -> Result<Vec<FramePosition>, ShuffleError> {
        let mut object = Vec::new();
        let mut partitions = Vec::new();
        for (partition, entries) in sections {
            let start = object.len() as u64;
            object.extend(format(entries.clone()));
            partitions.push(PartitionFrames { index: (start, object.len() as u64), ..partition.clone() });
        }
        block_on(async {
            let (store, run) = (MemoryStore::default(), RunId::parse(RUN).unwrap());
            let key = keys::processed(&run, VersionPart::Index, 0);
            store.put(&key, object.into(), Condition::Always).await.unwrap();
            find(&store, &run, &partitions, places).await
        })
    }

    #[test]
    fn an_entry_leads_to_its_frame_and_one_of_an_earlier_program_to_the_partition() {
        let (one, other) = (place("crm:1"), place("crm:2"));
        let framed = partition(vec![(10, 5), (0, 20), (50, 15)], (0, 0));
        let sections = [
            (framed, vec![entry(one, 1), entry(one, 2), entry(other, 0)]),
            (PartitionFrames { blocked: (3, 4), ..partition(Vec::new(), (0, 0)) }, vec![one]),
        ];
        let position = |customers, members, blocked| FramePosition { file: 0, customers, members, blocked };
        let whole = position((100, 160), (7, 47), (3, 4));
        let [second, third] = [position((110, 110), (12, 32), (1, 2)), position((110, 160), (32, 47), (1, 2))];
        assert_eq!(found(&sections, &[one]).unwrap(), [whole, second, third]);
        assert_eq!(found(&sections, &[other, other]).unwrap(), [position((100, 110), (7, 12), (1, 2))]);
        assert_eq!(found(&sections, &[place("crm:3")]).unwrap(), []);
    }

    #[test]
    fn an_entry_of_no_frame_is_damage() {
        let sections = [(partition(vec![(1, 1)], (0, 0)), vec![entry(place("crm:1"), 1)])];
        assert!(found(&sections, &[place("crm:1")]).is_err());
    }

    /// As earlier programs wrote them, and as they are.
    #[test]
    fn positions_of_partitions_are_frozen() {
        let of_earlier = r#"{"file":0,"customers":[100,160],"members":[7,47],"blocked":[1,2],"index":[0,8]}"#;
        let framed = of_earlier.replace('}', r#","frames":[[60,40]]}"#);
        for (text, frames) in [(of_earlier, vec![]), (&framed, vec![(60, 40)])] {
            let expected = partition(frames, (0, 8));
            assert_eq!(serde_json::from_str::<PartitionFrames>(text).unwrap(), expected);
            assert_eq!(serde_json::to_string(&expected).unwrap(), text);
        }
    }
}
