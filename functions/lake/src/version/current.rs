//! `processed/CURRENT`: the version that readers see.
//!
//! Only a [`Transaction`] changes it. Each purge increments the epoch before it deletes anything. So a commit fails if
//! it began before the purge and would name a version that lost objects.

use onefold_store::{Store, Transaction, TransactionError};
use serde::{Deserialize, Serialize};

use crate::keys::{self, RunId};

/// What `processed/CURRENT` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurrentVersion {
    /// The run that made the current version.
    pub run: RunId,
    /// How many purges there were; not written if there were none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub epoch: u64,
}

fn is_zero(epoch: &u64) -> bool {
    *epoch == 0
}

impl CurrentVersion {
    /// Names the version of a run, if nothing was purged before.
    pub const fn new(run: RunId) -> Self {
        Self { run, epoch: 0 }
    }

    /// Names the version of a run, with the epoch of `before`.
    pub fn after(before: Option<&Self>, run: RunId) -> Self {
        Self { run, epoch: before.map_or(0, |before| before.epoch) }
    }

    /// The same version in the next epoch.
    #[must_use]
    pub fn fenced(&self) -> Self {
        Self { run: self.run.clone(), epoch: self.epoch.saturating_add(1) }
    }
}

/// Reads `processed/CURRENT`. The caller may commit a new value.
///
/// # Errors
/// The store failed, or the object is damaged.
pub async fn begin(store: &dyn Store) -> Result<Transaction<CurrentVersion>, TransactionError> {
    Transaction::begin(store, keys::CURRENT).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Readers of other programs look for the run, and versions outlive programs.
    #[test]
    fn the_epoch_shows_only_where_something_was_purged() {
        let text = r#"{"run":"20261122T174600Z-1a2b3c4d"}"#;
        let current: CurrentVersion = serde_json::from_str(text).unwrap();
        assert_eq!((current.epoch, serde_json::to_string(&current).unwrap().as_str()), (0, text));
        let fenced = serde_json::to_string(&current.fenced()).unwrap();
        assert_eq!(fenced, r#"{"run":"20261122T174600Z-1a2b3c4d","epoch":1}"#);
        let fenced: CurrentVersion = serde_json::from_str(&fenced).unwrap();
        assert_eq!(fenced, CurrentVersion { epoch: 1, ..current });
    }

    #[test]
    fn an_epoch_is_never_left_again() {
        let [one, other] =
            ["20261122T174600Z-1a2b3c4d", "20261123T174600Z-1a2b3c4d"].map(|run| RunId::parse(run).unwrap());
        let fenced = CurrentVersion::new(one).fenced().fenced();
        assert_eq!(CurrentVersion::after(Some(&fenced), other.clone()).epoch, 2);
        assert_eq!(CurrentVersion::after(None, other.clone()), CurrentVersion::new(other));
    }
}
