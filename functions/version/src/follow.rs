//! Makes the lists of files under `current/` follow the current version.

use onefold_lake::keys::{self, ParquetPart, VersionPart};
use onefold_lake::version::manifest::Manifest;
use onefold_lake::version::symlinks;
use onefold_store::{Condition, Store};

use crate::error::VersionError;
use crate::open::{OpenVersion, current_run};

/// Writes the lists of the current version's files. Whoever changes `processed/CURRENT` calls it afterwards.
///
/// If the current version changes meanwhile, the lists are written again. So the last of several writers leaves those of
/// the version that is current then.
///
/// # Errors
/// The current version cannot be read, or the store failed. The lists may then name the files of an earlier version.
pub async fn follow_current(store: &dyn Store) -> Result<(), VersionError> {
    let mut followed = None;
    loop {
        let current = current_run(store).await?;
        let Some(run) = current.filter(|run| followed.as_ref() != Some(run)) else { return Ok(()) };
        write_lists(store, OpenVersion::of_run(store, &run).await?.manifest()).await?;
        followed = Some(run);
    }
}

async fn write_lists(store: &dyn Store, manifest: &Manifest) -> Result<(), VersionError> {
    let address = |key: &str| store.address(key);
    let of_lines = VersionPart::LISTED.map(|part| (keys::current_files(part), symlinks::text(manifest, part, address)));
    let of_parquet = ParquetPart::ALL
        .map(|part| (keys::current_parquet_files(part), symlinks::parquet_text(manifest, part, address)));
    for (key, text) in of_lines.into_iter().chain(of_parquet) {
        store.put(&key, text.into(), Condition::Always).await.map_err(VersionError::Write)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use onefold_lake::version::manifest::VersionFile;
    use onefold_store::memory::MemoryStore;

    use super::*;
    use crate::testing::{EARLIER, LATER, block_on, manifest, with_partitions, with_versions};
    use crate::{RollbackRefusal, roll_back};

    fn text(store: &MemoryStore, key: &str) -> String {
        let (bytes, _) = block_on(store.get(key)).unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    fn list(store: &MemoryStore, part: VersionPart) -> String {
        text(store, &keys::current_files(part))
    }

    /// Beside the members lie files of links, which no table can read.
    #[test]
    fn lists_name_the_files_of_the_current_version_and_no_others() {
        let (store, manifest) = with_partitions();
        block_on(follow_current(&store)).unwrap();
        let key = &manifest.files.members[0].key;
        assert_eq!(list(&store, VersionPart::Members), format!("memory:///{key}\n"));
        assert_eq!(list(&store, VersionPart::Changes), "");
        let before = store.contents();
        block_on(follow_current(&store)).unwrap();
        assert_eq!(store.contents(), before);
    }

    /// The version has no Parquet. A query of an empty list would find no customers.
    #[test]
    fn without_parquet_a_list_names_what_is_missing() {
        let (store, manifest) = with_partitions();
        block_on(follow_current(&store)).unwrap();
        for part in ParquetPart::ALL {
            let missing = keys::parquet(&manifest.run, part, 0);
            assert_eq!(text(&store, &keys::current_parquet_files(part)), format!("memory:///{missing}\n"));
            assert!(!store.holds(&missing));
        }
    }

    #[test]
    fn with_parquet_lists_name_its_files() {
        let (store, mut manifest) = with_partitions();
        let file = VersionFile {
            key: keys::parquet(&manifest.run, ParquetPart::Customers, 3),
            bytes: 9,
            records: 2,
            text_bytes: 20,
        };
        manifest.files.parquet.customers.push(file.clone());
        crate::testing::put_manifest(&store, &manifest);
        block_on(follow_current(&store)).unwrap();
        let list = |part| text(&store, &keys::current_parquet_files(part));
        assert_eq!(list(ParquetPart::Customers), format!("memory:///{}\n", file.key));
        assert_eq!(list(ParquetPart::Changes), "", "a first version has none");
    }

    #[test]
    fn a_rollback_takes_the_lists_along() {
        let (store, earlier) = with_partitions();
        let later = Manifest { previous: Some(earlier.run.clone()), ..manifest(LATER) };
        crate::testing::put_manifest(&store, &later);
        let current = format!("{{\"run\":\"{LATER}\"}}");
        crate::testing::put(&store, keys::CURRENT, current);
        block_on(follow_current(&store)).unwrap();
        assert_eq!(list(&store, VersionPart::Customers), "");
        block_on(roll_back(&store, None)).unwrap();
        assert!(list(&store, VersionPart::Customers).contains(EARLIER));
        let refused = block_on(roll_back(&store, None)).unwrap_err();
        let none_before = RollbackRefusal::NoneBefore { current: earlier.run };
        assert_eq!(refused.to_string(), none_before.to_string());
    }

    #[test]
    fn where_nothing_is_published_there_is_nothing_to_follow() {
        let store = MemoryStore::default();
        block_on(follow_current(&store)).unwrap();
        assert!(store.contents().is_empty());
    }

    #[test]
    fn a_version_that_is_gone_is_an_error() {
        let store = with_versions(&[manifest(EARLIER)]);
        block_on(store.delete(&[keys::manifest(&crate::testing::run(EARLIER))])).unwrap();
        assert!(matches!(block_on(follow_current(&store)), Err(VersionError::NoVersion { .. })));
    }
}
