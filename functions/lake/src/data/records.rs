//! The accounts of a slice as they are compared, in the order of their references, and how frequent their values are.
//!
//! An account is its reference (16 bytes, little-endian), the length of its record (2 bytes) and the record. An object has
//! zstd frames of whole accounts. Beside it, another object has one byte a value, its frequency class, in the order of the
//! accounts and of their values.

use onefold_graph::node::Node;
use onefold_scoring::record;

use crate::compress::{Compressor, FormatError, FrameReader};
use crate::data::links::array;

const HEAD_BYTES: usize = 16 + 2;
/// About how much text a frame has.
const FRAME_TEXT_BYTES: usize = 256 << 10;

/// Writes the accounts of a slice.
pub struct RecordsWriter {
    compressor: Compressor,
    text: Vec<u8>,
    out: Vec<u8>,
}

impl RecordsWriter {
    /// Without accounts.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self { compressor: Compressor::new()?, text: Vec::new(), out: Vec::new() })
    }

    /// Appends an account.
    ///
    /// # Errors
    /// The record is longer than 65,535 bytes, or memory runs out.
    pub fn push(&mut self, reference: Node, record: &[u8]) -> std::io::Result<()> {
        let length = u16::try_from(record.len()).map_err(std::io::Error::other)?;
        self.text.extend_from_slice(&reference.bits().to_le_bytes());
        self.text.extend_from_slice(&length.to_le_bytes());
        self.text.extend_from_slice(record);
        if self.text.len() < FRAME_TEXT_BYTES {
            return Ok(());
        }
        self.end_frame()
    }

    fn end_frame(&mut self) -> std::io::Result<()> {
        if !self.text.is_empty() {
            self.compressor.append_frame(&self.text, &mut self.out)?;
            self.text.clear();
        }
        Ok(())
    }

    /// The object's bytes.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn finish(mut self) -> std::io::Result<Vec<u8>> {
        self.end_frame()?;
        Ok(self.out)
    }
}

/// Gives each account of a slice, with its reference and its record.
///
/// # Errors
/// The object is damaged, or `take` fails.
pub fn each(
    key: &str,
    bytes: &[u8],
    mut take: impl FnMut(Node, &[u8]) -> Result<(), FormatError>,
) -> Result<(), FormatError> {
    let mut frames = FrameReader::new(key, bytes)?;
    while let Some(text) = frames.next_frame()? {
        let mut rest = text;
        while !rest.is_empty() {
            let ends = || FormatError::new(key, "it ends within an account");
            let (head, behind) = rest.split_at_checked(HEAD_BYTES).ok_or_else(ends)?;
            let length = u16::from_le_bytes(array(&head[16..]));
            let (record, behind) = behind.split_at_checked(length.into()).ok_or_else(ends)?;
            take(Node::from_bits(u128::from_le_bytes(array(head))), record)?;
            rest = behind;
        }
    }
    Ok(())
}

/// Gives each account of a slice, with its reference, its record and the frequency classes of its values. `classes` are
/// those of all accounts.
///
/// # Errors
/// The object is damaged, there are not as many classes as values, or `take` fails.
pub fn each_with_classes(
    key: &str,
    bytes: &[u8],
    classes: &[u8],
    mut take: impl FnMut(Node, &[u8], &[u8]) -> Result<(), FormatError>,
) -> Result<(), FormatError> {
    let other = || FormatError::new(key, "its values have no frequency classes of their own");
    let mut rest = classes;
    each(key, bytes, |reference, record| {
        let (own, behind) = rest.split_at_checked(record::values(record).count()).ok_or_else(other)?;
        rest = behind;
        take(reference, record, own)
    })?;
    if rest.is_empty() { Ok(()) } else { Err(other()) }
}

#[cfg(test)]
mod tests {
    use onefold_scoring::record::{Value, push};

    use super::*;

    fn record_of(texts: &[&str]) -> Vec<u8> {
        let mut record = Vec::new();
        texts.iter().for_each(|text| push(&mut record, 0, Value { text: text.as_bytes(), extra: b"" }));
        record
    }

    #[test]
    fn accounts_are_read_back_with_their_classes() {
        let accounts: Vec<(Node, Vec<u8>)> = (0..20_000u128)
            .map(|number| (Node::from_bits(number), record_of(&["anna", "weber"][..(number % 3) as usize])))
            .collect();
        let mut writer = RecordsWriter::new().unwrap();
        accounts.iter().for_each(|(reference, record)| writer.push(*reference, record).unwrap());
        let bytes = writer.finish().unwrap();
        let values: usize = accounts.iter().map(|(_, record)| record::values(record).count()).sum();
        let classes: Vec<u8> = (0..values).map(|number| (number % 16) as u8).collect();
        let (mut read, mut read_classes) = (Vec::new(), Vec::new());
        each_with_classes("k", &bytes, &classes, |reference, record, classes| {
            read.push((reference, record.to_vec()));
            read_classes.extend_from_slice(classes);
            Ok(())
        })
        .unwrap();
        assert_eq!((read, read_classes), (accounts, classes.clone()));
        let ignore = |_: Node, _: &[u8], _: &[u8]| Ok(());
        assert!(each_with_classes("k", &bytes, &classes[1..], ignore).is_err());
        assert!(each_with_classes("k", &bytes, &[classes, vec![0]].concat(), ignore).is_err());
        assert!(each("k", &bytes[..bytes.len() - 1], |_, _| Ok(())).is_err());
    }
}
