//! Compared pairs that are put before people, by the nodes of their references: what a tile drew, and what all tiles did.
//!
//! An object is a zstd frame of pairs. A pair is the nodes of its two references, the lesser first (16 bytes each), its
//! pattern (16 bytes), its score in 1024ths of a bit (4 bytes, signed) and why it was taken (1 byte: [`DOUBTFUL`],
//! [`SAMPLED`] and [`LABELLED`] add up). All numbers are little-endian.

use onefold_graph::node::Node;
use onefold_scoring::Pattern;

use crate::compress::{FormatError, compress, decompress};
use crate::data::links::array;

/// The pair's score is near the threshold.
pub const DOUBTFUL: u8 = 1;
/// The pair was drawn for the sample.
pub const SAMPLED: u8 = 2;
/// People said something of the pair.
pub const LABELLED: u8 = 4;

/// Bytes of a pair.
const PAIR_BYTES: usize = 16 + 16 + 16 + 4 + 1;

/// A compared pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedPair {
    /// The nodes of both references, the lesser first.
    pub accounts: [Node; 2],
    /// Its comparison levels.
    pub pattern: Pattern,
    /// Its score, in 1024ths of a bit.
    pub score: i32,
    /// Why it was taken.
    pub reasons: u8,
}

impl AskedPair {
    /// Whether it was taken for a reason.
    pub const fn is(&self, reason: u8) -> bool {
        self.reasons & reason != 0
    }
}

/// An object of these pairs.
///
/// # Errors
/// Only if memory runs out.
pub fn format(pairs: &[AskedPair]) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(pairs.len() * PAIR_BYTES);
    for pair in pairs {
        pair.accounts.iter().for_each(|account| bytes.extend_from_slice(&account.bits().to_le_bytes()));
        bytes.extend_from_slice(&pair.pattern.bits().to_le_bytes());
        bytes.extend_from_slice(&pair.score.to_le_bytes());
        bytes.push(pair.reasons);
    }
    compress(&bytes)
}

/// The pairs of an object.
///
/// # Errors
/// The object is damaged.
pub fn parse(key: &str, bytes: &[u8]) -> Result<Vec<AskedPair>, FormatError> {
    let text = decompress(key, bytes)?;
    let entries = text.chunks_exact(PAIR_BYTES);
    if !entries.remainder().is_empty() {
        return Err(FormatError::new(key, "it ends within a pair"));
    }
    let pair = |entry: &[u8]| AskedPair {
        accounts: [node(entry), node(&entry[16..])],
        pattern: Pattern::from_bits(u128::from_le_bytes(array(&entry[32..]))),
        score: i32::from_le_bytes(array(&entry[48..])),
        reasons: entry[52],
    };
    Ok(entries.map(pair).collect())
}

/// The node of the first 16 bytes.
fn node(bytes: &[u8]) -> Node {
    Node::from_bits(u128::from_le_bytes(array(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_back() {
        let pair = |score, reasons| AskedPair {
            accounts: [Node::from_bits(7), Node::from_bits(u128::MAX - 5)],
            pattern: Pattern::default().with(0, 9).with(24, 1),
            score,
            reasons,
        };
        let pairs = [pair(-5, DOUBTFUL | LABELLED), pair(i32::MAX, SAMPLED)];
        let bytes = format(&pairs).unwrap();
        assert_eq!(parse("k", &bytes).unwrap(), pairs);
        assert!(pairs[0].is(LABELLED) && !pairs[0].is(SAMPLED));
        assert_eq!(parse("k", &format(&[]).unwrap()).unwrap(), []);
        assert!(parse("k", &bytes[1..]).is_err());
        assert!(parse("k", &compress(&[0; PAIR_BYTES + 1]).unwrap()).is_err());
    }
}
