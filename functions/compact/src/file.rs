//! Files of a version that Compact writes itself, uncompressed.

use bytes::Bytes;
use onefold_lake::manifest::File;
use onefold_shell::{Context, StageError};
use onefold_store::Condition;

/// Writes a file, and describes it for the manifest.
pub(crate) async fn put(key: String, content: Bytes, records: u64, context: &Context) -> Result<File, StageError> {
    let size = content.len() as u64;
    context.store.put(&key, content, Condition::Always).await?;
    Ok(File { key, bytes: size, records, text_bytes: size })
}
