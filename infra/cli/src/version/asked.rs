//! The version that a command asks: the one in a folder of results, or one of the stack.

use std::path::Path;
use std::sync::Arc;

use onefold_lake::{RunId, keys};
use onefold_store::Store;

use crate::cloud::Clients;
use crate::error::Error;
use crate::local::overlay::Overlay;
use crate::version::out_folder::OutFolder;

/// The store to read from, and the run whose version is asked; `None` for the current one. Of a folder, it is the run that
/// made its version.
///
/// # Errors
/// Also if the folder holds no version.
pub async fn find(
    out: Option<&Path>,
    run: Option<RunId>,
    stack: &str,
    endpoint: Option<&str>,
) -> Result<(Arc<dyn Store>, Option<RunId>), Error> {
    let Some(out) = out else {
        return Ok((Clients::of(endpoint).await?.find_stack(stack).await?.store, run));
    };
    let manifest = OutFolder::open(out, false)?.manifest()?.ok_or_else(|| {
        Error::NotPublished(format!(
            "{} holds no version; `onefold local run` or `onefold fetch` puts one there",
            out.display()
        ))
    })?;
    let store = Overlay::below(keys::version(&manifest.run), out);
    Ok((Arc::new(store), Some(manifest.run)))
}
