//! Files as objects: how they are described, listed, written and removed.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::OWN;
use crate::store::Object;

/// A file as an object; `None` if it is a folder.
pub(super) fn object(key: &str, metadata: &Metadata) -> Option<Object> {
    let modified = metadata.modified().unwrap_or(UNIX_EPOCH).duration_since(UNIX_EPOCH).unwrap_or_default();
    metadata.is_file().then(|| Object {
        key: key.to_owned(),
        size: metadata.len(),
        etag: format!("{:x}-{:x}-{:x}", metadata.len(), metadata.ino(), modified.as_nanos()),
        modified_at: i64::try_from(modified.as_millis()).unwrap_or(i64::MAX),
    })
}

/// Adds the objects below a folder whose keys start with `prefix`. `before` is the start of the keys of its files.
/// `noted` gives the object of a symbolic link. A missing folder has none.
pub(super) fn walk(
    folder: &Path,
    before: &str,
    is_root: bool,
    prefix: &str,
    noted: &dyn Fn(Object, &Path) -> Object,
    objects: &mut Vec<Object>,
) -> io::Result<()> {
    for entry in there(fs::read_dir(folder))?.into_iter().flatten() {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            return Err(io::Error::other(format!(
                "the name of {} is not UTF-8; rename the file",
                entry.path().display()
            )));
        };
        let key = format!("{before}{name}");
        if is_root && name == OWN {
            continue;
        }
        let Some(metadata) = there(fs::metadata(entry.path()))? else {
            // A file can go while its folder is read.
            let is_left = there(fs::symlink_metadata(entry.path()))?.is_some();
            if is_left {
                return Err(io::Error::other(of_nothing(&entry.path())));
            }
            continue;
        };
        if metadata.is_dir() {
            let below = format!("{key}/");
            if below.starts_with(prefix) || prefix.starts_with(&below) {
                walk(&entry.path(), &below, false, prefix, noted, objects)?;
            }
        } else if key.starts_with(prefix) {
            let object = object(&key, &metadata);
            let is_link = entry.file_type()?.is_symlink();
            objects.extend(if is_link { object.map(|object| noted(object, &entry.path())) } else { object });
        }
    }
    Ok(())
}

/// What to do about a link whose file is gone.
fn of_nothing(link: &Path) -> String {
    let target = fs::read_link(link).map(|target| target.display().to_string()).unwrap_or_default();
    format!("{} is a link to nothing; remove it, or bring {target} back", link.display())
}

/// The value; `None` if the file is missing.
fn there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A file that is written beside its place. It is removed if it is not moved there.
pub(super) struct Writing {
    file: File,
    path: PathBuf,
    own: PathBuf,
}

impl Writing {
    /// Begins a file in the store's own folder.
    pub(super) fn begin(own: &Path) -> io::Result<Self> {
        let path = scratch(own)?;
        // A file of a killed process with the same id is overwritten.
        Ok(Self { file: File::create(&path)?, path, own: own.to_owned() })
    }

    pub(super) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Moves the file to its place if `holds` accepts the existing object. Whether it was moved.
    pub(super) fn end(self, place: &Path, holds: impl FnOnce(Option<&Metadata>) -> bool) -> io::Result<bool> {
        let _lock = lock(&self.own)?;
        let there = there(fs::metadata(place))?;
        if !holds(there.as_ref()) {
            return Ok(false);
        }
        // The new file is later even if it replaces another within one tick of the clock.
        let before = there.and_then(|metadata| metadata.modified().ok()).map(|before| before + Duration::from_nanos(1));
        self.file.set_modified(before.map_or_else(now, |before| before.max(now())))?;
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::rename(&self.path, place)?;
        Ok(true)
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        // It is gone if it was moved.
        let _ = fs::remove_file(&self.path);
    }
}

/// A name in the store's own folder that no other file has now.
pub(super) fn scratch(own: &Path) -> io::Result<PathBuf> {
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    fs::create_dir_all(own)?;
    Ok(own.join(format!("{}-{}", process::id(), WRITTEN.fetch_add(1, Ordering::Relaxed))))
}

/// Moves a file from the store's own folder to its place, in place of an existing one.
pub(super) fn move_to(path: &Path, place: &Path, own: &Path) -> io::Result<()> {
    let _lock = lock(own)?;
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::rename(path, place)
}

#[expect(clippy::disallowed_methods, reason = "when an object was written is no part of it, as on S3")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// The lock on changes of the folder, once it is free. It ends when the file is closed.
fn lock(own: &Path) -> io::Result<File> {
    fs::create_dir_all(own)?;
    let file = File::create(own.join("lock"))?;
    file.lock()?;
    Ok(file)
}

/// Removes a file that may be missing, and the folders that become empty, so that objects can have their names.
pub(super) fn remove(path: &Path, root: &Path, own: &Path) -> io::Result<()> {
    if there(fs::metadata(path))?.is_none_or(|metadata| metadata.is_dir()) {
        return Ok(());
    }
    let _lock = lock(own)?;
    there(fs::remove_file(path))?;
    let folders = path.ancestors().skip(1).take_while(|folder| *folder != root);
    for folder in folders {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}
