//! `processed/<run>/retired/`: the retired customer ids, one per line.
//!
//! A version's list is the list of the previous version, followed by the ids that its own run retired. An id is never
//! used again, and the customer that took its accounts can only be retired in a later run. So one pass over the list
//! follows an id to its end.

use std::collections::BTreeSet;

use onefold_store::Store;
use serde::{Deserialize, Serialize};

use crate::compress::FormatError;
use crate::data::shuffle::ShuffleError;
use crate::keys::RunId;
use crate::version::lines::FileLines;
use crate::version::manifest::VersionFile;

/// A retired customer id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retired {
    /// The id.
    pub customer_id: String,
    /// The customers that got its accounts: one if it was merged, several if it was split and no customer kept the id,
    /// none if all its accounts were deleted.
    pub into: Vec<String>,
    /// The run that retired it.
    pub run: RunId,
}

/// Follows one id through a list.
#[derive(Clone, Debug)]
pub struct Trail {
    /// The ids that the id has led to so far.
    ids: BTreeSet<String>,
    steps: Vec<Retired>,
}

impl Trail {
    /// Creates a trail of this id.
    pub fn new(customer_id: &str) -> Self {
        Self { ids: BTreeSet::from([customer_id.to_owned()]), steps: Vec::new() }
    }

    /// Reads the next line of the list.
    ///
    /// # Errors
    /// The line is about the id and damaged.
    pub fn line(&mut self, line: &[u8]) -> Result<(), serde_json::Error> {
        // Other lines are not parsed.
        if !self.ids.iter().any(|id| memchr::memmem::find(line, id.as_bytes()).is_some()) {
            return Ok(());
        }
        let retired: Retired = serde_json::from_slice(line)?;
        if self.ids.remove(&retired.customer_id) {
            self.ids.extend(retired.into.iter().cloned());
            self.steps.push(retired);
        }
        Ok(())
    }

    /// Reads a file of the list in pieces, because it grows with the history.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub async fn file(&mut self, store: &dyn Store, file: &VersionFile) -> Result<(), ShuffleError> {
        let mut lines = FileLines::open(store, file)?;
        while let Some(text) = lines.next().await? {
            for line in text.lines() {
                let read = self.line(line.as_bytes());
                read.map_err(|error| ShuffleError::Damaged(FormatError::json(&file.key, &error)))?;
            }
        }
        Ok(())
    }

    /// The steps of the id (none if it was never retired) and the customer ids that it led to.
    pub fn end(self) -> (Vec<Retired>, BTreeSet<String>) {
        (self.steps, self.ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retired(id: &str, into: &[&str]) -> Retired {
        let run = RunId::parse("20261122T174600Z-1a2b3c4d").unwrap();
        let into = into.iter().map(|id| (*id).to_owned()).collect();
        Retired { customer_id: id.to_owned(), into, run }
    }

    #[test]
    fn one_pass_follows_an_id_to_its_end() {
        let list = [
            retired("a", &["b"]),
            retired("x", &["a2"]),
            retired("b", &["c", "d"]),
            retired("c", &[]),
            retired("d", &["e", "f"]),
        ];
        let follow = |id: &str| {
            let mut trail = Trail::new(id);
            for entry in &list {
                trail.line(&serde_json::to_vec(entry).unwrap()).unwrap();
            }
            let (steps, ids) = trail.end();
            (steps, ids.into_iter().collect::<Vec<_>>().join(" "))
        };
        assert_eq!(follow("a"), ([0, 2, 3, 4].map(|place: usize| list[place].clone()).to_vec(), "e f".to_owned()));
        assert_eq!(follow("c"), (vec![list[3].clone()], String::new()));
        assert_eq!(follow("a2"), (vec![], "a2".to_owned()));
    }

    /// Frames of many runs behind each other, in pieces that end anywhere.
    #[test]
    fn a_file_is_followed_piece_by_piece() {
        let mut bytes = Vec::new();
        let mut last_frame = 0;
        for number in 0..300 {
            last_frame = bytes.len();
            let into = format!("id-{}-", number + 1);
            let into: &[&str] = if number < 299 { &[&into] } else { &[] };
            let line = retired(&format!("id-{number}-"), into);
            let line = [serde_json::to_vec(&line).unwrap(), b"\n".to_vec()].concat();
            bytes.extend(crate::compress(&line).unwrap());
        }
        let store = onefold_store::memory::MemoryStore::default();
        let mut trail = Trail::new("id-7-");
        let file =
            |key: &str| VersionFile { key: key.to_owned(), bytes: bytes.len() as u64, records: 300, text_bytes: 0 };
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            store.put("k", bytes.clone().into(), onefold_store::Condition::Always).await.unwrap();
            trail.file(&store, &file("k")).await.unwrap();
            assert!(Trail::new("a").file(&store, &file("none")).await.is_err());
            // Cut off within a line, and behind one.
            for cut in [bytes.len() - 1, last_frame] {
                store.put("k", bytes[..cut].to_vec().into(), onefold_store::Condition::Always).await.unwrap();
                assert!(Trail::new("a").file(&store, &file("k")).await.is_err(), "cut at {cut} of {}", bytes.len());
            }
        });
        let (steps, ids) = trail.end();
        assert_eq!((steps.len(), ids.len()), (293, 0));
    }
}
