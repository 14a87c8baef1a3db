//! `.links` objects: the links of accounts, one record an account, in the order of its lines.
//!
//! A record is little-endian: reference (16 bytes), updated_at (8), received_at (8), digest (8), then one
//! byte with the number of nodes and, as its highest bit, whether there is a customer; the nodes (16 each);
//! the customer (16). The nodes are the match keys and, behind them, the mark of the source of a member whose
//! source is a snapshot; a node's highest bits say which it is. There is no header, so objects can be concatenated; hashes do not compress,
//! so they are not compressed.

use onefold_core::account::Version;
use onefold_core::link::{StarHead, Stars};
use onefold_core::node::Node;

use crate::compress::FormatError;

const HAS_CUSTOMER: u8 = 0x80;
const HEAD_BYTES: usize = 41;
const NODES_MAX: usize = 0x7f;

/// Formats links.
pub fn format(stars: &Stars) -> Vec<u8> {
    let mut out = Vec::with_capacity(stars.len() * (HEAD_BYTES + 2 * 16));
    for star in stars.iter() {
        // A configuration has far fewer than 126 match rules.
        let keys = star.keys.get(..NODES_MAX - 1).unwrap_or(star.keys);
        let StarHead { reference, version, customer } = star.head;
        out.extend_from_slice(&reference.bits().to_le_bytes());
        out.extend_from_slice(&version.updated_at.to_le_bytes());
        out.extend_from_slice(&version.received_at.to_le_bytes());
        out.extend_from_slice(&version.digest.to_le_bytes());
        let flag = if customer.is_some() { HAS_CUSTOMER } else { 0 };
        out.push((keys.len() + usize::from(star.source.is_some())) as u8 | flag);
        for node in keys.iter().chain(&star.source).chain(&customer) {
            out.extend_from_slice(&node.bits().to_le_bytes());
        }
    }
    out
}

/// Parses links.
///
/// # Errors
/// The bytes end within a record.
pub fn parse(key: &str, bytes: &[u8]) -> Result<Stars, FormatError> {
    let mut stars = Stars::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let cut_off = || FormatError::new(key, format!("it ends within the record of account {}", stars.len()));
        let (head, behind) = rest.split_at_checked(HEAD_BYTES).ok_or_else(cut_off)?;
        let flags = head[40];
        let node_bytes = usize::from(flags & !HAS_CUSTOMER) * 16;
        let (nodes, behind) = behind.split_at_checked(node_bytes).ok_or_else(cut_off)?;
        let has_customer = flags & HAS_CUSTOMER != 0;
        let (customer, behind) = behind.split_at_checked(if has_customer { 16 } else { 0 }).ok_or_else(cut_off)?;
        let version = Version {
            updated_at: i64::from_le_bytes(array(&head[16..24])),
            received_at: i64::from_le_bytes(array(&head[24..32])),
            digest: u64::from_le_bytes(array(&head[32..40])),
        };
        stars.push(node(&head[..16]), version, has_customer.then(|| node(customer)), nodes.chunks_exact(16).map(node));
        rest = behind;
    }
    Ok(stars)
}

/// The node of 16 bytes.
fn node(bytes: &[u8]) -> Node {
    Node::from_bits(u128::from_le_bytes(array(bytes)))
}

/// The first `N` bytes; zeros behind the end.
pub(crate) fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    for (to, from) in array.iter_mut().zip(bytes) {
        *to = *from;
    }
    array
}

#[cfg(test)]
mod tests {
    use super::*;
    use onefold_core::node::NodeHasher;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn links_are_read_back(
            accounts in proptest::collection::vec(
                (any::<u128>(), any::<(i64, i64, u64)>(), proptest::option::of(any::<u128>()), proptest::collection::vec(any::<u128>(), 0..4)),
                0..20,
            )
        ) {
            let mut stars = Stars::default();
            for (reference, (updated_at, received_at, digest), customer, keys) in accounts {
                let version = Version { updated_at, received_at, digest };
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

    /// The encoding of version 1: member links are kept as long as their version.
    #[test]
    fn encoding_is_frozen() {
        let mut stars = Stars::default();
        let version = Version { updated_at: 1, received_at: 2, digest: 3 };
        stars.push(Node::from_bits(5), version, Some(Node::from_bits(7)), [Node::from_bits(6)].into_iter());
        let mut expected = vec![0u8; 73];
        for (position, value) in [(0, 5), (16, 1), (24, 2), (32, 3), (40, 0x81), (41, 6), (57, 7)] {
            expected[position] = value;
        }
        assert_eq!(format(&stars), expected);
    }

    #[test]
    fn the_mark_of_a_source_comes_behind_the_keys() {
        let mark = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap().source("crm");
        let version = Version { updated_at: 1, received_at: 2, digest: 3 };
        let mut stars = Stars::default();
        stars.push(Node::from_bits(5), version, None, [Node::from_bits(6), mark].into_iter());
        stars.push(Node::from_bits(7), version, None, [mark].into_iter());
        let bytes = format(&stars);
        assert_eq!(bytes.len(), 41 + 32 + 41 + 16);
        let read = parse("k", &bytes).unwrap();
        assert_eq!(read, stars);
        assert_eq!((read.star(0).keys, read.star(0).source), (&[Node::from_bits(6)][..], Some(mark)));
        assert_eq!((read.star(1).keys, read.star(1).source), (&[][..], Some(mark)));
    }
}
