//! A store that forgets each receipt once: an invocation that looks whether its work was done is told no, and
//! does it again, as after a crash right before the receipt was written.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use onefold_store::{Store, StoreError};

use crate::hooked::{HookedStore, Hooks};

/// The receipts that were forgotten.
#[derive(Default)]
struct Forgotten(Mutex<BTreeSet<String>>);

impl Hooks for Forgotten {
    fn got(&self, key: &str) -> Result<(), StoreError> {
        let is_receipt = key.contains("/receipts/");
        let is_first_time = || self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
        if is_receipt && is_first_time() { Err(StoreError::NotFound { key: key.to_owned() }) } else { Ok(()) }
    }
}

/// A store that forgets each receipt of another one once.
pub fn forgetful(store: Arc<dyn Store>) -> Arc<dyn Store> {
    Arc::new(HookedStore::new(store, Forgotten::default()))
}
