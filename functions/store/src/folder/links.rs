//! Files elsewhere as objects, without copies of their bytes.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::files::{self, Writing};
use super::{FolderStore, OWN, failed};
use crate::error::StoreError;
use crate::operation::Operation;
use crate::store::Object;

/// The folder of notes, in the store's own folder. A note says which entity tag a linked file has, and as which file.
const NOTES: &str = "notes";
/// The folder of copies, in the store's own folder.
const COPIES: &str = "copies";

impl FolderStore {
    /// Makes a file an object, in place of an existing one, by a symbolic link. `hash` makes its entity tag. The tag holds
    /// as long as the file stays as it is; one that has changed has another tag. The object was written when it was
    /// linked, as if it had been uploaded.
    ///
    /// # Errors
    /// The file cannot be read, or the folder cannot hold the key.
    pub fn link(
        &self,
        file: &Path,
        key: &str,
        hash: impl FnOnce(&Path) -> io::Result<String>,
    ) -> Result<(), StoreError> {
        self.count();
        let place = self.path_to_write(Operation::Put, key)?;
        let unreadable = |error| StoreError::unreadable(key, file, error);
        let target = file.canonicalize().map_err(unreadable)?;
        // The file may change while it is hashed. Its tag is then that of a file that is gone.
        let metadata = fs::metadata(&target).map_err(unreadable)?;
        let Some(hashed) = files::object(key, &metadata) else {
            return Err(StoreError::refused(Operation::Put, key, format!("{} is no file", file.display())));
        };
        let etag = hash(&target).map_err(unreadable)?;
        self.link_noted(&target, &place, &format!("{}\n{etag}", hashed.etag))
            .map_err(|error| failed(Operation::Put, key, error))
    }

    /// Like `link`, but to a copy that the store keeps.
    ///
    /// # Errors
    /// As `link`.
    pub fn link_copy(
        &self,
        file: &Path,
        key: &str,
        hash: impl FnOnce(&Path) -> io::Result<String>,
    ) -> Result<(), StoreError> {
        let place = self.path_to_write(Operation::Put, key)?;
        let copy = self.own(COPIES, &place);
        let mut from = fs::File::open(file).map_err(|error| StoreError::unreadable(key, file, error))?;
        let copied = Writing::begin(&self.root.join(OWN)).and_then(|mut writing| {
            io::copy(&mut from, writing.file())?;
            writing.end(&copy, |_| true)
        });
        copied.map_err(|error| failed(Operation::Put, key, error))?;
        self.link(&copy, key, hash)
    }

    /// Makes a file an object, in place of an existing one, by a hard link. Where there can be none, the file is copied.
    /// Nothing else may write into it.
    ///
    /// # Errors
    /// The file cannot be read, or the folder cannot hold the key.
    pub fn adopt(&self, file: &Path, key: &str) -> Result<(), StoreError> {
        self.count();
        let place = self.path_to_write(Operation::Put, key)?;
        let own = self.root.join(OWN);
        let adopted = files::scratch(&own).and_then(|path| {
            link_or_copy(file, &path)?;
            let moved = files::move_to(&path, &place, &own);
            // Nothing is moved if the place is the same file already.
            let _ = fs::remove_file(&path);
            moved
        });
        adopted.map_err(|error| failed(Operation::Put, key, error))
    }

    /// Makes an object a file, in place of an existing one, by a hard link. Where there can be none, it is copied. Nothing
    /// may write into the file.
    ///
    /// # Errors
    /// There is no such object, or the file cannot be written.
    pub fn share(&self, key: &str, file: &Path) -> Result<(), StoreError> {
        self.count();
        let missing = || StoreError::NotFound { key: key.to_owned() };
        let path = self.path(Operation::Get, key)?.ok_or_else(missing)?;
        link_or_copy(&path, file).map_err(|error| failed(Operation::Get, key, error))
    }

    fn link_noted(&self, target: &Path, place: &Path, note: &str) -> io::Result<()> {
        let own = self.root.join(OWN);
        let mut writing = Writing::begin(&own)?;
        io::Write::write_all(writing.file(), note.as_bytes())?;
        writing.end(&self.note(place), |_| true)?;
        let path = files::scratch(&own)?;
        let _ = fs::remove_file(&path);
        symlink(target, &path)?;
        files::move_to(&path, place, &own)
    }

    /// The note of a link.
    pub(super) fn note(&self, link: &Path) -> PathBuf {
        self.own(NOTES, link)
    }

    /// The path in the store's own folder of what belongs to a file of the folder.
    fn own(&self, folder: &str, path: &Path) -> PathBuf {
        self.root.join(OWN).join(folder).join(path.strip_prefix(&self.root).unwrap_or(path))
    }
}

/// The object of a link: with the tag and the time of its note, if its file is the one that the note is about.
pub(super) fn as_noted(note: &Path, object: Object) -> Object {
    let Ok(text) = fs::read_to_string(note) else { return object };
    let Some((_, etag)) = text.split_once('\n').filter(|(hashed, _)| *hashed == object.etag) else { return object };
    let linked = fs::metadata(note).and_then(|metadata| metadata.modified()).unwrap_or(UNIX_EPOCH);
    let linked = linked.duration_since(UNIX_EPOCH).unwrap_or_default();
    let modified_at = i64::try_from(linked.as_millis()).unwrap_or(i64::MAX);
    Object { etag: etag.to_owned(), modified_at, ..object }
}

/// Makes `to` a hard link to a file, or a copy of it, in place of an existing file.
fn link_or_copy(file: &Path, to: &Path) -> io::Result<()> {
    match fs::remove_file(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // Links of files that are links would end with the folder.
    let file = file.canonicalize()?;
    fs::hard_link(&file, to).or_else(|_| fs::copy(&file, to).map(drop))
}
