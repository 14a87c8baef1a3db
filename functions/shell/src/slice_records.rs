//! The accounts of a slice as pairs of them are compared.

use onefold_graph::node::Node;
use onefold_lake::data::records;
use onefold_lake::run::receipt::Moved;
use onefold_lake::{FormatError, RunId, decompress, keys};

use crate::context::Context;
use crate::error::StageError;

/// The records of a slice and the frequency classes of their values, as Block wrote them.
#[derive(Debug)]
pub struct SliceRecords {
    key: String,
    stored: bytes::Bytes,
    classes: Vec<u8>,
}

impl SliceRecords {
    /// Reads a slice. The records stay compressed.
    ///
    /// # Errors
    /// An object is missing or damaged, or the store failed.
    pub async fn read(run: &RunId, slice: u32, context: &Context, moved: &mut Moved) -> Result<Self, StageError> {
        let key = keys::match_slice(run, slice, "records");
        let (stored, _) = context.get(&key).await?;
        let classes_key = keys::match_slice(run, slice, "classes");
        let (classes, _) = context.get(&classes_key).await?;
        moved.bytes_in += (stored.len() + classes.len()) as u64;
        let classes = decompress(&classes_key, &classes).map_err(StageError::damaged)?;
        Ok(Self { key, stored, classes })
    }

    /// Gives each account in the order of references: its reference, its record and the classes of its values.
    ///
    /// # Errors
    /// The records are damaged.
    pub fn each(&self, mut take: impl FnMut(Node, &[u8], &[u8])) -> Result<(), StageError> {
        let take = |reference: Node, record: &[u8], classes: &[u8]| {
            take(reference, record, classes);
            Ok::<_, FormatError>(())
        };
        records::each_with_classes(&self.key, &self.stored, &self.classes, take).map_err(StageError::damaged)
    }
}
