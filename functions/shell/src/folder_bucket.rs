//! A folder in the place of the bucket, in the local cloud.
//!
//! Other services of the cloud work with a bucket too, and know nothing of the folder. What they need of it, this store
//! does: it tells the queue of each new raw chunk, with the message that S3 would send, and it writes the item lists of
//! the distributed maps into the bucket as well.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use onefold_lake::keys::{self, Chunk};
use onefold_lake::run::event;
use onefold_store::{Body, Condition, Object, Operation, Store, StoreError};

use crate::queue::{Queue, send_all};

/// The objects of a stack in a folder. See the module.
pub(crate) struct FolderBucket {
    /// The folder.
    pub(crate) folder: Arc<dyn Store>,
    /// The bucket that the state machine reads item lists from.
    pub(crate) bucket: Arc<dyn Store>,
    /// The queue of raw chunks. Whoever writes raw chunks has it.
    pub(crate) queue: Option<Arc<dyn Queue>>,
}

impl FolderBucket {
    /// Does what has to be done about a new object.
    async fn written(&self, key: &str) -> Result<(), StoreError> {
        if keys::is_item_list(key) {
            let (bytes, _) = self.folder.get(key).await?;
            return self.bucket.put(key, bytes, Condition::Always).await;
        }
        self.tell(&[key]).await
    }

    /// Tells the queue of raw chunks.
    async fn tell(&self, keys: &[&str]) -> Result<(), StoreError> {
        let raw = keys.iter().filter(|key| Chunk::parse_raw(key).is_some());
        let messages: Vec<String> = raw.map(|key| event::format(key)).collect();
        let (Some(queue), Some(key)) = (&self.queue, keys.first().filter(|_| !messages.is_empty())) else {
            return Ok(());
        };
        send_all(queue.as_ref(), messages).await.map_err(|error| {
            StoreError::unavailable(Operation::Put, key, "the queue was not told of it").caused_by(error)
        })
    }
}

#[async_trait]
impl Store for FolderBucket {
    /// Extract lists the chunks of a split when it goes on with it. A try that was killed may have left one that the queue
    /// was not told of, so it is told of all of them; Translate skips those that are translated.
    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let objects = self.folder.list(prefix).await?;
        if keys::is_raw_of_split(prefix) {
            let keys: Vec<&str> = objects.iter().map(|object| object.key.as_str()).collect();
            self.tell(&keys).await?;
        }
        Ok(objects)
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.folder.list_folders(prefix).await
    }

    async fn get(&self, key: &str) -> Result<(Bytes, String), StoreError> {
        self.folder.get(key).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.folder.get_range(key, range).await
    }

    async fn get_tail(&self, key: &str, length: u64) -> Result<Bytes, StoreError> {
        self.folder.get_tail(key, length).await
    }

    async fn stream(&self, key: &str, etag: &str, from: u64) -> Result<Box<dyn Body>, StoreError> {
        self.folder.stream(key, etag, from).await
    }

    async fn put(&self, key: &str, bytes: Bytes, condition: Condition) -> Result<(), StoreError> {
        self.folder.put(key, bytes, condition).await?;
        self.written(key).await
    }

    async fn upload(&self, file: &Path, key: &str) -> Result<(), StoreError> {
        self.folder.upload(file, key).await?;
        self.written(key).await
    }

    async fn concatenate(&self, sources: &[Object], key: &str) -> Result<(), StoreError> {
        self.folder.concatenate(sources, key).await?;
        self.written(key).await
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        self.folder.delete(keys).await
    }

    fn requests(&self) -> u64 {
        self.folder.requests()
    }

    fn reads(&self) -> u64 {
        self.folder.reads()
    }

    fn address(&self, key: &str) -> String {
        self.folder.address(key)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use onefold_lake::RunId;
    use onefold_store::conformance::{Played, suite};
    use onefold_store::memory::MemoryStore;

    use super::*;
    use crate::error::StageError;

    const RAW: &str = "raw/20261122T174600Z-1a2b3c4d/crm/00000/00001.csv.zst";

    /// The messages that were sent, and whether the queue can be reached.
    #[derive(Default)]
    struct Sent {
        bodies: Mutex<Vec<String>>,
        is_down: bool,
    }

    #[async_trait]
    impl Queue for Sent {
        async fn send(&self, bodies: &[String]) -> Result<Vec<usize>, StageError> {
            if self.is_down {
                return Err(StageError::transient("it is down"));
            }
            self.bodies.lock().unwrap().extend_from_slice(bodies);
            Ok(Vec::new())
        }

        async fn give_again(&self, _receipt_handle: &str, _after_s: i32) -> Result<(), StageError> {
            Ok(())
        }
    }

    /// A folder, played by memory, with its bucket and its queue.
    fn folder_bucket(is_down: bool) -> (FolderBucket, Arc<MemoryStore>, Arc<Sent>) {
        let (bucket, queue) = (Arc::new(MemoryStore::default()), Arc::new(Sent { is_down, ..Sent::default() }));
        let folder = Arc::new(MemoryStore::default());
        (FolderBucket { folder, bucket: bucket.clone(), queue: Some(queue.clone()) }, bucket, queue)
    }

    #[tokio::test]
    async fn it_conforms() {
        let files = std::env::temp_dir().join(format!("onefold-folder-bucket-{}", std::process::id()));
        std::fs::create_dir_all(&files).unwrap();
        let conforms = suite(&folder_bucket(false).0, Played::ByItself, &files).await;
        std::fs::remove_dir_all(&files).unwrap();
        conforms.unwrap();
    }

    #[tokio::test]
    async fn the_queue_is_told_of_raw_chunks_as_s3_tells_it() {
        let (store, bucket, queue) = folder_bucket(false);
        let run = RunId::parse("20261122T174600Z-1a2b3c4d").unwrap();
        store.put(RAW, "x".into(), Condition::IfAbsent).await.unwrap();
        store.put(&keys::run_plan(&run), "{}".into(), Condition::Always).await.unwrap();
        assert!(store.put(RAW, "y".into(), Condition::IfAbsent).await.is_err());
        assert_eq!(
            *queue.bodies.lock().unwrap(),
            [event::format(RAW)],
            "of nothing else, and not of what was not written"
        );
        assert!(bucket.contents().is_empty(), "chunks are not in the bucket");
    }

    #[tokio::test]
    async fn a_chunk_that_the_queue_was_not_told_of_is_told_of_when_its_split_goes_on() {
        let (store, _, queue) = folder_bucket(false);
        store.folder.put(RAW, "x".into(), Condition::Always).await.unwrap();
        let (chunk, _) = Chunk::parse_raw(RAW).unwrap();
        store.list(&keys::raw_of(&chunk.run)).await.unwrap();
        assert!(queue.bodies.lock().unwrap().is_empty(), "Settle lists all chunks, and waits for them");
        assert_eq!(store.list(&chunk.raw_of_split()).await.unwrap().len(), 1);
        assert_eq!(*queue.bodies.lock().unwrap(), [event::format(RAW)]);
    }

    /// The chunk is written. The write is tried again, and so is the message.
    #[tokio::test]
    async fn a_queue_that_cannot_be_reached_fails_the_write() {
        let (store, ..) = folder_bucket(true);
        let error = store.put(RAW, "x".into(), Condition::Always).await.unwrap_err();
        assert!(matches!(&error, StoreError::Unavailable { key, .. } if key == RAW), "{error}");
        assert!(store.list(&Chunk::parse_raw(RAW).unwrap().0.raw_of_split()).await.is_err());
    }

    #[tokio::test]
    async fn item_lists_are_in_the_bucket_too() {
        let (store, bucket, _) = folder_bucket(false);
        let run = RunId::parse("20261122T174600Z-1a2b3c4d").unwrap();
        for key in keys::item_lists(&run) {
            store.put(&key, "{}\n".into(), Condition::Always).await.unwrap();
            assert_eq!(bucket.get(&key).await.unwrap().0, "{}\n", "{key}");
            assert_eq!(store.get(&key).await.unwrap().0, "{}\n", "{key}");
        }
    }
}
