//! Reads objects of the stack's bucket: small ones into memory, large ones into files.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use onefold_store::{Object, StoreError};

use crate::cloud::Cloud;
use crate::error::Error;

/// The content of a small object, or `None` if there is no such object.
pub async fn read(cloud: &Cloud, key: &str) -> Result<Option<Vec<u8>>, Error> {
    match cloud.store.get(key).await {
        Ok((content, _)) => Ok(Some(content.into())),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(Error::store("read an object")(error)),
    }
}

/// Puts a file into the stack's bucket, and leaves the file as it is.
pub async fn upload(cloud: &Cloud, path: &Path, key: &str) -> Result<(), StoreError> {
    match &cloud.folder {
        Some(folder) if folder.ends_with_the_command => folder.store.adopt(path, key),
        _ => cloud.store.upload(path, key).await,
    }
}

/// Downloads an object into a file. Creates the file's folder.
///
/// # Errors
/// Also if the object has another size than was listed.
pub async fn download(cloud: &Cloud, object: &Object, path: &Path) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    }
    if let Some(folder) = cloud.folder.as_ref().filter(|folder| folder.ends_with_the_command) {
        folder.store.share(&object.key, path).map_err(Error::store("link an object"))?;
        let file_bytes = fs::metadata(path).map_err(Error::file("read", path))?.len();
        return check_size(object, file_bytes);
    }
    let mut body =
        cloud.store.stream(&object.key, &object.etag, 0).await.map_err(Error::store("download an object"))?;
    let mut file = File::create(path).map_err(Error::file("write", path))?;
    let mut file_bytes = 0;
    while let Some(bytes) = body.next().await.map_err(Error::store("download an object"))? {
        file.write_all(&bytes).map_err(Error::file("write", path))?;
        file_bytes += bytes.len() as u64;
    }
    check_size(object, file_bytes)
}

/// Checks that an object came whole.
fn check_size(object: &Object, file_bytes: u64) -> Result<(), Error> {
    if file_bytes == object.size {
        return Ok(());
    }
    Err(Error::malformed(&object.key, format!("{file_bytes} bytes came instead of {}; try again", object.size)))
}
