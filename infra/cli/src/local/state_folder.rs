//! The folder in which a local cloud keeps its logs, objects and temporary files, and the lock that keeps a second one out.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::files::remove;

/// The file that is locked.
const LOCK: &str = "lock";

/// The folder of temporary files of the state folder at a path.
pub fn temporary_of(path: &Path) -> PathBuf {
    path.join("tmp")
}

/// Whether a process has claimed the folder at a path, and lives.
pub fn is_claimed(path: &Path) -> bool {
    File::open(path.join(LOCK)).is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

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
        let lock_path = path.join(LOCK);
        let lock = File::create(&lock_path).map_err(Error::file("write", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let fault = format!("another local cloud is at work in {}", path.display());
                let what_to_do =
                    "wait for it, choose another folder, or end it with `onefold local down` if it stays up";
                return Err(Error::Unready(format!("{fault}; {what_to_do}")));
            }
            Err(TryLockError::Error(error)) => return Err(Error::file("lock", &lock_path)(error)),
        }
        let folder = Self { path, _lock: lock };
        // A cloud that was killed leaves its temporary files and its objects.
        folder.clear()?;
        let temporary = folder.temporary();
        fs::create_dir_all(&temporary).map_err(Error::file("make the folder", &temporary))?;
        Ok(folder)
    }

    /// Its path, which is absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The log of the local cloud.
    pub fn cloud_log(&self) -> PathBuf {
        self.path.join("ministack.log")
    }

    /// The folder of temporary files.
    pub fn temporary(&self) -> PathBuf {
        temporary_of(&self.path)
    }

    /// The folder of the cloud's objects.
    pub fn bucket(&self) -> PathBuf {
        self.path.join("bucket")
    }

    /// Removes the temporary files and the objects.
    pub fn clear(&self) -> Result<(), Error> {
        remove(&self.temporary())?;
        remove(&self.bucket())
    }
}
