//! `.links` objects: the links of accounts. Each account has one record, in the order of its lines.
//!
//! A record is little-endian: reference (16 bytes), updated_at (8), received_at (8), digest (8), one byte, the nodes
//! (16 each), and the customer (16) if there is one. The byte holds the number of nodes; its highest bit says whether
//! there is a customer. For more than 126 nodes the byte's number is 127, and 16 bytes before the nodes hold their
//! count. These 16 bytes have the highest bits of a source's mark, which is never the first node of so many.
//! The nodes are the match keys. If the source is a snapshot, the mark of the source follows them. A node's highest
//! bits say which kind it is. After the records follow 16 bytes that are no reference, and the XXH3 (64 bits) of the
//! records. There is no header, so objects can be concatenated. Hashes do not compress, so the objects are not
//! compressed.

use onefold_graph::node::Node;
use onefold_graph::{AccountVersion, StarHead, Stars};
use xxhash_rust::xxh3::xxh3_64;

use crate::compress::FormatError;

const HAS_CUSTOMER: u8 = 0x80;
const HEAD_BYTES: usize = 41;
const NODE_BYTES: usize = 16;
/// The number of nodes that means that a count follows.
const MANY: u8 = 0x7f;
/// How many records [`LinksReader`] reads at once. They fit a processor's cache.
const BLOCK: usize = 1024;

/// The number of nodes in the links of `accounts` accounts that take `bytes` bytes. References and customers count as
/// nodes. The result is slightly too high if an account has very many nodes.
pub const fn nodes(bytes: u64, accounts: u64) -> u64 {
    accounts + bytes.saturating_sub(accounts * HEAD_BYTES as u64) / NODE_BYTES as u64
}

/// Follows the records in place of a reference. References have other highest bits.
const END: [u8; 16] = [0xff; 16];

/// Formats links. No accounts give no bytes.
pub fn format(stars: &Stars) -> Vec<u8> {
    let mut out = Vec::with_capacity(stars.len() * (HEAD_BYTES + 2 * NODE_BYTES));
    for star in stars.iter() {
        let StarHead { reference, version, customer } = star.head;
        out.extend_from_slice(&reference.bits().to_le_bytes());
        out.extend_from_slice(&version.updated_at.to_le_bytes());
        out.extend_from_slice(&version.received_at.to_le_bytes());
        out.extend_from_slice(&version.digest.to_le_bytes());
        let flag = if customer.is_some() { HAS_CUSTOMER } else { 0 };
        let nodes = star.keys.len() + usize::from(star.source.is_some());
        match u8::try_from(nodes).ok().filter(|nodes| *nodes < MANY) {
            Some(nodes) => out.push(nodes | flag),
            None => {
                out.push(MANY | flag);
                out.extend_from_slice(&Node::count(nodes as u64).bits().to_le_bytes());
            }
        }
        for node in star.keys.iter().chain(&star.source).chain(&customer) {
            out.extend_from_slice(&node.bits().to_le_bytes());
        }
    }
    if !out.is_empty() {
        let digest = xxh3_64(&out);
        out.extend_from_slice(&END);
        out.extend_from_slice(&digest.to_le_bytes());
    }
    out
}

/// Parses links.
///
/// # Errors
/// The bytes are cut off or changed.
pub fn parse(key: &str, bytes: &[u8]) -> Result<Stars, FormatError> {
    let mut stars = Stars::default();
    let mut reader = LinksReader::new(key, bytes);
    while reader.append(&mut stars)? {}
    Ok(stars)
}

/// Parses links block by block, so only one block needs memory at a time.
#[derive(Debug)]
pub struct LinksReader<'b> {
    key: &'b str,
    rest: &'b [u8],
    /// Bytes after the last verified digest.
    open: &'b [u8],
    /// The number of records read.
    records: usize,
}

impl<'b> LinksReader<'b> {
    /// Creates a reader. `key` is for errors.
    pub fn new(key: &'b str, bytes: &'b [u8]) -> Self {
        Self { key, rest: bytes, open: bytes, records: 0 }
    }

    /// Appends the next links. Returns whether there were any.
    ///
    /// # Errors
    /// The bytes are cut off or changed.
    pub fn append(&mut self, stars: &mut Stars) -> Result<bool, FormatError> {
        let before = self.records;
        while !self.rest.is_empty() && self.records < before + BLOCK {
            if !self.has_digest()? {
                self.record(stars)?;
            }
        }
        if self.rest.is_empty() && !self.open.is_empty() {
            return Err(FormatError::new(self.key, "it ends without the digest of its records"));
        }
        Ok(self.records > before)
    }

    /// Consumes the next digest, if one follows. It must match the records before it.
    fn has_digest(&mut self) -> Result<bool, FormatError> {
        if !self.rest.starts_with(&END) {
            return Ok(false);
        }
        let records = &self.open[..self.open.len() - self.rest.len()];
        self.take(END.len())?;
        if self.take(8)? != xxh3_64(records).to_le_bytes() {
            return Err(FormatError::new(self.key, "the links are not as they were written"));
        }
        self.open = self.rest;
        Ok(true)
    }

    fn record(&mut self, stars: &mut Stars) -> Result<(), FormatError> {
        let head = self.take(HEAD_BYTES)?;
        let flags = head[40];
        let nodes = self.nodes(flags & !HAS_CUSTOMER)?;
        let has_customer = flags & HAS_CUSTOMER != 0;
        let customer = self.take(if has_customer { NODE_BYTES } else { 0 })?;
        let version = AccountVersion {
            updated_at: i64::from_le_bytes(array(&head[16..24])),
            received_at: i64::from_le_bytes(array(&head[24..32])),
            digest: u64::from_le_bytes(array(&head[32..40])),
        };
        let nodes = nodes.chunks_exact(NODE_BYTES).map(node);
        stars.push(node(&head[..16]), version, has_customer.then(|| node(customer)), nodes);
        self.records += 1;
        Ok(())
    }

    /// The nodes of a record whose byte holds `number`. Earlier programs wrote up to 127 nodes without a count.
    fn nodes(&mut self, number: u8) -> Result<&'b [u8], FormatError> {
        let count = self.rest.get(..NODE_BYTES).filter(|_| number == MANY).and_then(|bytes| node(bytes).as_count());
        let Some(count) = count else { return self.take(usize::from(number) * NODE_BYTES) };
        self.take(NODE_BYTES)?;
        let bytes = usize::try_from(count).ok().and_then(|count| count.checked_mul(NODE_BYTES));
        self.take(bytes.unwrap_or(usize::MAX))
    }

    fn take(&mut self, bytes: usize) -> Result<&'b [u8], FormatError> {
        let Some((taken, rest)) = self.rest.split_at_checked(bytes) else {
            return Err(FormatError::new(self.key, format!("it ends within the record of account {}", self.records)));
        };
        self.rest = rest;
        Ok(taken)
    }
}

/// The node of 16 bytes.
fn node(bytes: &[u8]) -> Node {
    Node::from_bits(u128::from_le_bytes(array(bytes)))
}

/// The first `N` bytes, padded with zeros.
pub(crate) fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    for (to, from) in array.iter_mut().zip(bytes) {
        *to = *from;
    }
    array
}

#[cfg(test)]
mod tests {
    use onefold_graph::node::NodeHasher;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn links_are_read_back(
            accounts in proptest::collection::vec(
                (any::<u128>(), any::<(i64, i64, u64)>(), proptest::option::of(any::<u128>()), prop_oneof![9 => proptest::collection::vec(any::<u128>(), 0..4), 1 => proptest::collection::vec(any::<u128>(), 120..300)]),
                0..20,
            )
        ) {
            let mut stars = Stars::default();
            for (reference, (updated_at, received_at, digest), customer, keys) in accounts {
                let version = AccountVersion { updated_at, received_at, digest };
                stars.push(Node::from_bits(reference), version, customer.map(Node::from_bits), keys.into_iter().map(Node::from_bits));
            }
            let bytes = format(&stars);
            prop_assert_eq!(&parse("k", &bytes).unwrap(), &stars);
            let twice = [bytes.clone(), bytes.clone()].concat();
            prop_assert_eq!(parse("k", &twice).unwrap().len(), stars.len() * 2, "objects can be concatenated");
            if !bytes.is_empty() {
                prop_assert!(parse("k", &bytes[..bytes.len() - 1]).is_err());
            }
        }
    }

    /// The encoding of format 2: member links are kept as long as their version.
    #[test]
    fn encoding_is_frozen() {
        let mut stars = Stars::default();
        let version = AccountVersion { updated_at: 1, received_at: 2, digest: 3 };
        stars.push(Node::from_bits(5), version, Some(Node::from_bits(7)), [Node::from_bits(6)].into_iter());
        let mut expected = vec![0u8; 73];
        for (position, value) in [(0, 5), (16, 1), (24, 2), (32, 3), (40, 0x81), (41, 6), (57, 7)] {
            expected[position] = value;
        }
        expected.extend([0xff; 16]);
        expected.extend(0x992e_0654_247a_496e_u64.to_le_bytes());
        assert_eq!(format(&stars), expected);
    }

    #[test]
    fn an_account_has_any_number_of_keys() {
        let mark = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap().source("crm");
        let version = AccountVersion { updated_at: 1, received_at: 2, digest: 3 };
        for keys in [126u128, 127, 128, 255, 256, 1000] {
            let mut stars = Stars::default();
            for marks in [0, 1] {
                let nodes = (1..=keys).map(Node::from_bits).chain(std::iter::repeat_n(mark, marks));
                stars.push(Node::from_bits(5), version, Some(Node::from_bits(7)), nodes);
            }
            let bytes = format(&stars);
            assert_eq!(parse("k", &bytes).unwrap(), stars, "{keys} keys");
            assert!(nodes(bytes.len() as u64, 2) >= 2 * (keys as u64 + 2), "{keys} keys");
        }
    }

    /// Earlier programs wrote 126 keys and the mark of a source without a count.
    #[test]
    fn a_record_of_127_nodes_without_a_count_is_read() {
        let mark = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap().source("crm");
        let mut bytes = vec![0u8; HEAD_BYTES];
        bytes[40] = 0x7f;
        for node in (1..=126).map(Node::from_bits).chain([mark]) {
            bytes.extend_from_slice(&node.bits().to_le_bytes());
        }
        let digest = xxh3_64(&bytes);
        bytes.extend(END);
        bytes.extend(digest.to_le_bytes());
        let stars = parse("k", &bytes).unwrap();
        assert_eq!((stars.len(), stars.star(0).keys.len(), stars.star(0).source), (1, 126, Some(mark)));
    }

    #[test]
    fn the_mark_of_a_source_comes_behind_the_keys() {
        let mark = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap().source("crm");
        let version = AccountVersion { updated_at: 1, received_at: 2, digest: 3 };
        let mut stars = Stars::default();
        stars.push(Node::from_bits(5), version, None, [Node::from_bits(6), mark].into_iter());
        stars.push(Node::from_bits(7), version, None, [mark].into_iter());
        let bytes = format(&stars);
        assert_eq!(bytes.len(), 41 + 32 + 41 + 16 + 24);
        let read = parse("k", &bytes).unwrap();
        assert_eq!(read, stars);
        assert_eq!((read.star(0).keys, read.star(0).source), (&[Node::from_bits(6)][..], Some(mark)));
        assert_eq!((read.star(1).keys, read.star(1).source), (&[][..], Some(mark)));
    }
}
