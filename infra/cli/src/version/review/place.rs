//! Where the files of corrections are: in a data folder or in the bucket of a stack.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use onefold_lake::keys;
use onefold_store::{Condition, Store, StoreError};

use crate::data::folder::DataFolder;
use crate::error::Error;

/// The name of the file of answers.
const FILE: &str = "review.csv";

/// The key of the file of answers.
pub(super) fn key() -> String {
    format!("{}{FILE}", keys::CORRECTIONS)
}

/// Where answers are kept.
pub(super) enum Place {
    /// A data folder.
    Folder(DataFolder),
    /// The bucket of a stack.
    Bucket(Arc<dyn Store>),
}

/// The file of answers as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ReadFile {
    /// Its bytes; empty if it is missing.
    pub(super) bytes: Vec<u8>,
    /// The entity tag of the object.
    etag: Option<String>,
}

impl Place {
    /// The file of answers for people.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Folder(folder) => folder.root().join(key()).display().to_string(),
            Self::Bucket(_) => format!("{} of the bucket", key()),
        }
    }

    /// Reads all files of corrections but the one of answers, with their keys.
    pub(super) async fn read_others(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let mut found = Vec::new();
        match self {
            Self::Folder(folder) => {
                for (path, key) in folder.corrections()? {
                    found.push((key, fs::read(&path).map_err(Error::file("read", &path))?));
                }
            }
            Self::Bucket(store) => {
                let listed = store.list(keys::CORRECTIONS).await.map_err(Error::store("list the corrections"))?;
                for object in listed.into_iter().filter(|object| keys::is_corrections(&object.key)) {
                    let read = store.get(&object.key).await.map_err(Error::store("read the corrections"))?;
                    found.push((object.key, read.0.to_vec()));
                }
            }
        }
        found.retain(|(found, _)| *found != key());
        Ok(found)
    }

    /// Reads the file of answers, which need not be there.
    pub(super) async fn read(&self) -> Result<ReadFile, Error> {
        match self {
            Self::Folder(folder) => {
                let path = folder.root().join(key());
                match fs::read(&path) {
                    Ok(bytes) => Ok(ReadFile { bytes, etag: None }),
                    Err(error) if error.kind() == ErrorKind::NotFound => Ok(ReadFile::default()),
                    Err(error) => Err(Error::file("read", &path)(error)),
                }
            }
            Self::Bucket(store) => match store.get(&key()).await {
                Ok((bytes, etag)) => Ok(ReadFile { bytes: bytes.to_vec(), etag: Some(etag) }),
                Err(StoreError::NotFound { .. }) => Ok(ReadFile::default()),
                Err(error) => Err(Error::store("read the answers")(error)),
            },
        }
    }

    /// Writes the file of answers, if it is still as it was read. Returns whether it was written.
    pub(super) async fn write(&self, before: &ReadFile, text: String) -> Result<bool, Error> {
        match self {
            Self::Folder(folder) => {
                if self.read().await? != *before {
                    return Ok(false);
                }
                replace(&folder.root().join("corrections"), text.as_bytes())?;
                Ok(true)
            }
            Self::Bucket(store) => {
                let condition = before.etag.clone().map_or(Condition::IfAbsent, Condition::IfMatch);
                match store.put(&key(), text.into(), condition).await {
                    Ok(()) => Ok(true),
                    Err(StoreError::Precondition { .. } | StoreError::NotFound { .. }) => Ok(false),
                    Err(error) => Err(Error::store("write the answers")(error)),
                }
            }
        }
    }
}

/// Replaces the file of answers in a folder as a whole: after a crash it has the old bytes or the new ones.
fn replace(folder: &Path, bytes: &[u8]) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    // The name does not end in .csv, so a run does not take it for corrections.
    let new: PathBuf = folder.join(format!(".{FILE}.new"));
    let written = private(&new).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(Error::file("write", &new))?;
    let place = folder.join(FILE);
    // Who may read the file stays as people have set it.
    if let Ok(before) = fs::metadata(&place) {
        fs::set_permissions(&new, before.permissions()).map_err(Error::file("write", &new))?;
    }
    fs::rename(&new, &place).map_err(Error::file("write", &place))?;
    // A folder cannot be flushed everywhere. The file is whole all the same.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Creates a file that only its owner may read, in place of one that is there.
pub(super) fn private(path: &Path) -> std::io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}
