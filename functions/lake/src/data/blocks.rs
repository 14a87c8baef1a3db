//! What the rounds of Block exchange, little-endian: keys of accounts, blocks of accounts that share a key, and the accounts
//! of blocks that are too great.
//!
//! An account is its row: its place among all accounts, in the order of their references.

use crate::compress::FormatError;
use crate::data::links::array;

/// A row and a key that it has in a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey {
    /// The key's hash.
    pub hash: u64,
    /// The row.
    pub row: u32,
}

impl RowKey {
    /// How many bytes it has.
    pub const BYTES: usize = 12;

    /// The entry's bytes.
    pub fn bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(&self.hash.to_le_bytes());
        bytes[8..].copy_from_slice(&self.row.to_le_bytes());
        bytes
    }

    /// Parses the entries of a text. `key` is for the error.
    ///
    /// # Errors
    /// The text ends inside an entry.
    pub fn parse<'b>(key: &str, text: &'b [u8]) -> Result<impl ExactSizeIterator<Item = Self> + use<'b>, FormatError> {
        let entry =
            |entry: &[u8]| Self { hash: u64::from_le_bytes(array(entry)), row: u32::from_le_bytes(array(&entry[8..])) };
        Ok(entries(key, text, Self::BYTES)?.map(entry))
    }
}

/// A row of a block that is too great.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GreatRow {
    /// The pass.
    pub pass: u16,
    /// The key's hash.
    pub hash: u64,
    /// The row.
    pub row: u32,
}

impl GreatRow {
    /// How many bytes it has.
    pub const BYTES: usize = 14;

    /// The entry's bytes.
    pub fn bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..12].copy_from_slice(&RowKey { hash: self.hash, row: self.row }.bytes());
        bytes[12..].copy_from_slice(&self.pass.to_le_bytes());
        bytes
    }

    /// Parses the entries of a text. `key` is for the error.
    ///
    /// # Errors
    /// The text ends inside an entry.
    pub fn parse<'b>(key: &str, text: &'b [u8]) -> Result<impl ExactSizeIterator<Item = Self> + use<'b>, FormatError> {
        let entry = |entry: &[u8]| Self {
            pass: u16::from_le_bytes(array(&entry[12..])),
            hash: u64::from_le_bytes(array(entry)),
            row: u32::from_le_bytes(array(&entry[8..])),
        };
        Ok(entries(key, text, Self::BYTES)?.map(entry))
    }
}

/// The hash of a value, as the slices send them to the shards to be counted.
pub const VALUE_BYTES: usize = 8;

/// Parses the hashes of values. `key` is for the error.
///
/// # Errors
/// The text ends inside a hash.
pub fn parse_values<'b>(
    key: &str,
    text: &'b [u8],
) -> Result<impl ExactSizeIterator<Item = u64> + use<'b>, FormatError> {
    Ok(entries(key, text, VALUE_BYTES)?.map(|hash| u64::from_le_bytes(array(hash))))
}

fn entries<'b>(key: &str, text: &'b [u8], bytes: usize) -> Result<std::slice::ChunksExact<'b, u8>, FormatError> {
    let entries = text.chunks_exact(bytes);
    if entries.remainder().is_empty() { Ok(entries) } else { Err(FormatError::new(key, "it ends within an entry")) }
}

/// Appends a block: its key's hash, the number of its rows, and the rows.
pub fn push_block(out: &mut Vec<u8>, hash: u64, rows: impl ExactSizeIterator<Item = u32>) {
    out.extend_from_slice(&hash.to_le_bytes());
    out.extend_from_slice(&(rows.len() as u32).to_le_bytes());
    rows.for_each(|row| out.extend_from_slice(&row.to_le_bytes()));
}

/// Reads the blocks of a text one after the other.
pub struct BlockReader<'b> {
    key: &'b str,
    rest: &'b [u8],
    rows: Vec<u32>,
}

impl<'b> BlockReader<'b> {
    /// Creates a reader. `key` is for the error.
    pub const fn new(key: &'b str, text: &'b [u8]) -> Self {
        Self { key, rest: text, rows: Vec::new() }
    }

    /// The key's hash and the rows of the next block; `None` at the end.
    ///
    /// # Errors
    /// The text ends inside a block.
    pub fn next_block(&mut self) -> Result<Option<(u64, &[u32])>, FormatError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let ends = || FormatError::new(self.key, "it ends within a block");
        let (head, behind) = self.rest.split_at_checked(12).ok_or_else(ends)?;
        let bytes = u32::from_le_bytes(array(&head[8..])) as usize * 4;
        let (rows, behind) = behind.split_at_checked(bytes).ok_or_else(ends)?;
        self.rows.clear();
        self.rows.extend(rows.chunks_exact(4).map(|row| u32::from_le_bytes(array(row))));
        self.rest = behind;
        Ok(Some((u64::from_le_bytes(array(head)), &self.rows)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_back() {
        let keys = [RowKey { hash: u64::MAX - 1, row: 7 }, RowKey { hash: 1, row: u32::MAX }];
        let text = keys.map(RowKey::bytes).concat();
        assert_eq!(RowKey::parse("k", &text).unwrap().collect::<Vec<_>>(), keys);
        assert!(RowKey::parse("k", &text[1..]).is_err());
        let rows = [GreatRow { pass: 300, hash: 5, row: 6 }, GreatRow { pass: 0, hash: u64::MAX, row: 0 }];
        let text = rows.map(GreatRow::bytes).concat();
        assert_eq!(GreatRow::parse("k", &text).unwrap().collect::<Vec<_>>(), rows);
        assert!(GreatRow::parse("k", &text[1..]).is_err());
        let values = [3u64, u64::MAX];
        let text = values.map(u64::to_le_bytes).concat();
        assert_eq!(parse_values("k", &text).unwrap().collect::<Vec<_>>(), values);
        assert!(parse_values("k", &text[1..]).is_err());
    }

    #[test]
    fn blocks_are_read_back() {
        let blocks: [(u64, &[u32]); 2] = [(9, &[1, 2, u32::MAX]), (10, &[0, 7])];
        let mut text = Vec::new();
        blocks.iter().for_each(|(hash, rows)| push_block(&mut text, *hash, rows.iter().copied()));
        let mut reader = BlockReader::new("k", &text);
        let mut read = Vec::new();
        while let Some((hash, rows)) = reader.next_block().unwrap() {
            read.push((hash, rows.to_vec()));
        }
        assert_eq!(read, blocks.map(|(hash, rows)| (hash, rows.to_vec())));
        let mut cut = BlockReader::new("k", &text[..text.len() - 1]);
        assert!(cut.next_block().is_ok() && cut.next_block().is_err());
    }
}
