//! Reading. A body that breaks is resumed where it broke, under the entity tag that it began with.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use super::answer;
use super::bucket::{Bucket, quoted, unquoted};
use super::tries::FailedTries;
use crate::code::Meaning;
use crate::error::{ErrorSource, StoreError};
use crate::operation::Operation;
use crate::store::Body;

/// After so many bytes without a break, the count of tries starts again.
const PROGRESS_BYTES: u64 = 1 << 20;

/// The bytes that a reader wants.
#[derive(Clone, Debug)]
pub(super) enum WantedBytes {
    Whole,
    From(u64),
    Range(Range<u64>),
    Tail(u64),
}

impl WantedBytes {
    fn header(&self) -> Option<String> {
        match self {
            Self::Whole | Self::From(0) => None,
            Self::From(from) => Some(format!("bytes={from}-")),
            Self::Range(range) => Some(format!("bytes={}-{}", range.start, range.end - 1)),
            Self::Tail(length) => Some(format!("bytes=-{length}")),
        }
    }

    fn operation(&self) -> Operation {
        match self {
            Self::Whole => Operation::Get,
            Self::From(_) => Operation::Stream,
            Self::Range(_) => Operation::Range,
            Self::Tail(_) => Operation::Tail,
        }
    }

    /// Where the body should begin; `None` if only the answer tells.
    fn start(&self) -> Option<u64> {
        match self {
            Self::Whole => Some(0),
            Self::From(from) => Some(*from),
            Self::Range(range) => Some(range.start),
            Self::Tail(_) => None,
        }
    }
}

/// A body under way.
pub(super) struct Resumed {
    bucket: Arc<Bucket>,
    operation: Operation,
    key: String,
    pub(super) etag: String,
    /// Where the next byte is in the object.
    position: u64,
    /// Where the body ends in the object, if the answer says so.
    end: Option<u64>,
    stream: Option<ByteStream>,
    /// The breaks since [`PROGRESS_BYTES`] came without one.
    breaks: FailedTries,
    bytes_since_break: u64,
}

impl Resumed {
    /// Begins to read; `None` if the wanted bytes start past the end.
    pub(super) async fn begin(
        bucket: &Arc<Bucket>,
        key: &str,
        wanted: WantedBytes,
        etag: Option<&str>,
    ) -> Result<Option<Self>, StoreError> {
        let operation = wanted.operation();
        let Some(mut output) = request(bucket, operation, key, wanted.header(), etag).await? else { return Ok(None) };
        let position = start_of(&output).unwrap_or(0);
        if wanted.start().is_some_and(|start| start != position) {
            return Err(StoreError::refused(operation, key, format!("it began at byte {position} instead")));
        }
        let length = output.content_length.and_then(|length| u64::try_from(length).ok());
        Ok(Some(Self {
            bucket: bucket.clone(),
            operation,
            key: key.to_owned(),
            etag: unquoted(output.e_tag.take()),
            position,
            end: length.map(|length| position + length),
            stream: Some(output.body),
            breaks: FailedTries::default(),
            bytes_since_break: 0,
        }))
    }

    /// All that is left, in one buffer of the right size.
    pub(super) async fn collect(mut self) -> Result<Bytes, StoreError> {
        let length = self.end.map_or(0, |end| end.saturating_sub(self.position));
        let mut whole = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        while let Some(piece) = self.next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.into())
    }

    /// The next piece from the current connection.
    async fn piece(&mut self) -> Result<Option<Bytes>, BrokenBody> {
        let Some(stream) = &mut self.stream else { return Err(BrokenBody::new("there is no connection")) };
        match tokio::time::timeout(self.bucket.patience.answer, stream.next()).await {
            Err(late) => Err(BrokenBody::new("nothing came for too long").because(late)),
            Ok(Some(Err(error))) => Err(BrokenBody::new("the connection broke within the body").because(error)),
            Ok(Some(Ok(bytes))) => Ok(Some(bytes)),
            Ok(None) if self.end.is_some() => Err(BrokenBody::new("the body ended too early")),
            Ok(None) => Ok(None),
        }
    }

    /// Continues after the last byte that came, on a new connection.
    async fn resume(&mut self, broke: BrokenBody) -> Result<(), StoreError> {
        self.stream = None;
        if self.bytes_since_break >= PROGRESS_BYTES {
            self.breaks = FailedTries::default();
        }
        self.bytes_since_break = 0;
        if !self.breaks.wait_for_next(&self.bucket.patience, &self.key).await {
            return Err(broke.error(self.operation, &self.key));
        }
        let to = self.end.map_or(String::new(), |end| (end - 1).to_string());
        let range = format!("bytes={}-{to}", self.position);
        let answer = request(&self.bucket, self.operation, &self.key, Some(range), Some(&self.etag)).await?;
        let Some(output) = answer.filter(|output| start_of(output) == Some(self.position)) else {
            return Err(broke.error(self.operation, &self.key));
        };
        self.stream = Some(output.body);
        Ok(())
    }
}

#[async_trait]
impl Body for Resumed {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        while self.end.is_none_or(|end| self.position < end) {
            match self.piece().await {
                Ok(Some(bytes)) => {
                    self.position += bytes.len() as u64;
                    self.bytes_since_break += bytes.len() as u64;
                    return Ok(Some(bytes));
                }
                Ok(None) => return Ok(None),
                Err(broke) => self.resume(broke).await?,
            }
        }
        Ok(None)
    }
}

/// A body of no bytes.
pub(super) struct EmptyBody;

#[async_trait]
impl Body for EmptyBody {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        Ok(None)
    }
}

/// Why a body broke.
struct BrokenBody {
    reason: &'static str,
    source: Option<ErrorSource>,
}

impl BrokenBody {
    fn new(reason: &'static str) -> Self {
        Self { reason, source: None }
    }

    fn because(self, source: impl Into<ErrorSource>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    fn error(self, operation: Operation, key: &str) -> StoreError {
        let error = StoreError::unavailable(operation, key, self.reason);
        match self.source {
            Some(source) => error.caused_by(source),
            None => error,
        }
    }
}

/// Requests bytes; `None` if the range starts past the end.
async fn request(
    bucket: &Bucket,
    operation: Operation,
    key: &str,
    range: Option<String>,
    etag: Option<&str>,
) -> Result<Option<GetObjectOutput>, StoreError> {
    bucket.count_read();
    let request = bucket.client.get_object().bucket(&bucket.name).key(key);
    match request.set_range(range).set_if_match(etag.map(quoted)).send().await {
        Ok(output) => Ok(Some(output)),
        Err(error) if answer::meaning(&error) == Meaning::BehindTheEnd => Ok(None),
        Err(error) => Err(answer::sorted(operation, key, error)),
    }
}

/// Where the body begins in the object, if it is a part of it: `bytes 7-9/10`.
fn start_of(output: &GetObjectOutput) -> Option<u64> {
    let range = output.content_range.as_deref()?.strip_prefix("bytes ")?;
    range.split_once('-')?.0.parse().ok()
}
