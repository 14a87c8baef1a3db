//! A folder as an object store. The folder is never written: writes stay in memory, in front of it.
//!
//! With it the functions' connectors read a source in a data folder as in a run, and Explain and Erase read a version in a
//! folder of results. Hidden files are skipped, because editors and desktops leave them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use onefold_store::folder::FolderStore;
use onefold_store::memory::MemoryStore;
use onefold_store::{Body, Condition, Object, Operation, Store, StoreError};

/// A folder with writes in front of it.
#[derive(Debug)]
pub struct Overlay {
    folder: FolderStore,
    written: MemoryStore,
}

impl Overlay {
    /// The store of a folder, whose files are named by their paths in it.
    pub fn new(root: &Path) -> Self {
        Self { folder: FolderStore::new(root), written: MemoryStore::default() }
    }

    /// The store of a folder whose files are named by `prefix` and their paths in it.
    pub fn below(prefix: String, root: &Path) -> Self {
        Self { folder: FolderStore::below(prefix, root), written: MemoryStore::default() }
    }

    /// Removes and returns what was written under a prefix, in the order of the keys.
    pub async fn take_written(&self, prefix: &str) -> Result<BTreeMap<String, Bytes>, StoreError> {
        let mut taken = self.written.contents();
        taken.retain(|key, _| key.starts_with(prefix));
        self.written.delete(&taken.keys().cloned().collect::<Vec<_>>()).await?;
        Ok(taken)
    }

    /// The store that answers for a key.
    fn with(&self, key: &str) -> &dyn Store {
        if self.written.holds(key) { &self.written } else { &self.folder }
    }

    /// Whether the folder allows a write under a condition.
    async fn holds_below(&self, key: &str, condition: &Condition) -> Result<bool, StoreError> {
        if matches!(condition, Condition::Always) {
            return Ok(true);
        }
        let listed = self.folder.list(key).await?;
        let there = listed.into_iter().find(|object| object.key == key);
        Ok(match condition {
            Condition::IfMatch(etag) => there.is_some_and(|object| object.etag == *etag),
            Condition::IfAbsent | Condition::Always => there.is_none(),
        })
    }
}

fn is_hidden(object: &Object) -> bool {
    object.key.split('/').any(|part| part.starts_with('.'))
}

#[async_trait]
impl Store for Overlay {
    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let written = self.written.list(prefix).await?;
        let mut objects = self.folder.list(prefix).await?;
        objects.retain(|object| !is_hidden(object) && !self.written.holds(&object.key));
        objects.extend(written);
        objects.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        Ok(objects)
    }

    async fn get(&self, key: &str) -> Result<(Bytes, String), StoreError> {
        self.with(key).get(key).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.with(key).get_range(key, range).await
    }

    async fn get_tail(&self, key: &str, length: u64) -> Result<Bytes, StoreError> {
        self.with(key).get_tail(key, length).await
    }

    async fn stream(&self, key: &str, etag: &str, from: u64) -> Result<Box<dyn Body>, StoreError> {
        self.with(key).stream(key, etag, from).await
    }

    async fn put(&self, key: &str, bytes: Bytes, condition: Condition) -> Result<(), StoreError> {
        if self.written.holds(key) {
            return self.written.put(key, bytes, condition).await;
        }
        if !self.holds_below(key, &condition).await? {
            return Err(StoreError::Precondition { key: key.to_owned() });
        }
        self.written.put(key, bytes, Condition::Always).await
    }

    async fn upload(&self, file: &Path, key: &str) -> Result<(), StoreError> {
        self.written.upload(file, key).await
    }

    async fn concatenate(&self, sources: &[Object], key: &str) -> Result<(), StoreError> {
        let mut whole = BytesMut::new();
        for source in sources {
            let mut body = self.stream(&source.key, &source.etag, 0).await?;
            while let Some(piece) = body.next().await? {
                whole.extend_from_slice(&piece);
            }
        }
        self.written.put(key, whole.freeze(), Condition::Always).await
    }

    /// Deletes what was written. To delete a file of the folder is an error.
    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        self.written.delete(keys).await?;
        for key in keys {
            if !self.holds_below(key, &Condition::IfAbsent).await? {
                return Err(StoreError::refused(Operation::Delete, key, "the folder is only read"));
            }
        }
        Ok(())
    }

    fn requests(&self) -> u64 {
        self.folder.requests() + self.written.requests()
    }

    fn reads(&self) -> u64 {
        self.folder.reads() + self.written.reads()
    }

    fn address(&self, key: &str) -> String {
        self.with(key).address(key)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use onefold_store::conformance::{Played, suite};

    use super::*;

    #[tokio::test]
    async fn an_overlay_conforms_before_an_empty_folder() {
        let root = std::env::temp_dir().join(format!("onefold-overlay-conforms-{}", std::process::id()));
        let files = root.join(".files");
        fs::create_dir_all(&files).unwrap();
        let conforms = suite(&Overlay::new(&root), Played::ByItself, &files).await;
        let names: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        fs::remove_dir_all(&root).unwrap();
        conforms.unwrap();
        assert_eq!(names, [".files"], "nothing is written");
    }

    #[tokio::test]
    async fn a_folder_is_read_and_never_written() {
        let root = std::env::temp_dir().join(format!("onefold-overlay-{}", std::process::id()));
        fs::create_dir_all(root.join("landing/crm")).unwrap();
        fs::write(root.join("landing/crm/a.csv"), "0123456789").unwrap();
        fs::write(root.join("landing/crm/.hidden"), "x").unwrap();
        let (key, store) = ("landing/crm/a.csv", Overlay::new(&root));
        let listed = store.list("landing/crm/").await.unwrap();
        let etag = listed[0].etag.clone();
        let mut body = store.stream(key, &etag, 4).await.unwrap();
        let streamed = (body.next().await.unwrap(), body.next().await.unwrap());
        let is_there = store.put(key, "new".into(), Condition::IfAbsent).await;
        let removed = store.delete(&[key.to_owned()]).await;
        store.put(key, "over it".into(), Condition::IfMatch(etag.clone())).await.unwrap();
        let other = store.stream(key, &etag, 0).await.err();
        let ranges = (store.get_range(key, 2..4).await, store.get_tail(key, 3).await);
        let sizes: Vec<u64> = store.list("landing/").await.unwrap().into_iter().map(|object| object.size).collect();
        store.put("raw/x", "new".into(), Condition::IfAbsent).await.unwrap();
        let on_disk = (root.join("raw").exists(), fs::read_to_string(root.join(key)).unwrap());
        let taken = [store.take_written("runs/").await, store.take_written("raw/").await, store.take_written("").await];
        let below = store.get(key).await.unwrap().0;
        fs::remove_dir_all(&root).unwrap();

        assert_eq!((listed.len(), listed[0].key.as_str(), listed[0].size), (1, key, 10));
        assert_eq!(streamed, (Some(Bytes::from_static(b"456789")), None));
        assert!(matches!(is_there, Err(StoreError::Precondition { .. })));
        assert!(matches!(removed, Err(StoreError::Refused { .. })));
        assert!(matches!(other, Some(StoreError::Precondition { .. })), "what was written stands before it");
        assert_eq!((ranges.0.unwrap(), ranges.1.unwrap()), ("er".into(), " it".into()));
        assert_eq!((sizes, on_disk), (vec![7], (false, "0123456789".to_owned())));
        assert_eq!(taken.map(|taken| taken.unwrap().len()), [0, 1, 1]);
        assert_eq!(below, "0123456789");
    }
}
