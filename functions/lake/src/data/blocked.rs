//! Blocked keys: match keys that link nothing because too many accounts share them.
//!
//! The list of a run, a shard or a version is a shuffle object for two readers. The first gets the distinct keys,
//! sorted, 16 bytes each. The second gets how many accounts share each key, in the same order, 4 bytes each. All
//! numbers are little-endian.
//!
//! The blocked keys by partition are a shuffle object with one reader per partition. Each gets the keys of its
//! accounts, as above.

use onefold_graph::Blocked;
use onefold_graph::node::Node;
use onefold_store::Store;
use serde::Deserialize;

use crate::compress::FormatError;
use crate::data::links::array;
use crate::data::shuffle::{self, OpenedShuffle, ShuffleError, ShuffleFrames, ShuffleWriter};

/// Bytes of a key.
const KEY_BYTES: usize = 16;
/// Bytes of the number of accounts that share a key.
const COUNT_BYTES: usize = 4;
/// Bytes of a frame, which fits a processor's cache.
const FRAME_BYTES: usize = 128 << 10;
/// The readers of a list: one for keys and one for counts.
const READERS: u32 = 2;

/// Formats a list of distinct blocked keys, which must be sorted.
///
/// # Errors
/// The list is not sorted or has duplicates, or memory runs out.
pub fn format(blocked: &[Blocked]) -> std::io::Result<Vec<u8>> {
    if !blocked.is_sorted_by(|left, right| left.node < right.node) {
        return Err(std::io::Error::other("blocked keys are not sorted, or one is there twice"));
    }
    let mut writer = writer(blocked.len(), KEY_BYTES + COUNT_BYTES)?;
    let mut frame = Vec::new();
    for keys in blocked.chunks(FRAME_BYTES / KEY_BYTES) {
        frame.clear();
        keys.iter().for_each(|key| push(&mut frame, key.node));
        writer.append(&frame)?;
    }
    writer.end_reader();
    for keys in blocked.chunks(FRAME_BYTES / COUNT_BYTES) {
        frame.clear();
        keys.iter().for_each(|key| frame.extend_from_slice(&key.accounts.to_le_bytes()));
        writer.append(&frame)?;
    }
    writer.end_reader();
    writer.finish()
}

/// Formats the blocked keys by partition. The pairs of partition and key must be sorted and distinct.
///
/// # Errors
/// A pair is out of order or names a partition that does not exist, or memory runs out.
pub fn format_by_partition(
    pairs: impl ExactSizeIterator<Item = (u32, Node)>,
    partitions: u32,
) -> std::io::Result<Vec<u8>> {
    let mut writer = writer(pairs.len(), KEY_BYTES)?;
    let mut pairs = pairs.peekable();
    let mut frame = Vec::new();
    for partition in 0..partitions {
        while let Some((_, key)) = pairs.next_if(|(of, _)| *of == partition) {
            push(&mut frame, key);
            if frame.len() == FRAME_BYTES {
                writer.append(&frame)?;
                frame.clear();
            }
        }
        writer.append(&frame)?;
        writer.end_reader();
        frame.clear();
    }
    match pairs.next() {
        None => writer.finish(),
        Some(_) => Err(std::io::Error::other("a blocked key is for a partition that there is not, or out of order")),
    }
}

/// A writer with room for so many entries. Hashes hardly compress, and each frame adds some bytes.
fn writer(entries: usize, entry_bytes: usize) -> std::io::Result<ShuffleWriter> {
    ShuffleWriter::with_capacity(entries * entry_bytes * 101 / 100)
}

fn push(out: &mut Vec<u8>, key: Node) {
    out.extend_from_slice(&key.bits().to_le_bytes());
}

/// The keys of an open object, before they are read.
pub struct Unread {
    key: String,
    opened: OpenedShuffle,
}

impl Unread {
    /// The number of keys.
    pub fn keys(&self) -> u64 {
        (self.opened.text_bytes(0) / KEY_BYTES) as u64
    }

    /// Reads the keys and appends them to `keys`, sorted among themselves. Returns the number of bytes read.
    ///
    /// # Errors
    /// The object is damaged, or the store failed.
    pub async fn append_to(self, store: &dyn Store, keys: &mut Vec<Node>) -> Result<u64, ShuffleError> {
        let Self { key, opened } = self;
        let frames = opened.fetch(store).await?;
        append_keys(&key, &frames, keys).map_err(ShuffleError::Damaged)?;
        Ok(frames.bytes_in)
    }
}

/// Opens the keys of a list.
///
/// # Errors
/// The object is missing or damaged.
pub async fn open(store: &dyn Store, key: &str) -> Result<Unread, ShuffleError> {
    let opened = shuffle::open(store, key, 0..1, READERS).await?;
    Ok(Unread { key: key.to_owned(), opened })
}

/// Opens the blocked keys of a partition's accounts.
///
/// # Errors
/// The object is missing or damaged.
pub async fn open_partition(
    store: &dyn Store,
    key: &str,
    partition: u32,
    partitions: u32,
) -> Result<Unread, ShuffleError> {
    let opened = shuffle::open(store, key, partition..partition.saturating_add(1), partitions).await?;
    Ok(Unread { key: key.to_owned(), opened })
}

/// Reads a list. Returns it and the number of bytes read.
///
/// # Errors
/// The object is missing or damaged.
pub async fn read(store: &dyn Store, key: &str) -> Result<(Vec<Blocked>, u64), ShuffleError> {
    let frames = shuffle::fetch(store, key, 0..READERS, READERS).await?;
    let mut keys = Vec::with_capacity(frames.text_bytes(0) / KEY_BYTES);
    append_keys(key, &frames, &mut keys).map_err(ShuffleError::Damaged)?;
    let mut blocked = Vec::with_capacity(keys.len());
    let mut keys = keys.into_iter();
    let take = |counts: &[u8]| {
        for accounts in entries(key, counts, COUNT_BYTES)?.map(|count| u32::from_le_bytes(array(count))) {
            let node = keys.next().ok_or_else(|| FormatError::new(key, "it has more counts than keys"))?;
            blocked.push(Blocked { node, accounts });
        }
        Ok(())
    };
    frames.each_frame(1, take).map_err(ShuffleError::Damaged)?;
    if keys.next().is_some() {
        return Err(ShuffleError::Damaged(FormatError::new(key, "it has more keys than counts")));
    }
    Ok((blocked, frames.bytes_in))
}

/// Appends the keys of the first fetched reader.
fn append_keys(key: &str, frames: &ShuffleFrames, keys: &mut Vec<Node>) -> Result<(), FormatError> {
    let mut last: Option<Node> = None;
    frames.each_frame(0, |text| {
        for node in entries(key, text, KEY_BYTES)?.map(|bytes| Node::from_bits(u128::from_le_bytes(array(bytes)))) {
            if last.is_some_and(|last| last >= node) {
                return Err(FormatError::new(key, "its keys are not sorted"));
            }
            last = Some(node);
            keys.push(node);
        }
        Ok(())
    })
}

/// The entries of a frame, with `entry_bytes` each.
fn entries<'b>(key: &str, bytes: &'b [u8], entry_bytes: usize) -> Result<std::slice::ChunksExact<'b, u8>, FormatError> {
    let entries = bytes.chunks_exact(entry_bytes);
    if entries.remainder().is_empty() { Ok(entries) } else { Err(FormatError::new(key, "it ends within an entry")) }
}

/// `processed/<run>/blocked.json`, the list of a version by earlier programs: sorted keys, and how many accounts share
/// each.
#[derive(Debug, Deserialize)]
pub struct OfEarlier(Vec<(Node, u32)>);

impl OfEarlier {
    /// The keys, sorted.
    pub fn keys(self) -> Vec<Node> {
        self.0.into_iter().map(|(key, _)| key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::block_on;
    use onefold_store::Condition;
    use onefold_store::memory::MemoryStore;

    /// Keys of which a frame holds not nearly all.
    fn many() -> Vec<Blocked> {
        (0..20_000u32).map(|number| Blocked { node: node(number), accounts: number % 1000 + 3 }).collect()
    }

    fn node(number: u32) -> Node {
        Node::from_bits(u128::from(number) << 90 | u128::from(number.wrapping_mul(2_654_435_761)))
    }

    async fn stored(bytes: std::io::Result<Vec<u8>>) -> MemoryStore {
        let store = MemoryStore::default();
        store.put("k", bytes.unwrap().into(), Condition::Always).await.unwrap();
        store
    }

    #[test]
    fn a_list_is_read_back() {
        block_on(async {
            for blocked in [Vec::new(), many()[..1].to_vec(), many()] {
                let store = stored(format(&blocked)).await;
                assert_eq!(read(&store, "k").await.unwrap().0, blocked);
                let unread = open(&store, "k").await.unwrap();
                assert_eq!(unread.keys(), blocked.len() as u64);
                let mut keys = Vec::new();
                unread.append_to(&store, &mut keys).await.unwrap();
                assert_eq!(keys, blocked.iter().map(|key| key.node).collect::<Vec<_>>());
            }
        });
    }

    #[test]
    fn every_partition_gets_its_keys() {
        block_on(async {
            let pairs: Vec<(u32, Node)> = [(1, 0..20_000), (3, 7..9)]
                .into_iter()
                .flat_map(|(partition, numbers)| numbers.map(move |number| (partition, node(number))))
                .collect();
            let store = stored(format_by_partition(pairs.iter().copied(), 5)).await;
            for partition in 0..5 {
                let unread = open_partition(&store, "k", partition, 5).await.unwrap();
                let expected: Vec<Node> =
                    pairs.iter().filter(|(of, _)| *of == partition).map(|(_, key)| *key).collect();
                assert_eq!(unread.keys(), expected.len() as u64);
                let mut keys = Vec::new();
                unread.append_to(&store, &mut keys).await.unwrap();
                assert_eq!(keys, expected, "{partition}");
            }
            assert!(open_partition(&store, "k", 0, 4).await.is_err(), "the number of partitions does not fit");
            assert!(read(&store, "k").await.is_err(), "it is no list");
        });
    }

    #[test]
    fn what_is_out_of_order_is_not_written() {
        let [one, two] = [many()[0], many()[1]];
        for wrong in [[two, one], [one, one]] {
            assert!(format(&wrong).is_err(), "{wrong:?}");
        }
        for wrong in [[(1, one.node), (0, one.node)], [(0, one.node), (2, one.node)]] {
            assert!(format_by_partition(wrong.into_iter(), 2).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn keys_out_of_order_are_no_list() {
        block_on(async {
            let [one, two] = [many()[0].node, many()[1].node];
            for wrong in [[two, one], [one, one]] {
                let store = stored(format_by_partition(wrong.into_iter().map(|key| (0, key)), 1)).await;
                let unread = open_partition(&store, "k", 0, 1).await.unwrap();
                assert!(unread.append_to(&store, &mut Vec::new()).await.is_err(), "{wrong:?}");
            }
        });
    }

    #[test]
    fn keys_and_counts_that_do_not_fit_are_no_list() {
        block_on(async {
            for (keys, counts) in [(2, 1), (1, 2), (0, 1), (1, 0)] {
                let mut writer = ShuffleWriter::new().unwrap();
                let bytes: Vec<u8> = (0..keys).flat_map(|number| node(number).bits().to_le_bytes()).collect();
                writer.frame(&bytes).unwrap();
                writer.frame(&vec![1; counts * COUNT_BYTES]).unwrap();
                let store = stored(writer.finish()).await;
                assert!(read(&store, "k").await.is_err(), "{keys} keys and {counts} counts");
            }
        });
    }

    /// Versions keep their list.
    #[test]
    fn encoding_is_frozen() {
        let blocked = [Blocked { node: Node::from_bits(7), accounts: 258 }];
        let text = crate::decompress("k", &format(&blocked).unwrap()).unwrap();
        assert_eq!(text, [[7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0].as_slice(), &[2, 1, 0, 0]].concat());
        let earlier: OfEarlier = serde_json::from_str(r#"[["0000000000000000000000000000000a",3]]"#).unwrap();
        assert_eq!(earlier.keys(), [Node::from_bits(10)]);
    }
}
