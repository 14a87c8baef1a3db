//! Labels, from Link to Partition. The shuffle object of a shard has one frame per Partition invocation. An entry has 8
//! bytes, little-endian: the line of an account that the shard owns, and its slice.

use onefold_graph::Position;

use crate::compress::FormatError;
use crate::data::links::array;
use crate::data::shuffle::ShuffleWriter;

const ENTRY_BYTES: usize = 8;

/// Marks a line that has no slice yet.
pub const UNKNOWN: u32 = u32::MAX;

/// Formats the slices of accounts, which must be sorted by position.
///
/// # Errors
/// Only if memory runs out.
pub fn format(labels: impl Iterator<Item = (Position, u32)>, mappers: u32) -> std::io::Result<Vec<u8>> {
    let mut writer = ShuffleWriter::new()?;
    let mut frame = Vec::new();
    let mut mapper = 0;
    for (position, slice) in labels {
        while mapper < position.mapper {
            writer.frame(&frame)?;
            frame.clear();
            mapper += 1;
        }
        frame.extend_from_slice(&position.line.to_le_bytes());
        frame.extend_from_slice(&slice.to_le_bytes());
    }
    while mapper < mappers {
        writer.frame(&frame)?;
        frame.clear();
        mapper += 1;
    }
    writer.finish()
}

/// Writes the entries of a frame into `slices`, which is indexed by line.
///
/// # Errors
/// An entry names a line that does not exist, or that already has a slice from another shard.
pub fn parse(key: &str, frame: &[u8], slices: &mut [u32]) -> Result<(), FormatError> {
    let entries = frame.chunks_exact(ENTRY_BYTES);
    if !entries.remainder().is_empty() {
        return Err(FormatError::new(key, "it ends within an entry"));
    }
    for entry in entries {
        let line = u32::from_le_bytes(array(entry));
        match slices.get_mut(line as usize) {
            Some(slice) if *slice == UNKNOWN => *slice = u32::from_le_bytes(array(&entry[4..])),
            _ => return Err(FormatError::new(key, format!("line {line} is unknown, or has two labels"))),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use onefold_store::memory::MemoryStore;
    use onefold_store::{Condition, Store};

    use super::*;
    use crate::data::shuffle;

    #[tokio::test]
    async fn every_mapper_gets_the_labels_of_its_lines() {
        let position = |mapper, line| Position { mapper, line };
        let labels = [(position(0, 1), 7), (position(2, 0), 8), (position(2, 3), 9)];
        let store = MemoryStore::default();
        store.put("k", format(labels.into_iter(), 4).unwrap().into(), Condition::Always).await.unwrap();
        for (mapper, expected) in
            [[UNKNOWN, 7, UNKNOWN, UNKNOWN], [UNKNOWN; 4], [8, UNKNOWN, UNKNOWN, 9], [UNKNOWN; 4]].iter().enumerate()
        {
            let mut frame = Vec::new();
            shuffle::read(&store, "k", mapper as u32, 4, &mut frame).await.unwrap();
            let mut slices = [UNKNOWN; 4];
            parse("k", &frame, &mut slices).unwrap();
            assert_eq!(slices, *expected);
        }
    }

    #[test]
    fn a_line_has_one_label() {
        let entry = [0u8; 8];
        assert!(parse("k", &entry, &mut []).is_err());
        assert!(parse("k", &[entry, entry].concat(), &mut [UNKNOWN]).is_err());
        assert!(parse("k", &entry[..7], &mut [UNKNOWN]).is_err());
    }
}
