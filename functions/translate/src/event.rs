//! The messages of the queue: which raw chunks they are about.

use onefold_core::config::RowFormat;
use onefold_lake::{Chunk, event};
use onefold_shell::StageError;

/// The chunks that a message is about.
pub(crate) fn chunks(body: &str) -> Result<Vec<(Chunk, RowFormat)>, StageError> {
    let keys = event::parse(body).map_err(|error| StageError::invalid_input(error.to_string()))?;
    keys.into_iter()
        .map(|key| {
            Chunk::parse_raw(&key).ok_or_else(|| {
                StageError::invalid_input(format!("the object {key} is no raw chunk; only Extract writes under raw/"))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_chunk_and_its_format() {
        let key = "raw/20261122T174600Z-1a2b3c4d/crm/00000/00001.csv.zst";
        let found = chunks(&event::format(key)).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0.raw(found[0].1), key);
    }

    #[test]
    fn names_an_object_that_is_no_raw_chunk() {
        assert!(chunks("hello").is_err());
        assert!(chunks(&event::format("raw/x.zst")).unwrap_err().message.contains("raw/x.zst"));
    }
}
