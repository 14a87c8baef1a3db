//! A ZIP archive of one program. (PKWARE's APPNOTE.TXT, 4.3: a local header, the content, a central directory, its end.)

use flate2::Crc;

/// Version 2.0 of the format, made on Unix.
const MADE_BY: u16 = (3 << 8) | 20;
const VERSION: u16 = 20;
/// A regular file that everybody may run.
const MODE: u32 = 0o100_755;
/// 1 January 1980, the first day that there is.
const DATE: u16 = (1 << 5) | 1;

/// An archive of one small program, which is stored as it is.
pub fn zip_of_program(name: &str, content: &[u8]) -> Vec<u8> {
    let common = header(name, content);
    let local = [b"PK\x03\x04", common.as_slice(), name.as_bytes(), content].concat();
    let central = [
        b"PK\x01\x02".as_slice(),
        &MADE_BY.to_le_bytes(),
        &common,
        // No comment, the first disk, no attributes of MS-DOS.
        &[0; 6],
        &(MODE << 16).to_le_bytes(),
        // The local header is at the start.
        &[0; 4],
        name.as_bytes(),
    ]
    .concat();
    // The disk and the disk of the directory, then the entries: one on this disk, one in all.
    let end = [b"PK\x05\x06".as_slice(), &[0, 0, 0, 0, 1, 0, 1, 0], &size(&central), &size(&local), &[0; 2]].concat();
    [local, central, end].concat()
}

/// What both headers of a file have.
fn header(name: &str, content: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(content);
    let name_bytes = u16::try_from(name.len()).unwrap_or_default();
    [
        VERSION.to_le_bytes().as_slice(),
        // No flags, stored, at midnight.
        &[0; 6],
        &DATE.to_le_bytes(),
        &crc.sum().to_le_bytes(),
        &size(content),
        &size(content),
        &name_bytes.to_le_bytes(),
        // No extra field.
        &[0; 2],
    ]
    .concat()
}

fn size(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or_default().to_le_bytes()
}
