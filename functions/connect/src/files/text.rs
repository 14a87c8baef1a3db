//! From an object's decompressed bytes to the text of its raw chunks.

use bytes::Bytes;
use onefold_config::{Encoding, FileFormat, FilesSettings};

use super::array::ArrayScanner;
use crate::Fault;

/// Makes the text, piece by piece.
pub(crate) enum TextDecoder {
    /// The text is the bytes.
    AsIs,
    /// Bytes of another encoding.
    Encoded(Box<encoding_rs::Decoder>),
    /// The elements of a JSON array.
    Array(Box<ArrayScanner>),
}

impl TextDecoder {
    /// The decoder for the settings of a source.
    pub(crate) fn of(settings: &FilesSettings) -> Self {
        match (settings.format, settings.encoding) {
            (FileFormat::JsonArray, _) => Self::Array(Box::new(ArrayScanner::at(&settings.items))),
            (_, Encoding::Windows1252) => {
                Self::Encoded(Box::new(encoding_rs::WINDOWS_1252.new_decoder_without_bom_handling()))
            }
            (_, Encoding::Utf8) => Self::AsIs,
        }
    }

    /// Whether the text is the bytes.
    pub(crate) fn is_as_is(&self) -> bool {
        matches!(self, Self::AsIs)
    }

    /// The text of the next bytes.
    pub(crate) fn push(&mut self, object: &str, bytes: Bytes) -> Result<Bytes, Fault> {
        match self {
            Self::AsIs => Ok(bytes),
            Self::Encoded(decoder) => Ok(decode(decoder, &bytes, false).into()),
            Self::Array(scanner) => {
                let mut lines = Vec::with_capacity(bytes.len());
                scanner.push(&bytes, &mut lines).map_err(|error| Fault::source(format!("{object} {error}")))?;
                Ok(lines.into())
            }
        }
    }

    /// The rest of the text, when all bytes have come.
    pub(crate) fn finish(&mut self, object: &str) -> Result<Vec<u8>, Fault> {
        match std::mem::replace(self, Self::AsIs) {
            Self::AsIs => Ok(Vec::new()),
            Self::Encoded(mut decoder) => Ok(decode(&mut decoder, &[], true)),
            Self::Array(scanner) => {
                scanner.finish().map_err(|error| Fault::source(format!("{object} {error}")))?;
                Ok(Vec::new())
            }
        }
    }
}

fn decode(decoder: &mut encoding_rs::Decoder, bytes: &[u8], is_last: bool) -> Vec<u8> {
    // Every byte of Windows-1252 can be decoded, and becomes at most three bytes.
    let mut text = String::with_capacity(bytes.len() * 3 + 3);
    let _ = decoder.decode_to_string(bytes, &mut text, is_last);
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(format: FileFormat, encoding: Encoding, bytes: &[u8], piece: usize) -> Result<Vec<u8>, Fault> {
        let mut text = TextDecoder::of(&FilesSettings { format, delimiter: b';', encoding, items: String::new() });
        let mut all = Vec::new();
        for piece in bytes.chunks(piece) {
            all.extend(text.push("landing/s/o", Bytes::copy_from_slice(piece))?);
        }
        all.extend(text.finish("landing/s/o")?);
        assert!(text.finish("landing/s/o")?.is_empty(), "the end may be asked for again");
        Ok(all)
    }

    /// Every byte, against the table of the encoding as Python's codec `cp1252` has it. The five bytes that
    /// are not assigned are controls, as in the WHATWG Encoding Standard.
    #[test]
    fn windows_1252_becomes_utf_8() {
        let high = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
        let expected: String =
            (0u8..0x80).map(char::from).chain(high.chars()).chain((0xa0u8..=0xff).map(char::from)).collect();
        let all: Vec<u8> = (0u8..=255).collect();
        for piece in [1, 7, 256] {
            let found = text(FileFormat::Csv, Encoding::Windows1252, &all, piece).unwrap();
            assert_eq!(String::from_utf8(found).unwrap(), expected);
        }
    }

    #[test]
    fn a_broken_array_names_its_object() {
        let error = text(FileFormat::JsonArray, Encoding::Utf8, b"[{\"id\":1},", 3).unwrap_err().to_string();
        assert!(error.starts_with("landing/s/o is cut off") && error.contains("byte 10"), "{error}");
    }
}
