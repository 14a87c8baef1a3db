//! Decompressing an object as it streams in: plain, gzip or zstd, by its first bytes.

use std::io::Write;

use bytes::Bytes;
use onefold_shell::StageError;

use crate::Fault;

/// A decompressor that is fed piece by piece.
pub(crate) enum Decompressor {
    /// Too few bytes have come to tell.
    Unknown(Vec<u8>),
    /// Not compressed.
    Plain,
    /// One gzip member or several.
    Gzip(Box<flate2::write::MultiGzDecoder<Vec<u8>>>),
    /// One zstd frame or several.
    Zstd(Box<ZstdWriter>),
}

/// Unlike `zstd::stream::write::Decoder`, this writer tells at the end whether the last frame was whole.
type ZstdWriter = zstd::stream::zio::Writer<Vec<u8>, zstd::stream::raw::Decoder<'static>>;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

impl Decompressor {
    /// A decompressor that recognises the compression by the first bytes.
    pub(crate) fn new() -> Self {
        Self::Unknown(Vec::new())
    }

    /// Whether the bytes are compressed.
    pub(crate) fn is_compressed(&self) -> bool {
        matches!(self, Self::Gzip(_) | Self::Zstd(_))
    }

    /// Decompresses the next piece. Plain bytes are not copied.
    pub(crate) fn push(&mut self, object: &str, mut bytes: Bytes) -> Result<Bytes, Fault> {
        let broken = |error: std::io::Error| {
            let broken = StageError::invalid_input(format!("{object} cannot be decompressed"));
            Fault::Source(broken.caused_by(error).with_advice("drop it again"))
        };
        if let Self::Unknown(start) = self {
            if !start.is_empty() || bytes.len() < ZSTD_MAGIC.len() {
                start.extend_from_slice(&bytes);
                if start.len() < ZSTD_MAGIC.len() {
                    return Ok(Bytes::new());
                }
                bytes = std::mem::take(start).into();
            }
            *self = match &bytes {
                _ if bytes.starts_with(&GZIP_MAGIC) => {
                    Self::Gzip(Box::new(flate2::write::MultiGzDecoder::new(Vec::new())))
                }
                _ if bytes.starts_with(&ZSTD_MAGIC) => {
                    let decoder = zstd::stream::raw::Decoder::new().map_err(broken)?;
                    Self::Zstd(Box::new(ZstdWriter::new(Vec::new(), decoder)))
                }
                _ => Self::Plain,
            };
        }
        match self {
            Self::Unknown(_) | Self::Plain => Ok(bytes),
            Self::Gzip(decoder) => {
                decoder.write_all(&bytes).map_err(broken)?;
                Ok(std::mem::take(decoder.get_mut()).into())
            }
            Self::Zstd(decoder) => {
                decoder.write_all(&bytes).map_err(broken)?;
                decoder.flush().map_err(broken)?;
                Ok(std::mem::take(decoder.writer_mut()).into())
            }
        }
    }

    /// The rest, when all bytes have come.
    pub(crate) fn finish(&mut self, object: &str) -> Result<Vec<u8>, Fault> {
        let cut_off = |error: std::io::Error| {
            let cut_off = StageError::invalid_input(format!("{object} is cut off"));
            Fault::Source(cut_off.caused_by(error).with_advice("drop it again, whole"))
        };
        match std::mem::replace(self, Self::Plain) {
            Self::Unknown(start) if start.starts_with(&GZIP_MAGIC) => {
                Err(cut_off(std::io::ErrorKind::UnexpectedEof.into()))
            }
            Self::Unknown(start) => Ok(start),
            Self::Plain => Ok(Vec::new()),
            Self::Gzip(mut decoder) => {
                decoder.try_finish().map_err(cut_off)?;
                Ok(std::mem::take(decoder.get_mut()))
            }
            Self::Zstd(mut decoder) => {
                decoder.finish().map_err(cut_off)?;
                Ok(std::mem::take(decoder.writer_mut()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::gzip;

    fn decompress(bytes: &[u8], piece: usize) -> Result<Vec<u8>, Fault> {
        let mut decompressor = Decompressor::new();
        let mut text = Vec::new();
        for piece in bytes.chunks(piece) {
            text.extend(decompressor.push("o", Bytes::copy_from_slice(piece))?);
        }
        text.extend(decompressor.finish("o")?);
        Ok(text)
    }

    #[test]
    fn knows_the_compression_by_the_first_bytes() {
        let text = b"{\"id\":1}\n".repeat(5000);
        let zstd = zstd::bulk::compress(&text, 1).unwrap();
        for piece in [1, 7, 100_000] {
            assert_eq!(decompress(&text, piece).unwrap(), text);
            assert_eq!(decompress(&gzip(&text), piece).unwrap(), text);
            assert_eq!(decompress(&zstd, piece).unwrap(), text);
            let twice = [text.clone(), text.clone()].concat();
            assert_eq!(decompress(&[gzip(&text), gzip(&text)].concat(), piece).unwrap(), twice, "several members");
            assert_eq!(decompress(&[zstd.clone(), zstd.clone()].concat(), piece).unwrap(), twice, "several frames");
        }
        for short in [&b""[..], b"i", b"id\n"] {
            assert_eq!(decompress(short, 1).unwrap(), short);
        }
        assert!(decompress(&GZIP_MAGIC, 1).is_err(), "it is cut off");
    }

    #[test]
    fn a_cut_off_object_is_told() {
        let text = b"{\"id\":1}\n".repeat(5000);
        for whole in [gzip(&text), zstd::bulk::compress(&text, 1).unwrap()] {
            let error = decompress(&whole[..whole.len() / 2], 100).unwrap_err();
            assert!(matches!(error, Fault::Source(_)), "{error}");
        }
    }
}
