//! A store in memory, for tests: the same contract as S3, without it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_128;

use crate::{Body, Condition, Object, Store, StoreError};

/// A store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    objects: Mutex<BTreeMap<String, (Bytes, String)>>,
    writes: AtomicU64,
    requests: AtomicU64,
    /// Writes that still succeed; every one after that fails.
    writes_left: Mutex<Option<u64>>,
}

impl MemoryStore {
    /// Lets `writes` more writes (removals among them) succeed and fails all after them; `None` ends that.
    pub fn fail_after(&self, writes: Option<u64>) {
        *self.lock(&self.writes_left) = writes;
    }

    /// How many writes succeeded so far.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    fn lock<'m, T>(&self, mutex: &'m Mutex<T>) -> std::sync::MutexGuard<'m, T> {
        // A panic while the lock is held leaves the map as it was: every change is one insert.
        mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Counts a write towards those that still succeed.
    fn spend_write(&self, operation: &'static str, key: &str) -> Result<(), StoreError> {
        if let Some(left) = self.lock(&self.writes_left).as_mut() {
            *left = left.checked_sub(1).ok_or_else(|| StoreError::Unavailable {
                operation,
                key: key.to_owned(),
                reason: "a test wants it to fail".to_owned(),
            })?;
        }
        Ok(())
    }

    /// An object and its entity tag.
    fn find(&self, key: &str) -> Result<(Bytes, String), StoreError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.lock(&self.objects).get(key).cloned().ok_or_else(|| StoreError::NotFound { key: key.to_owned() })
    }
}

/// The entity tag of an object: as on S3, what comes again as it once was has the tag that it had.
fn etag(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}

struct Whole(Option<Bytes>);

#[async_trait]
impl Body for Whole {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        // Pieces of odd sizes, as a network gives them.
        let Some(rest) = &mut self.0 else { return Ok(None) };
        let piece = rest.split_to(rest.len().min(1009));
        if rest.is_empty() {
            self.0 = None;
        }
        Ok(Some(piece))
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let objects = self.lock(&self.objects);
        let found = objects.range(prefix.to_owned()..).take_while(|(key, _)| key.starts_with(prefix));
        Ok(found
            .map(|(key, (bytes, etag))| Object {
                key: key.clone(),
                size: bytes.len() as u64,
                etag: etag.clone(),
                modified_at: 0,
            })
            .collect())
    }

    async fn get(&self, key: &str) -> Result<(Bytes, String), StoreError> {
        self.find(key)
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        let (bytes, _) = self.find(key)?;
        let clamp = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(bytes.len());
        Ok(bytes.slice(clamp(range.start)..clamp(range.end)))
    }

    async fn get_tail(&self, key: &str, length: u64) -> Result<Bytes, StoreError> {
        let (bytes, _) = self.find(key)?;
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(bytes.len());
        Ok(bytes.slice(bytes.len() - length..))
    }

    async fn stream(&self, key: &str, expected: &str, from: u64) -> Result<Box<dyn Body>, StoreError> {
        let (bytes, etag) = self.find(key)?;
        if etag != expected {
            return Err(StoreError::Precondition { key: key.to_owned() });
        }
        let from = usize::try_from(from).unwrap_or(usize::MAX).min(bytes.len());
        Ok(Box::new(Whole(Some(bytes.slice(from..)))))
    }

    async fn put(&self, key: &str, bytes: Bytes, condition: Condition) -> Result<(), StoreError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.spend_write("put", key)?;
        let mut objects = self.lock(&self.objects);
        let holds = match (&condition, objects.get(key)) {
            (Condition::Always, _) | (Condition::IfAbsent, None) => true,
            (Condition::IfMatch(expected), Some((_, etag))) => etag == expected,
            (Condition::IfAbsent, Some(_)) | (Condition::IfMatch(_), None) => false,
        };
        if !holds {
            return Err(StoreError::Precondition { key: key.to_owned() });
        }
        self.writes.fetch_add(1, Ordering::Relaxed);
        let etag = etag(&bytes);
        objects.insert(key.to_owned(), (bytes, etag));
        Ok(())
    }

    async fn concatenate(&self, sources: &[Object], key: &str) -> Result<(), StoreError> {
        let mut whole = Vec::new();
        for source in sources {
            whole.extend_from_slice(&self.find(&source.key)?.0);
        }
        self.put(key, whole.into(), Condition::Always).await
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.spend_write("delete", keys.first().map_or("", String::as_str))?;
        let mut objects = self.lock(&self.objects);
        for key in keys {
            objects.remove(key);
        }
        self.writes.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}
