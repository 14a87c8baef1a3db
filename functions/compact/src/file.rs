//! Files of a version that Compact writes itself, uncompressed, and files that exist already.

use bytes::Bytes;
use onefold_lake::version::manifest::VersionFile;
use onefold_shell::{Context, StageError};
use onefold_store::Object;

/// Writes a file and returns its entry for the manifest.
pub(crate) async fn put(
    key: String,
    content: Bytes,
    records: u64,
    context: &Context,
) -> Result<VersionFile, StageError> {
    let size = content.len() as u64;
    context.put(&key, content).await?;
    Ok(VersionFile { key, bytes: size, records, text_bytes: size })
}

/// Finds a file of a version in the store.
pub(crate) async fn stored(key: &str, context: &Context) -> Result<Object, StageError> {
    let listed = context.list(key).await?;
    let found = listed.into_iter().find(|object| object.key == key);
    found.ok_or_else(|| StageError::corrupt(format!("there is no object {key}")))
}
