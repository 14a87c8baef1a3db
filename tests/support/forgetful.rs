//! A store that forgets each receipt once: an invocation that looks whether its work was done is told no, and
//! does it again, as after a crash right before the receipt was written.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use onefold_lake::store::Body;
use onefold_lake::{Condition, Object, Store, StoreError};

/// A store before another one.
pub struct ForgetfulStore {
    store: Arc<dyn Store>,
    forgotten: Mutex<BTreeSet<String>>,
}

impl ForgetfulStore {
    /// A store that forgets each receipt of another one once.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, forgotten: Mutex::default() }
    }

    fn forgets(&self, key: &str) -> bool {
        let is_receipt = key.contains("/receipts/");
        is_receipt && self.forgotten.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned())
    }
}

#[async_trait]
impl Store for ForgetfulStore {
    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        self.store.list(prefix).await
    }

    async fn get(&self, key: &str) -> Result<(Bytes, String), StoreError> {
        let found = self.store.get(key).await?;
        if self.forgets(key) { Err(StoreError::NotFound { key: key.to_owned() }) } else { Ok(found) }
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.store.get_range(key, range).await
    }

    async fn get_tail(&self, key: &str, length: u64) -> Result<Bytes, StoreError> {
        self.store.get_tail(key, length).await
    }

    async fn stream(&self, key: &str, etag: &str, from: u64) -> Result<Box<dyn Body>, StoreError> {
        self.store.stream(key, etag, from).await
    }

    async fn put(&self, key: &str, bytes: Bytes, condition: Condition) -> Result<(), StoreError> {
        self.store.put(key, bytes, condition).await
    }

    async fn concatenate(&self, sources: &[Object], key: &str) -> Result<(), StoreError> {
        self.store.concatenate(sources, key).await
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        self.store.delete(keys).await
    }

    fn requests(&self) -> u64 {
        self.store.requests()
    }
}
