//! Reads and writes the lake. Errors name the object and say what to do.
//!
//! An earlier stage or run wrote everything that a stage reads. So a missing object is an error of its own
//! ([`ErrorKind::Corrupt`](crate::ErrorKind::Corrupt)). Methods that accept a missing object have `if_there` in their
//! names.

use std::ops::Range;

use bytes::Bytes;
use onefold_store::{Condition, Object, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::error::StageError;
use crate::json::{json_lines, json_object};

impl Context {
    /// Reads an object. Returns its bytes and entity tag.
    ///
    /// # Errors
    /// The object is missing, or the store failed.
    pub async fn get(&self, key: &str) -> Result<(Bytes, String), StageError> {
        self.store.get(key).await.map_err(StageError::reading)
    }

    /// Reads an object. Returns its bytes and entity tag, or `None` if it is missing.
    ///
    /// # Errors
    /// The store failed.
    pub async fn get_if_there(&self, key: &str) -> Result<Option<(Bytes, String)>, StageError> {
        match self.store.get(key).await {
            Ok(found) => Ok(Some(found)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(StageError::reading(error)),
        }
    }

    /// Reads a range of an object's bytes.
    ///
    /// # Errors
    /// The object is missing, or the store failed.
    pub async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StageError> {
        self.store.get_range(key, range).await.map_err(StageError::reading)
    }

    /// Reads an object of JSON.
    ///
    /// # Errors
    /// The object is missing or has another form, or the store failed.
    pub async fn json<T: DeserializeOwned>(&self, key: &str) -> Result<T, StageError> {
        let (bytes, _) = self.get(key).await?;
        parse(key, &bytes)
    }

    /// Reads an object of JSON. Returns its value and entity tag, or `None` if it is missing.
    ///
    /// # Errors
    /// The object has another form, or the store failed.
    pub async fn json_if_there<T: DeserializeOwned>(&self, key: &str) -> Result<Option<(T, String)>, StageError> {
        let found = self.get_if_there(key).await?;
        found.map(|(bytes, etag)| Ok((parse(key, &bytes)?, etag))).transpose()
    }

    /// Reads an object of JSON Lines.
    ///
    /// # Errors
    /// The object is missing or has another form, or the store failed.
    pub async fn json_lines<T: DeserializeOwned>(&self, key: &str) -> Result<Vec<T>, StageError> {
        let (bytes, _) = self.get(key).await?;
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| parse(key, line)).collect()
    }

    /// Lists the objects under a prefix.
    ///
    /// # Errors
    /// The store failed.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Object>, StageError> {
        self.store.list(prefix).await.map_err(StageError::listing)
    }

    /// Writes an object, in place of an existing one.
    ///
    /// # Errors
    /// The store failed.
    pub async fn put(&self, key: &str, content: impl Into<Bytes>) -> Result<(), StageError> {
        self.store.put(key, content.into(), Condition::Always).await.map_err(StageError::writing)
    }

    /// Writes an object of JSON, in place of an existing one.
    ///
    /// # Errors
    /// The store failed, or the value cannot be written as JSON.
    pub async fn put_json<T: Serialize + Sync>(&self, key: &str, value: &T) -> Result<(), StageError> {
        self.put(key, json_object(value)?).await
    }

    /// Writes an object of JSON Lines, in place of an existing one.
    ///
    /// # Errors
    /// The store failed, or a value cannot be written as JSON.
    pub async fn put_json_lines<T: Serialize + Sync>(&self, key: &str, lines: &[T]) -> Result<(), StageError> {
        self.put(key, json_lines(lines)?).await
    }

    /// Writes the bytes of some objects as one, in place of an existing one.
    ///
    /// # Errors
    /// A source is missing or has changed, or the store failed.
    pub async fn concatenate(&self, sources: &[Object], key: &str) -> Result<(), StageError> {
        self.store.concatenate(sources, key).await.map_err(StageError::writing)
    }
}

fn parse<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, StageError> {
    serde_json::from_slice(bytes).map_err(|error| StageError::no_json(key, &error))
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::sync::Arc;

    use onefold_store::memory::{InjectedFailure, InjectedFault, MemoryStore};
    use onefold_store::{Operation, Store};

    use super::*;
    use crate::{ErrorKind, NoTasks};

    const KEY: &str = "runs/r/plan.json";

    fn context(store: &Arc<MemoryStore>) -> Context {
        Context::new(store.clone(), None, Arc::new(NoTasks), None)
    }

    /// The causes of an error, from the first to the root.
    fn causes(error: &StageError) -> Vec<String> {
        std::iter::successors(error.source(), |error| (*error).source()).map(ToString::to_string).collect()
    }

    #[tokio::test]
    async fn the_causes_of_an_error_lead_to_what_the_store_said() {
        let store = Arc::new(MemoryStore::default());
        store.put(KEY, "[]".into(), Condition::Always).await.unwrap();
        store.fail(InjectedFault::of(Operation::Get).with(InjectedFailure::AccessDenied));
        let error = context(&store).json::<Vec<u64>>(KEY).await.unwrap_err();
        assert_eq!((error.kind, error.to_string()), (ErrorKind::Internal, format!("get of {KEY} was refused")));
        let root = error.source().and_then(|source| source.downcast_ref::<StoreError>()).expect("the store's error");
        assert!(matches!(root, StoreError::Refused { operation: Operation::Get, key, .. } if key == KEY), "{root:?}");
        assert_eq!(causes(&error), [root.to_string()]);
    }

    #[test]
    fn the_causes_of_a_stores_error_are_causes_of_the_stages() {
        let io = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "the connection was reset");
        let error = StageError::writing(StoreError::unavailable(Operation::Put, KEY, "no answer").caused_by(io));
        assert_eq!(causes(&error), [format!("put of {KEY} failed: no answer"), "the connection was reset".to_owned()]);
        assert_eq!(error.text(), format!("put of {KEY} failed: no answer: the connection was reset"));
    }

    #[tokio::test]
    async fn an_object_may_be_missing_only_where_the_method_says_so() {
        let store = Arc::new(MemoryStore::default());
        let context = context(&store);
        assert_eq!(context.json_if_there::<u64>(KEY).await.unwrap(), None);
        assert_eq!(context.json::<u64>(KEY).await.unwrap_err().kind, ErrorKind::Corrupt);
        context.put_json_lines(KEY, &[7, 8]).await.unwrap();
        assert_eq!(context.json_lines::<u64>(KEY).await.unwrap(), [7, 8]);
        let error = context.json::<u64>(KEY).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Corrupt);
        assert_eq!(error.text(), format!("the object {KEY} is damaged: trailing characters at line 2, column 1"));
    }
}
