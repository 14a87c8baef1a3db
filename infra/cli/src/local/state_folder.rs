//! The folder in which a local cloud keeps its logs and temporary files, and the lock that keeps a second one out.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::files::remove;

/// A folder that belongs to this process as long as this value lives.
#[derive(Debug)]
pub struct StateFolder {
    path: PathBuf,
    _lock: File,
}

impl StateFolder {
    /// Creates the folder if it does not exist, and locks it.
    ///
    /// # Errors
    /// Also if another process has locked it.
    pub fn claim(path: &Path) -> Result<Self, Error> {
        fs::create_dir_all(path).map_err(Error::file("make the folder", path))?;
        // Absolute, because programs of the local cloud have other working directories.
        let path = path.canonicalize().map_err(Error::file("find", path))?;
        let lock_path = path.join("lock");
        let lock = File::create(&lock_path).map_err(Error::file("write", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let fault = format!("another local cloud is at work in {}", path.display());
                return Err(Error::Unready(format!("{fault}; wait for it, or choose another folder")));
            }
            Err(TryLockError::Error(error)) => return Err(Error::file("lock", &lock_path)(error)),
        }
        let folder = Self { path, _lock: lock };
        // A cloud that was killed leaves its temporary files.
        folder.clear()?;
        let temporary = folder.temporary();
        fs::create_dir_all(&temporary).map_err(Error::file("make the folder", &temporary))?;
        Ok(folder)
    }

    /// The log of the local cloud.
    pub fn cloud_log(&self) -> PathBuf {
        self.path.join("ministack.log")
    }

    /// The folder of temporary files.
    pub fn temporary(&self) -> PathBuf {
        self.path.join("tmp")
    }

    /// Removes the temporary files.
    pub fn clear(&self) -> Result<(), Error> {
        remove(&self.temporary())
    }
}
