//! Sizes of a body's pieces and a listing's pages, by chance from a seed.

use async_trait::async_trait;
use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::InjectedFailure;
use crate::error::StoreError;
use crate::operation::Operation;
use crate::store::Body;

/// The greatest size of a piece in bytes, as a power of two.
const PIECE_BITS: u64 = 13;
/// The greatest size of a page in keys, as a power of two.
const PAGE_BITS: u64 = 9;

/// Sizes for one request. The same seed, request and number give the same size.
#[derive(Clone, Copy, Debug)]
pub(super) struct PieceSizes {
    pub(super) seed: u64,
    pub(super) request: u64,
}

impl PieceSizes {
    /// How many keys a page has.
    pub(super) fn page(self) -> usize {
        self.size(0, PAGE_BITS)
    }

    /// From 1 up to 2 to the `bits`; small and large sizes are as likely.
    fn size(self, number: u64, bits: u64) -> usize {
        let hash = xxh3_64_with_seed(&[self.request.to_le_bytes(), number.to_le_bytes()].concat(), self.seed);
        let most = 1 << (hash % (bits + 1));
        1 + ((hash >> 32) % most) as usize
    }
}

/// The rest of a body, which comes in pieces.
pub(super) struct Pieces {
    pub(super) key: String,
    pub(super) rest: Bytes,
    pub(super) sizes: PieceSizes,
    pub(super) given: u64,
    /// The number of the piece at which the body breaks, and how it breaks.
    pub(super) breaks: Option<(u64, InjectedFailure)>,
}

#[async_trait]
impl Body for Pieces {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        if let Some((_, failure)) = self.breaks.filter(|(piece, _)| *piece == self.given) {
            return Err(failure.error(Operation::Stream, &self.key));
        }
        let size = self.sizes.size(self.given, PIECE_BITS);
        self.given += 1;
        Ok(Some(self.rest.split_to(size.min(self.rest.len()))))
    }
}
