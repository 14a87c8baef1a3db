//! Recognising files by their first bytes that are no text.

/// How many bytes are needed to recognise a file.
pub(crate) const SIGNATURE_BYTES: usize = 1024;

/// First bytes, the format that they begin, and what to do. Of two that begin alike, the longer one comes first.
const SIGNATURES: [(&[u8], &str, &str); 20] = [
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook", "unpack the archive, or save the workbook as CSV (UTF-8)"),
    (b"PK\x05\x06", "a ZIP archive without files", "drop the files that should be in it"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook or another old Office file", "save it as CSV (UTF-8)"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it"),
    (b"\xfd7zXZ\x00", "compressed with xz", "compress it with gzip or zstd, or not at all"),
    (b"\x04\x22\x4d\x18", "compressed with lz4", "compress it with gzip or zstd, or not at all"),
    (b"\x1f\x8b", "compressed twice", "compress it once"),
    (b"\x28\xb5\x2f\xfd", "compressed twice", "compress it once"),
    (b"PAR1", "Parquet", "write format = \"parquet\" in the source's settings"),
    (b"PARE", "encrypted Parquet", "write it without encryption"),
    (b"Obj\x01", "Avro", "write it as Parquet or JSON Lines"),
    (b"ARROW1\x00\x00", "an Arrow (Feather) file", "write it as Parquet"),
    (b"SQLite format 3\x00", "an SQLite database", "export its table as CSV"),
    (b"%PDF-", "a PDF document", "export its rows as CSV"),
    (b"{\\rtf", "an RTF document", "save it as text in UTF-8"),
    (b"\xff\xfe\x00\x00", "text in UTF-32", "write it in UTF-8"),
    (b"\x00\x00\xfe\xff", "text in UTF-32", "write it in UTF-8"),
    (b"\xff\xfe", "text in UTF-16, as Excel's \"Unicode text\" is", "write it in UTF-8; Excel calls it CSV UTF-8"),
    (b"\xfe\xff", "text in UTF-16", "write it in UTF-8"),
];

/// The beginnings of documents of markup, in small letters.
const MARKUP: [(&[u8], &str); 6] = [
    (b"<!doctype html", "HTML"),
    (b"<html", "HTML"),
    (b"<head", "HTML"),
    (b"<meta", "HTML"),
    (b"<table", "HTML"),
    (b"<?xml", "XML"),
];

/// What a (decompressed) object seems to be that begins with these bytes, and what to do; `None` if it may be text in a
/// known encoding. It is the rest of a sentence about the object.
pub(crate) fn of(start: &[u8]) -> Option<String> {
    let found = SIGNATURES.iter().find(|(signature, ..)| start.starts_with(signature));
    if let Some((_, what, remedy)) = found {
        return Some(format!("seems to be {what}; {remedy}"));
    }
    let is_bzip2 = start.starts_with(b"BZh") && start.get(4..10) == Some(b"1AY&SY");
    if is_bzip2 {
        return Some("seems to be compressed with bzip2; compress it with gzip or zstd, or not at all".to_owned());
    }
    if let Some(encoding) = wide_encoding(start) {
        return Some(format!("seems to be text in {encoding}; write it in UTF-8"));
    }
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let begins_with =
        |markup: &&(&[u8], &str)| text.get(..markup.0.len()).is_some_and(|text| text.eq_ignore_ascii_case(markup.0));
    let (_, what) = MARKUP.iter().find(begins_with)?;
    Some(format!("seems to be {what}, as some programs write it for Excel; open it there and save it as CSV (UTF-8)"))
}

/// The encoding of text with two or four bytes a character, recognised by the zeros in ASCII characters.
fn wide_encoding(start: &[u8]) -> Option<&'static str> {
    let units = start.len().min(256) / 4;
    if units < 2 {
        return None;
    }
    // The number of zeros at each of four places.
    let zeros = |place: usize| start[..units * 4].iter().skip(place).step_by(4).filter(|byte| **byte == 0).count();
    let fits = |(place, is_zero): (usize, &bool)| {
        let zeros = zeros(place);
        if *is_zero { zeros * 2 > units } else { zeros == 0 }
    };
    let wide = [
        ([false, true, true, true], "UTF-32"),
        ([true, true, true, false], "UTF-32"),
        ([false, true, false, true], "UTF-16"),
        ([true, false, true, false], "UTF-16"),
    ];
    wide.into_iter().find(|(expected, _)| expected.iter().enumerate().all(fits)).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `file(1)` and the formats' descriptions have them.
    #[test]
    fn formats_are_known_by_their_first_bytes() {
        let utf_16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        let utf_16_be = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
        let utf_32 =
            |text: &str| -> Vec<u8> { text.chars().flat_map(|letter| (letter as u32).to_le_bytes()).collect() };
        let text = "id,email\n1,größe@mühle.test\n";
        for (bytes, expected) in [
            (b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml".to_vec(), "Excel workbook"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00".to_vec(), "old Excel workbook"),
            (b"7z\xbc\xaf\x27\x1c\x00\x04".to_vec(), "7z archive"),
            (b"BZh91AY&SY\x00".to_vec(), "bzip2"),
            (b"\xfd7zXZ\x00\x00\x04".to_vec(), "xz"),
            (b"\x1f\x8b\x08\x00".to_vec(), "compressed twice"),
            (b"PAR1\x15\x04".to_vec(), "format = \"parquet\""),
            (b"PARE\x15\x04".to_vec(), "encrypted Parquet"),
            (b"%PDF-1.7\n".to_vec(), "PDF"),
            (b"\n <!DOCTYPE html><html>".to_vec(), "HTML"),
            (b"\xef\xbb\xbf<TABLE border=1><tr>".to_vec(), "HTML"),
            (b"<?xml version=\"1.0\"?>".to_vec(), "XML"),
            (utf_16(&format!("\u{feff}{text}")), "UTF-16"),
            (utf_16_be(&format!("\u{feff}{text}")), "UTF-16"),
            (utf_32(&format!("\u{feff}{text}")), "UTF-32"),
            (utf_16(text), "UTF-16"),
            (utf_16_be(text), "UTF-16"),
            (utf_32(text), "UTF-32"),
        ] {
            let found = of(&bytes).unwrap_or_else(|| panic!("{expected}: {bytes:?}"));
            assert!(found.starts_with("seems to be ") && found.contains(expected), "{expected}: {found}");
        }
    }

    #[test]
    fn text_is_nothing_else() {
        for text in [
            &b""[..],
            b"\xef\xbb\xbfid,email\n",
            b"PK,email\n1,a@mill.test\n",
            b"BZh,Obj\n",
            b"<id>,email\n",
            b"{\"id\":1}\n",
            b"[{\"id\":1}]",
            b"id,name\n1,Jos\xe9\n",
            b"id,name\n1,A\x00nna\n\x00\x00\x00",
        ] {
            assert_eq!(of(text), None, "{text:?}");
        }
    }
}
