//! Publishes a version that was copied into an empty store.

use onefold_lake::version::current::CurrentVersion;
use onefold_lake::{FormatError, RunId, keys};
use onefold_store::{Condition, Store};

use crate::error::VersionError;

/// Makes the version of a run the current one of a store that has no current version. The caller must have copied all
/// its objects.
///
/// # Errors
/// The store failed, or already has a current version.
pub async fn publish_restored(store: &dyn Store, run: &RunId) -> Result<(), VersionError> {
    let current = serde_json::to_vec(&CurrentVersion::new(run.clone()));
    let current = current.map_err(|error| VersionError::Damaged(FormatError::json(keys::CURRENT, &error)))?;
    store.put(keys::CURRENT, current.into(), Condition::IfAbsent).await.map_err(VersionError::Write)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::current_run;
    use crate::testing::{EARLIER, LATER, block_on, manifest, run, with_versions};

    #[test]
    fn only_a_store_without_a_current_version_gets_one() {
        let store = with_versions(&[]);
        block_on(publish_restored(&store, &run(EARLIER))).unwrap();
        assert_eq!(block_on(current_run(&store)).unwrap(), Some(run(EARLIER)));

        let store = with_versions(&[manifest(LATER)]);
        assert!(block_on(publish_restored(&store, &run(EARLIER))).is_err());
        assert_eq!(block_on(current_run(&store)).unwrap(), Some(run(LATER)));
    }
}
