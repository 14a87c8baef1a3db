//! Records of a fixed size, divided among files that have no name: nothing is left of them, however the command ends.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Seek, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Error;

/// How many bytes of a bucket are held until they are written.
const HELD_BYTES: usize = 32 << 10;

/// Records that can be written to the files.
pub trait Record: Sized {
    /// Bytes of each.
    const BYTES: usize;

    /// Appends its bytes.
    fn write(&self, out: &mut Vec<u8>);

    /// Reads what was written.
    fn read(bytes: &[u8]) -> Self;
}

/// Records in buckets.
pub struct Buckets {
    files: Vec<BufWriter<File>>,
    record: Vec<u8>,
}

impl Buckets {
    /// Empty buckets in the folder for temporary files.
    pub fn new(number: usize) -> Result<Self, Error> {
        let files = (0..number).map(|_| Ok(BufWriter::with_capacity(HELD_BYTES, unnamed_file()?)));
        Ok(Self { files: files.collect::<Result<_, Error>>()?, record: Vec::new() })
    }

    /// Adds a record to the bucket of a hash.
    pub fn push(&mut self, hash: u64, record: &impl Record) -> Result<(), Error> {
        self.record.clear();
        record.write(&mut self.record);
        let number = hash % self.files.len() as u64;
        let Some(file) = self.files.get_mut(number as usize) else { return Ok(()) };
        file.write_all(&self.record).map_err(Error::file("write", &std::env::temp_dir()))
    }

    /// Reads the buckets, one at a time. All records are of one kind.
    pub fn into_records<R: Record>(self) -> impl Iterator<Item = Result<Vec<R>, Error>> {
        self.files.into_iter().map(|file| read_all(file).map_err(Error::file("read", &std::env::temp_dir())))
    }
}

fn read_all<R: Record>(file: BufWriter<File>) -> std::io::Result<Vec<R>> {
    let mut file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.rewind()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes.chunks_exact(R::BYTES).map(R::read).collect())
}

/// A file that is there as long as it is open.
fn unnamed_file() -> Result<File, Error> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let name = format!("onefold-diff-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    let file = File::options().read(true).write(true).create_new(true).open(&path);
    let file = file.map_err(Error::file("write", &path))?;
    fs::remove_file(&path).map_err(Error::file("remove", &path))?;
    Ok(file)
}
