//! The entity tag that S3 will give to a file, by which a file that is already there is not sent again.
//!
//! For an object that is uploaded whole it is the MD5. For one uploaded in parts it is the MD5 of the parts' MD5s, and the
//! number of parts. This works because the parts of a file follow from its size alone.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use md5::{Digest, Md5};
use onefold_store::upload_parts;

/// The entity tag of a file, without quotes.
pub fn of_file(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let file_bytes = file.metadata()?.len();
    let Some(parts) = upload_parts(file_bytes) else {
        return Ok(hex(&md5_of(&mut file, file_bytes)?));
    };
    let mut of_parts = Md5::new();
    for (_, part_bytes) in &parts {
        of_parts.update(md5_of(&mut file, *part_bytes)?);
    }
    Ok(format!("{}-{}", hex(&of_parts.finalize()), parts.len()))
}

/// The MD5 of the next `limit` bytes.
fn md5_of(file: &mut File, limit: u64) -> io::Result<[u8; 16]> {
    let mut digest = Md5::new();
    let mut buffer = vec![0; 1 << 18];
    let mut limited = file.take(limit);
    loop {
        match limited.read(&mut buffer)? {
            0 => return Ok(digest.finalize().into()),
            read => digest.update(&buffer[..read]),
        }
    }
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_file_has_its_md5() {
        let path = std::env::temp_dir().join(format!("onefold-etag-{}", std::process::id()));
        std::fs::write(&path, "abc").unwrap();
        let etag = of_file(&path);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(etag.unwrap(), "900150983cd24fb0d6963f7d28e17f72");
    }
}
