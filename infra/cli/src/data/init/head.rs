//! Reads the first bytes of a file whose format is not known.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::error::Error;

/// The first bytes of a file, decompressed.
#[derive(Debug)]
pub struct Head {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Whether these are all bytes of the file.
    pub is_whole: bool,
}

/// Reads at most `most` bytes from the start of a file. As in Extract, gzip and zstd are recognised by their first bytes and
/// decompressed.
pub fn head(path: &Path, most: u64) -> Result<Head, Error> {
    let mut file = BufReader::new(File::open(path).map_err(Error::file("open", path))?);
    let start = file.fill_buf().map_err(Error::file("read", path))?;
    let is_gzip = start.starts_with(&[0x1f, 0x8b]);
    let is_zstd = start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    let decompressed: Box<dyn Read> = if is_gzip {
        Box::new(flate2::bufread::MultiGzDecoder::new(file))
    } else if is_zstd {
        Box::new(zstd::stream::read::Decoder::with_buffer(file).map_err(Error::file("decompress", path))?)
    } else {
        Box::new(file)
    };
    let mut bytes = Vec::new();
    decompressed.take(most + 1).read_to_end(&mut bytes).map_err(Error::file("read", path))?;
    let is_whole = bytes.len() as u64 <= most;
    bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(Head { bytes, is_whole })
}
