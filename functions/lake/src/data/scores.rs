//! What Score found: links, which are pairs of accounts of one person, and the frequency classes of each account's values.
//! Score sends both to the shards of Link, and Link sends them on to the slices of Merge.
//!
//! The object of a tile has two readers for each shard, that of a shard has two for each slice: the first gets links, the
//! second gets frequency classes. A link has 36 bytes, little-endian: the references of both accounts, the smaller one
//! first, and its score in 1024ths of a bit. The frequency classes of an account are its reference (16 bytes), their number
//! (one byte), and one byte for each value.

use std::ops::Range;

use onefold_graph::node::Node;

use crate::compress::FormatError;
use crate::data::links::array;
use crate::data::shuffle::ShuffleCollector;

/// Bytes of a link.
pub const LINK_BYTES: usize = 36;
/// Bytes before the frequency classes of an account.
const HEAD_BYTES: usize = 17;

/// A pair of accounts that is one person's, as far as its score tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReferenceLink {
    /// The references of both, the smaller one first.
    pub accounts: [Node; 2],
    /// 1024ths of a bit.
    pub score: i32,
}

/// The frequency classes of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Frequencies<'b> {
    /// The account's reference.
    pub account: Node,
    /// The classes, in the order of the values of its record.
    pub classes: &'b [u8],
}

/// The readers that get the links and the frequency classes of these shards or slices.
pub const fn readers(receivers: Range<u32>) -> Range<u32> {
    receivers.start.saturating_mul(2)..receivers.end.saturating_mul(2)
}

/// Collects links and frequency classes for shards or slices.
pub struct ScoresCollector {
    shuffle: ShuffleCollector,
    entry: Vec<u8>,
    /// How many links were pushed.
    pub links: u64,
    /// How many accounts' frequency classes were pushed.
    pub accounts: u64,
}

impl ScoresCollector {
    /// For so many receivers. Holds about `held_max` bytes that are not compressed.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn new(receivers: u32, held_max: usize) -> std::io::Result<Self> {
        let shuffle = ShuffleCollector::new(readers(0..receivers).end, held_max)?;
        Ok(Self { shuffle, entry: Vec::new(), links: 0, accounts: 0 })
    }

    /// Adds a link for a receiver.
    ///
    /// # Errors
    /// The receiver does not exist, or memory runs out.
    pub fn link(&mut self, receiver: u32, link: ReferenceLink) -> std::io::Result<()> {
        self.entry.clear();
        link.accounts.iter().for_each(|account| self.entry.extend_from_slice(&account.bits().to_le_bytes()));
        self.entry.extend_from_slice(&link.score.to_le_bytes());
        self.links += 1;
        self.shuffle.push(readers(receiver..receiver).start, &self.entry)
    }

    /// Adds the frequency classes of an account for a receiver.
    ///
    /// # Errors
    /// The receiver does not exist, the account has more than 255 values, or memory runs out.
    pub fn frequencies(&mut self, receiver: u32, frequencies: Frequencies<'_>) -> std::io::Result<()> {
        self.entry.clear();
        self.entry.extend_from_slice(&frequencies.account.bits().to_le_bytes());
        self.entry.push(u8::try_from(frequencies.classes.len()).map_err(std::io::Error::other)?);
        self.entry.extend_from_slice(frequencies.classes);
        self.accounts += 1;
        self.shuffle.push(readers(receiver..receiver).start + 1, &self.entry)
    }

    /// The object's bytes.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn finish(self) -> std::io::Result<Vec<u8>> {
        self.shuffle.finish()
    }
}

/// Parses links. `key` is for the error.
///
/// # Errors
/// The bytes end inside a link.
pub fn links<'b>(key: &str, bytes: &'b [u8]) -> Result<impl Iterator<Item = ReferenceLink> + use<'b>, FormatError> {
    let entries = bytes.chunks_exact(LINK_BYTES);
    if !entries.remainder().is_empty() {
        return Err(FormatError::new(key, "it ends within a link"));
    }
    Ok(entries.map(|entry| ReferenceLink {
        accounts: [node(entry), node(&entry[16..])],
        score: i32::from_le_bytes(array(&entry[32..])),
    }))
}

/// Parses frequency classes. `key` is for the error, which comes where the bytes end inside an entry.
pub fn frequencies<'b>(key: &str, bytes: &'b [u8]) -> impl Iterator<Item = Result<Frequencies<'b>, FormatError>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let entry = rest.split_at_checked(HEAD_BYTES).and_then(|(head, behind)| {
            let (classes, behind) = behind.split_at_checked(usize::from(head[HEAD_BYTES - 1]))?;
            Some((Frequencies { account: node(head), classes }, behind))
        });
        let (entry, behind) = match entry {
            Some((frequencies, behind)) => (Ok(frequencies), behind),
            None => (Err(FormatError::new(key, "it ends within the frequency classes of an account")), &[][..]),
        };
        rest = behind;
        Some(entry)
    })
}

/// The node of the first 16 bytes.
fn node(bytes: &[u8]) -> Node {
    Node::from_bits(u128::from_le_bytes(array(bytes)))
}

#[cfg(test)]
mod tests {
    use onefold_store::memory::MemoryStore;
    use onefold_store::{Condition, Store};

    use super::*;
    use crate::data::shuffle;

    const ACCOUNTS: [Node; 2] = [Node::from_bits(7), Node::from_bits(u128::MAX - 5)];

    #[tokio::test]
    async fn every_receiver_gets_its_links_and_classes() {
        let link = |score| ReferenceLink { accounts: ACCOUNTS, score };
        let of = |account, classes| Frequencies { account, classes };
        let mut collector = ScoresCollector::new(3, 1 << 20).unwrap();
        collector.link(2, link(-5)).unwrap();
        collector.frequencies(1, of(ACCOUNTS[0], &[0, 15])).unwrap();
        collector.frequencies(2, of(ACCOUNTS[1], &[])).unwrap();
        collector.link(2, link(i32::MAX)).unwrap();
        assert_eq!((collector.links, collector.accounts), (2, 2));
        assert!(collector.link(3, link(0)).is_err());
        let store = MemoryStore::default();
        store.put("k", collector.finish().unwrap().into(), Condition::Always).await.unwrap();
        let frames = shuffle::fetch(&store, "k", readers(1..3), readers(0..3).end).await.unwrap();
        let text = |reader| shuffle::text(std::slice::from_ref(&frames), reader).unwrap();
        assert_eq!(links("k", &text(0)).unwrap().count(), 0);
        assert_eq!(links("k", &text(2)).unwrap().collect::<Vec<_>>(), [link(-5), link(i32::MAX)]);
        let (one, other) = (text(1), text(3));
        let read: Vec<_> = frequencies("k", &one).chain(frequencies("k", &other)).map(Result::unwrap).collect();
        assert_eq!(read, [of(ACCOUNTS[0], &[0, 15]), of(ACCOUNTS[1], &[])]);
    }

    #[test]
    fn a_cut_off_entry_is_an_error() {
        assert!(links("k", &[0; LINK_BYTES - 1]).is_err());
        let mut entry = vec![0; HEAD_BYTES];
        entry[HEAD_BYTES - 1] = 2;
        entry.extend([1, 2]);
        assert!(frequencies("k", &entry).all(|read| read.is_ok()));
        for end in 1..entry.len() {
            let read: Vec<_> = frequencies("k", &entry[..end]).collect();
            assert!(read.len() == 1 && read[0].is_err(), "{end}");
        }
    }
}
