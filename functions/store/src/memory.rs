//! A store in memory, for tests: the same contract as S3, and it fails on demand.
//!
//! **Pieces.** Bodies come in pieces and listings in pages. Their sizes follow from the store's seed and the number of the
//! request. So the same requests to a store with the same seed get the same answers, and an object that is read twice comes
//! in other pieces.
//!
//! **Requests.** Each request that S3 would get is recorded, such as a page of a listing or a part of an object.
//! [`MemoryStore::served_since`] gives them by operation and key.
//!
//! **Faults.** [`MemoryStore::fail`] takes an [`InjectedFault`]. It chooses requests by operation, key and number. They fail
//! before or after they take effect, or in a piece of the body, with a chosen answer; or they are only late. Several faults
//! can be armed. A fault ends with the request that it hits, unless it goes on
//! [`from_then_on`](InjectedFault::from_then_on); [`MemoryStore::heal`] ends all. Errors have the kinds that S3's have, and
//! name the request's key.
//!
//! ```
//! # use onefold_store::memory::{InjectedFailure, InjectedFault, MemoryStore};
//! # use onefold_store::{Operation, Store};
//! let store = MemoryStore::seeded(7);
//! // The third request from here on fails.
//! store.fail(InjectedFault::any().nth(2));
//! // The process is killed at its fifth write: that one and all requests of a change behind it fail.
//! store.fail(InjectedFault::write().nth(4).from_then_on());
//! // The commit happens, but its answer is lost.
//! store.fail(InjectedFault::of(Operation::Put).on("processed/CURRENT").after().with(InjectedFailure::NoAnswer));
//! // Each body of a member file breaks instead of its second piece.
//! store.fail(InjectedFault::of(Operation::Stream).where_key(|key| key.contains("/members/")).in_piece(1).from_then_on());
//! // The second page of a listing is refused.
//! store.fail(InjectedFault::of(Operation::List).on("raw/").nth(1).with(InjectedFailure::AccessDenied));
//! store.heal();
//! assert_eq!(store.requests(), 0);
//! ```
//!
//! **Every request in turn.** Run once without faults and record the requests. Then run once for each of them on a fresh
//! store that fails it, expect an error that names its key, and run again:
//!
//! ```
//! # use onefold_store::memory::{InjectedFault, MemoryStore};
//! # use onefold_store::{Condition, Store, StoreError};
//! # async fn stage(store: &MemoryStore) -> Result<(), StoreError> {
//! #     let (bytes, _) = store.get("in").await?;
//! #     store.put("out", bytes, Condition::Always).await
//! # }
//! # async fn fresh() -> MemoryStore {
//! #     let store = MemoryStore::default();
//! #     store.put("in", "x".into(), Condition::Always).await.unwrap();
//! #     store
//! # }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let undisturbed = fresh().await;
//! let before = undisturbed.requests();
//! stage(&undisturbed).await.unwrap();
//! let requests = undisturbed.served_since(before);
//! assert_eq!(requests.len(), 2);
//! for (number, request) in requests.iter().enumerate() {
//!     for fault in [InjectedFault::any().nth(number as u64), InjectedFault::any().nth(number as u64).after()] {
//!         let store = fresh().await;
//!         store.fail(fault);
//!         let error = stage(&store).await.unwrap_err();
//!         assert_eq!((error.key(), store.hits()), (request.key.as_str(), 1));
//!         store.heal();
//!         stage(&store).await.unwrap();
//!         assert_eq!(store.contents(), undisturbed.contents());
//!     }
//! }
//! # });
//! ```
//!
//! A write under a condition whose answer is lost gives [`StoreError::Unavailable`](crate::StoreError), as on S3 if the
//! object cannot be read back. Unlike S3's store, this one never reads it back.

mod fault;
mod pieces;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::{Bound, Range};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_128;

use self::fault::Moment;
pub use self::fault::{InjectedFailure, InjectedFault};
use self::pieces::{PieceSizes, Pieces};
use crate::error::StoreError;
use crate::operation::Operation;
use crate::parts::{self, PartLimits, PlannedPart, SourceSlice};
use crate::store::{Body, Condition, Object, Store};

/// Small limits, so that small data is put together from parts of both kinds.
const LIMITS: PartLimits = PartLimits { part_bytes_min: 64, part_bytes_max: 1 << 20 };

/// A request that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// What was asked.
    pub operation: Operation,
    /// The object or prefix.
    pub key: String,
}

/// A store in memory. See the module.
#[derive(Debug, Default)]
pub struct MemoryStore {
    seed: u64,
    state: Mutex<MemoryState>,
}

#[derive(Debug, Default)]
struct MemoryState {
    objects: StoredObjects,
    served: Vec<Served>,
    faults: Vec<InjectedFault>,
    hits: u64,
}

/// Bytes and entity tags by key.
type StoredObjects = BTreeMap<String, (Bytes, String)>;

/// A request under way, with its faults.
struct Arrived<'r> {
    operation: Operation,
    key: &'r str,
    sizes: PieceSizes,
    pause: Duration,
    failures: Vec<(Moment, InjectedFailure)>,
}

impl Arrived<'_> {
    fn failure(&self, moment: Moment) -> Result<(), StoreError> {
        let found = self.failures.iter().find(|(when, _)| *when == moment);
        found.map_or(Ok(()), |(_, failure)| Err(failure.error(self.operation, self.key)))
    }

    fn broken_piece(&self) -> Option<(u64, InjectedFailure)> {
        self.failures.iter().find_map(|(moment, failure)| match moment {
            Moment::Piece(piece) => Some((*piece, *failure)),
            Moment::Before | Moment::After => None,
        })
    }
}

impl MemoryStore {
    /// A store with the sizes of pieces and pages of a seed.
    pub fn seeded(seed: u64) -> Self {
        Self { seed, state: Mutex::default() }
    }

    /// Arms a fault.
    pub fn fail(&self, fault: InjectedFault) {
        self.lock().faults.push(fault);
    }

    /// Ends all faults.
    pub fn heal(&self) {
        let mut state = self.lock();
        state.faults.clear();
        state.hits = 0;
    }

    /// How many requests were hit by faults since the store was healed. Requests that are only late count, as do bodies
    /// that end before the piece that breaks.
    pub fn hits(&self) -> u64 {
        self.lock().hits
    }

    /// The requests behind the first so many, in order, including those that failed.
    pub fn served_since(&self, requests: u64) -> Vec<Served> {
        self.lock().served.iter().skip(requests as usize).cloned().collect()
    }

    /// How many of the requests behind the first so many were writes.
    pub fn writes_since(&self, requests: u64) -> u64 {
        let state = self.lock();
        let behind = state.served.iter().skip(requests as usize);
        behind.filter(|served| served.operation.is_write()).count() as u64
    }

    /// All objects, without a request.
    pub fn contents(&self) -> BTreeMap<String, Bytes> {
        self.lock().objects.iter().map(|(key, (bytes, _))| (key.clone(), bytes.clone())).collect()
    }

    /// Whether there is an object, without a request.
    pub fn holds(&self, key: &str) -> bool {
        self.lock().objects.contains_key(key)
    }

    fn lock(&self) -> MutexGuard<'_, MemoryState> {
        // A panic while the lock is held leaves the map whole: every change is one insert.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a request, and finds the faults that hit it.
    fn arrive<'r>(&self, operation: Operation, key: &'r str) -> Arrived<'r> {
        let mut state = self.lock();
        let sizes = PieceSizes { seed: self.seed, request: state.served.len() as u64 };
        state.served.push(Served { operation, key: key.to_owned() });
        let mut arrived = Arrived { operation, key, sizes, pause: Duration::ZERO, failures: Vec::new() };
        state.faults.retain_mut(|fault| {
            if !fault.hits(operation, key) {
                return true;
            }
            arrived.pause += fault.pause;
            arrived.failures.extend(fault.failure.map(|failure| (fault.moment, failure)));
            fault.lasts()
        });
        state.hits += u64::from(!arrived.pause.is_zero() || !arrived.failures.is_empty());
        arrived
    }

    /// Serves a request, whose effect is atomic.
    async fn serve<'r, T: Send>(
        &self,
        operation: Operation,
        key: &'r str,
        effect: impl FnOnce(&mut StoredObjects, &Arrived<'r>) -> Result<T, StoreError> + Send,
    ) -> Result<T, StoreError> {
        let arrived = self.arrive(operation, key);
        if !arrived.pause.is_zero() {
            tokio::time::sleep(arrived.pause).await;
        }
        arrived.failure(Moment::Before)?;
        let answer = effect(&mut self.lock().objects, &arrived)?;
        arrived.failure(Moment::After)?;
        Ok(answer)
    }

    /// The bytes of a source, if it has not changed since it was listed.
    async fn read_source(&self, operation: Operation, source: &Object, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.serve(operation, &source.key, |objects, _| {
            let (bytes, etag) = find(objects, &source.key)?;
            expect(&source.key, *etag == source.etag && bytes.len() as u64 == source.size)?;
            Ok(slice(bytes, range))
        })
        .await
    }

    async fn part(&self, sources: &[Object], part: &PlannedPart, key: &str) -> Result<Bytes, StoreError> {
        let slices = match part {
            PlannedPart::Copied(SourceSlice { source, range }) => {
                return self.read_source(Operation::Copy, &sources[*source], range.clone()).await;
            }
            PlannedPart::Gathered(slices) => slices,
        };
        let mut bytes = Vec::new();
        for SourceSlice { source, range } in slices {
            bytes.extend_from_slice(&self.read_source(Operation::Range, &sources[*source], range.clone()).await?);
        }
        self.serve(Operation::Part, key, |_, _| Ok(())).await?;
        Ok(bytes.into())
    }

    /// Writes an object that is made of parts.
    async fn complete(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        self.serve(Operation::Complete, key, |objects, _| {
            insert(objects, key, bytes);
            Ok(())
        })
        .await
    }
}

/// The entity tag of an object. As on S3, the same bytes have the same tag.
fn etag(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}

fn insert(objects: &mut StoredObjects, key: &str, bytes: Bytes) {
    let etag = etag(&bytes);
    objects.insert(key.to_owned(), (bytes, etag));
}

fn find<'o>(objects: &'o StoredObjects, key: &str) -> Result<&'o (Bytes, String), StoreError> {
    objects.get(key).ok_or_else(|| StoreError::NotFound { key: key.to_owned() })
}

fn expect(key: &str, holds: bool) -> Result<(), StoreError> {
    if holds { Ok(()) } else { Err(StoreError::Precondition { key: key.to_owned() }) }
}

/// The bytes of a range that are there.
fn slice(bytes: &Bytes, range: Range<u64>) -> Bytes {
    let clamp = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(bytes.len());
    bytes.slice(clamp(range.start)..clamp(range.end.max(range.start)))
}

fn listed((key, (bytes, etag)): (&String, &(Bytes, String))) -> Object {
    Object { key: key.clone(), size: bytes.len() as u64, etag: etag.clone(), modified_at: 0 }
}

#[async_trait]
impl Store for MemoryStore {
    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let mut found: Vec<Object> = Vec::new();
        loop {
            let start = match found.last() {
                Some(last) => Bound::Excluded(last.key.clone()),
                None => Bound::Included(prefix.to_owned()),
            };
            let is_last = self
                .serve(Operation::List, prefix, |objects, arrived| {
                    let rest = objects.range((start, Bound::Unbounded));
                    let mut rest = rest.take_while(|(key, _)| key.starts_with(prefix)).map(listed);
                    found.extend(rest.by_ref().take(arrived.sizes.page()));
                    Ok(rest.next().is_none())
                })
                .await?;
            if is_last {
                return Ok(found);
            }
        }
    }

    async fn get(&self, key: &str) -> Result<(Bytes, String), StoreError> {
        self.serve(Operation::Get, key, |objects, _| find(objects, key).cloned()).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        self.serve(Operation::Range, key, |objects, _| Ok(slice(&find(objects, key)?.0, range))).await
    }

    async fn get_tail(&self, key: &str, length: u64) -> Result<Bytes, StoreError> {
        if length == 0 {
            return Ok(Bytes::new());
        }
        self.serve(Operation::Tail, key, |objects, _| {
            let (bytes, _) = find(objects, key)?;
            let size = bytes.len() as u64;
            Ok(slice(bytes, size.saturating_sub(length)..size))
        })
        .await
    }

    async fn stream(&self, key: &str, expected: &str, from: u64) -> Result<Box<dyn Body>, StoreError> {
        self.serve(Operation::Stream, key, |objects, arrived| {
            let (bytes, etag) = find(objects, key)?;
            expect(key, etag == expected)?;
            let (rest, breaks) = (slice(bytes, from..u64::MAX), arrived.broken_piece());
            let pieces = Pieces { key: key.to_owned(), rest, sizes: arrived.sizes, given: 0, breaks };
            Ok(Box::new(pieces) as Box<dyn Body>)
        })
        .await
    }

    async fn put(&self, key: &str, bytes: Bytes, condition: Condition) -> Result<(), StoreError> {
        self.serve(Operation::Put, key, |objects, _| {
            let holds = match (&condition, objects.get(key)) {
                (Condition::Always, _) | (Condition::IfAbsent, None) => true,
                (Condition::IfMatch(expected), Some((_, etag))) => etag == expected,
                (Condition::IfAbsent, Some(_)) | (Condition::IfMatch(_), None) => false,
            };
            expect(key, holds)?;
            insert(objects, key, bytes);
            Ok(())
        })
        .await
    }

    async fn upload(&self, file: &Path, key: &str) -> Result<(), StoreError> {
        let read = std::fs::read(file);
        let unreadable = |error| StoreError::unreadable(key, file, error);
        let bytes = Bytes::from(read.map_err(unreadable)?);
        if (bytes.len() as u64) < LIMITS.part_bytes_min {
            return self.put(key, bytes, Condition::Always).await;
        }
        self.serve(Operation::Create, key, |_, _| Ok(())).await?;
        self.serve(Operation::Part, key, |_, _| Ok(())).await?;
        self.complete(key, bytes).await
    }

    async fn concatenate(&self, sources: &[Object], key: &str) -> Result<(), StoreError> {
        let mut whole = Vec::new();
        let Some(parts) = parts::plan(sources, LIMITS) else {
            for source in sources.iter().filter(|source| source.size > 0) {
                whole.extend_from_slice(&self.read_source(Operation::Range, source, 0..source.size).await?);
            }
            return self.put(key, whole.into(), Condition::Always).await;
        };
        self.serve(Operation::Create, key, |_, _| Ok(())).await?;
        for part in &parts {
            whole.extend_from_slice(&self.part(sources, part, key).await?);
        }
        self.complete(key, whole.into()).await
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        let Some(first) = keys.first() else { return Ok(()) };
        self.serve(Operation::Delete, first, |objects, _| {
            keys.iter().for_each(|key| drop(objects.remove(key)));
            Ok(())
        })
        .await
    }

    fn requests(&self) -> u64 {
        self.lock().served.len() as u64
    }

    fn reads(&self) -> u64 {
        self.lock().served.iter().filter(|served| served.operation.is_read()).count() as u64
    }

    fn address(&self, key: &str) -> String {
        format!("memory:///{key}")
    }
}
