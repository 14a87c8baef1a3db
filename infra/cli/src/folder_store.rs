//! A folder as an object store: what is in the folder can be read; what is written stays in memory.
//!
//! So the functions' connectors read a source in a data folder as they do in a run, explain reads a version in a folder
//! of results, and nothing is written.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use async_trait::async_trait;
use bytes::Bytes;
use onefold_store::{Body, Condition, Object, Operation, Store, StoreError};

use crate::push::collect;

/// How much of a file is read at a time.
const PIECE_BYTES: usize = 1 << 18;

/// See the module.
#[derive(Debug)]
pub struct FolderStore {
    root: PathBuf,
    /// What the keys of the folder's files begin with, before their paths in it.
    prefix: String,
    written: Mutex<BTreeMap<String, Bytes>>,
}

impl FolderStore {
    /// The store of a folder.
    pub fn new(root: &Path) -> Self {
        Self::below(String::new(), root)
    }

    /// The store of a folder that holds what is below a prefix; nothing else is there.
    pub fn below(prefix: String, root: &Path) -> Self {
        Self { root: root.to_owned(), prefix, written: Mutex::default() }
    }

    /// Takes out what was written under a prefix since it was last asked, in the order of the keys.
    pub fn take_written(&self, prefix: &str) -> BTreeMap<String, Bytes> {
        let mut written = self.lock();
        let (taken, kept) = std::mem::take(&mut *written).into_iter().partition(|(key, _)| key.starts_with(prefix));
        *written = kept;
        taken
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Bytes>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file of a key.
    fn path(&self, key: &str) -> Result<PathBuf, StoreError> {
        let path = key.strip_prefix(&self.prefix).ok_or_else(|| StoreError::NotFound { key: key.to_owned() })?;
        Ok(self.root.join(path))
    }

    /// The file of a key as an object.
    fn object(&self, key: &str) -> Result<Object, StoreError> {
        let metadata = fs::metadata(self.path(key)?).map_err(failed(Operation::Get, key))?;
        let modified = metadata.modified().map_err(failed(Operation::Get, key))?;
        let modified = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        let modified_at = i64::try_from(modified.as_millis()).unwrap_or(i64::MAX);
        let etag = format!("{}-{}", metadata.len(), modified.as_nanos());
        Ok(Object { key: key.to_owned(), size: metadata.len(), etag, modified_at })
    }

    fn open(&self, key: &str, from: u64) -> Result<File, StoreError> {
        let mut file = File::open(self.path(key)?).map_err(failed(Operation::Get, key))?;
        file.seek(SeekFrom::Start(from)).map_err(failed(Operation::Get, key))?;
        Ok(file)
    }
}

/// For `map_err` behind a file operation.
fn failed(operation: Operation, key: &str) -> impl FnOnce(std::io::Error) -> StoreError {
    let key = key.to_owned();
    move |error| match error.kind() {
        ErrorKind::NotFound => StoreError::NotFound { key },
        _ => StoreError::unavailable(operation, &key, error.to_string()),
    }
}

#[async_trait]
impl Store for FolderStore {
    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let (folder, start) = prefix.rsplit_once('/').unwrap_or(("", prefix));
        let mut keys = Vec::new();
        collect(&self.path(folder)?, "", &mut |_, name| {
            if name.starts_with(start) {
                keys.push(if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") });
            }
        })
        .map_err(|error| StoreError::unavailable(Operation::List, prefix, crate::error::describe(&error)))?;
        let mut objects = keys.iter().map(|key| self.object(key)).collect::<Result<Vec<_>, _>>()?;
        objects.extend(self.lock().iter().filter(|(key, _)| key.starts_with(prefix)).map(|(key, bytes)| Object {
            key: key.clone(),
            size: bytes.len() as u64,
            etag: String::new(),
            modified_at: 0,
        }));
        objects.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(objects)
    }

    async fn get(&self, key: &str) -> Result<(Bytes, String), StoreError> {
        if let Some(bytes) = self.lock().get(key) {
            return Ok((bytes.clone(), String::new()));
        }
        let object = self.object(key)?;
        let bytes = fs::read(self.path(key)?).map_err(failed(Operation::Get, key))?;
        Ok((bytes.into(), object.etag))
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        let mut bytes = Vec::new();
        let file = self.open(key, range.start)?;
        file.take(range.end.saturating_sub(range.start))
            .read_to_end(&mut bytes)
            .map_err(failed(Operation::Get, key))?;
        Ok(bytes.into())
    }

    async fn get_tail(&self, key: &str, length: u64) -> Result<Bytes, StoreError> {
        let size = self.object(key)?.size;
        self.get_range(key, size.saturating_sub(length)..size).await
    }

    async fn stream(&self, key: &str, etag: &str, from: u64) -> Result<Box<dyn Body>, StoreError> {
        if self.object(key)?.etag != etag {
            return Err(StoreError::Precondition { key: key.to_owned() });
        }
        Ok(Box::new(Streamed { key: key.to_owned(), file: self.open(key, from)? }))
    }

    async fn put(&self, key: &str, bytes: Bytes, condition: Condition) -> Result<(), StoreError> {
        let mut written = self.lock();
        let holds = match condition {
            Condition::Always => true,
            Condition::IfAbsent => !written.contains_key(key),
            Condition::IfMatch(_) => false,
        };
        if !holds {
            return Err(StoreError::Precondition { key: key.to_owned() });
        }
        written.insert(key.to_owned(), bytes);
        Ok(())
    }

    async fn concatenate(&self, _sources: &[Object], key: &str) -> Result<(), StoreError> {
        Err(StoreError::refused(Operation::Complete, key, "a folder is only read"))
    }

    /// The folder is only read: what was written stands before it, and goes.
    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        let mut written = self.lock();
        keys.iter().for_each(|key| drop(written.remove(key)));
        Ok(())
    }

    fn requests(&self) -> u64 {
        0
    }
}

/// A file that is read piece by piece.
struct Streamed {
    key: String,
    file: File,
}

#[async_trait]
impl Body for Streamed {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        let mut piece = vec![0; PIECE_BYTES];
        let length = self.file.read(&mut piece).map_err(failed(Operation::Get, &self.key))?;
        piece.truncate(length);
        Ok((length > 0).then(|| piece.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_can_hold_what_is_below_a_prefix() {
        let root = std::env::temp_dir().join(format!("onefold-folder-below-{}", std::process::id()));
        fs::create_dir_all(root.join("index")).unwrap();
        fs::write(root.join("index/a"), "0123456789").unwrap();
        let store = FolderStore::below("processed/run/".to_owned(), &root);
        let read = store.get_range("processed/run/index/a", 3..5).await;
        let listed = store.list("processed/run/index/").await.unwrap();
        let other = store.get("processed/CURRENT").await;
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(read.unwrap(), Bytes::from_static(b"34"));
        assert_eq!(listed.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), ["processed/run/index/a"]);
        assert!(matches!(other, Err(StoreError::NotFound { .. })));
    }

    #[tokio::test]
    async fn a_folder_is_read_and_never_written() {
        let root = std::env::temp_dir().join(format!("onefold-folder-store-{}", std::process::id()));
        fs::create_dir_all(root.join("landing/crm")).unwrap();
        fs::write(root.join("landing/crm/a.csv"), "0123456789").unwrap();
        fs::write(root.join("landing/crm/.hidden"), "x").unwrap();
        let store = FolderStore::new(&root);
        let listed = store.list("landing/crm/").await.unwrap();
        let object = &listed[0];
        let mut body = store.stream(&object.key, &object.etag, 4).await.unwrap();
        let streamed = (body.next().await.unwrap(), body.next().await.unwrap());
        let other = store.stream(&object.key, "other", 0).await.err();
        let ranges = (store.get_range(&object.key, 2..4).await, store.get_tail(&object.key, 3).await);
        store.put("raw/x", Bytes::from_static(b"new"), Condition::IfAbsent).await.unwrap();
        let again = store.put("raw/x", Bytes::new(), Condition::IfAbsent).await;
        let raw = store.list("raw/").await.unwrap();
        let missing = store.get("landing/none").await;
        let is_on_disk = root.join("raw").exists();
        fs::remove_dir_all(&root).unwrap();

        assert_eq!((listed.len(), object.key.as_str(), object.size), (1, "landing/crm/a.csv", 10));
        assert_eq!(streamed, (Some(Bytes::from_static(b"456789")), None));
        assert!(matches!(other, Some(StoreError::Precondition { .. })));
        assert_eq!((ranges.0.unwrap(), ranges.1.unwrap()), (Bytes::from_static(b"23"), Bytes::from_static(b"789")));
        assert!(matches!(again, Err(StoreError::Precondition { .. })));
        assert_eq!((raw.len(), raw[0].key.as_str(), is_on_disk), (1, "raw/x", false));
        assert!(matches!(missing, Err(StoreError::NotFound { .. })));
        let kept = store.take_written("runs/");
        assert_eq!((kept.len(), store.take_written("raw/").len(), store.take_written("").len()), (0, 1, 0));
    }
}
