//! Nodes of the link graph: 128-bit keyed hashes of match keys, account references and customer ids.
//!
//! A node carries no personal data: without the deployment's secret, nobody can find its value by trying
//! values. The hash is SipHash-2-4 with 128-bit output (Aumasson and Bernstein, "SipHash: a fast
//! short-input PRF", 2012). It is a keyed pseudo-random function for short inputs such as these.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use siphasher::sip128::SipHasher24;

/// What a node stands for. The kind fills the two highest bits, so match keys sort before references, and
/// references before customer ids. The smallest node of a component is a match key if the component has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A match key: a normalised value or tuple of values.
    MatchKey,
    /// The mark of a source on a star. Marks are in `.links` objects and never in the graph.
    Source,
    /// The reference of an account, `<source>:<id>`.
    Reference,
    /// A customer id of the previous version.
    Customer,
}

/// A vertex of the link graph.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(u128);

impl Node {
    /// Parses a node from hexadecimal digits; `None` if the text is not such a number.
    pub fn parse(text: &str) -> Option<Self> {
        u128::from_str_radix(text, 16).ok().map(Self)
    }

    const KIND_SHIFT: u32 = 126;

    /// Replaces the two highest bits of a hash with `kind`.
    const fn new(kind: NodeKind, hash: u128) -> Self {
        let tag: u128 = match kind {
            NodeKind::MatchKey => 0,
            NodeKind::Source => 1,
            NodeKind::Reference => 2,
            NodeKind::Customer => 3,
        };
        Self((hash & (u128::MAX >> 2)) | (tag << Self::KIND_SHIFT))
    }

    /// The node with exactly these bits, for reading nodes from an object.
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// All 128 bits, with the kind in the two highest.
    pub const fn bits(self) -> u128 {
        self.0
    }

    /// Whether this is a match key.
    pub const fn is_match_key(self) -> bool {
        self.0 >> Self::KIND_SHIFT == 0
    }

    /// Whether this is the mark of a source.
    pub const fn is_source(self) -> bool {
        self.0 >> Self::KIND_SHIFT == 1
    }

    /// Encodes a count as a node, for formats that hold nodes only. Its kind is that of a source.
    pub const fn count(count: u64) -> Self {
        Self::new(NodeKind::Source, count as u128)
    }

    /// Decodes a count from [`Node::count`]; `None` for any other node.
    pub fn as_count(self) -> Option<u64> {
        self.is_source().then(|| u64::try_from(self.0 & (u128::MAX >> 2)).ok())?
    }

    /// The low 64 bits of the node, for hash tables and for spreading. They are well mixed and do not hold the kind.
    pub const fn spread(self) -> u64 {
        self.0 as u64
    }

    /// The shard that owns this node, below `shards`.
    ///
    /// It uses other bits than [`Node::slice`], so a shard's nodes spread over all partitions. It also avoids the bits
    /// that decide which node is smaller: labels are the smallest nodes, and one shard holds all edges of a label.
    #[inline]
    pub const fn shard(self, shards: u32) -> u32 {
        // Multiplying by the golden ratio mixes all bits into the high ones (Knuth, *TAOCP* 3, 6.4).
        let mixed = ((self.0 >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        scale(mixed, 64, shards)
    }

    /// The range that holds this reference, if references are divided by their order into so many ranges.
    #[inline]
    pub const fn range(self, ranges: u32) -> u32 {
        // Without the kind, which all references have in common.
        scale((self.0 << 2 >> 64) as u64, 64, ranges)
    }

    /// The slice of a component with this label. `slices` counts the slices of all partitions together.
    #[inline]
    pub const fn slice(self, slices: u32) -> u32 {
        scale(self.0 as u64, 64, slices)
    }
}

/// Maps `value`, uniform over `bits` bits, to `0..buckets` without a division (Lemire 2019).
const fn scale(value: u64, bits: u32, buckets: u32) -> u32 {
    ((value as u128 * buckets as u128) >> bits) as u32
}

impl fmt::Debug for Node {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Node({:032x})", self.0)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.0)
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a node is 32 hexadecimal digits"))
    }
}

/// The error for a secret that is not 32 hexadecimal digits. It does not show the secret.
#[derive(Debug, thiserror::Error)]
#[error("the match-key secret must be 32 hexadecimal digits (128 bits)")]
pub struct SecretError;

/// Hashes values to nodes with the deployment's secret.
#[derive(Clone)]
pub struct NodeHasher {
    keyed: SipHasher24,
}

impl NodeHasher {
    /// Parses the deployment's 128-bit secret from 32 hexadecimal digits.
    pub fn from_hex(secret: &str) -> Result<Self, SecretError> {
        if secret.len() != 32 {
            return Err(SecretError);
        }
        let key = u128::from_str_radix(secret, 16).map_err(|_| SecretError)?;
        Ok(Self { keyed: SipHasher24::new_with_key(&key.to_be_bytes()) })
    }

    /// Eight hexadecimal digits that differ between secrets. They reveal nothing about the secret.
    pub fn fingerprint(&self) -> String {
        format!("{:08x}", self.keyed.hash(b"the secret's fingerprint").as_u128() as u32)
    }

    /// Hashes canonical bytes. Within a kind, the caller must encode different values as different bytes.
    pub fn node(&self, kind: NodeKind, bytes: &[u8]) -> Node {
        Node::new(kind, self.keyed.hash(bytes).as_u128())
    }

    /// The node of an account reference, `<source>:<id>`.
    pub fn reference(&self, reference: &str) -> Node {
        self.node(NodeKind::Reference, reference.as_bytes())
    }

    /// The mark of the source with this name.
    pub fn source(&self, name: &str) -> Node {
        self.node(NodeKind::Source, name.as_bytes())
    }

    /// The node of a customer id of the previous version.
    pub fn customer(&self, customer_id: &str) -> Node {
        self.node(NodeKind::Customer, customer_id.as_bytes())
    }
}

impl fmt::Debug for NodeHasher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("NodeHasher(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "000102030405060708090a0b0c0d0e0f";

    #[test]
    fn kinds_sort_match_keys_first() {
        let hasher = NodeHasher::from_hex(SECRET).unwrap();
        let key = hasher.node(NodeKind::MatchKey, b"x");
        let reference = hasher.reference("x");
        let customer = hasher.customer("x");
        assert!(key < reference && reference < customer);
        assert!(hasher.source("x").is_source() && !key.is_source() && !reference.is_source() && !customer.is_source());
        assert!(
            key.is_match_key()
                && !hasher.source("x").is_match_key()
                && !reference.is_match_key()
                && !customer.is_match_key()
        );
    }

    #[test]
    fn another_secret_gives_other_nodes() {
        let one = NodeHasher::from_hex(SECRET).unwrap();
        let two = NodeHasher::from_hex("100102030405060708090a0b0c0d0e0f").unwrap();
        assert_ne!(one.reference("crm:8"), two.reference("crm:8"));
        assert_ne!(one.fingerprint(), two.fingerprint());
    }

    /// Reference vector of SipHash-2-4-128 with key 00..0f and empty input, from the authors' `vectors.h`.
    #[test]
    fn hash_is_siphash_2_4_128() {
        let hasher = NodeHasher::from_hex(SECRET).unwrap();
        let expected: [u8; 16] =
            [0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93];
        let node = hasher.node(NodeKind::MatchKey, b"");
        assert_eq!(node.bits(), u128::from_le_bytes(expected) & (u128::MAX >> 2));
    }

    #[test]
    fn secret_must_be_32_hex_digits() {
        for wrong in ["", "00", "000102030405060708090a0b0c0d0e0g", "+00102030405060708090a0b0c0d0e0f0"] {
            assert!(NodeHasher::from_hex(wrong).is_err(), "{wrong}");
        }
    }

    /// Labels are the smallest nodes of their components.
    #[test]
    fn the_smallest_nodes_are_spread_over_shards() {
        let hasher = NodeHasher::from_hex(SECRET).unwrap();
        let mut nodes: Vec<Node> =
            (0..100_000u32).map(|number| hasher.node(NodeKind::MatchKey, &number.to_le_bytes())).collect();
        nodes.sort_unstable();
        let mut shards = [0u32; 7];
        nodes[..7000].iter().for_each(|node| shards[node.shard(7) as usize] += 1);
        assert!(shards.iter().all(|count| (800..1200).contains(count)), "{shards:?}");
    }

    #[test]
    fn buckets_are_in_range_and_all_used() {
        let hasher = NodeHasher::from_hex(SECRET).unwrap();
        let mut shards = [0u32; 7];
        let mut slices = [0u32; 7];
        for number in 0..7000 {
            let node = hasher.reference(&number.to_string());
            shards[node.shard(7) as usize] += 1;
            slices[node.slice(7) as usize] += 1;
        }
        for count in shards.iter().chain(&slices) {
            assert!((800..1200).contains(count), "{shards:?} {slices:?}");
        }
    }
}
