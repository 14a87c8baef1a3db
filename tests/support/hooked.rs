//! A store before another one that lets a test have a hand in it.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use onefold_store::{Body, Condition, Object, Store, StoreError};

/// What a test does besides. Nothing, if not said.
pub trait Hooks: Send + Sync {
    /// Behind the read of a whole object, which fails with what this fails with.
    ///
    /// # Errors
    /// What the test likes.
    fn got(&self, _key: &str) -> Result<(), StoreError> {
        Ok(())
    }

    /// Behind the read of a range.
    fn got_range(&self, _key: &str) {}

    /// Behind a write that succeeded.
    fn was_put(&self, _key: &str) {}

    /// Behind an object that was joined of others.
    fn was_joined(&self, _key: &str) {}
}

/// A store with hooks.
pub struct HookedStore<H> {
    store: Arc<dyn Store>,
    hooks: H,
}

impl<H: Hooks> HookedStore<H> {
    /// Puts hooks before a store.
    pub fn new(store: Arc<dyn Store>, hooks: H) -> Self {
        Self { store, hooks }
    }
}

#[async_trait]
impl<H: Hooks> Store for HookedStore<H> {
    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        self.store.list(prefix).await
    }

    async fn get(&self, key: &str) -> Result<(Bytes, String), StoreError> {
        let found = self.store.get(key).await?;
        self.hooks.got(key)?;
        Ok(found)
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        let found = self.store.get_range(key, range).await?;
        self.hooks.got_range(key);
        Ok(found)
    }

    async fn get_tail(&self, key: &str, length: u64) -> Result<Bytes, StoreError> {
        self.store.get_tail(key, length).await
    }

    async fn stream(&self, key: &str, etag: &str, from: u64) -> Result<Box<dyn Body>, StoreError> {
        self.store.stream(key, etag, from).await
    }

    async fn put(&self, key: &str, bytes: Bytes, condition: Condition) -> Result<(), StoreError> {
        self.store.put(key, bytes, condition).await?;
        self.hooks.was_put(key);
        Ok(())
    }

    async fn upload(&self, file: &Path, key: &str) -> Result<(), StoreError> {
        self.store.upload(file, key).await?;
        self.hooks.was_put(key);
        Ok(())
    }

    async fn concatenate(&self, sources: &[Object], key: &str) -> Result<(), StoreError> {
        self.store.concatenate(sources, key).await?;
        self.hooks.was_joined(key);
        Ok(())
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        self.store.delete(keys).await
    }

    fn requests(&self) -> u64 {
        self.store.requests()
    }

    fn reads(&self) -> u64 {
        self.store.reads()
    }

    fn address(&self, key: &str) -> String {
        self.store.address(key)
    }
}
