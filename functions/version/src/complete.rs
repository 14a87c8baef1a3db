//! Whether a version has all its objects.

use onefold_lake::keys;
use onefold_lake::version::manifest::Manifest;
use onefold_store::{Object, Store, StoreError};

/// What of a version is not there as its manifest says, the manifest among it; `None` if the version is whole.
///
/// # Errors
/// The store failed.
pub async fn find_missing(store: &dyn Store, manifest: &Manifest) -> Result<Option<String>, StoreError> {
    Ok(listed(store, manifest).await?.1)
}

/// The objects of a version, and what of them is missing.
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
