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
    match cloud.own_folder() {
        Some(folder) => folder.adopt(path, key),
        None => cloud.store.upload(path, key).await,
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
    if let Some(folder) = cloud.own_folder() {
        folder.share(&object.key, path).map_err(Error::store("link an object"))?;
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[tokio::test]
    async fn files_are_linked_if_the_folder_ends_with_the_command_and_else_copied() {
        let root = std::env::temp_dir().join(format!("onefold-objects-{}", std::process::id()));
        for (ends_with_the_command, links) in [(true, 3), (false, 1)] {
            let folder = root.join(links.to_string());
            fs::create_dir_all(folder.join("out")).unwrap();
            let (from, to) = (folder.join("out/part"), folder.join("out/new/part"));
            fs::write(&from, "customers").unwrap();
            let cloud = Cloud::offline(&folder.join("bucket"), ends_with_the_command);
            upload(&cloud, &from, "processed/run/part").await.unwrap();
            let object = cloud.store.list("processed/").await.unwrap().remove(0);
            download(&cloud, &object, &to).await.unwrap();
            assert_eq!(fs::read(&to).unwrap(), b"customers");
            assert_eq!([&from, &to].map(|path| fs::metadata(path).unwrap().nlink()), [links; 2]);
            assert_eq!(read(&cloud, "processed/run/part").await.unwrap().unwrap(), b"customers");
            let larger = Object { size: 10, ..object };
            assert!(download(&cloud, &larger, &to).await.unwrap_err().to_string().contains("9 bytes"));
        }
        fs::remove_dir_all(&root).unwrap();
    }
}
