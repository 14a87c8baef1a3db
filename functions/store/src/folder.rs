//! A folder as a store: an object is a file, its key the path.
//!
//! It is for one machine. Any number of processes may share a folder: a file is written beside the others and then
//! moved to its place, and writers wait for each other by a lock on a file. A killed process leaves whole objects. A
//! machine that loses its power may not, because nothing is flushed to the disk.
//!
//! An entity tag consists of a file's size, inode and time of change. Each write gets a later time than the one before,
//! so other bytes have another tag. Changes by other programs are noticed if the file system's clock shows them.
//!
//! Files elsewhere can be objects too: by a symbolic link, with an entity tag of the caller's ([`FolderStore::link`]), or
//! by a hard link ([`FolderStore::adopt`]). The store never writes into a file that has its name, so both stay as they
//! are.
//!
//! A folder cannot hold all keys. The store refuses keys with an empty part, `.` or `..`, which could lead out of it,
//! and keys below [`OWN`], its own folder. It refuses to write a file in place of a folder, and the other way round.
//! Symbolic links are followed.

mod files;
mod links;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;

use self::files::Writing;
use crate::error::StoreError;
use crate::operation::Operation;
use crate::store::{Body, Condition, Object, Store};

/// The name of the folder that the store keeps for itself, within its root.
pub const OWN: &str = ".onefold-store";
/// How much of a file is read at a time.
const PIECE_BYTES: usize = 1 << 18;

/// A folder. See the module.
#[derive(Debug)]
pub struct FolderStore {
    root: PathBuf,
    /// The prefix of all keys, before the paths in the folder.
    prefix: String,
    requests: AtomicU64,
    reads: AtomicU64,
}

impl FolderStore {
    /// The store of a folder.
    pub fn new(root: &Path) -> Self {
        Self::below(String::new(), root)
    }

    /// The store of a folder for the keys below a prefix. Other keys do not exist and cannot be written.
    pub fn below(prefix: String, root: &Path) -> Self {
        Self { root: root.to_owned(), prefix, requests: AtomicU64::new(0), reads: AtomicU64::new(0) }
    }

    fn count(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// The file of a key that is read; `None` if the key is not below the prefix.
    fn path(&self, operation: Operation, key: &str) -> Result<Option<PathBuf>, StoreError> {
        let Some(path) = key.strip_prefix(&self.prefix) else { return Ok(None) };
        let is_part = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\0');
        if !path.split('/').all(is_part) || path.split('/').next() == Some(OWN) {
            return Err(StoreError::refused(operation, key, "a folder has no file of that name"));
        }
        Ok(Some(self.root.join(path)))
    }

    /// The file of a key that is written.
    fn path_to_write(&self, operation: Operation, key: &str) -> Result<PathBuf, StoreError> {
        let outside = || StoreError::refused(operation, key, format!("the folder holds only {}", self.prefix));
        self.path(operation, key)?.ok_or_else(outside)
    }

    /// The opened file of a key, as an object.
    fn open(&self, operation: Operation, key: &str) -> Result<(File, Object), StoreError> {
        self.count();
        self.reads.fetch_add(1, Ordering::Relaxed);
        let missing = || StoreError::NotFound { key: key.to_owned() };
        let path = self.path(operation, key)?.ok_or_else(missing)?;
        let failed = |error: io::Error| failed(operation, key, error);
        let file = File::open(&path).map_err(failed)?;
        let object = self.object(key, &path, &file.metadata().map_err(failed)?).ok_or_else(missing)?;
        Ok((file, object))
    }

    /// The file at a path as an object; `None` if it is a folder.
    fn object(&self, key: &str, path: &Path, metadata: &fs::Metadata) -> Option<Object> {
        let object = files::object(key, metadata)?;
        let is_link = fs::symlink_metadata(path).is_ok_and(|link| link.is_symlink());
        Some(if is_link { links::as_noted(&self.note(path), object) } else { object })
    }

    fn read(
        &self,
        operation: Operation,
        key: &str,
        range: impl FnOnce(u64) -> Range<u64>,
    ) -> Result<Bytes, StoreError> {
        let (mut file, object) = self.open(operation, key)?;
        let Range { start, end } = range(object.size);
        let mut bytes = vec_for(start..end.min(object.size));
        let read = file
            .seek(SeekFrom::Start(start))
            .and_then(|_| file.take(end.saturating_sub(start)).read_to_end(&mut bytes));
        read.map_err(|error| failed(operation, key, error))?;
        Ok(bytes.into())
    }

    /// Writes an object. `fill` writes its bytes.
    fn write(
        &self,
        operation: Operation,
        key: &str,
        condition: &Condition,
        fill: impl FnOnce(&mut File) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.count();
        let path = self.path_to_write(operation, key)?;
        let failed = |error: io::Error| failed(operation, key, error);
        let mut writing = Writing::begin(&self.root.join(OWN)).map_err(failed)?;
        fill(writing.file())?;
        let holds = |there: Option<&fs::Metadata>| {
            let object = there.and_then(|metadata| self.object(key, &path, metadata));
            holds(condition, object)
        };
        let is_done = writing.end(&path, holds).map_err(failed)?;
        if is_done { Ok(()) } else { Err(StoreError::Precondition { key: key.to_owned() }) }
    }

    fn append(&self, file: &mut File, source: &Object, key: &str) -> Result<(), StoreError> {
        let (mut from, object) = self.open(Operation::Range, &source.key)?;
        let copied = io::copy(&mut from, file).map_err(|error| failed(Operation::Part, key, error))?;
        let is_as_listed = object.etag == source.etag && copied == source.size;
        if is_as_listed { Ok(()) } else { Err(StoreError::Precondition { key: source.key.clone() }) }
    }
}

/// Whether a condition holds for the object that is there.
fn holds(condition: &Condition, there: Option<Object>) -> bool {
    match condition {
        Condition::Always => true,
        Condition::IfAbsent => there.is_none(),
        Condition::IfMatch(etag) => there.is_some_and(|object| object.etag == *etag),
    }
}

/// An empty vector that has room for a range of a file.
fn vec_for(range: Range<u64>) -> Vec<u8> {
    // One byte more, or the end of the file would only be found by growing.
    let room = usize::try_from(range.end.saturating_sub(range.start)).map_or(0, |length| length + 1);
    Vec::with_capacity(room)
}

/// The error of an operation on a file.
fn failed(operation: Operation, key: &str, error: io::Error) -> StoreError {
    use io::ErrorKind::{
        AlreadyExists, DirectoryNotEmpty, InvalidFilename, IsADirectory, NotADirectory, NotFound, QuotaExceeded,
        StorageFull,
    };
    match error.kind() {
        NotFound => StoreError::NotFound { key: key.to_owned() },
        // Nothing can be below a file.
        NotADirectory if !operation.is_write() => StoreError::NotFound { key: key.to_owned() },
        NotADirectory | IsADirectory | AlreadyExists | DirectoryNotEmpty | InvalidFilename => {
            StoreError::refused(operation, key, "a folder cannot hold this key beside the others").caused_by(error)
        }
        StorageFull | QuotaExceeded => StoreError::Full { operation, key: key.to_owned(), source: Some(error.into()) },
        _ => StoreError::unavailable(operation, key, "the file system failed").caused_by(error),
    }
}

#[async_trait]
impl Store for FolderStore {
    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        self.count();
        // Only the folder is read that can hold keys with the prefix.
        let below = prefix.strip_prefix(&self.prefix).unwrap_or("");
        let folder = below.rsplit_once('/').map_or("", |(folder, _)| folder);
        let start = match folder {
            "" => self.root.clone(),
            folder => self.path_to_write(Operation::List, &format!("{}{folder}", self.prefix))?,
        };
        let relative = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut objects = Vec::new();
        let noted = |object: Object, path: &Path| links::as_noted(&self.note(path), object);
        files::walk(&start, &format!("{}{relative}", self.prefix), folder.is_empty(), prefix, &noted, &mut objects)
            .map_err(|error| failed(Operation::List, prefix, error))?;
        objects.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        Ok(objects)
    }

    async fn get(&self, key: &str) -> Result<(Bytes, String), StoreError> {
        let (mut file, object) = self.open(Operation::Get, key)?;
        let mut bytes = vec_for(0..object.size);
        file.read_to_end(&mut bytes).map_err(|error| failed(Operation::Get, key, error))?;
        Ok((bytes.into(), object.etag))
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        self.read(Operation::Range, key, |_| range)
    }

    async fn get_tail(&self, key: &str, length: u64) -> Result<Bytes, StoreError> {
        if length == 0 {
            return Ok(Bytes::new());
        }
        self.read(Operation::Tail, key, |size| size.saturating_sub(length)..size)
    }

    async fn stream(&self, key: &str, etag: &str, from: u64) -> Result<Box<dyn Body>, StoreError> {
        let (mut file, object) = self.open(Operation::Stream, key)?;
        if object.etag != etag {
            return Err(StoreError::Precondition { key: key.to_owned() });
        }
        let sought = file.seek(SeekFrom::Start(from)).and_then(|_| file.metadata());
        let metadata = sought.map_err(|error| failed(Operation::Stream, key, error))?;
        let Some(object) = files::object(key, &metadata) else {
            return Err(StoreError::NotFound { key: key.to_owned() });
        };
        Ok(Box::new(Streamed { file, object }))
    }

    async fn put(&self, key: &str, bytes: Bytes, condition: Condition) -> Result<(), StoreError> {
        self.write(Operation::Put, key, &condition, |file| {
            file.write_all(&bytes).map_err(|error| failed(Operation::Put, key, error))
        })
    }

    async fn upload(&self, file: &Path, key: &str) -> Result<(), StoreError> {
        let unreadable = |error| StoreError::unreadable(key, file, error);
        let mut from = File::open(file).map_err(unreadable)?;
        self.write(Operation::Put, key, &Condition::Always, |to| {
            io::copy(&mut from, to).map(drop).map_err(|error| failed(Operation::Put, key, error))
        })
    }

    async fn concatenate(&self, sources: &[Object], key: &str) -> Result<(), StoreError> {
        self.write(Operation::Complete, key, &Condition::Always, |file| {
            sources.iter().try_for_each(|source| self.append(file, source, key))
        })
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        self.count();
        for key in keys {
            let Some(path) = self.path(Operation::Delete, key)? else { continue };
            let failed = |error: io::Error| failed(Operation::Delete, key, error);
            files::remove(&path, &self.root, &self.root.join(OWN)).map_err(failed)?;
        }
        Ok(())
    }

    fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    fn address(&self, key: &str) -> String {
        let below = key.strip_prefix(&self.prefix).unwrap_or(key);
        format!("file://{}", self.root.join(below).display())
    }
}

/// A file that is read piece by piece.
struct Streamed {
    file: File,
    object: Object,
}

#[async_trait]
impl Body for Streamed {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        let key = &self.object.key;
        let mut piece = vec![0; PIECE_BYTES];
        let read = self.file.read(&mut piece).and_then(|length| Ok((length, self.file.metadata()?)));
        let (length, metadata) = read.map_err(|error| failed(Operation::Stream, key, error))?;
        // The store never writes into an existing file, but other programs may.
        if files::object(key, &metadata).as_ref() != Some(&self.object) {
            return Err(StoreError::Precondition { key: key.clone() });
        }
        piece.truncate(length);
        Ok((length > 0).then(|| piece.into()))
    }
}
