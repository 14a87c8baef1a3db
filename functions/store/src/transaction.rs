//! A small object that is changed as a whole. It is read, and written back only if it has not changed since.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Condition, Store, StoreError};

/// Why a transaction failed.
#[derive(Debug, thiserror::Error)]
pub enum TransactionError {
    /// The object does not hold what it should.
    #[error("the object {key} is damaged")]
    Damaged {
        /// The object.
        key: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The new value cannot be written as JSON.
    #[error("the object {key} cannot be written as JSON")]
    Format {
        /// The object.
        key: String,
        /// Why not.
        source: serde_json::Error,
    },
    /// Another writer changed the object since it was read. Nothing was written. Begin again to see the new value.
    #[error("the object {key} was changed meanwhile")]
    Overtaken {
        /// The object.
        key: String,
    },
    /// The store could not read the object.
    #[error("the object {} cannot be read", .0.key())]
    Read(#[source] StoreError),
    /// The store could not write the object.
    #[error("the object {} cannot be written", .0.key())]
    Write(#[source] StoreError),
}

/// An object of JSON as it was read. The caller may commit a new value.
///
/// Entity tags depend only on the bytes, so a change that is undone goes unnoticed. A value that must never be taken
/// for an earlier one must hold a number that only grows.
#[derive(Debug)]
pub struct Transaction<T> {
    key: String,
    found: Option<(T, String)>,
}

impl<T: Serialize + DeserializeOwned + PartialEq> Transaction<T> {
    /// Reads the object, which need not be there.
    ///
    /// # Errors
    /// The store failed, or the object is damaged.
    pub async fn begin(store: &dyn Store, key: &str) -> Result<Self, TransactionError> {
        let found = match store.get(key).await {
            Ok((bytes, etag)) => Some((parse(key, &bytes)?, etag)),
            Err(StoreError::NotFound { .. }) => None,
            Err(error) => return Err(TransactionError::Read(error)),
        };
        Ok(Self { key: key.to_owned(), found })
    }

    /// What the object held.
    pub fn value(&self) -> Option<&T> {
        self.found.as_ref().map(|(value, _)| value)
    }

    /// The entity tag that the object had.
    pub fn etag(&self) -> Option<&str> {
        self.found.as_ref().map(|(_, etag)| etag.as_str())
    }

    /// Writes a value, if the object has not changed since it was read.
    ///
    /// If the answer to a write is lost, the write is sent again. So a write that is rejected or fails counts as done
    /// if the object holds the value. Values must therefore name their writer.
    ///
    /// # Errors
    /// [`TransactionError::Overtaken`] if the object has changed; or the store failed.
    pub async fn commit(self, store: &dyn Store, value: &T) -> Result<(), TransactionError> {
        let Self { key, found } = self;
        let condition = found.map_or(Condition::IfAbsent, |(_, etag)| Condition::IfMatch(etag));
        let bytes =
            serde_json::to_vec(value).map_err(|source| TransactionError::Format { key: key.clone(), source })?;
        let Err(error) = store.put(&key, bytes.into(), condition).await else { return Ok(()) };
        let is_overtaken = match error {
            StoreError::Precondition { .. } | StoreError::NotFound { .. } => true,
            StoreError::Unavailable { .. } => false,
            StoreError::Refused { .. } | StoreError::Full { .. } => return Err(TransactionError::Write(error)),
        };
        match Self::begin(store, &key).await {
            Ok(found) if found.value() == Some(value) => Ok(()),
            Ok(_) | Err(TransactionError::Damaged { .. }) if is_overtaken => Err(TransactionError::Overtaken { key }),
            Err(failed) if is_overtaken => Err(failed),
            _ => Err(TransactionError::Write(error)),
        }
    }
}

fn parse<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, TransactionError> {
    serde_json::from_slice(bytes).map_err(|source| TransactionError::Damaged { key: key.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Operation;
    use crate::memory::{InjectedFailure, InjectedFault, MemoryStore};

    const KEY: &str = "counter";

    /// Memory is never waited for.
    fn now<F: Future>(future: F) -> F::Output {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::pin!(future).poll(&mut context) {
            std::task::Poll::Ready(output) => output,
            std::task::Poll::Pending => panic!("memory is never waited for"),
        }
    }

    fn begin(store: &MemoryStore) -> Transaction<u64> {
        now(Transaction::begin(store, KEY)).unwrap()
    }

    #[test]
    fn the_first_to_commit_wins() {
        let store = MemoryStore::default();
        let [one, other] = [begin(&store), begin(&store)];
        assert_eq!((one.value(), one.etag()), (None, None));
        now(one.commit(&store, &1)).unwrap();
        assert!(matches!(now(other.commit(&store, &2)), Err(TransactionError::Overtaken { .. })));
        let [one, other] = [begin(&store), begin(&store)];
        assert_eq!(one.value(), Some(&1));
        now(one.commit(&store, &2)).unwrap();
        assert!(matches!(now(other.commit(&store, &3)), Err(TransactionError::Overtaken { .. })));
        assert_eq!(begin(&store).value(), Some(&2));
    }

    #[test]
    fn a_write_whose_answer_was_lost_is_known_by_its_value() {
        let store = MemoryStore::default();
        let [sent, sent_again] = [begin(&store), begin(&store)];
        now(sent.commit(&store, &7)).unwrap();
        now(sent_again.commit(&store, &7)).unwrap();

        for fault in [InjectedFault::of(Operation::Put), InjectedFault::of(Operation::Put).after()] {
            let open = begin(&store);
            let value = open.value().map(|value| value + 1).unwrap();
            store.fail(fault.with(InjectedFailure::NoAnswer));
            let is_committed = now(open.commit(&store, &value)).is_ok();
            assert_eq!(is_committed, begin(&store).value() == Some(&value));
        }
        assert_eq!(begin(&store).value(), Some(&8), "one came to nothing, and of one only the answer was lost");
    }

    #[test]
    fn an_object_that_is_gone_is_not_written_again() {
        let store = MemoryStore::default();
        now(begin(&store).commit(&store, &1)).unwrap();
        let open = begin(&store);
        now(store.delete(&[KEY.to_owned()])).unwrap();
        assert!(matches!(now(open.commit(&store, &2)), Err(TransactionError::Overtaken { .. })));
    }

    #[test]
    fn what_is_not_of_the_kind_is_damaged() {
        let store = MemoryStore::default();
        now(store.put(KEY, "{}".into(), Condition::Always)).unwrap();
        assert!(matches!(now(Transaction::<u64>::begin(&store, KEY)), Err(TransactionError::Damaged { .. })));
    }
}
