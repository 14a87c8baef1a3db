//! The object store as the stages use it: few operations, and errors that always name the key.
//!
//! Every store keeps this contract; `conformance.rs` tests it.

use std::ops::Range;
use std::path::Path;

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::StoreError;

/// An object as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its entity tag, without quotes.
    pub etag: String,
    /// When it was written, in milliseconds since the epoch.
    pub modified_at: i64,
}

/// What must hold for a write to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    Always,
    /// There is no object with this key.
    IfAbsent,
    /// There is an object, and it has this entity tag.
    IfMatch(String),
}

/// A body that arrives piece by piece.
#[async_trait]
pub trait Body: Send {
    /// The next piece, of at least a byte; `None` at the end. All pieces are of one object under one entity tag, and
    /// together they are all its bytes: a body that breaks is resumed where it broke.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if it broke too often; [`StoreError::Precondition`] or [`StoreError::NotFound`] if
    /// it could not be resumed because the object has changed.
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError>;
}

/// An object store.
///
/// Writes are whole: an object exists with all its bytes, or not at all. Every read that begins after a write sees it.
/// Other bytes have another entity tag. The key of every error is the object (or the prefix) of the request that failed.
///
/// **Lost answers.** [`StoreError::Unavailable`] of a write means that it may have happened, or may even happen later.
/// A write of the same bytes under [`Condition::Always`] can be repeated. For a write under a condition whose answer
/// was lost, the store reads the object back. If the object holds the written bytes, the write counts as done. So
/// [`StoreError::Precondition`] means that the object has other bytes (or, for `IfMatch`, is gone), and success means
/// that it has the written bytes.
///
/// Success does not mean that no other writer wrote the same bytes. If two writers must not both succeed, as with
/// `CURRENT`, the bytes must name the writer's run. A process that is killed between a write and its answer gets
/// `Precondition` when it tries again, even for its own bytes. It has to compare them.
#[async_trait]
pub trait Store: Send + Sync {
    /// All objects whose keys start with `prefix`, in the order of the bytes of their keys (UTF-8). Objects that are
    /// written or removed meanwhile may be missing or listed.
    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError>;

    /// The folders directly under `prefix`, which ends in `/`. Each folder ends in `/` and is listed once, in order.
    /// Their contents are not listed where that can be avoided.
    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let objects = self.list(prefix).await?;
        let folder = |object: &Object| {
            let (folder, _) = object.key.strip_prefix(prefix)?.split_once('/')?;
            Some(format!("{prefix}{folder}/"))
        };
        let mut folders: Vec<String> = objects.iter().filter_map(folder).collect();
        folders.dedup();
        Ok(folders)
    }

    /// An object's bytes and entity tag.
    async fn get(&self, key: &str) -> Result<(Bytes, String), StoreError>;

    /// The bytes of a range: fewer if the object ends within it, and none if it ends before it. An empty range makes no
    /// request, so the object need not exist.
    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError>;

    /// The last bytes of an object; all of it if it is shorter. A length of 0 makes no request.
    async fn get_tail(&self, key: &str, length: u64) -> Result<Bytes, StoreError>;

    /// An object's bytes from a position on, piece by piece. [`StoreError::Precondition`] if the object has another
    /// entity tag. There are no bytes after the end.
    async fn stream(&self, key: &str, etag: &str, from: u64) -> Result<Box<dyn Body>, StoreError>;

    /// Writes an object, in place of an existing one. A condition that does not hold gives
    /// [`StoreError::Precondition`]. For lost answers, see above.
    async fn put(&self, key: &str, bytes: Bytes, condition: Condition) -> Result<(), StoreError>;

    /// Writes an object with the bytes of a local file, in place of an existing one, without holding it in memory. The
    /// file must not change meanwhile. See [`upload_parts`] for the entity tag that S3 gives it.
    async fn upload(&self, file: &Path, key: &str) -> Result<(), StoreError>;

    /// Writes the bytes of some objects, in this order, as one object, in place of an existing one. They are not read
    /// where that can be avoided. If the entity tag or size of a source has changed since it was listed, this gives
    /// [`StoreError::Precondition`] or [`StoreError::NotFound`] with its key, and nothing is written.
    async fn concatenate(&self, sources: &[Object], key: &str) -> Result<(), StoreError>;

    /// Removes objects. Missing ones are no error. If it fails, some may be gone. Only Purge may remove objects.
    async fn delete(&self, keys: &[String]) -> Result<(), StoreError>;

    /// How many requests were made so far.
    fn requests(&self) -> u64;

    /// How many of them read an object. All others cost more on S3.
    fn reads(&self) -> u64;

    /// The address by which other programs find an object, such as `s3://bucket/key`.
    fn address(&self, key: &str) -> String;
}

/// Files over this size are uploaded in parts of this size. It determines the entity tag on S3.
const UPLOAD_PART_BYTES: u64 = 64 << 20;

/// The parts, as offset and length, in which a file of so many bytes is uploaded; `None` if it is uploaded whole.
pub fn upload_parts(file_bytes: u64) -> Option<Vec<(u64, u64)>> {
    if file_bytes <= UPLOAD_PART_BYTES {
        return None;
    }
    let offsets = (0..file_bytes.div_ceil(UPLOAD_PART_BYTES)).map(|part| part * UPLOAD_PART_BYTES);
    Some(offsets.map(|offset| (offset, UPLOAD_PART_BYTES.min(file_bytes - offset))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_a_file() {
        const PART: u64 = 64 << 20;
        assert_eq!(upload_parts(0), None);
        assert_eq!(upload_parts(PART), None);
        assert_eq!(upload_parts(PART + 1), Some(vec![(0, PART), (PART, 1)]));
        assert_eq!(upload_parts(2 * PART), Some(vec![(0, PART), (PART, PART)]));
    }
}
