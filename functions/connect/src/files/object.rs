//! Reading a piece of a split as a stream of decompressed bytes.

use bytes::Bytes;
use memchr::memchr;
use onefold_core::config::{FilesSettings, RowFormat};
use onefold_core::csv::{Boundary, RECORD_BYTES_MAX, boundary};
use onefold_lake::plan::Piece;
use onefold_shell::Context;
use onefold_store::Body;
use onefold_store::StoreError;

use super::decompress::Decompressor;
use super::text::Text;
use crate::Fault;

/// A piece being read.
pub(crate) struct ObjectReader<'p> {
    piece: &'p Piece,
    /// What separates the fields of CSV.
    delimiter: u8,
    body: Box<dyn Body>,
    decompressor: Decompressor,
    text: Text,
    /// Position in the object's text of the next byte that is given.
    position: u64,
    /// Bytes still to be passed over.
    skip: u64,
    /// Bytes that were read already.
    ahead: Option<Bytes>,
    header: Option<Vec<u8>>,
    is_over: bool,
}

/// Opens a piece at a position. A range begins behind the line end at or after its start: the line that it
/// starts in belongs to the range before.
pub(crate) async fn open<'p>(
    context: &Context,
    piece: &'p Piece,
    position: u64,
    settings: &FilesSettings,
    is_taken_up: bool,
) -> Result<ObjectReader<'p>, Fault> {
    let is_csv = settings.format.rows() == RowFormat::Csv;
    let looks_for_line = piece.is_range && position > 0 && !is_taken_up;
    // A range can start right behind a line end; that byte must be seen to know.
    let from = if looks_for_line { position - 1 } else { position };
    let is_compressed_name = piece.object.ends_with(".gz") || piece.object.ends_with(".zst");
    let text = Text::of(settings);
    // Compressed objects, and those whose text is made of their bytes, can only be read from their start.
    let (from, skip) =
        if is_compressed_name || !text.is_as_is() || (is_csv && is_taken_up) { (0, from) } else { (from, 0) };
    let body = context.store.stream(&piece.object, &piece.etag, from).await.map_err(|error| gone(piece, error))?;
    let mut source = ObjectReader {
        delimiter: settings.delimiter,
        piece,
        body,
        decompressor: if from > 0 { Decompressor::Plain } else { Decompressor::Unknown },
        text,
        position: from,
        skip: 0,
        ahead: None,
        header: None,
        is_over: false,
    };
    if skip > 0 && is_csv {
        source.read_header().await?;
    }
    source.skip = skip.saturating_sub(source.position);
    if looks_for_line {
        source.pass_over_line().await?;
    }
    Ok(source)
}

pub(crate) fn gone(piece: &Piece, error: StoreError) -> Fault {
    match error {
        StoreError::NotFound { key } => Fault::source(format!(
            "{key} was there when the run was planned and is gone; drop it again and start a new run"
        )),
        StoreError::Precondition { .. } => {
            Fault::source(format!("{} was overwritten while the run was under way; start a new run", piece.object))
        }
        other => other.into(),
    }
}

impl ObjectReader<'_> {
    /// Position in the object of the next byte.
    pub(crate) fn position(&self) -> u64 {
        self.position + self.skip
    }

    /// The header of a CSV object that is taken up in its middle.
    pub(crate) fn take_header(&mut self) -> Option<Vec<u8>> {
        self.header.take()
    }

    /// The next bytes of the piece; `None` at its end. Adds what came over the network to `bytes_in`.
    pub(crate) async fn next(&mut self, bytes_in: &mut u64) -> Result<Option<Bytes>, Fault> {
        while !self.is_over {
            let Some(bytes) = self.advance(bytes_in).await? else {
                self.is_over = true;
                break;
            };
            let passed = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
            self.skip -= passed as u64;
            let start = self.position;
            self.position += bytes.len() as u64;
            let mut bytes = bytes.slice(passed..);
            if self.piece.is_range && self.position > self.piece.end {
                bytes = self.up_to_range_end(start + passed as u64, bytes);
            }
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// The bytes of a range's last piece: up to the end of the line that starts before the range's end.
    fn up_to_range_end(&mut self, start: u64, bytes: Bytes) -> Bytes {
        // The byte before the end tells whether a line starts at the end: that one is not ours.
        let last = self.piece.end.saturating_sub(1).saturating_sub(start);
        let from = usize::try_from(last).unwrap_or(usize::MAX).min(bytes.len());
        match memchr(b'\n', &bytes[from..]) {
            Some(offset) => {
                self.is_over = true;
                bytes.slice(..from + offset + 1)
            }
            None => bytes,
        }
    }

    /// The next bytes of the whole object's text.
    async fn advance(&mut self, bytes_in: &mut u64) -> Result<Option<Bytes>, Fault> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(Some(ahead));
        }
        let piece = self.piece;
        if let Some(bytes) = self.body.next().await.map_err(|error| gone(piece, error))? {
            *bytes_in += bytes.len() as u64;
            let decompressed = self.decompressor.push(&piece.object, bytes)?;
            if piece.is_range && !self.decompressor.is_plain() {
                return Err(Fault::source(format!(
                    "{} is compressed, and its name does not say so; end it in .gz or .zst",
                    piece.object
                )));
            }
            return self.text.push(&piece.object, decompressed).map(Some);
        }
        let rest = self.decompressor.finish(&piece.object)?;
        let mut rest = self.text.push(&piece.object, rest.into())?.to_vec();
        rest.extend(self.text.finish(&piece.object)?);
        Ok((!rest.is_empty()).then(|| rest.into()))
    }

    /// Passes over the line that the range starts in.
    async fn pass_over_line(&mut self) -> Result<(), Fault> {
        loop {
            let Some(bytes) = self.advance(&mut 0).await? else {
                self.is_over = true;
                return Ok(());
            };
            match memchr(b'\n', &bytes) {
                Some(offset) => {
                    self.position += offset as u64 + 1;
                    // A line that starts at or behind the range's end belongs to the next range.
                    self.is_over = self.position >= self.piece.end;
                    self.ahead = Some(bytes.slice(offset + 1..));
                    return Ok(());
                }
                None => self.position += bytes.len() as u64,
            }
        }
    }

    /// Reads the header of a CSV object, and keeps what came behind it.
    async fn read_header(&mut self) -> Result<(), Fault> {
        let mut bytes = Vec::new();
        loop {
            let more = self.advance(&mut 0).await?;
            let is_last = more.is_none();
            bytes.extend(more.unwrap_or_default());
            match boundary(&bytes, self.delimiter, is_last || bytes.len() > RECORD_BYTES_MAX) {
                Boundary::Open => {}
                Boundary::Complete(length) | Boundary::Broken(length) => {
                    let rest = bytes.split_off(length);
                    self.position = length as u64;
                    if !bytes.ends_with(b"\n") {
                        bytes.push(b'\n');
                    }
                    self.header = Some(bytes);
                    self.ahead = Some(rest.into());
                    return Ok(());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
