//! Checks that a version has all its objects.

use onefold_lake::keys;
use onefold_lake::version::manifest::Manifest;
use onefold_store::{Object, Store, StoreError};

/// The first object that is missing or has another size than the manifest says; `None` if the version is complete. The
/// manifest itself is checked, too.
///
/// # Errors
/// The store failed.
pub async fn find_missing(store: &dyn Store, manifest: &Manifest) -> Result<Option<String>, StoreError> {
    Ok(listed(store, manifest).await?.1)
}

/// Lists the objects of a version, and says what is missing.
pub(crate) async fn listed(
    store: &dyn Store,
    manifest: &Manifest,
) -> Result<(Vec<Object>, Option<String>), StoreError> {
    let listed = store.list(&keys::version(&manifest.run)).await?;
    let key = keys::manifest(&manifest.run);
    let missing = match listed.iter().any(|object| object.key == key) {
        true => manifest.check_complete(&listed).err().map(|error| error.to_string()),
        false => Some(format!("there is no object {key}")),
    };
    Ok((listed, missing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{block_on, put, with_partitions};

    #[test]
    fn a_version_is_whole_with_all_its_objects() {
        let (store, manifest) = with_partitions();
        assert_eq!(block_on(find_missing(&store, &manifest)).unwrap(), None);
        let (objects, _) = block_on(listed(&store, &manifest)).unwrap();
        assert_eq!(objects.len(), 9, "eight files and the manifest");

        let key = &manifest.files.members[0].key;
        put(&store, key, "other");
        let missing = block_on(find_missing(&store, &manifest)).unwrap().unwrap();
        assert!(missing.contains(key.as_str()) && missing.ends_with("has 5"), "{missing}");
    }

    #[test]
    fn a_version_whose_manifest_is_gone_is_not_whole() {
        let (store, manifest) = with_partitions();
        let key = keys::manifest(&manifest.run);
        block_on(store.delete(std::slice::from_ref(&key))).unwrap();
        assert_eq!(block_on(find_missing(&store, &manifest)).unwrap(), Some(format!("there is no object {key}")));
    }
}
