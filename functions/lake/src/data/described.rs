//! The accounts of a mapper as they are compared, from Block's first step to its slices.
//!
//! An entry is the account's reference (16 bytes), its version (three times 8 bytes), the length of its record (2 bytes), and
//! the record; little-endian. A deleted account has the version of a tombstone, and no record.

use onefold_graph::AccountVersion;
use onefold_graph::node::Node;

use crate::compress::FormatError;
use crate::data::links::array;

const HEAD_BYTES: usize = 16 + 3 * 8 + 2;

/// A version of an account, as it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Described<'b> {
    /// The account's reference.
    pub reference: Node,
    /// Its version.
    pub version: AccountVersion,
    /// Its values; empty if the account is deleted.
    pub record: &'b [u8],
}

/// Appends an entry.
///
/// # Errors
/// The record is longer than 65,535 bytes.
pub fn push(out: &mut Vec<u8>, described: &Described<'_>) -> std::io::Result<()> {
    let Described { reference, version, record } = described;
    let length = u16::try_from(record.len()).map_err(std::io::Error::other)?;
    out.extend_from_slice(&reference.bits().to_le_bytes());
    out.extend_from_slice(&version.updated_at.to_le_bytes());
    out.extend_from_slice(&version.received_at.to_le_bytes());
    out.extend_from_slice(&version.digest.to_le_bytes());
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(record);
    Ok(())
}

/// Parses the entries of a text. `key` is for the error.
pub fn parse<'b>(key: &str, text: &'b [u8]) -> impl Iterator<Item = Result<Described<'b>, FormatError>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let read = split(rest).map(|(described, behind)| {
            rest = behind;
            described
        });
        if read.is_none() {
            rest = &[];
        }
        Some(read.ok_or_else(|| FormatError::new(key, "it ends within an entry")))
    })
}

fn split(bytes: &[u8]) -> Option<(Described<'_>, &[u8])> {
    let (head, behind) = bytes.split_at_checked(HEAD_BYTES)?;
    let version = AccountVersion {
        updated_at: i64::from_le_bytes(array(&head[16..24])),
        received_at: i64::from_le_bytes(array(&head[24..32])),
        digest: u64::from_le_bytes(array(&head[32..40])),
    };
    let (record, behind) = behind.split_at_checked(u16::from_le_bytes(array(&head[40..])).into())?;
    Some((Described { reference: Node::from_bits(u128::from_le_bytes(array(head))), version, record }, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_back() {
        let version = |updated_at| AccountVersion { updated_at, received_at: -7, digest: u64::MAX };
        let entries = [
            Described { reference: Node::from_bits(u128::MAX / 3), version: version(i64::MIN), record: b"" },
            Described { reference: Node::from_bits(1), version: version(5), record: b"abc" },
        ];
        let mut text = Vec::new();
        entries.iter().for_each(|entry| push(&mut text, entry).unwrap());
        let read: Vec<_> = parse("k", &text).map(Result::unwrap).collect();
        assert_eq!(read, entries);
        for end in 1..text.len() {
            let has_failed = parse("k", &text[..end]).any(|entry| entry.is_err());
            assert_eq!(has_failed, end != HEAD_BYTES, "cut at {end}");
        }
        assert!(push(&mut text, &Described { record: &[0; 70_000], ..entries[0] }).is_err());
    }
}
