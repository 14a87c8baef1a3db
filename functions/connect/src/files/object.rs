//! Reading a piece of a split as a stream of decompressed text, and the header of CSV before it.
//!
//! The text and its end depend on the object's bytes alone, not on the pieces in which they come.

use bytes::Bytes;
use memchr::memchr;
use onefold_config::{FilesSettings, RowFormat, Source};
use onefold_lake::run::plan::ObjectPiece;
use onefold_rows::setup_checks;
use onefold_shell::{Context, StageError};
use onefold_store::{Body, StoreError};

use super::decompress::Decompressor;
use super::header;
use super::signature::{self, SIGNATURE_BYTES};
use super::text::TextDecoder;
use crate::Fault;

/// A piece being read.
pub(crate) struct ObjectReader<'p> {
    piece: &'p ObjectPiece,
    body: Box<dyn Body>,
    /// Bytes that came over the network and are not counted yet.
    bytes_in: u64,
    is_body_over: bool,
    decompressor: Decompressor,
    text: TextDecoder,
    /// Whether lines end in a carriage return alone, which then becomes a line feed.
    has_old_line_ends: bool,
    /// Position in the object's text of the next byte that is given.
    position: u64,
    /// Bytes still to be skipped.
    skip: u64,
    /// Text that was read already.
    ahead: Option<Bytes>,
    header: Vec<u8>,
    /// Lines up to the end of the header.
    header_lines: u64,
    is_over: bool,
}

/// What to read of a piece.
#[derive(Clone, Copy)]
pub(crate) struct PieceRequest<'p> {
    pub(crate) piece: &'p ObjectPiece,
    /// Where to begin. A range begins behind the line end at or after its start: the line that it starts in belongs to
    /// the range before.
    pub(crate) position: u64,
    /// Whether the position is one at which the piece was left: between two rows.
    pub(crate) is_taken_up: bool,
    pub(crate) source: &'p Source,
    pub(crate) settings: &'p FilesSettings,
}

/// Opens a piece at a position.
///
/// # Errors
/// The object is gone, holds no text in a known encoding, or has no header.
pub(crate) async fn open<'p>(context: &Context, wanted: PieceRequest<'p>) -> Result<ObjectReader<'p>, Fault> {
    let ObjectPiece { object, etag, .. } = wanted.piece;
    let body = context.store.stream(object, etag, wanted.first_byte()).await;
    wanted.read(body.map_err(|error| gone(wanted.piece, error))?).await
}

impl<'p> PieceRequest<'p> {
    fn is_csv(&self) -> bool {
        self.settings.format.rows() == RowFormat::Csv
    }

    /// Whether the piece begins behind the next line end.
    fn looks_for_line(&self) -> bool {
        self.piece.is_range && self.position > 0 && !self.is_taken_up
    }

    /// The first byte of the text that is needed. A range can start right behind a line end.
    fn first_of_text(&self) -> u64 {
        if self.looks_for_line() { self.position - 1 } else { self.position }
    }

    /// The first byte of the object that is needed. Objects that are compressed, decoded or have a header are read from
    /// their start.
    fn first_byte(&self) -> u64 {
        let object = &self.piece.object;
        let is_compressed = object.ends_with(".gz") || object.ends_with(".zst");
        let is_as_is = TextDecoder::of(self.settings).is_as_is();
        if is_compressed || !is_as_is || self.is_csv() { 0 } else { self.first_of_text() }
    }

    /// Reads the object's body from [`first_byte`](Self::first_byte) on.
    async fn read(self, body: Box<dyn Body>) -> Result<ObjectReader<'p>, Fault> {
        let from = self.first_byte();
        let mut reader = ObjectReader {
            piece: self.piece,
            body,
            bytes_in: 0,
            is_body_over: false,
            decompressor: if from > 0 { Decompressor::Plain } else { Decompressor::new() },
            text: TextDecoder::of(self.settings),
            has_old_line_ends: false,
            position: from,
            skip: 0,
            ahead: None,
            header: Vec::new(),
            header_lines: 0,
            is_over: false,
        };
        if from == 0 {
            reader.look_at_start().await?;
        }
        if self.is_csv() {
            reader.read_header(self.source, self.settings.delimiter).await?;
        }
        reader.skip = self.first_of_text().saturating_sub(reader.position);
        if self.looks_for_line() {
            reader.pass_over_line().await?;
        }
        // A range that was left behind its last line is over: the line at its end belongs to the next range.
        reader.is_over |= self.is_taken_up && self.piece.is_range && self.position >= self.piece.end;
        Ok(reader)
    }
}

pub(crate) fn gone(piece: &ObjectPiece, error: StoreError) -> Fault {
    match error {
        StoreError::NotFound { key } => Fault::source(format!(
            "{key} was there when the run was planned and is gone; drop it again and start a new run"
        )),
        StoreError::Precondition { .. } => {
            Fault::source(format!("{} was overwritten while the run was under way; start a new run", piece.object))
        }
        other => Fault::Stage(StageError::reading(other)),
    }
}

impl ObjectReader<'_> {
    /// Position in the object of the next byte.
    pub(crate) fn position(&self) -> u64 {
        self.position + self.skip
    }

    /// The header of a CSV object, with a line end; empty for all others, and if there is none.
    pub(crate) fn header(&self) -> &[u8] {
        &self.header
    }

    /// How many lines there are before the first row.
    pub(crate) fn header_lines(&self) -> u64 {
        self.header_lines
    }

    /// The next bytes of the piece; `None` at its end. Adds what came over the network to `bytes_in`.
    pub(crate) async fn next(&mut self, bytes_in: &mut u64) -> Result<Option<Bytes>, Fault> {
        while !self.is_over {
            let next = self.advance().await;
            *bytes_in += std::mem::take(&mut self.bytes_in);
            let Some(bytes) = next? else {
                self.is_over = true;
                break;
            };
            let passed = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
            self.skip -= passed as u64;
            let start = self.position;
            self.position += bytes.len() as u64;
            let mut bytes = bytes.slice(passed..);
            if self.piece.is_range && self.position >= self.piece.end {
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
        // The byte before the end tells whether a line starts at the end. Such a line belongs to the next range.
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
    async fn advance(&mut self) -> Result<Option<Bytes>, Fault> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(Some(ahead));
        }
        let piece = self.piece;
        let object = &piece.object;
        let text = match self.decompressed().await? {
            Some(bytes) => Some(self.text.push(object, bytes)?),
            None => Some(self.text.finish(object)?).filter(|rest| !rest.is_empty()).map(Bytes::from),
        };
        Ok(text.map(|text| if self.has_old_line_ends { with_line_feeds(text.into()) } else { text }))
    }

    /// The next bytes of the whole object, decompressed.
    async fn decompressed(&mut self) -> Result<Option<Bytes>, Fault> {
        if self.is_body_over {
            return Ok(None);
        }
        let piece = self.piece;
        let Some(bytes) = self.body.next().await.map_err(|error| gone(piece, error))? else {
            self.is_body_over = true;
            let rest = self.decompressor.finish(&piece.object)?;
            return Ok((!rest.is_empty()).then(|| rest.into()));
        };
        self.bytes_in += bytes.len() as u64;
        let decompressed = self.decompressor.push(&piece.object, bytes)?;
        if piece.is_range && self.decompressor.is_compressed() {
            return Err(Fault::source(format!(
                "{} is compressed, and its name does not say so; end it in .gz or .zst",
                piece.object
            )));
        }
        Ok(Some(decompressed))
    }

    /// Refuses objects that begin as no text does.
    async fn look_at_start(&mut self) -> Result<(), Fault> {
        let piece = self.piece;
        let object = &piece.object;
        let mut start = Bytes::new();
        while start.len() < SIGNATURE_BYTES
            && let Some(bytes) = self.decompressed().await?
        {
            start = if start.is_empty() { bytes } else { [start, bytes].concat().into() };
        }
        if let Some(told) = signature::of(&start[..start.len().min(SIGNATURE_BYTES)]) {
            return Err(Fault::source(format!("{object} {told}")));
        }
        self.ahead = Some(self.text.push(object, start)?);
        Ok(())
    }

    /// Skips the line that the range starts in.
    async fn pass_over_line(&mut self) -> Result<(), Fault> {
        loop {
            let Some(bytes) = self.advance().await? else {
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
    async fn read_header(&mut self, source: &Source, delimiter: u8) -> Result<(), Fault> {
        let piece = self.piece;
        let object = piece.object.as_str();
        let told = |error: header::HeaderError| Fault::source(format!("{object} {error}"));
        let (mut text, mut is_last) = (Vec::new(), false);
        // The text is searched again when it has doubled, because a header may come in many pieces.
        let mut wait = 0;
        let header = loop {
            match self.advance().await? {
                Some(bytes) => text.extend_from_slice(&bytes),
                None => is_last = true,
            }
            if text.len() < wait && !is_last {
                continue;
            }
            wait = text.len() * 2;
            if !self.has_old_line_ends {
                match header::has_old_line_ends(&text, is_last) {
                    None => continue,
                    Some(false) => {}
                    Some(true) => {
                        self.has_old_line_ends = true;
                        text = with_line_feeds(text).into();
                    }
                }
            }
            if let Some(header) = header::find(&text, delimiter, is_last).map_err(told)? {
                break header;
            }
        };
        let rest = text.split_off(header.end);
        self.position = header.end as u64;
        self.header_lines = header::line_ends(&text);
        self.header = text.split_off(header.start);
        if !self.header.is_empty() && !self.header.ends_with(b"\n") {
            self.header.push(b'\n');
        }
        self.ahead = Some(rest.into());
        match setup_checks::repeated_columns(source, &self.header, delimiter) {
            None => Ok(()),
            Some(repeated) => Err(Fault::source(format!("{object} {repeated}"))),
        }
    }
}

/// The text with a line feed in place of each carriage return.
fn with_line_feeds(mut text: Vec<u8>) -> Bytes {
    text.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
    text.into()
}

#[cfg(test)]
mod tests;
