//! Uploads a folder of results into an empty cloud: its version, which becomes the current one, and the suppression list.

use std::fs;
use std::path::{Path, PathBuf};

use onefold_lake::keys;
use onefold_lake::version::manifest::Manifest;
use onefold_store::Store;
use onefold_version::publish_restored;

use crate::cloud::Cloud;
use crate::cloud::transfer::upload_all;
use crate::error::Error;
use crate::files::for_each_file;
use crate::version::out_folder::{MANIFEST, OutFolder};

/// Uploads the suppression list beside the version. The list applies with `--fresh` as well.
pub async fn suppression(cloud: &Cloud, out: &Path) -> Result<(), Error> {
    let mut uploads = Vec::new();
    for_each_file(&out.join(keys::SUPPRESSION), |path, name| {
        uploads.push((path, format!("{}{name}", keys::SUPPRESSION)));
    })?;
    upload_all(cloud, uploads).await
}

/// Uploads the version in a folder, and then makes it the current one.
///
/// # Errors
/// Also if the version was not published, or a file has another size than the manifest says.
pub async fn version(cloud: &Cloud, out: &OutFolder, manifest: &Manifest) -> Result<(), Error> {
    if manifest.is_held() {
        let fault = format!("{} holds a version that was not published", out.path().display());
        return Err(Error::Unready(format!(
            "{fault}, so nothing can be built on it; choose another folder, or --fresh"
        )));
    }
    upload_all(cloud, files_of(out, manifest)?).await?;
    cloud
        .store
        .upload(&out.path().join(MANIFEST), &keys::manifest(&manifest.run))
        .await
        .map_err(Error::store("write the manifest"))?;
    publish_restored(cloud.store.as_ref(), &manifest.run)
        .await
        .map_err(Error::version("make the version the current one"))
}

/// The files of a version, except the manifest, with their keys. Their sizes are checked against the manifest.
fn files_of(out: &OutFolder, manifest: &Manifest) -> Result<Vec<(PathBuf, String)>, Error> {
    let version = keys::version(&manifest.run);
    let mut files = Vec::new();
    for file in manifest.objects() {
        let Some(name) = file.key.strip_prefix(&version) else {
            let path = out.path().join(MANIFEST);
            return Err(Error::malformed(path.display(), format!("{} is no file of it", file.key)));
        };
        let path = out.path().join(name);
        let file_bytes = fs::metadata(&path).map_err(Error::file("read", &path))?.len();
        if file_bytes != file.bytes {
            let fault = format!("{file_bytes} bytes, but the manifest beside it says {}", file.bytes);
            let what_to_do = "repeat with --fresh to start from nothing";
            return Err(Error::malformed(path.display(), format!("{fault}; {what_to_do}")));
        }
        files.push((path, file.key.clone()));
    }
    Ok(files)
}
