//! The part of an object that is in memory, as the library asks for it.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Buf, Bytes, BytesMut};
use onefold_lake::run::plan::ObjectPiece;
use onefold_shell::Context;
use onefold_store::Body;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use crate::Fault;
use crate::files::object::gone;

/// Gaps of at most so many bytes are read rather than skipped by a new request.
const PASS_OVER_BYTES: u64 = 1 << 20;

/// Reads ranges of an object. Ranges that follow each other come with one request.
pub(super) struct ObjectRanges<'p> {
    context: &'p Context,
    piece: &'p ObjectPiece,
    body: Option<Box<dyn Body>>,
    /// Position of the next byte of the body, and its bytes that have come already.
    position: u64,
    ahead: Bytes,
    bytes_in: u64,
}

impl<'p> ObjectRanges<'p> {
    pub(super) fn new(context: &'p Context, piece: &'p ObjectPiece) -> Self {
        Self { context, piece, body: None, position: 0, ahead: Bytes::new(), bytes_in: 0 }
    }

    /// Bytes that came over the network since this was asked for.
    pub(super) fn take_bytes_in(&mut self) -> u64 {
        std::mem::take(&mut self.bytes_in)
    }

    /// The bytes of a range of the object.
    pub(super) async fn read(&mut self, range: Range<u64>) -> Result<Bytes, Fault> {
        let ObjectPiece { object, etag, .. } = self.piece;
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let is_ahead = (self.position..=self.position + PASS_OVER_BYTES).contains(&range.start);
        if self.body.is_none() || !is_ahead {
            let body = self.context.store.stream(object, etag, range.start).await;
            self.body = Some(body.map_err(|error| gone(self.piece, error))?);
            self.position = range.start;
            self.ahead = Bytes::new();
        }
        let mut found = BytesMut::with_capacity(usize::try_from(range.end - range.start).unwrap_or_default());
        while self.position < range.end {
            if self.ahead.is_empty() {
                let next = match &mut self.body {
                    Some(body) => body.next().await.map_err(|error| gone(self.piece, error))?,
                    None => None,
                };
                // The object has the size that was listed, as its entity tag is the same.
                let Some(bytes) = next else { break };
                self.bytes_in += bytes.len() as u64;
                self.ahead = bytes;
            }
            let before = range.start.saturating_sub(self.position).min(self.ahead.len() as u64);
            self.ahead.advance(before as usize);
            self.position += before;
            if self.position >= range.start {
                let taken = (range.end - self.position).min(self.ahead.len() as u64);
                found.extend_from_slice(&self.ahead.split_to(taken as usize));
                self.position += taken;
            }
        }
        Ok(found.freeze())
    }
}

/// A part of an object. All clones see the same.
#[derive(Clone)]
pub(super) struct Window {
    /// The whole object's size.
    size: u64,
    part: Arc<Mutex<(u64, Bytes)>>,
}

impl Window {
    pub(super) fn new(size: u64) -> Self {
        Self { size, part: Arc::default() }
    }

    /// Sets the part that can be read: its position and bytes.
    pub(super) fn set(&self, position: u64, bytes: Bytes) {
        *self.part.lock().unwrap_or_else(PoisonError::into_inner) = (position, bytes);
    }

    /// The bytes from a position on.
    fn from(&self, position: u64) -> Result<Bytes, ParquetError> {
        let (start, bytes) = self.part.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let offset = position.checked_sub(start).and_then(|offset| usize::try_from(offset).ok());
        match offset.filter(|offset| *offset <= bytes.len()) {
            Some(offset) => Ok(bytes.slice(offset..)),
            None => Err(ParquetError::EOF("outside of the row group".to_owned())),
        }
    }
}

impl Length for Window {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Window {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let bytes = self.from(start)?;
        if bytes.len() < length {
            return Err(ParquetError::EOF("outside of the row group".to_owned()));
        }
        Ok(bytes.slice(..length))
    }
}
