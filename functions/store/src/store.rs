//! The object store as the stages see it: few verbs, and errors that always carry the key.

use std::ops::Range;

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
    /// The object has this entity tag.
    IfMatch(String),
}

/// A body that arrives piece by piece.
#[async_trait]
pub trait Body: Send {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the connection broke.
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError>;
}

/// An object store. Writes are whole: an object is there with all its bytes, or not at all.
#[async_trait]
pub trait Store: Send + Sync {
    /// All objects whose keys start with `prefix`, in the order of their keys.
    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError>;

    /// An object's bytes and entity tag.
    async fn get(&self, key: &str) -> Result<(Bytes, String), StoreError>;

    /// Bytes of a range; fewer where the object ends before it.
    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError>;

    /// The last bytes of an object; all of it if it is shorter.
    async fn get_tail(&self, key: &str, length: u64) -> Result<Bytes, StoreError>;

    /// An object's bytes from a position on, piece by piece, if it still has this entity tag.
    async fn stream(&self, key: &str, etag: &str, from: u64) -> Result<Box<dyn Body>, StoreError>;

    /// Writes an object.
    async fn put(&self, key: &str, bytes: Bytes, condition: Condition) -> Result<(), StoreError>;

    /// Writes the bytes of some objects, in this order, as one object, without reading them where that
    /// can be avoided.
    async fn concatenate(&self, sources: &[Object], key: &str) -> Result<(), StoreError>;

    /// Removes objects; those that are not there are no error. Only Purge may.
    async fn delete(&self, keys: &[String]) -> Result<(), StoreError>;

    /// How many requests were made so far.
    fn requests(&self) -> u64;
}
